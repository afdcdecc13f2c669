import { expect } from 'chai';
import fc from 'fast-check';
import { fitsGlob } from '#model/glob.ts';

describe('[unit] glob', () => {
  const CASES: readonly (readonly [text: string, glob: string, fits: boolean, dialect: 'wildcard' | 'path'])[] = [
    ['ghcr.io/acme/web:1', 'ghcr.io/acme/web:1', true, 'path'],
    ['ghcr.io/acme/web:1', 'ghcr.io/acme/web', false, 'wildcard'],
    ['ghcr.io/acme/web:1', 'ghcr.io/*', true, 'wildcard'],
    ['ghcr.io/acme/web:1', 'ghcr.io/*', false, 'path'],
    ['ghcr.io/acme/web:1', 'ghcr.io/**', true, 'path'],
    ['ghcr.io/acme/web:1', 'ghcr.io/*/web:*', true, 'path'],
    ['ghcr.io/acme/web:1', 'ghcr.io/ac?e/web:?', true, 'path'],
    ['ghcr.io/acme/web:1', '*', true, 'wildcard'],
    ['ghcr.io/acme/web:1', '*/*', false, 'path'],
    ['', '*', true, 'path'],
    ['', '', true, 'wildcard'],
    ['a', '', false, 'wildcard'],
    ['', '?', false, 'wildcard'],
    ['a.c', 'abc', false, 'wildcard'],
    ['abc', 'a.c', false, 'wildcard'],
    ['x\n', 'x*', true, 'path'],
  ];
  for (const [text, glob, fits, dialect] of CASES)
    it(`${JSON.stringify(text)} ${fits ? 'fits' : 'does not fit'} ${glob}, a ${dialect}`, () => {
      expect(fitsGlob(text, glob, dialect)).to.equal(fits);
    });

  it('answers as the regular expression that says the same', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '**', '?'), maxLength: 8 });
    fc.assert(
      fc.property(word, pattern, fc.boolean(), (text, glob, bySegment) => {
        const star = { '**': '.*', '*': bySegment ? '[^/]*' : '.*', '?': '.' };
        const source = glob.replace(/\*\*|\*|\?/g, (each) => star[each as keyof typeof star]);
        expect(fitsGlob(text, glob, bySegment ? 'path' : 'wildcard')).to.equal(new RegExp(`^${source}$`).test(text));
      }),
    );
  });

  it('takes no longer for a pattern that leads many ways', () => {
    expect(fitsGlob('a'.repeat(400), `${'*a'.repeat(60)}b`, 'wildcard')).to.equal(false);
  });

  const NAMES: readonly (readonly [glob: string, fits: readonly string[], misses: readonly string[]])[] = [
    ['web', ['web'], ['web1', 'aweb', '']],
    ['*', ['', 'x', '*'], []],
    ['legacy-*', ['legacy-', 'legacy-a'], ['legacy', 'a-legacy-b']],
    ['*-db', ['-db', 'a-db'], ['db', 'a-db-1']],
    ['a*b*c', ['abc', 'axbxc', 'abbcc'], ['ac', 'acb', 'abcd', 'ab']],
    ['ab*ba', ['abba', 'abxba'], ['aba', 'ab']],
    ['a**b', ['ab', 'axb'], ['a']],
    ['(a+)+$', ['(a+)+$'], ['aaaa']],
    ['[a-z].?', ['[a-z].?'], ['bxy']],
  ];
  for (const [glob, fits, misses] of NAMES)
    it(`${glob} of a name`, () => {
      expect([fits, misses].map((names) => names.filter((name) => fitsGlob(name, glob, 'name')))).to.deep.equal([
        fits,
        [],
      ]);
    });

  it('of a name: is what a regular expression without other signs says', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (name, glob) => {
        const pattern = new RegExp(`^${glob.split('*').join('.*')}$`);
        expect(fitsGlob(name, glob, 'name')).to.equal(pattern.test(name));
      }),
      { numRuns: 5000 },
    );
  });
});
