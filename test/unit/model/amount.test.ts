import { expect } from 'chai';
import { amounts } from '#model/amount.ts';

const CASES: readonly (readonly [stated: unknown, amount: string | undefined, notes: number])[] = [
  ['128Mi', 'some', 0],
  ['0.5', 'some', 0],
  ['.5', 'some', 0],
  ['1e3', 'some', 0],
  ['1E', 'some', 0],
  [2, 'some', 0],
  [0.1, 'some', 0],
  ['0', 'none', 0],
  ['0Mi', 'none', 0],
  ['0.00', 'none', 0],
  ['0e9', 'none', 0],
  [0, 'none', 0],
  [null, undefined, 0],
  ['', undefined, 1],
  ['much', undefined, 1],
  ['1 Gi', undefined, 1],
  ['1Mib', undefined, 1],
  [true, undefined, 1],
];

describe('[unit] amount', () => {
  for (const [stated, amount, notes] of CASES)
    it(`${JSON.stringify(stated)} is ${amount ?? 'no amount'}`, () => {
      const trail = { path: [], notes: [] };
      const read = amounts({ cpu: stated, 'nvidia.com/gpu': 1 }, trail);
      expect([read, trail.notes.length]).to.deep.equal([amount === undefined ? undefined : { cpu: amount }, notes]);
    });
});
