/** The same on a real kube-apiserver, beside what it can give at most and beside the informer of operators written in Go. */
import { loadCluster } from '#kube/kubeconfig.ts';
import { Transport } from '#kube/transport.ts';
import { controlPlaneMissing, startControlPlane } from '../../support/control-plane.ts';
import { measured, outputOf } from '../../support/child.ts';
import { podsOf } from '../cluster.ts';
import { median, printTable, text } from '../table.ts';
import type { Cost } from './client.ts';
import { clientGoInformer } from './client-go.ts';

const PODS = 10_000;
const RUNS = 5;
const AT_ONCE = 48;

type Result = Pick<Cost, 'syncedMs' | 'peakMB' | 'objects'>;
type Fields = Readonly<Record<string, unknown>>;

/** What the server writes itself, or refuses to be told. */
function asCreated(pod: Fields): Fields {
  const { uid: _, resourceVersion: __, managedFields: ___, ...metadata } = pod['metadata'] as Fields;
  return { ...pod, metadata, status: undefined };
}

async function fill(kubeconfig: string): Promise<void> {
  const transport = new Transport({ cluster: loadCluster({ kubeconfig, userAgent: 'bench' }) });
  const create = (resource: string, path: string, body: Fields): Promise<unknown> =>
    transport.request({ verb: 'create', resource, method: 'POST', path, body, pool: 'watch' });
  const namespaces = new Map<string, Promise<unknown>>();
  const pods = podsOf(PODS);
  const worker = async (): Promise<void> => {
    for (const pod of pods) {
      const { namespace } = pod['metadata'] as { readonly namespace: string };
      const made =
        namespaces.get(namespace) ?? create('namespaces', '/api/v1/namespaces', { metadata: { name: namespace } });
      namespaces.set(namespace, made);
      await made;
      await create('pods', `/api/v1/namespaces/${namespace}/pods`, asCreated(pod));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  transport.close();
}

type Run = (kubeconfig: string) => Promise<Result>;

function clients(): ReadonlyMap<string, Run> {
  const ofNode = (who: string): readonly [string, Run] => [
    who,
    (kubeconfig) => measured<Cost>('test/bench/watching/client.ts', who, kubeconfig, 'Pod'),
  ];
  const go = clientGoInformer();
  if ('missing' in go) console.log(go.missing);
  const ofGo = (encoding: string): readonly (readonly [string, Run])[] =>
    'missing' in go
      ? []
      : [[`client-go ${encoding}`, (kubeconfig) => outputOf<Result>(go.path, [kubeconfig, encoding])]];
  return new Map([ofNode('download'), ofNode('ours'), ...ofGo('json'), ...ofGo('proto'), ofNode('client-node')]);
}

function whole(who: string, result: Result): Result {
  if (result.objects !== PODS) throw new Error(`${who}: ${String(result.objects)} pods`);
  return result;
}

function report(results: ReadonlyMap<string, readonly Result[]>): void {
  const of = (who: string, measure: 'syncedMs' | 'peakMB'): number =>
    median((results.get(who) ?? []).map((result) => result[measure]));
  console.log(
    `\nwatching api-server: ${String(PODS)} pods on kube-apiserver, medians of ${String(RUNS)} runs, Node ${process.versions.node}`,
  );
  const rows = [...results.keys()].map((who) => [who, text(of(who, 'syncedMs')), text(of(who, 'peakMB'))]);
  printTable(['', 'synced ms', 'peak RSS MB'], rows);
  const verdict = (isMet: boolean): string => (isMet ? 'met' : 'MISSED');
  const overDownload = of('ours', 'syncedMs') / of('download', 'syncedMs');
  console.log(`ours / bare download: ${text(overDownload)} (aim <= 1.3: ${verdict(overDownload <= 1.3)})`);
  if (!results.has('client-go json')) return;
  const faster = of('client-go json', 'syncedMs') / of('ours', 'syncedMs');
  console.log(`client-go json / ours, time: ${text(faster)} (aim >= 3: ${verdict(faster >= 3)})`);
  const less = of('client-go json', 'peakMB') / of('ours', 'peakMB');
  console.log(`client-go json / ours, memory: ${text(less)} (aim > 1: ${verdict(less > 1)})`);
}

export async function watchApiServer(): Promise<void> {
  const missing = controlPlaneMissing();
  if (missing !== undefined) {
    console.log(`\nwatching api-server: left out: ${missing}`);
    return;
  }
  const plane = await startControlPlane();
  try {
    await fill(plane.kubeconfig);
    const all = clients();
    const results = new Map([...all.keys()].map((who) => [who, [] as Result[]]));
    for (let run = 0; run < RUNS; run += 1)
      for (const [who, measure] of all) results.get(who)!.push(whole(who, await measure(plane.kubeconfig)));
    report(results);
  } finally {
    await plane.stop();
  }
}
