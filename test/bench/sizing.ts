/**
 * One run: the operator as it is shipped, in a process of its own, on a real API server with so many pods. Prints what it took. The heap is
 * bound as in a container with the memory limit of manifests/base, if KP_HEAP_MB says how many MiB that leaves.
 */
import { readFileSync } from 'node:fs';
import { loadCluster } from '#kube/kubeconfig.ts';
import { resourceName, resourcePath } from '#kube/resource.ts';
import { Transport } from '#kube/transport.ts';
import { KINDS, isKind } from '#model/kinds.ts';
import { measuredEnvironment, shippedFlags } from '../support/child.ts';
import { startControlPlane } from '../support/control-plane.ts';
import { OperatorProcess } from '../support/operator-process.ts';
import { waitFor } from '../support/wait.ts';
import { clusterOf } from './cluster.ts';

const AT_ONCE = 48;
const PATIENCE_MS = 600_000;

interface Made {
  readonly metadata: { readonly uid: string };
}

/** Creates the objects of a cluster kind by kind. The server gives uids of its own: references to owners follow. */
async function fill(kubeconfig: string, pods: number): Promise<number> {
  const transport = new Transport({ cluster: loadCluster({ kubeconfig, userAgent: 'bench' }) });
  const uids = new Map<string, string>();
  const lines = [...clusterOf(pods).lines];
  const kinds = [...new Set(lines.map(({ kind }) => kind))];
  const one = async (kind: string, json: string): Promise<void> => {
    if (!isKind(kind)) return;
    const text = json.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, (uid) => uids.get(uid) ?? uid);
    const object = JSON.parse(text) as {
      readonly metadata: Record<string, unknown>;
      readonly [field: string]: unknown;
    };
    const { uid, resourceVersion: _, managedFields: __, creationTimestamp: ___, ...metadata } = object.metadata;
    const place = KINDS[kind];
    const at = { namespace: metadata['namespace'] as string | undefined };
    const { body } = await transport.request({
      verb: 'create',
      resource: resourceName(place),
      method: 'POST',
      path: resourcePath(place, at),
      body: {
        apiVersion: place.group === '' ? 'v1' : `${place.group}/v1`,
        kind,
        ...object,
        metadata,
        status: undefined,
      },
      pool: 'write',
    });
    if (typeof uid === 'string') uids.set(uid, (body as Made).metadata.uid);
  };
  let made = 0;
  for (const kind of kinds) {
    const queue = lines.filter((line) => line.kind === kind);
    const worker = async (): Promise<void> => {
      for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
        await one(kind, next.json.toString());
        made += 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }
  transport.close();
  return made;
}

function kilobytes(pid: number, field: string): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
}

const pods = Number(process.argv[2]);
// Its namespaces enforce a standard that some of its pods break: they are older than the label.
const plane = await startControlPlane({
  serviceAccountAdmission: true,
  apiServerFlags: ['--disable-admission-plugins=ServiceAccount,PodSecurity'],
});
try {
  await plane.kubectl('apply', '-f', 'crds');
  const objects = await fill(plane.kubeconfig, pods);
  const since = performance.now();
  const heap = process.env['KP_HEAP_MB'] ?? '358';
  const flags = shippedFlags().filter((flag) => !flag.startsWith('--max-old-space'));
  const operator = new OperatorProcess(['--kubeconfig', plane.kubeconfig, '--leader-elect=false'], {
    ...measuredEnvironment(),
    NODE_OPTIONS: [...flags, `--max-old-space-size=${heap}`].join(' '),
  });
  await operator.says('everything judged', PATIENCE_MS);
  const judged = performance.now() - since;
  let last = -1;
  let still = 0;
  await waitFor(
    'the reports',
    async () => {
      const now = (await operator.metric('kubeposture_report_writes_total', 'written')) ?? 0;
      still = now === last && now > 0 ? still + 1 : 0;
      last = now;
      return still >= 5;
    },
    { deadlineMs: PATIENCE_MS, everyMs: 1000 },
  );
  const started = performance.now();
  const { text } = await operator.get('/metrics');
  const figures = {
    pods,
    objects,
    reports: last,
    judgedSeconds: Math.round(judged / 100) / 10,
    peakMiB: Math.round(kilobytes(operator.pid, 'VmHWM') / 1024),
    restMiB: Math.round(kilobytes(operator.pid, 'VmRSS') / 1024),
    cpuSeconds: (await operator.metric('process_cpu_seconds_total')) ?? 0,
    reportMiB: Math.round(((await operator.metric('kubeposture_reports_bytes')) ?? 0) / 104_857.6) / 10,
    scrapeMs: Math.round(performance.now() - started),
    series: text.split('\n').filter((line) => /^[a-z]/.test(line)).length,
  };
  console.log(JSON.stringify(figures));
  await operator.stop();
} finally {
  await plane.stop();
}
