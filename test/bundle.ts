import { build } from 'esbuild';

/** Bundles programs with all that they import of ours; what is imported while they run is a file of its own. Names stay readable: no stack is a riddle. */
export async function bundle(folder: string, ...programs: readonly string[]): Promise<void> {
  await build({
    entryPoints: [...programs],
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
