/**
 * `npm run bench [NAME]`: how long the pure core or the embedded API server takes for a synthetic cluster, in time and memory. Every run
 * has a process of its own; the table shows medians.
 * `npm run bench -- watching [PART…]`, `npm run bench -- writing [PART…]`: the layer between us and the API server, beside client-node's.
 * `npm run bench -- scan [FOLDER…]`: the command line over manifests.
 * `npm run bench -- sizing [PODS[:MEMORY]…]`: what the operator needs on a real API server.
 */
import { measured } from '../support/child.ts';
import type { Figures } from './figures.ts';
import { median, printTable, text } from './table.ts';
import { benchScan } from './scan/main.ts';
import { benchSizing } from './sizing/main.ts';
import { benchWatching } from './watching/main.ts';
import { benchWriting } from './writing/main.ts';

const RUNS = 5;
/** For each bench the program of one run, with its argument. */
const BENCHES: Readonly<Record<string, readonly [program: string, ...sizes: string[]]>> = {
  'cluster-1k': ['test/bench/run.ts', '1000'],
  'cluster-10k': ['test/bench/run.ts', '10000'],
  sandbox: ['test/bench/sandbox.ts', '10000'],
  judge: ['test/bench/judge.ts', '10000'],
  // Roles, bindings, accounts, namespaces.
  rbac: ['test/bench/rbac.ts', '5000', '10000', '20000', '1000'],
  'rbac-large': ['test/bench/rbac.ts', '20000', '50000', '60000', '3000'],
  // Pods, roles, bindings, accounts, namespaces.
  bindings: ['test/bench/bindings.ts', '10000', '5000', '10000', '20000', '1000'],
  scrape: ['test/bench/scrape.ts', '10000'],
  network: ['test/bench/network.ts', ''],
};
const SUITES: Readonly<
  Record<string, (parts: readonly string[], refuse: (message: string) => never) => Promise<void>>
> = {
  scan: benchScan,
  sizing: benchSizing,
  watching: benchWatching,
  writing: benchWriting,
};

async function steps(name: string, [program, ...sizes]: readonly [string, ...string[]]): Promise<void> {
  const runs: (readonly Figures[])[] = [];
  while (runs.length < RUNS) runs.push(await measured<readonly Figures[]>(program, ...sizes));
  const shown = (value: number): string => (value === 0 ? '' : text(value));
  const rows = (runs[0] ?? []).map(({ step, note }, index) => {
    const of = (figure: 'milliseconds' | 'longest' | 'count'): number =>
      median(runs.map((each) => each[index]?.[figure] ?? 0));
    return [step, shown(of('milliseconds')), shown(of('longest')), String(of('count')), note];
  });
  console.log(`${name}: medians of ${String(RUNS)} runs, Node ${process.versions.node}`);
  printTable(['step', 'ms', 'longest ms', 'count', ''], rows, [0, 4]);
}

const [wanted = 'cluster-10k', ...parts] = process.argv.slice(2);
const bench = Object.hasOwn(BENCHES, wanted) ? BENCHES[wanted] : undefined;
const suite = Object.hasOwn(SUITES, wanted) ? SUITES[wanted] : undefined;
const refuse = (message: string): never => {
  console.error(`bench: ${message}`);
  process.exit(2);
};
if (bench !== undefined) await steps(wanted, bench);
else if (suite !== undefined) await suite(parts, refuse);
else refuse(`no ${wanted}; there are: ${[...Object.keys(BENCHES), ...Object.keys(SUITES)].join(', ')}`);
