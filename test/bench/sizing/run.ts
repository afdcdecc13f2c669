/**
 * One run: the operator as it is shipped, in a process of its own, on a real API server with so many pods, with the heap that a container of so
 * many MiB leaves it. Prints what it took.
 */
import { readFileSync } from 'node:fs';
import { loadCluster } from '#kube/kubeconfig.ts';
import { resourceName, resourcePath } from '#kube/resource.ts';
import { Transport } from '#kube/transport.ts';
import { KINDS, isKind } from '#model/kinds.ts';
import { measuredEnvironment, shippedFlags } from '../../support/child.ts';
import { startControlPlane } from '../../support/control-plane.ts';
import { OperatorProcess } from '../../support/operator-process.ts';
import { waitFor } from '../../support/wait.ts';
import { clusterOf } from '../cluster.ts';

const AT_ONCE = 48;
const PATIENCE_MS = 900_000;
/** So long without a write, and all are done. */
const QUIET_MS = 15_000;

/** What the operator took. */
export interface Sizing {
  readonly pods: number;
  /** Memory of the container, MiB. */
  readonly limitMi: number;
  readonly objects: number;
  readonly reports: number;
  readonly judgedSeconds: number;
  readonly writtenSeconds: number;
  /** Resident, at most and at the end. */
  readonly peakMiB: number;
  readonly restMiB: number;
  readonly cpuSeconds: number;
  readonly reportMiB: number;
}

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

/** Resolves with how many reports were written, when none has been for a while: at the rate of writes none is left then. */
async function allWritten(operator: OperatorProcess): Promise<number> {
  let written = 0;
  let since = performance.now();
  await waitFor(
    'the reports',
    async () => {
      const now = (await operator.metric('kubeposture_report_writes_total', 'written')) ?? 0;
      if (now !== written) since = performance.now();
      written = now;
      return written > 0 && performance.now() - since > QUIET_MS;
    },
    { deadlineMs: PATIENCE_MS, everyMs: 1000 },
  );
  return written;
}

/** The heap that a container with this memory limit leaves, as the image asks for it. */
function heapFor(limitMi: number): string {
  const flags = shippedFlags();
  const percentage = Number(/--max-old-space-size-percentage=(\d+)/.exec(flags.join(' '))?.[1]);
  const others = flags.filter((flag) => !flag.startsWith('--max-old-space'));
  return [...others, `--max-old-space-size=${String(Math.floor((limitMi * percentage) / 100))}`].join(' ');
}

async function measured(kubeconfig: string, limitMi: number): Promise<Omit<Sizing, 'pods' | 'limitMi' | 'objects'>> {
  const since = performance.now();
  const seconds = (): number => (performance.now() - since) / 1000;
  const operator = new OperatorProcess(['--kubeconfig', kubeconfig, '--leader-elect=false'], {
    ...measuredEnvironment(),
    NODE_OPTIONS: heapFor(limitMi),
  });
  try {
    await operator.says('everything judged', PATIENCE_MS);
    const judgedSeconds = seconds();
    const reports = await allWritten(operator);
    return {
      reports,
      judgedSeconds,
      writtenSeconds: seconds() - QUIET_MS / 1000,
      peakMiB: kilobytes(operator.pid, 'VmHWM') / 1024,
      restMiB: kilobytes(operator.pid, 'VmRSS') / 1024,
      cpuSeconds: (await operator.metric('process_cpu_seconds_total')) ?? 0,
      reportMiB: ((await operator.metric('kubeposture_reports_bytes')) ?? 0) / 1024 / 1024,
    };
  } finally {
    await operator.stop();
  }
}

const [pods = 0, limitMi = 0] = process.argv.slice(2).map(Number);
// Its namespaces enforce a standard that some of its pods break: they are older than the label.
const plane = await startControlPlane({
  serviceAccountAdmission: true,
  apiServerFlags: ['--disable-admission-plugins=ServiceAccount,PodSecurity'],
});
try {
  await plane.kubectl('apply', '-f', 'crds');
  const objects = await fill(plane.kubeconfig, pods);
  const sizing: Sizing = { pods, limitMi, objects, ...(await measured(plane.kubeconfig, limitMi)) };
  process.stdout.write(JSON.stringify(sizing));
} finally {
  await plane.stop();
}
