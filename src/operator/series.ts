import { CHECKS } from '#checks/index.ts';
import { Compliance, CONTROL_STATUSES, type ControlCounts } from '#engine/compliance.ts';
import type { Engine } from '#engine/engine.ts';
import type { Tally } from '#engine/tally.ts';
import { scoreOf } from '#engine/score.ts';
import { areaOf } from '#model/check.ts';
import { FRAMEWORKS } from '#model/frameworks.ts';
import { subjectKey } from '#model/ref.ts';
import { EXCEPTION_STATES } from '#model/exception.ts';
import { SEVERITIES, rankOf } from '#model/severity.ts';
import type { Verdict } from '#model/verdict.ts';
import type { Settings } from '#settings/types.ts';
import type { Sample } from '#sinks/metrics.ts';

/** Stands for the cluster-scoped findings in the label `namespace`. */
export const CLUSTER = '';
/** Stands for the namespaces beyond `metrics.maxSeries`. */
const OTHER = '_other';
/** Posture series without labels, those of `kubeposture_reports` and of `kubeposture_series_folded`, and those of frameworks and of exceptions. */
const SINGLE_SERIES = 4 + 2 + 2 + FRAMEWORKS.length * (1 + CONTROL_STATUSES.length) + EXCEPTION_STATES.length;
const COMPLIANCE = new Compliance(CHECKS);

/** How the series that `metrics.maxSeries` allows are shared out. */
export interface Share {
  /** Namespaces with series of their own, by name, so that the same ones have them at every scrape. */
  readonly named: readonly string[];
  /** Namespaces that are one together. */
  readonly folded: readonly string[];
  /** Workloads with a series of their own: the lowest scores first. */
  readonly workloads: readonly Verdict[];
  /** How many workloads have none. */
  readonly left: number;
}

/**
 * Law: all posture series together are at most `maxSeries`, but for those that no namespace makes (by check, by obstacle, of the cluster):
 * these are always there, and the catalogue bounds them.
 */
export function shareOf(engine: Engine, { maxSeries, workloadScore }: Settings['metrics']): Share {
  const all = [...engine.namespaces()].sort();
  const cluster = engine.tally(CLUSTER);
  // `_other` and the cluster itself have at most the cells of the whole cluster.
  const always = SINGLE_SERIES + checkSamples(engine).length + cluster.obstacles.size + 2 * seriesOf(cluster);
  let room = maxSeries - always;
  const named: string[] = [];
  for (const name of all) {
    const cost = seriesOf(engine.tally(name)) + 1;
    if (cost > room) break;
    room -= cost;
    named.push(name);
  }
  if (!workloadScore) return { named, folded: all.slice(named.length), workloads: [], left: 0 };
  const workloads = [...engine.verdicts()].filter(({ isWorkload }) => isWorkload);
  const shown = lowest(workloads, Math.max(0, room));
  return { named, folded: all.slice(named.length), workloads: shown, left: workloads.length - shown.length };
}

/** So many with the lowest scores; of those that score the same the first by name. */
function lowest(workloads: readonly Verdict[], room: number): readonly Verdict[] {
  if (workloads.length <= room) return workloads;
  const byScore = Map.groupBy(workloads, ({ score }) => score.exact);
  const shown: Verdict[] = [];
  for (const score of [...byScore.keys()].sort((a, b) => a - b)) {
    const alike = byScore.get(score) ?? [];
    const left = room - shown.length;
    shown.push(...(alike.length <= left ? alike : byName(alike).slice(0, left)));
    if (alike.length >= left) break;
  }
  return shown;
}

function byName(verdicts: readonly Verdict[]): readonly Verdict[] {
  const named = verdicts.map((verdict) => ({ verdict, name: subjectKey(verdict.subject) }));
  return named.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ verdict }) => verdict);
}

/** What follows from a tally, worked out once for each of its states: between two scrapes few change. */
function remembered<T>(work: (tally: Tally) => T): (tally: Tally) => T {
  const known = new WeakMap<Tally, { readonly revision: number; readonly value: T }>();
  return (tally) => {
    const { revision } = tally;
    const held = known.get(tally);
    if (held?.revision === revision) return held.value;
    const value = work(tally);
    known.set(tally, { revision, value });
    return value;
  };
}

/** Open findings by `severity category`. */
type Cells = ReadonlyMap<string, number>;

const cellsOf = remembered((tally): Cells => {
  const cells = new Map<string, number>();
  for (const [check, counts] of tally.findings) {
    for (const severity of SEVERITIES) add(cells, `${severity} ${areaOf(check)}`, counts[rankOf(severity)] ?? 0);
  }
  return cells;
});

function add(cells: Map<string, number>, cell: string, count: number): void {
  if (count !== 0) cells.set(cell, (cells.get(cell) ?? 0) + count);
}

function seriesOf(tally: Tally): number {
  return cellsOf(tally).size;
}

/** Findings by namespace, severity and category. What is in no namespace is the cluster's sum less the namespaces'. */
export function findingSamples(engine: Engine, { named, folded }: Share): readonly Sample<'findings'>[] {
  const own = new Map(cellsOf(engine.tally(CLUSTER)));
  const other = new Map<string, number>();
  const takeOut = (cells: Cells): Cells => {
    for (const [cell, count] of cells) add(own, cell, -count);
    return cells;
  };
  const samples = named.flatMap((namespace) => samplesOf(namespace, takeOut(cellsOf(engine.tally(namespace)))));
  for (const namespace of folded) {
    for (const [cell, count] of takeOut(cellsOf(engine.tally(namespace)))) add(other, cell, count);
  }
  return [...samples, ...samplesOf(CLUSTER, own), ...samplesOf(OTHER, other)];
}

function samplesOf(namespace: string, cells: Cells): readonly Sample<'findings'>[] {
  return [...cells].flatMap(([cell, value]) => {
    const [severity = '', category = ''] = cell.split(' ');
    return value > 0 ? [{ labels: { namespace, severity, category }, value }] : [];
  });
}

const scoreOfNamespace = remembered((tally) => scoreOf(tally.open, 'namespace').exact);

export function scoreSamples(engine: Engine, { named }: Share): readonly Sample<'score'>[] {
  return named
    .filter((name) => name !== CLUSTER)
    .map((namespace) => ({ labels: { namespace }, value: scoreOfNamespace(engine.tally(namespace)) }));
}

export function checkSamples(engine: Engine): readonly Sample<'checkFindings'>[] {
  return [...engine.tally(CLUSTER).findings].flatMap(([check, counts]) =>
    SEVERITIES.map((severity) => ({ labels: { check, severity }, value: counts[rankOf(severity)] ?? 0 })).filter(
      ({ value }) => value > 0,
    ),
  );
}

/** How the cluster stands by each framework. */
export function complianceOf(engine: Engine): readonly (readonly [framework: string, counts: ControlCounts])[] {
  const running = new Set(engine.checks.map(({ id }) => id));
  const declared = (ref: string): ReturnType<Engine['declared']> => engine.declared(ref);
  return FRAMEWORKS.map((framework) => [
    framework.id,
    COMPLIANCE.counts(framework, engine.tally(CLUSTER), running, declared),
  ]);
}

export function workloadSamples({ workloads }: Share): readonly Sample<'workloadScore'>[] {
  return workloads.map(({ subject: { namespace, kind, name }, score }) => ({
    labels: { namespace, kind, name },
    value: score.exact,
  }));
}
