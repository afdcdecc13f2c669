import { parse } from 'node:path';
import { build } from 'esbuild';

/** A thread of its own is started from a file of its own. */
export const PARSER = 'src/cli/input/parser.ts';

/** Bundles programs with all that they import of ours; what is imported while they run is a file of its own. Names stay readable: no stack is a riddle. */
export async function bundle(folder: string, ...programs: readonly string[]): Promise<void> {
  await build({
    entryPoints: programs.map((program) => ({ in: program, out: parse(program).name })),
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    packages: 'external',
    logLevel: 'warning',
  });
}
