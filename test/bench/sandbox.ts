/** One run of the embedded API server with as many pods as its argument says; prints the figures as JSON. Server and client share the process. */
import { loadCluster } from '#kube/kubeconfig.ts';
import { Reflector } from '#kube/reflector.ts';
import { Transport } from '#kube/transport.ts';
import { KINDS } from '#model/kinds.ts';
import { startSandbox, type Sandbox } from '#sandbox/server.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { send } from '../support/sandbox-client.ts';
import { clusterOf } from './cluster.ts';
import type { Figures } from './figures.ts';

const MIB = 1024 * 1024;
const figures: Figures[] = [];

async function step(
  name: string,
  work: () => Promise<{ readonly count: number; readonly note?: string }>,
): Promise<void> {
  const start = performance.now();
  const { count, note = '' } = await work();
  figures.push({ step: name, milliseconds: performance.now() - start, longest: 0, count, note });
}

/** The reflector of the operator, from its start to the end of the initial list. */
function watched(sandbox: Sandbox): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'kubeposture-bench-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, sandbox.kubeconfig);
  const transport = new Transport({ cluster: loadCluster({ kubeconfig, userAgent: 'bench' }) });
  return new Promise((resolve) => {
    let seen = 0;
    const reflector = new Reflector<null>({
      transport,
      resource: { kind: 'Pod', ...KINDS.Pod },
      project: () => null,
      handler: {
        put: () => (seen += 1),
        remove: () => undefined,
        state: ({ phase }) => {
          if (phase !== 'synced') return;
          rmSync(folder, { recursive: true });
          void reflector.stop().then(() => {
            resolve(seen);
          });
        },
      },
    });
    reflector.start();
  });
}

const pods = Number(process.argv[2]);
const { lines } = clusterOf(pods);
/** Pods without owners: the garbage collector would remove those of an owner that is not there. */
function unowned(json: Buffer): object {
  const object = JSON.parse(json.toString()) as { readonly metadata: { readonly ownerReferences?: unknown } };
  const { ownerReferences: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

const objects = lines.filter(({ kind }) => kind === 'Pod' || kind === 'Namespace').map(({ json }) => unowned(json));
const sandbox = await startSandbox({ controllers: false });
const before = process.memoryUsage().rss;
await step('load', async () => {
  const { created, failed } = await sandbox.load(objects);
  return { count: created, note: `${String(failed.length)} refused` };
});
const loaded = process.memoryUsage().rss;
await step('list all pods', async () => {
  const { text } = await send(sandbox, { path: '/api/v1/pods' });
  return { count: 1, note: `${String(Math.round(text.length / MIB))} MiB` };
});
await step('list a page of 500', async () => {
  const { code } = await send(sandbox, { path: '/api/v1/pods?limit=500' });
  return { count: 1, note: `status ${String(code)}` };
});
await step('list all pods as a table', async () => {
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  const { text } = await send(sandbox, { path: '/api/v1/pods', accept });
  return { count: 1, note: `${String(Math.round(text.length / MIB))} MiB` };
});
await step('watch to the end of the initial events', async () => ({ count: await watched(sandbox) }));
figures.push({
  step: 'MiB of RSS gained by the load',
  milliseconds: 0,
  longest: 0,
  count: Math.round((loaded - before) / MIB),
  note: 'objects as made by the bench included',
});
await sandbox.stop();
console.log(JSON.stringify(figures));
process.exit(0);
