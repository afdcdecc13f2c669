import { expect } from 'chai';
import { isBefore, parseVersion } from '#facts/version.ts';

const TAGS: Readonly<Record<string, readonly number[] | undefined>> = {
  'v1.12.0': [1, 12, 0],
  '9.2.3-alpine': [9, 2, 3],
  'v1.12.0-chroot': [1, 12, 0],
  '1.27': [1, 27, 0],
  '2.1.0+build.7': [2, 1, 0],
  '1.2.3.4': [1, 2, 3],
  'V1.2.3': undefined,
  '7': undefined,
  latest: undefined,
  '': undefined,
  'v1.x.0': undefined,
  '1.2-': [1, 2, 0],
};

describe('[unit] version', () => {
  for (const [tag, version] of Object.entries(TAGS))
    it(`${JSON.stringify(tag)} is ${version?.join('.') ?? 'none'}`, () => {
      expect(parseVersion(tag)).to.deep.equal(version);
    });

  it('is ordered by number, not by letter', () => {
    const ordered = ['1.9.0', '1.10.0', '1.10.2', '2.0.0'].map((tag) => parseVersion(tag)!);
    const before = ordered.map((a) => ordered.map((b) => isBefore(a, b)));
    expect(before).to.deep.equal([
      [false, true, true, true],
      [false, false, true, true],
      [false, false, false, true],
      [false, false, false, false],
    ]);
  });
});
