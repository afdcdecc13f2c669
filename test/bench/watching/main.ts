/**
 * `npm run bench -- watching [PART…]`: what it costs to learn all that a server holds, ours beside client-node's informer. Parts: `10k`, `50k`,
 * `150k` (pods), `secrets` (50,000, of which we ask for metadata only), `api-server` (10,000 pods on a real one); all when none is named.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { helper, measured } from '../../support/child.ts';
import { median, printTable, text } from '../table.ts';
import { watchApiServer } from './api-server.ts';
import type { Cost } from './client.ts';

type Measure = Exclude<keyof Cost, 'objects'>;

interface Part {
  readonly what: 'pods' | 'secrets';
  readonly count: number;
  readonly runs: number;
  /** A list of 150,000 pods is longer than any string: client-node's informer cannot. */
  readonly others: readonly ('client-node' | 'download')[];
  readonly aims: Partial<Record<Measure, number>>;
}

/** The aims are those of the design: seconds and megabytes of the whole process, milliseconds without a turn of the event loop. */
const PARTS: Readonly<Record<string, Part>> = {
  '10k': {
    what: 'pods',
    count: 10_000,
    runs: 5,
    others: ['client-node', 'download'],
    aims: { syncedMs: 1500, peakMB: 200, stallMs: 50, heapPerObject: 1500 },
  },
  '50k': {
    what: 'pods',
    count: 50_000,
    runs: 3,
    others: ['client-node', 'download'],
    aims: { syncedMs: 6000, peakMB: 300, stallMs: 100 },
  },
  '150k': {
    what: 'pods',
    count: 150_000,
    runs: 3,
    others: ['download'],
    aims: { syncedMs: 20_000, peakMB: 450, stallMs: 150 },
  },
  secrets: {
    what: 'secrets',
    count: 50_000,
    runs: 3,
    others: ['client-node'],
    aims: { syncedMs: 1000, heapPerObject: 500 },
  },
};
const MEASURES: readonly (readonly [measure: Measure, title: string])[] = [
  ['syncedMs', 'synced ms'],
  ['peakMB', 'peak RSS MB'],
  ['stallMs', 'longest stall ms'],
  ['heapPerObject', 'heap bytes each'],
  ['cpuMs', 'CPU ms'],
];

/** The medians of some runs. Throws when a client holds another number of objects than the server. */
export function mediansOf(costs: readonly Cost[], count: number): Cost {
  for (const { objects } of costs)
    if (objects !== count) throw new Error(`${String(objects)} objects instead of ${String(count)}`);
  const of = (measure: Measure): number => median(costs.map((cost) => cost[measure]));
  const middles = MEASURES.map(([measure]) => [measure, of(measure)] as const);
  return { ...(Object.fromEntries(middles) as Record<Measure, number>), objects: count };
}

function report(name: string, { runs, aims }: Part, results: ReadonlyMap<string, Cost>): void {
  const cells = (who: string, of: (measure: Measure) => string): readonly string[] => [
    who,
    ...MEASURES.map(([measure]) => of(measure)),
  ];
  const costs = (who: string, cost: Cost): readonly string[] => cells(who, (measure) => text(cost[measure]));
  const ours = results.get('ours')!;
  const aim = cells('aim', (measure) => (aims[measure] === undefined ? '' : `<= ${String(aims[measure])}`));
  const verdict = cells('', (measure) => {
    const most = aims[measure];
    return most === undefined ? '' : ours[measure] <= most ? 'met' : 'MISSED';
  });
  const theirs = results.get('client-node');
  const ratio = cells('client-node / ours', (measure) =>
    theirs === undefined ? '' : `${text(theirs[measure] / ours[measure])}x`,
  );
  console.log(`\nwatching ${name}: medians of ${String(runs)} runs, Node ${process.versions.node}, local TLS server`);
  printTable(
    ['', ...MEASURES.map(([, title]) => title)],
    [...[...results].map(([who, cost]) => costs(who, cost)), aim, verdict, ...(theirs === undefined ? [] : [ratio])],
  );
}

async function watchLocal(name: string, part: Part): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kubeposture-bench-'));
  const { what, count, runs, others } = part;
  const server = await helper('test/bench/watching/server.ts', what, String(count), folder);
  try {
    const kind = what === 'pods' ? 'Pod' : 'Secret';
    const clients = ['ours', ...others];
    const costs = new Map(clients.map((who) => [who, [] as Cost[]]));
    for (let run = 0; run < runs; run += 1)
      for (const who of clients)
        costs.get(who)!.push(await measured<Cost>('test/bench/watching/client.ts', who, server.line, kind));
    report(name, part, new Map(clients.map((who) => [who, mediansOf(costs.get(who)!, count)])));
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

/** `refuse` is told which parts there are when one is not known. */
export async function benchWatching(wanted: readonly string[], refuse: (message: string) => never): Promise<void> {
  const known = [...Object.keys(PARTS), 'api-server'];
  const strange = wanted.filter((name) => !known.includes(name));
  if (strange.length > 0) refuse(`watching: no ${strange.join(', ')}; there are: ${known.join(', ')}`);
  for (const name of wanted.length === 0 ? known : wanted) {
    const part = PARTS[name];
    if (part === undefined) await watchApiServer();
    else await watchLocal(name, part);
  }
}
