import { expect } from 'chai';
import { yamlDocuments } from '#cli/input/yaml.ts';

interface Case {
  readonly name: string;
  readonly text: string;
  readonly value: unknown;
}

/** Lines that YAML 1.2 wants indented and kubectl does not: each of these was read by kubectl as it is here. */
const CASES: readonly Case[] = [
  { name: 'a bracket that closes below its key', text: 'args: [\n  a,\n]\nb: 1', value: { args: ['a'], b: 1 } },
  {
    name: 'the same in a list',
    text: 'c:\n- args: [\n    "a",\n  ]\n  b: {\n  }',
    value: { c: [{ args: ['a'], b: {} }] },
  },
  { name: 'items at the margin', text: 'c:\n  args: [\n"a",\n# b,\nc: d]', value: { c: { args: ['a', { c: 'd' }] } } },
  {
    name: 'text in quotes, as `kubectl get` has folded it',
    text: "status:\n  message: 'it''s: {\n  one'\n  other: \"a\\\"\n\n b\\\n  c\"",
    value: { status: { message: "it's: { one", other: 'a"\nbc' } },
  },
  { name: 'a key in quotes', text: '"a": [\n]\n\'b\': "c\nd"', value: { a: [], b: 'c d' } },
  {
    name: 'beside a block of text, which stays as it is',
    text: 'a: |\n  {"x": [\n  1\n  ]}\nb: >-\n  "\nc: [\n]',
    value: { a: '{"x": [\n1\n]}\n', b: '"', c: [] },
  },
  {
    name: 'in a list in a block',
    text: 'c:\n- a: |\n    [\n  b: [\n  ]\n- |\n  "\n- {\n}',
    value: { c: [{ a: '[\n', b: [] }, '"\n', {}] },
  },
  { name: 'after anchors, tags and comments', text: 'a: &x !!seq [ # [ "\nb\n]\nc: *x', value: { a: ['b'], c: ['b'] } },
  { name: 'with a hash that is none', text: 'a: b#c\nd: [\ne#f\n]', value: { a: 'b#c', d: ['e#f'] } },
];

describe('[unit] YAML', () => {
  for (const { name, text, value } of CASES)
    it(`reads ${name}`, () => {
      expect(yamlDocuments(text).map((each) => ({ value: each.value, errors: each.errors }))).to.deep.equal([
        { value, errors: [] },
      ]);
    });

  it('ends what is open with its document', () => {
    const documents = yamlDocuments('a: [\n]\n---\nb: [\n---\nc: [\n]\n');
    expect(documents.map(({ value, line, errors }) => ({ value, line, errors }))).to.deep.equal([
      { value: { a: [] }, line: 1, errors: [] },
      {
        value: undefined,
        line: 3,
        errors: [{ line: 5, message: 'deficient indentation' }],
      },
      { value: { c: [] }, line: 6, errors: [] },
    ]);
  });

  it('says what is wrong with a bracket that nothing closes', () => {
    const [{ errors } = { errors: [] }] = yamlDocuments('a: {b: c\nd: {}\n');
    expect(errors).to.deep.equal([{ line: 2, message: 'missed comma between flow collection entries' }]);
  });
});
