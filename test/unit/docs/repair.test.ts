import { expect } from 'chai';
import { difference } from '#cli/gen/repair.ts';

const CASES: readonly {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly told: string;
}[] = [
  { name: 'nothing changes', before: 'a\nb\n', after: 'a\nb\n', told: '  a\n  b' },
  { name: 'a line goes', before: 'a\nb\nc\n', after: 'a\nc\n', told: '  a\n- b\n  c' },
  { name: 'a line comes', before: 'a\nc\n', after: 'a\nb\nc\n', told: '  a\n+ b\n  c' },
  { name: 'a line changes: what goes stands first', before: 'a\nb\n', after: 'a\nc\n', told: '  a\n- b\n+ c' },
  { name: 'at the end', before: 'a\n', after: 'a\nb\nc\n', told: '  a\n+ b\n+ c' },
  { name: 'the most that can stay stays', before: 'x\na\nb\n', after: 'a\nb\nx\n', told: '- x\n  a\n  b\n+ x' },
];

describe('[unit] docs: repair', () => {
  for (const { name, before, after, told } of CASES)
    it(name, () => {
      expect(difference(before, after)).to.equal(told);
    });
});
