import { expect } from 'chai';
import fc from 'fast-check';
import { AnyOf, Bits } from '#analysis/network/bits.ts';

/** Numbers near each other and far apart, at the borders of words. */
const member = fc.oneof(
  fc.nat({ max: 40 }),
  fc.integer({ min: 950, max: 1030 }),
  fc.constantFrom(31, 32, 63, 64, 5000),
);
const members = fc.array(member, { maxLength: 12 });
const sorted = (numbers: Iterable<number>): readonly number[] => [...numbers].sort((a, b) => a - b);

describe('[law] sets of small numbers', () => {
  it('are as JavaScript has them, whatever is done to them', () => {
    const step = fc.record({ how: fc.constantFrom('set', 'unset', 'add', 'keep', 'drop', 'clone'), with: members });
    fc.assert(
      fc.property(members, fc.array(step, { maxLength: 8 }), (first, steps) => {
        let [bits, truth] = [Bits.from(first), new Set(first)];
        for (const { how, with: list } of steps) {
          const [other, others] = [Bits.from(list), new Set(list)];
          if (how === 'set' || how === 'unset') for (const each of list) bits.set(each, how === 'set');
          else if (how === 'clone') bits = bits.clone();
          else bits[how](other);
          if (how === 'set' || how === 'add') truth = new Set([...truth, ...others]);
          if (how === 'unset' || how === 'drop') truth = new Set([...truth].filter((each) => !others.has(each)));
          if (how === 'keep') truth = new Set([...truth].filter((each) => others.has(each)));
          expect(sorted(other)).to.deep.equal(sorted(others));
          expect([...bits]).to.deep.equal(sorted(truth));
          for (const each of [...first, ...list, 0, 6000]) expect(bits.has(each)).to.equal(truth.has(each));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('and several are together what their sum is', () => {
    fc.assert(
      fc.property(fc.array(members, { maxLength: 4 }), (lists) => {
        const parts = lists.map((list) => new AnyOf([Bits.from(list)]));
        const [all, truth] = [AnyOf.of(parts), new Set(lists.flat())];
        expect([...all.sum()]).to.deep.equal(sorted(truth));
        for (const each of [...truth, 0, 33, 6000]) expect(all.has(each)).to.equal(truth.has(each));
        for (const [index, part] of parts.entries())
          expect([...part.sum()]).to.deep.equal(sorted(new Set(lists[index])));
      }),
      { numRuns: 500 },
    );
  });
});
