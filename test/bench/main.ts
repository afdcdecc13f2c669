/**
 * `npm run bench -- soak`: what many reconnects leave behind in the process, KP_SOAK_MINUTES long (10 when not said).
 * `npm run bench [NAME]`: how long the pure core or the embedded API server takes for a synthetic cluster, in time and memory. Every run
 * has a process of its own; the table shows medians.
 */
import { spawnSync } from 'node:child_process';
import type { Figures } from './figures.ts';

const RUNS = 5;
/** For each bench the program of one run, with its argument. */
const BENCHES: Readonly<Record<string, readonly string[]>> = {
  'cluster-1k': ['test/bench/run.ts', '1000'],
  'cluster-10k': ['test/bench/run.ts', '10000'],
  sandbox: ['test/bench/sandbox.ts', '10000'],
};

const [wanted = 'cluster-10k'] = process.argv.slice(2);
if (wanted === 'soak') {
  const env = { KP_SOAK_MINUTES: '10', ...process.env };
  const args = ['node_modules/mocha/bin/mocha.js', '--no-package', 'test/integration/kube/soak.test.ts'];
  process.exit(spawnSync(process.execPath, args, { stdio: 'inherit', env }).status ?? 1);
}
const program = Object.hasOwn(BENCHES, wanted) ? BENCHES[wanted] : undefined;
if (program === undefined) {
  console.error(`bench: no ${wanted}; there are: ${Object.keys(BENCHES).join(', ')}, soak`);
  process.exit(2);
}

function run(): readonly Figures[] {
  const args = ['--expose-gc', ...(program ?? [])];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1 << 24 });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as readonly Figures[];
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

const text = (value: number): string => (value === 0 ? '' : value >= 100 ? value.toFixed(0) : value.toFixed(2));

const runs = Array.from({ length: RUNS }, run);
const rows = (runs[0] ?? []).map(({ step, note }, index) => {
  const of = (figure: 'milliseconds' | 'longest' | 'count'): number =>
    median(runs.map((each) => each[index]?.[figure] ?? 0));
  return [step, text(of('milliseconds')), text(of('longest')), String(of('count')), note] as const;
});
const head = ['step', 'ms', 'longest ms', 'count', ''] as const;
const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
const shown = (row: readonly string[]): string =>
  row
    .map((cell, column) =>
      column === 0 || column === 4 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
    )
    .join('  ')
    .trimEnd();

console.log(`${wanted}: medians of ${String(RUNS)} runs, Node ${process.versions.node}`);
for (const row of [head, ...rows]) console.log(shown(row));
