import type { Engine } from '#engine/engine.ts';
import type { Tally } from '#engine/tally.ts';
import { areaOf } from '#model/check.ts';
import { SEVERITIES, rankOf } from '#model/severity.ts';
import type { Verdict } from '#model/verdict.ts';
import type { Settings } from '#settings/types.ts';
import type { Sample } from '#sinks/metrics.ts';

/** Stands for the cluster-scoped findings in the label `namespace`. */
export const CLUSTER = '';
/** Stands for the namespaces beyond `metrics.maxSeries`. */
const OTHER = '_other';
/** Posture series without labels, those of `kubeposture_reports` and of `kubeposture_series_folded`. */
const SINGLE_SERIES = 3 + 2 + 2;

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
  const workloads = workloadScore ? workloadsOf(engine) : [];
  const shown = workloads.slice(0, Math.max(0, room));
  return { named, folded: all.slice(named.length), workloads: shown, left: workloads.length - shown.length };
}

/** The lowest scores first, then by name. */
function workloadsOf(engine: Engine): readonly Verdict[] {
  const rows = [...engine.verdicts()]
    .filter(({ isWorkload }) => isWorkload)
    .map((verdict) => ({ verdict, score: verdict.score.exact, key: keyOf(verdict) }));
  return rows.sort((a, b) => a.score - b.score || (a.key < b.key ? -1 : 1)).map(({ verdict }) => verdict);
}

function keyOf({ subject: { namespace, kind, name } }: Verdict): string {
  return `${namespace}/${kind}/${name}`;
}

type Cell = readonly [severity: string, category: string, count: number];

function cellsOf(tally: Tally): readonly Cell[] {
  return [...tally.findings].flatMap(([check, counts]) =>
    SEVERITIES.map((severity): Cell => [severity, areaOf(check), counts[rankOf(severity)] ?? 0]).filter(
      ([, , count]) => count > 0,
    ),
  );
}

function seriesOf(tally: Tally): number {
  return new Set(cellsOf(tally).map(([severity, category]) => `${severity} ${category}`)).size;
}

/** Findings by namespace, severity and category. What is in no namespace is the cluster's sum less the namespaces'. */
export function findingSamples(engine: Engine, { named, folded }: Share): readonly Sample<'findings'>[] {
  const sums = new Map<string, number>();
  const add = (namespace: string, [severity, category, count]: Cell, sign = 1): void => {
    const key = JSON.stringify([namespace, severity, category]);
    sums.set(key, (sums.get(key) ?? 0) + sign * count);
  };
  for (const cell of cellsOf(engine.tally(CLUSTER))) add(CLUSTER, cell);
  for (const [label, namespaces] of [
    [undefined, named],
    [OTHER, folded],
  ] as const) {
    for (const namespace of namespaces) {
      for (const cell of cellsOf(engine.tally(namespace))) {
        add(label ?? namespace, cell);
        add(CLUSTER, cell, -1);
      }
    }
  }
  return [...sums]
    .filter(([, value]) => value > 0)
    .map(([key, value]) => {
      const [namespace, severity, category] = JSON.parse(key) as [string, string, string];
      return { labels: { namespace, severity, category }, value };
    });
}

export function checkSamples(engine: Engine): readonly Sample<'checkFindings'>[] {
  return [...engine.tally(CLUSTER).findings].flatMap(([check, counts]) =>
    SEVERITIES.map((severity) => ({ labels: { check, severity }, value: counts[rankOf(severity)] ?? 0 })).filter(
      ({ value }) => value > 0,
    ),
  );
}

export function workloadSamples({ workloads }: Share): readonly Sample<'workloadScore'>[] {
  return workloads.map(({ subject: { namespace, kind, name }, score }) => ({
    labels: { namespace, kind, name },
    value: score.exact,
  }));
}
