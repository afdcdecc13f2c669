/**
 * One client from its start until it holds what the server holds; prints what that cost. Arguments: `ours`, `client-node` or `download`,
 * a kubeconfig, and the kind: `Pod` or `Secret`. Run with --expose-gc.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { KubernetesObject } from '@kubernetes/client-node';
import { Store } from '#inventory/store.ts';
import { loadCluster, type Cluster } from '#kube/kubeconfig.ts';
import { Transport } from '#kube/transport.ts';
import { KINDS } from '#model/kinds.ts';
import { readKubeconfig } from '../../support/kubeconfig.ts';
import { storedReflector } from '../../support/stored-reflector.ts';

export interface Cost {
  readonly syncedMs: number;
  readonly peakMB: number;
  readonly stallMs: number;
  readonly heapPerObject: number;
  readonly cpuMs: number;
  readonly objects: number;
}

/** How many objects are held; keeps whatever holds them alive. */
type Held = () => number;

const [, , who = '', kubeconfig = '', word = ''] = process.argv;
const kind = word === 'Secret' ? 'Secret' : 'Pod';
const path = `/api/v1/${KINDS[kind].plural}`;
const account = mkdtempSync(join(tmpdir(), 'kubeposture-bench-'));

/** As a pod enters, which has no kubeconfig. */
function entered(): Cluster {
  const { url, authority, token } = readKubeconfig(kubeconfig);
  const { hostname, port } = new URL(url);
  Object.assign(process.env, { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port });
  writeFileSync(join(account, 'token'), token);
  writeFileSync(join(account, 'ca.crt'), authority);
  writeFileSync(join(account, 'namespace'), 'default');
  return loadCluster({ serviceAccount: account, userAgent: 'bench' });
}

/** As the operator watches: projected, in its store. */
function ours(): Promise<Held> {
  const store = new Store();
  const transport = new Transport({ cluster: entered() });
  return new Promise((resolve) => {
    const reflector = storedReflector(kind, store, transport, ({ phase }) => {
      if (phase === 'synced') resolve(() => Math.min(store.count(kind), reflector.stats.objects));
    });
    reflector.start();
  });
}

async function clientNode(): Promise<Held> {
  const { CoreV1Api, KubeConfig, makeInformer } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = config.makeApiClient(CoreV1Api);
  const list = ():
    ReturnType<typeof api.listPodForAllNamespaces> | ReturnType<typeof api.listSecretForAllNamespaces> =>
    kind === 'Pod' ? api.listPodForAllNamespaces() : api.listSecretForAllNamespaces();
  const informer = makeInformer<KubernetesObject>(config, path, list);
  informer.on('error', (error: unknown) => {
    throw error;
  });
  await informer.start();
  return () => informer.list().length;
}

/** What the server can give: the same stream, thrown away as it comes. */
async function download(): Promise<Held> {
  const cluster = entered();
  const { headers, tls } = await cluster.credentials();
  const query = 'watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
  const request = get(new URL(`${path}?${query}`, cluster.server), { headers, ...tls });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let lines = 0;
  let tail = Buffer.alloc(0);
  for await (const chunk of response as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) lines += 1;
    tail = Buffer.concat([tail.subarray(-1000), chunk]);
    if (tail.includes('"k8s.io/initial-events-end":"true"', Math.max(0, tail.length - 2000))) break;
  }
  return () => lines - 1;
}

function settledHeap(): number {
  for (let round = 0; round < 3; round += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const CLIENTS: Readonly<Record<string, () => Promise<Held>>> = { ours, 'client-node': clientNode, download };
const client = CLIENTS[who];
if (client === undefined) throw new Error(`no client ${who}`);

const before = settledHeap();
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const cpu = process.cpuUsage();
const start = performance.now();
const held = await client();
const syncedMs = performance.now() - start;
const { user, system } = process.cpuUsage(cpu);
// The histogram hears of a stall when its timer runs again.
await new Promise((resolve) => setTimeout(resolve, 5));
delay.disable();
const peakMB = (process.resourceUsage().maxRSS * 1024) / 1e6;
const heap = settledHeap() - before;
const objects = held();
const cost: Cost = {
  syncedMs,
  peakMB,
  stallMs: delay.max / 1e6,
  heapPerObject: heap / objects,
  cpuMs: (user + system) / 1000,
  objects,
};
process.stdout.write(JSON.stringify(cost));
rmSync(account, { recursive: true });
process.exit(0);
