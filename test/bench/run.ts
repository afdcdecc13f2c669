/** One run of one benchmark in a process of its own; prints its figures as JSON. Started by main.ts. */
import { createHash } from 'node:crypto';
import { CHECKS } from '#checks/index.ts';
import { Engine } from '#engine/engine.ts';
import { addJob, type Jobs } from '#engine/plan.ts';
import { SCORING } from '#engine/score.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import type { Change } from '#model/inventory.ts';
import { DEFAULT_PARAMETERS } from '#model/parameters.ts';
import { isKind } from '#model/kinds.ts';
import { contentsOf } from '#operator/contents.ts';
import { hasReport, reportOf } from '#report/body.ts';
import { clusterOf, type Line } from './cluster.ts';
import type { Figures } from './figures.ts';

/** What one step has cost. `longest` is the longest that nothing else could have run: one object, one change, one job. */
const MIB = 1024 * 1024;
const figures: Figures[] = [];

/** Runs a step and notes what it cost; each call of `slice` is one unit after which the operator may yield. */
function step(
  name: string,
  work: (slice: <T>(unit: () => T) => T) => { readonly count: number; readonly note?: string },
): void {
  let longest = 0;
  const slice = <T>(unit: () => T): T => {
    const start = performance.now();
    const result = unit();
    longest = Math.max(longest, performance.now() - start);
    return result;
  };
  const start = performance.now();
  const { count, note = '' } = work(slice);
  figures.push({ step: name, milliseconds: performance.now() - start, longest, count, note });
}

function settledHeap(): number {
  for (let round = 0; round < 3; round += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const store = new Store();
const engine = new Engine(CHECKS, store, { minor: 36, complete: true, parameters: DEFAULT_PARAMETERS });

function takeIn({ kind, json }: Line): readonly Change[] {
  const raw = JSON.parse(json.toString()) as Raw;
  return isKind(kind) ? store.put(shrink(kind, raw)) : [];
}

/** A change through planning and judging, as the operator's loop does it. */
function react(name: string, change: () => readonly Change[]): void {
  step(name, (slice) => {
    const jobs: Jobs = new Map();
    for (const each of slice(change)) for (const job of slice(() => engine.plan(each)).values()) addJob(jobs, job);
    let moved = 0;
    for (const job of jobs.values()) if (slice(() => engine.judge(job))) moved += 1;
    return { count: jobs.size, note: `${String(moved)} verdicts moved` };
  });
}

function binding(name: string): Raw {
  return {
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { kind: 'ClusterRole', name: 'view' },
    subjects: [{ kind: 'Group', name: 'system:serviceaccounts' }],
  };
}

function policy(app: string): Raw {
  const podSelector = { matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'In', values: [app] }] };
  return { metadata: { namespace: 'team-0', name: 'one' }, spec: { podSelector, policyTypes: ['Ingress'] } };
}

function load(lines: readonly Line[]): void {
  step('take in: parse, shrink, store', (slice) => {
    for (const each of lines) slice(() => takeIn(each));
    return { count: lines.length };
  });
}

function judgeAll(): void {
  const jobs = [...engine.planAll().values()];
  step('judge everything', (slice) => {
    for (const job of jobs) slice(() => engine.judge(job));
    const { summary } = engine.tally('');
    return { count: jobs.length, note: `${String(summary.high + summary.medium + summary.low)} findings` };
  });
}

function reports(): void {
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  step('write every report body', (slice) => {
    let count = 0;
    let bytes = 0;
    for (const verdict of engine.verdicts()) {
      if (!hasReport(verdict)) continue;
      count += 1;
      const report = slice(() =>
        reportOf(contentsOf(verdict, engine), { catalogue: 'bench', scoring: SCORING }, sha256),
      );
      bytes += JSON.stringify(report.body).length;
    }
    return { count, note: `${String(Math.round(bytes / count))} bytes each` };
  });
}

function cluster(pods: number): void {
  const { lines, averagePodBytes, pod } = clusterOf(pods);
  const [heapBefore, rssBefore] = [settledHeap(), process.memoryUsage().rss];
  load(lines);
  const heapStored = settledHeap();
  step('plan everything', (slice) => ({ count: slice(() => engine.planAll()).size }));
  judgeAll();
  const rss = process.memoryUsage().rss - rssBefore;
  const heapJudged = settledHeap();
  reports();
  react('one pod changed', () => takeIn(pod.changed));
  react('one pod changed back', () => takeIn(pod.now));
  react('heartbeat of a kubelet', () => takeIn(pod.heartbeat));
  react('one policy added', () => store.put(shrink('NetworkPolicy', policy('app-0'))));
  react('one policy changed', () => store.put(shrink('NetworkPolicy', policy('app-20'))));
  react('binding to all accounts', () => store.put(shrink('ClusterRoleBinding', binding('all'))));
  react('that binding removed', () => store.remove({ kind: 'ClusterRoleBinding', namespace: '', name: 'all' }));
  const perPod = (bytes: number): string => `${String(Math.round(bytes / pods))} bytes a pod`;
  const memory = (name: string, bytes: number, note: string): void => {
    figures.push({ step: name, milliseconds: 0, longest: 0, count: Math.round((bytes / MIB) * 10) / 10, note });
  };
  memory(
    'MiB of heap: stored',
    heapStored - heapBefore,
    `${perPod(heapStored - heapBefore)}, all kinds; JSON ${String(averagePodBytes)} bytes a pod`,
  );
  memory('MiB of heap: stored and judged', heapJudged - heapBefore, perPod(heapJudged - heapBefore));
  memory('MiB of RSS gained', rss, 'a lower bound: the process has grown already while it made the cluster');
}

cluster(Number(process.argv[2]));
process.stdout.write(JSON.stringify(figures));
