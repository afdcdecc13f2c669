import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Check } from '#model/check.ts';
import { HEADER, type GeneratedFile } from './files.ts';

interface Found {
  readonly file: string;
  readonly exported: string;
  readonly check: Check;
}

function isCheck(value: unknown): value is Check {
  return typeof value === 'object' && value !== null && 'id' in value && 'judges' in value;
}

/** Every check under src/checks, by id. Throws on an id or a name used twice: what is wrong with a set of checks is found when it is made. */
export async function findChecks(root: string): Promise<readonly Found[]> {
  const folder = join(root, 'src/checks');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /^\w+\/[\w-]+\.ts$/.test(file),
  );
  const found: Found[] = [];
  for (const file of files.sort()) {
    const exports = (await import(pathToFileURL(join(folder, file)).href)) as Readonly<Record<string, unknown>>;
    for (const [exported, check] of Object.entries(exports)) if (isCheck(check)) found.push({ file, exported, check });
  }
  for (const key of ['id', 'name'] as const) {
    const words = found.map(({ check }) => check[key]);
    const twice = words.find((word, index) => words.indexOf(word) !== index);
    if (twice !== undefined) throw new Error(`two checks have the ${key} ${twice}`);
  }
  return found.sort((a, b) => (a.check.id < b.check.id ? -1 : 1));
}

/** `src/checks/index.ts`, the catalogue in the order of ids, and the same of each area beside its checks. */
export function indexFiles(found: readonly Found[]): readonly GeneratedFile[] {
  const areas = [...Map.groupBy(found, ({ file }) => dirname(file))].sort();
  const all = areas.map(([folder]) => ({ name: folder.toUpperCase(), file: `./${folder}/index.ts` }));
  const catalogue = indexFile({
    path: 'src/checks/index.ts',
    imports: all,
    says: 'The catalogue, in the order of ids.',
    name: 'CHECKS',
    rows: all.map(({ name }) => `...${name}`),
  });
  return [
    catalogue,
    ...areas.map(([folder, checks]) =>
      indexFile({
        path: `src/checks/${folder}/index.ts`,
        imports: checks.map(({ file, exported }) => ({ name: exported, file: `./${basename(file)}` })),
        says: 'The checks of the area, in the order of ids.',
        name: folder.toUpperCase(),
        rows: checks.map(({ exported }) => exported),
      }),
    ),
  ];
}

interface Index {
  readonly path: string;
  readonly imports: readonly { readonly name: string; readonly file: string }[];
  readonly says: string;
  readonly name: string;
  readonly rows: readonly string[];
}

function indexFile({ path, imports, says, name, rows }: Index): GeneratedFile {
  const text = [
    `// ${HEADER}`,
    `import type { Check } from '#model/check.ts';`,
    ...imports.map((one) => `import { ${one.name} } from '${one.file}';`).sort(),
    '',
    `/** ${says} */`,
    `export const ${name}: readonly Check[] = [`,
    ...rows.map((row) => `  ${row},`),
    '];',
    '',
  ].join('\n');
  return { path, text };
}
