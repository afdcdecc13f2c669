import { expect } from 'chai';
import fc from 'fast-check';
import { Strings } from '#cli/input/own.ts';

describe('[unit] strings of their own', () => {
  it('no value is another one after', () => {
    const strings = new Strings();
    fc.assert(
      fc.property(fc.object({ maxDepth: 4, withNullPrototype: true }), (value) => {
        const before = structuredClone(value);
        expect(structuredClone(strings.own(value))).to.deep.equal(before);
      }),
      { numRuns: 300 },
    );
  });

  it('copies long strings in lists and maps, and leaves short ones', () => {
    const long = 'a string of more than a few letters';
    const given = { list: [long, 'short'], map: { key: long } };
    expect(new Strings().own(given)).to.deep.equal({ list: [long, 'short'], map: { key: long } });
  });
});
