/**
 * One writer that applies so many reports, eight at a time; prints what that cost. Arguments: `ours` or `client-node`, a kubeconfig, how many.
 */
import { KubeConfig, KubernetesObjectApi, PatchStrategy } from '@kubernetes/client-node';
import { loadCluster } from '#kube/kubeconfig.ts';
import { Transport } from '#kube/transport.ts';
import { Writer } from '#kube/writer.ts';
import { NAMESPACE, report, REPORTS } from './report.ts';

export interface WriteCost {
  readonly perSecond: number;
  readonly cpuMicros: number;
}

const [, , who = '', kubeconfig = '', word = ''] = process.argv;
const count = Number(word);
const AT_ONCE = 8;

/** Warm: what is measured is the hundredth write, not the first handshake. */
type Apply = (from: number, to: number) => Promise<void>;

function ours(): Apply {
  const transport = new Transport({ cluster: loadCluster({ kubeconfig, userAgent: 'bench' }) });
  const failures: unknown[] = [];
  const writer = new Writer({
    transport,
    // As fast as the server takes them.
    limits: { perSecond: 1e9, burst: 1e9, concurrency: AT_ONCE },
    onOutcome: (_, outcome) => {
      if (outcome.status !== 'written') failures.push(outcome);
    },
  });
  return async (from, to) => {
    for (let at = from; at < to; at += 1) {
      const body = report(at);
      const request = {
        method: 'apply',
        resource: REPORTS,
        namespace: NAMESPACE,
        name: body.metadata.name,
        body,
      } as const;
      writer.submit({ key: body.metadata.name, build: () => request });
    }
    await writer.idle();
    if (failures.length > 0) throw new Error(JSON.stringify(failures[0]));
  };
}

function clientNode(): Apply {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = KubernetesObjectApi.makeApiClient(config);
  return async (from, to) => {
    let at = from;
    const worker = async (): Promise<void> => {
      while (at < to) {
        const body = report(at++);
        await api.patch(body, undefined, undefined, 'kubeposture', true, PatchStrategy.ServerSideApply);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  };
}

const CLIENTS: Readonly<Record<string, () => Apply>> = { ours, 'client-node': clientNode };
const client = CLIENTS[who];
if (client === undefined) throw new Error(`no client ${who}`);

const apply = client();
await apply(0, 100);
const cpu = process.cpuUsage();
const start = performance.now();
await apply(100, 100 + count);
const seconds = (performance.now() - start) / 1000;
const { user, system } = process.cpuUsage(cpu);
const cost: WriteCost = { perSecond: count / seconds, cpuMicros: (user + system) / count };
process.stdout.write(JSON.stringify(cost));
process.exit(0);
