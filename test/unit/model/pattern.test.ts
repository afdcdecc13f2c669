import { expect } from 'chai';
import fc from 'fast-check';
import { fitsAny, fitsGlob } from '#model/pattern.ts';

describe('[unit] pattern', () => {
  it('fits a whole word, or what begins with what stands before a star', () => {
    const patterns = ['kube-system', 'gke-*'];
    const names = ['kube-system', 'kube-system-2', 'gke-', 'gke-managed', 'gk', ''];
    expect(names.map((name) => fitsAny(name, patterns))).to.deep.equal([true, false, true, true, false, false]);
  });

  const globs: readonly (readonly [glob: string, fits: readonly string[], misses: readonly string[]])[] = [
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
  for (const [glob, fits, misses] of globs)
    it(`the glob ${glob}`, () => {
      expect([fits, misses].map((names) => names.filter((name) => fitsGlob(name, glob)))).to.deep.equal([fits, []]);
    });

  it('a hostile glob takes no longer than a tame one: as many comparisons as there are parts', () => {
    expect(fitsGlob('a'.repeat(253), `${'a*'.repeat(126)}b`)).to.equal(false);
  });

  it('law: a glob is what a regular expression without other signs says', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (name, glob) => {
        const pattern = new RegExp(`^${glob.split('*').join('.*')}$`);
        expect(fitsGlob(name, glob)).to.equal(pattern.test(name));
      }),
      { numRuns: 5000 },
    );
  });
});
