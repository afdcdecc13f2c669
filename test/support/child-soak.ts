/**
 * The client of a soak: twenty reflectors on the server whose URL is the first argument, for as many seconds as the
 * second says. Prints what the process held on the way, and how many of them end in the server's state. Needs --expose-gc.
 */
import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { listPages } from '#kube/list.ts';
import { Reflector } from '#kube/reflector.ts';
import { Transport } from '#kube/transport.ts';
import { clusterAt } from './fake-server.ts';
import { PODS } from './kube-reflector.ts';
import { waitFor } from './wait.ts';

export interface Sample {
  readonly descriptors: number;
  readonly heap: number;
  readonly reconnects: number;
}

export interface Soaked {
  readonly samples: readonly Sample[];
  readonly relists: number;
  readonly reflectors: number;
  /** How many reflectors hold what the server holds, name by name, once it was left in peace. */
  readonly agreeing: number;
  readonly objects: number;
}

const REFLECTORS = 20;
const SAMPLES = 16;
const SETTLE_MS = 30_000;
const [, , url = '', seconds = ''] = process.argv;

const transport = new Transport({ cluster: clusterAt(new URL(url)) });
const clients = Array.from({ length: REFLECTORS }, (_, i) => {
  const store = new Map<string, string>();
  const reflector = new Reflector<null>({
    transport,
    resource: PODS,
    // Back-off at its shortest.
    random: () => i / 1000,
    limits: { endMarkMs: 2000 },
    project: () => null,
    handler: {
      put: (_object, { name, uid, resourceVersion }) => {
        store.set(name, `${uid} ${resourceVersion}`);
      },
      remove: ({ name }) => {
        store.delete(name);
      },
      state: () => undefined,
    },
  });
  return { store, reflector };
});

const total = (of: 'reconnects' | 'relists'): number =>
  clients.flatMap(({ reflector }) => Object.values(reflector.stats[of])).reduce((a, b) => a + b, 0);

function sample(): Sample {
  for (let round = 0; round < 2; round += 1) globalThis.gc?.();
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    heap: process.memoryUsage().heapUsed,
    reconnects: total('reconnects'),
  };
}

/** The server's own account. */
async function listed(): Promise<ReadonlyMap<string, string>> {
  const truth = new Map<string, string>();
  for await (const { items } of listPages({ transport, resource: PODS }))
    for (const { at } of items) truth.set(at.name, `${at.uid} ${at.resourceVersion}`);
  return truth;
}

for (const { reflector } of clients) reflector.start();
const samples: Sample[] = [];
while (samples.length < SAMPLES) {
  await pause((Number(seconds) * 1000) / SAMPLES);
  samples.push(sample());
}
await waitFor('the server to be calm', async () => fetch(new URL('/calm', url), { method: 'POST' }));
const truth = await waitFor('a list', listed);
const agrees = ({ store }: (typeof clients)[number]): boolean =>
  store.size === truth.size && [...truth].every(([name, version]) => store.get(name) === version);
const all = (): boolean => clients.every(agrees);
await waitFor('all to agree', all, { deadlineMs: SETTLE_MS }).catch(() => undefined);
const agreeing = clients.filter(agrees).length;
const soaked: Soaked = { samples, relists: total('relists'), reflectors: REFLECTORS, agreeing, objects: truth.size };
console.log(JSON.stringify(soaked));
process.exit(0);
