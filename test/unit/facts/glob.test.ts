import { expect } from 'chai';
import fc from 'fast-check';
import { fitsGlob } from '#facts/glob.ts';

describe('[unit] glob', () => {
  const CASES: readonly [text: string, glob: string, fits: boolean, bySegment: boolean][] = [
    ['ghcr.io/acme/web:1', 'ghcr.io/acme/web:1', true, true],
    ['ghcr.io/acme/web:1', 'ghcr.io/acme/web', false, false],
    ['ghcr.io/acme/web:1', 'ghcr.io/*', true, false],
    ['ghcr.io/acme/web:1', 'ghcr.io/*', false, true],
    ['ghcr.io/acme/web:1', 'ghcr.io/**', true, true],
    ['ghcr.io/acme/web:1', 'ghcr.io/*/web:*', true, true],
    ['ghcr.io/acme/web:1', 'ghcr.io/ac?e/web:?', true, true],
    ['ghcr.io/acme/web:1', '*', true, false],
    ['ghcr.io/acme/web:1', '*/*', false, true],
    ['', '*', true, true],
    ['', '', true, false],
    ['a', '', false, false],
    ['', '?', false, false],
    ['a.c', 'abc', false, false],
    ['abc', 'a.c', false, false],
    ['x\n', 'x*', true, true],
  ];
  for (const [text, glob, fits, bySegment] of CASES)
    it(`${JSON.stringify(text)} ${fits ? 'fits' : 'does not fit'} ${glob}${bySegment ? ' by segment' : ''}`, () => {
      expect(fitsGlob(text, glob, bySegment)).to.equal(fits);
    });

  it('answers as the regular expression that says the same', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '**', '?'), maxLength: 8 });
    fc.assert(
      fc.property(word, pattern, fc.boolean(), (text, glob, bySegment) => {
        const star = { '**': '.*', '*': bySegment ? '[^/]*' : '.*', '?': '.' };
        const source = glob.replace(/\*\*|\*|\?/g, (each) => star[each as keyof typeof star]);
        expect(fitsGlob(text, glob, bySegment)).to.equal(new RegExp(`^${source}$`).test(text));
      }),
    );
  });

  it('takes no longer for a pattern that leads many ways', () => {
    expect(fitsGlob('a'.repeat(400), `${'*a'.repeat(60)}b`)).to.equal(false);
  });
});
