import { readFileSync, readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';

interface Rule {
  readonly name: string;
  readonly from: { readonly path?: string };
  readonly to: { readonly pathNot?: string };
}

type Rooms = Readonly<Record<string, readonly string[]>>;

/** The names in `^src/(a|b)/`. */
function namesIn(pattern = ''): readonly string[] {
  return /\(([^)]*)\)/.exec(pattern)?.[1]?.split('|') ?? [];
}

async function rules(): Promise<readonly Rule[]> {
  const url = pathToFileURL('.dependency-cruiser.mjs').href;
  const { default: config } = (await import(url)) as { readonly default: { readonly forbidden: readonly Rule[] } };
  return config.forbidden;
}

/** What each room may import, as dependency-cruiser is told. */
async function enforced(): Promise<Rooms> {
  const doors = (await rules()).filter(({ name }) => name.startsWith('door-of-'));
  return Object.fromEntries(
    doors.map(({ name, to }) => {
      const [room = '', ...may] = namesIn(to.pathNot);
      expect(name).to.equal(`door-of-${room}`);
      return [room, may];
    }),
  );
}

/** The rows of the table in the page: room, what it may import, its kind. */
function rowsOfPage(): readonly (readonly string[])[] {
  const page = readFileSync('docs/architecture.md', 'utf8');
  const section = page.slice(page.indexOf('## Rooms'), page.indexOf('## The life of an event'));
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, 4)
      .map((cell) => cell.trim()),
  );
}

describe('[unit] docs: rooms', () => {
  it('the table of docs/architecture.md is what dependency-cruiser enforces', async () => {
    const stated = rowsOfPage().map(([room = '', may = '']) => [room, may === '–' ? [] : may.split(', ')]);
    expect(Object.fromEntries(stated)).to.deep.equal(await enforced());
  });

  it('the pure rooms of the page are the pure rooms of the rule', async () => {
    const stated = rowsOfPage().flatMap(([room, , kind]) => (kind === 'pure' ? [room] : []));
    const rule = (await rules()).find(({ name }) => name === 'pure-rooms-take-lodash-only');
    expect(stated).to.deep.equal(namesIn(rule?.from.path));
  });

  it('every folder of src is a room', async () => {
    const folders = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(Object.keys(await enforced())).to.include.members(folders.map(({ name }) => name));
  });
});
