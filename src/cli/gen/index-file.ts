import { readdirSync } from 'node:fs';
import { join } from 'node:path';
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

/** `src/checks/index.ts`: the catalogue in the order of ids. */
export function indexFile(found: readonly Found[]): GeneratedFile {
  const byFile = [...found].sort((a, b) => (a.file < b.file ? -1 : 1));
  const imports = byFile.map(({ file, exported }) => `import { ${exported} } from './${file}';`);
  const rows = found.map(({ exported }) => `  ${exported},`);
  const text = [
    `// ${HEADER}`,
    `import type { Check } from '#model/check.ts';`,
    ...imports,
    '',
    '/** The catalogue, in the order of ids. */',
    'export const CHECKS: readonly Check[] = [',
    ...rows,
    '];',
    '',
  ].join('\n');
  return { path: 'src/checks/index.ts', text };
}
