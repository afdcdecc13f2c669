import { expect } from 'chai';
import fc from 'fast-check';
import { load, YAMLException } from 'js-yaml';
import { stringify } from 'yaml';
import { indented } from '#cli/input/continued.ts';
import { yamlDocuments } from '#cli/input/yaml.ts';

const word = fc.oneof(
  fc.constantFrom('a', 'b c', "it's", 'say "so"', '# no', ': ', 'a: b', '- x', '[', '{}', '|', 'c:\\', 'one\ntwo', ''),
  fc.string({ unit: fc.constantFrom(...Array.from('ab \'":,#-[]{}|>&*!?\\\n')) }),
  fc.lorem({ maxCount: 12 }),
);
const value = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    word,
    fc.integer(),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom('args', 'env', '"q"'), word), tie('node'), { maxKeys: 4 }),
  ),
})).node;

/** As people and programs write YAML: in brackets from some depth on or nowhere, with this or that quote, folded early. */
const source = fc
  .record({
    value: fc.dictionary(fc.constantFrom('spec', 'data', 'metadata'), value, { minKeys: 1, noNullPrototype: true }),
    options: fc.record({
      lineWidth: fc.constantFrom(20, 40, 80),
      singleQuote: fc.constantFrom(true, false, null),
      defaultStringType: fc.constantFrom(
        'PLAIN',
        'QUOTE_DOUBLE',
        'QUOTE_SINGLE',
        'BLOCK_LITERAL',
      ) as fc.Arbitrary<'PLAIN'>,
      collectionStyle: fc.constantFrom('any', 'flow', 'block') as fc.Arbitrary<'any'>,
      indentSeq: fc.boolean(),
    }),
  })
  .map(({ value: of, options }) => stringify(of, options))
  .filter((written) => !(outcome(written) instanceof Error));

function outcome(source: string): unknown {
  try {
    return load(source);
  } catch (error) {
    return error;
  }
}

/** The text of a block that is outdented is no text any more: it is something that begins, as what comes after a colon or a dash does. */
const BLOCK = /[|>][-+1-9]*$/m;

describe('[law] lines that go on', () => {
  it('may be indented, and nothing is another value', () => {
    fc.assert(
      fc.property(source, (written) => {
        expect(outcome(indented(written)?.text ?? written)).to.deep.equal(outcome(written));
      }),
      { numRuns: 500 },
    );
  });

  it('are read wherever they begin', () => {
    let mended = 0;
    fc.assert(
      fc.property(source, fc.nat(), fc.nat(6), (written, which, indent) => {
        const lines = written.split('\n');
        const at = which % lines.length;
        const line = lines[at] ?? '';
        const text = line.trimStart();
        const outdented = lines.with(at, ' '.repeat(Math.min(indent, line.length - text.length)) + text).join('\n');
        const error = outcome(outdented);
        const begins = /[:-]$/.test(lines[at - 1] ?? '') || BLOCK.test(written);
        if (begins || !(error instanceof YAMLException) || error.reason !== 'deficient indentation') return;
        mended += 1;
        expect(yamlDocuments(outdented).map((each) => each.value)).to.deep.equal([outcome(written)]);
      }),
      { numRuns: 5000 },
    );
    expect(mended).to.be.greaterThan(50);
  });
});
