import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import { parsedAhead } from '#cli/input/ahead.ts';
import { Board } from '#cli/input/board.ts';
import { parsed, type Parsed } from '#cli/input/documents.ts';
import { manifestsAt } from '#cli/input/files.ts';

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n';
const DEEP = 50_000;

/** What a manifest may look like, good or bad. */
const TEXTS: Readonly<Record<string, string>> = {
  plain: POD,
  several: `${POD}---\n${POD}---\n# nothing\n---\nkind: [\n`,
  list: `apiVersion: v1\nkind: List\nitems:\n- kind: Pod\n- kind: List\n  items:\n  - kind: Pod\n`,
  'list in JSON': '{"kind": "PodList",\n"items": [\n{"a": 1},\n{"a": 2}]}',
  'names of the language': '__proto__: {polluted: yes}\nconstructor: 1\ntoString: 2\n',
  numbers: 'a: .nan\nb: -.inf\nc: -0.0\nd: 0x10\ne: 0777\nf: 12345678901234567890\n10: x\n2: y\n',
  aliases: 'a: &x {b: [1, 2]}\nc: *x\nd: {<<: *x, e: ~}\n',
  'the same key twice': 'a: 1\na: 2\n',
  'half a character': 'a: "\\ud800 \\u202e"\n',
  broken: 'a: b: c',
  empty: '',
  'deeper than can be handed over': `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`,
  large: `a: |\n${' xxxxxxxxx\n'.repeat(120_000)}`,
};

describe('[unit] parsing ahead', function () {
  this.timeout(60_000);
  let folder = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubeposture-ahead-'));
    for (let number = 0; number < 30; number += 1) {
      const team = join(folder, `team-${String(number)}`);
      mkdirSync(team);
      for (const [name, text] of Object.entries(TEXTS)) {
        const isRare = name.startsWith('deeper') || name === 'large';
        if (!isRare || number % 10 === 3) writeFileSync(join(team, `${name}.yaml`), text);
      }
    }
    mkdirSync(join(folder, 'void'));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const ahead = async (paths: readonly string[]): Promise<readonly Parsed[]> => {
    const found: Parsed[] = [];
    for await (const each of parsedAhead(paths)) found.push(each);
    return found;
  };

  it('gives what is parsed one after the other, in that order', async () => {
    const paths = [folder, join(folder, 'void'), join(folder, 'missing.yaml'), join(folder, 'team-3', 'plain.yaml')];
    const expected = [...parsed(manifestsAt(paths))];
    const found = await ahead(paths);
    expect(found.map(({ file }) => file)).to.deep.equal(expected.map(({ file }) => file));
    // The deep ones are beyond comparing too.
    const differ = found.filter(
      (each, index) => !each.file.includes('deeper') && !isDeepStrictEqual(each, expected[index]),
    );
    expect(differ).to.deep.equal([]);
    expect(found.filter((each) => 'problem' in each)).to.have.length(2);
  });

  it('may be left before its end', async () => {
    for await (const { file } of parsedAhead([folder])) {
      expect(file).to.equal(join(folder, 'team-0', 'aliases.yaml'));
      break;
    }
  });

  it('a batch has one taker', () => {
    const board = Board.of(3);
    const other = new Board(board.shared);
    expect([board.take(0), other.take(0), other.take(2), board.take(2), board.take(1)]).to.deep.equal([
      true,
      false,
      true,
      false,
      true,
    ]);
    expect(other.batches).to.equal(3);
  });
});
