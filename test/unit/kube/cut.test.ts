import { expect } from 'chai';
import fc from 'fast-check';
import { dropManagedFields, jsonCodec } from '#kube/codec.ts';
import { withoutManagedFields } from '#kube/cut.ts';

/** Strings that look like what the scanner looks for. */
const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    'managedFields',
    '"managedFields":[',
    ',"managedFields":[',
    '\\',
    '\\"',
    '}]}',
    '[{"',
    'metadata',
    'object',
    'é😀',
  ),
);
/** No API server writes a key that begins with a backslash, and behind one JSON.parse misreads others: see cli/input/escapes.ts. */
const keys = words.map((word) => word.replace(/^\\+/, 'x'));
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    words,
    fc.integer(),
    fc.constantFrom(null, true, 1.5e300),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 4 }),
  ),
})).value;
const members = fc.dictionary(keys, json, { maxKeys: 4 });
/** An object whose managed fields may be anywhere, of any kind, or nowhere. */
const event = fc
  .record({ before: members, after: members, own: members, spec: json, managed: fc.option(json), place: fc.nat(2) })
  .map(({ before, after, own, spec, managed, place }) => {
    const fields = managed === null ? {} : { managedFields: place === 0 ? managed : [managed] };
    const metadata = { ...before, ...fields, ...after };
    return { type: 'ADDED', object: place === 1 ? { spec, metadata, ...own, kind: 'x' } : { ...own, metadata, spec } };
  });

const line = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

describe('[unit] kube/cut', () => {
  it('cutting and parsing is parsing and deleting, for any object', () => {
    fc.assert(
      fc.property(event, (whole) => {
        const expected = JSON.parse(JSON.stringify(whole)) as { readonly object: Record<string, unknown> };
        dropManagedFields(expected.object);
        expect(jsonCodec.decode(line(whole))).to.deep.equal(expected);
      }),
      { numRuns: 3000 },
    );
  });

  it('leaves the bytes before and behind a line alone', () => {
    const text = '{"type":"ADDED","object":{"metadata":{"name":"a","managedFields":[{"a":"]"}]},"spec":{}}}';
    const chunk = Buffer.from(`before\n${text}\nbehind`);
    const cut = withoutManagedFields(chunk.subarray(7, 7 + text.length));
    expect(cut.toString()).to.equal('{"type":"ADDED","object":{"metadata":{"name":"a"},"spec":{}}}');
    expect(chunk.toString()).to.match(/^before\n[^]*\nbehind$/);
  });

  const cuts: Readonly<Record<string, string>> = {
    'behind strings that hold brackets and quotes':
      '{"type":"{[","object":{"kind":"}\\"]","metadata":{"a":"{\\\\"#,"b":1}}}',
    'behind a key that only looks like the way':
      '{"type":"\\"object\\":{","object":{"spec":{"metadata":{}},"metadata":{"a":1#}}}',
    'that hold brackets and quotes': '{"object":{"metadata":{"a":1#,"z":[1]},"spec":{}}}',
  };
  for (const [name, text] of Object.entries(cuts))
    it(`cuts managed fields ${name}`, () => {
      const [before = '', after = ''] = text.split('#');
      const whole = `${before},"managedFields":[{"f":"]}\\"","g":[{}]}]${after}`;
      expect(withoutManagedFields(Buffer.from(whole)).toString()).to.equal(before + after);
    });

  const left: Readonly<Record<string, string>> = {
    'of a template': '{"type":"ADDED","object":{"metadata":{"a":1},"spec":{"metadata":{"a":1,"managedFields":[1]}}}}',
    'below the metadata': '{"type":"ADDED","object":{"metadata":{"a":{"b":1,"managedFields":[1]}}}}',
    'behind the metadata': '{"type":"ADDED","object":{"metadata":{"a":1},"managedFields":[1]}}',
    'in a list': '{"type":"ADDED","object":[{"metadata":{"a":1,"managedFields":[1]}}]}',
    'that come first': '{"type":"ADDED","object":{"metadata":{"managedFields":[1],"a":1}}}',
    'that do not end': '{"type":"ADDED","object":{"metadata":{"a":1,"managedFields":[{"a":"]}',
    'behind a string that does not end': '{"type":"ADD\\","managedFields":[1]}',
    'of another shape': ',"managedFields":[1]',
  };
  for (const [name, text] of Object.entries(left)) {
    it(`does not cut managed fields ${name}`, () => {
      expect(withoutManagedFields(Buffer.from(text)).toString()).to.equal(text);
    });
  }
});
