import { expect } from 'chai';
import fc from 'fast-check';
import { dot, mermaid } from '#cli/network/picture.ts';

/** Every line that a picture may have: what stands between the quotes says nothing to either program. */
const LINES = {
  mermaid: [
    /^flowchart LR$/,
    / {2}end$/,
    /^ {2}subgraph g\d+\["[\w ./:*-]*"\]$/,
    /^ {2,4}n\d+\["[\w ./:*-]*"\]$/,
    /^ {2}n\d+ -->\|"[\w ./:*-]*"\| n\d+$/,
  ],
  dot: [
    /^digraph network \{$/,
    /^ {2}rankdir=LR;$/,
    /^ {2}node \[shape=box\];$/,
    /^ {0,2}\}$/,
    /^ {2}subgraph cluster_\d+ \{$/,
    /^ {4}label="[\w ./:*-]*";$/,
    /^ {2,4}n\d+ \[label="[\w ./:*-]*"\];$/,
    /^ {2}n\d+ -> n\d+ \[label="[\w ./:*-]*"\];$/,
  ],
};

const hostile = fc.oneof(
  fc.constantFrom(
    'a"] --> evil["b',
    'end\nsubgraph x',
    '%%{init: {}}%%',
    '#quot;',
    '\\N',
    '"; n9 -> n0; "',
    '<b>',
    '`md`',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

describe('[unit] pictures', () => {
  for (const [name, draw] of Object.entries({ mermaid, dot })) {
    it(`${name}: a name is a name, whatever it holds, and nothing is drawn that was not said`, () => {
      fc.assert(
        fc.property(fc.uniqueArray(hostile, { minLength: 1, maxLength: 5 }), hostile, (names, namespace) => {
          const vertices = names.map((each, index) => ({ name: each, namespace: index === 0 ? '' : namespace }));
          const edges = names.map((from) => ({ from, to: names[0]!, label: from }));
          const lines = draw(vertices, edges).trimEnd().split('\n');
          const odd = lines.filter((line) => !LINES[name as keyof typeof LINES].some((good) => good.test(line)));
          expect(odd).to.deep.equal([]);
          expect(lines.filter((line) => / -{1,2}> ?/.test(line.replaceAll(/"[^"]*"/g, '')))).to.have.length(
            edges.length,
          );
        }),
        { numRuns: 500 },
      );
    });
  }
});
