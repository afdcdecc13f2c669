import { readFileSync } from 'node:fs';
import { expect } from 'chai';

/** The laws of the layer, and what another informer was seen to do wrong: each row of docs/kube.md names its tests. */
const LAWS = Array.from({ length: 35 }, (_, at) => `W${String(at + 1)}`);
const FAULTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 17, 22, 23, 24].map((number) => `P${String(number)}`);

interface Row {
  readonly name: string;
  readonly cells: string;
}

const rows: readonly Row[] = readFileSync('docs/kube.md', 'utf8')
  .split('\n')
  .map((line) => /^\| ([WP]\d+) +\|(.*)\|$/.exec(line))
  .filter((found) => found !== null)
  .map(([, name = '', cells = '']) => ({ name, cells }));

/** `title` (file) */
const cited = (cells: string): readonly (readonly [title: string, file: string])[] =>
  Array.from(cells.matchAll(/`([^`]+)` \(([\w./-]+\.test\.ts)\)/g), ([, title = '', file = '']) => [title, file]);

describe('[unit] docs: kube.md', () => {
  it('has a row for each law and each fault', () => {
    expect(rows.map(({ name }) => name)).to.deep.equal([...LAWS, ...FAULTS]);
  });

  for (const { name, cells } of rows)
    it(`names tests of ${name} that there are`, () => {
      const tests = cited(cells);
      expect(tests).not.to.be.empty;
      for (const [title, file] of tests) {
        expect(title.split(' ')).to.include(name);
        const text = readFileSync(`test/${file}`, 'utf8');
        expect(
          ["'", '"', '`'].some((quote) => text.includes(`${quote}${title}${quote}`)),
          title,
        ).to.equal(true);
      }
    });
});
