/**
 * `npm run bench -- scan [FOLDER…]`: time and memory of `kubeposture scan`, built as it is shipped, all checks on, by output; of the folders, or
 * of 1,000 and 10,000 workloads that are made for it. `parse` is reading alone.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PARSER, bundle } from '../../bundle.ts';
import { measuredEnvironment } from '../../support/child.ts';
import { median, printTable } from '../table.ts';
import { writeManifests } from './manifests.ts';

/** What one run cost (run.mjs). */
interface ScanCost {
  /** From the start of the process, in milliseconds. */
  readonly wall: number;
  /** CPU time in user mode, all threads, in milliseconds. */
  readonly user: number;
  /** The most memory that was resident, in MiB. */
  readonly mib: number;
}

const RUNS = 5;
const SIZES = [1000, 10_000];
/** Where packages are found. */
const BUNDLED = resolve('node_modules/.cache/kubeposture-bench/scan');
const STEPS = ['parse', 'table', 'json', 'sarif', 'junit', 'markdown'];

function costOf(step: string, folder: string): ScanCost {
  const program = 'test/bench/scan/run.mjs';
  const { status, stderr } = spawnSync(process.execPath, [program, step, folder, join(BUNDLED, 'parse.js')], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: measuredEnvironment(),
  });
  if (status !== 0) throw new Error(`${step} ${folder}: ${stderr}`);
  return JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '') as ScanCost;
}

function costs(step: string, folder: string): ScanCost {
  const runs = Array.from({ length: RUNS }, () => costOf(step, folder));
  const of = (measure: keyof ScanCost): number => median(runs.map((run) => run[measure]));
  return { wall: of('wall'), user: of('user'), mib: of('mib') };
}

function compare(title: string, folder: string): void {
  console.log(`\nscan of ${title}: medians of ${String(RUNS)} runs, Node ${process.versions.node}`);
  const rows = STEPS.map((step) => {
    const { wall, user, mib } = costs(step, folder);
    return [step, (wall / 1000).toFixed(2), (user / 1000).toFixed(2), mib.toFixed(0)];
  });
  printTable(['', 'seconds', 'user CPU s', 'MiB'], rows);
}

/** Compares the outputs over folders. */
export async function benchScan(folders: readonly string[]): Promise<void> {
  const { status } = spawnSync(process.execPath, ['test/build.ts'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the build failed');
  await bundle(BUNDLED, 'test/bench/scan/parse.ts', PARSER);
  const made = mkdtempSync(join(tmpdir(), 'kubeposture-bench-'));
  try {
    for (const folder of folders) compare(folder, folder);
    for (const workloads of folders.length === 0 ? SIZES : []) {
      const folder = join(made, String(workloads));
      mkdirSync(folder);
      const bytes = writeManifests(folder, workloads);
      compare(`${String(workloads)} workloads, ${(bytes / 1e6).toFixed(1)} MB of YAML`, folder);
    }
  } finally {
    rmSync(made, { recursive: true });
  }
}
