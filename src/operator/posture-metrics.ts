import type { Engine } from '#engine/engine.ts';
import { scoreOf } from '#engine/score.ts';
import type { Tally } from '#engine/tally.ts';
import { areaOf } from '#model/check.ts';
import { SEVERITIES, rankOf } from '#model/severity.ts';
import type { Inventory } from '#model/inventory.ts';
import type { Metrics, Sample } from '#sinks/metrics.ts';
import type { ReportSink } from '#sinks/reports.ts';
import { coverageOf } from './contents.ts';

/** Stands for the cluster-scoped findings in the label `namespace`. */
const CLUSTER = '';
/** Stands for the namespaces beyond `metrics.maxSeries`. */
const OTHER = '_other';
/** The most series that one namespace can have: severities times categories. */
const SERIES_OF_A_NAMESPACE = SEVERITIES.length * 8;

interface Sources {
  readonly engine: Engine;
  readonly inventory: Inventory;
  readonly sink: ReportSink;
  /** Posture is said by the leader alone. */
  readonly isSpeaking: () => boolean;
  readonly maxSeries: () => number;
  readonly reportBytes: () => number;
}

/** The posture metrics, read from the sums of the engine at each scrape: as many steps as series, no walk over objects. */
export function definePostureMetrics(metrics: Metrics, sources: Sources): void {
  const { engine, inventory, sink, reportBytes } = sources;
  const spoken =
    <T>(read: () => Iterable<T>) =>
    (): Iterable<T> =>
      sources.isSpeaking() ? read() : [];
  const scopes = (): Scopes => scopesOf(engine, sources.maxSeries());

  metrics.gauge(
    'findings',
    spoken(() => findingSamples(engine, scopes())),
  );
  metrics.gauge(
    'checkFindings',
    spoken(() => checkSamples(engine)),
  );
  metrics.gauge(
    'score',
    spoken(() =>
      scopes()
        .named.filter((name) => name !== CLUSTER)
        .map((namespace) => ({
          labels: { namespace },
          value: scoreOf(engine.tally(namespace).open, 'namespace').exact,
        })),
    ),
  );
  metrics.gauge(
    'clusterScore',
    spoken(() => [{ labels: {}, value: scoreOf(engine.tally(CLUSTER).open, 'cluster').exact }]),
  );
  metrics.gauge(
    'coverage',
    spoken(() => [{ labels: {}, value: coverageOf(inventory).ratio }]),
  );
  metrics.gauge(
    'unknown',
    spoken(() => [...engine.tally(CLUSTER).obstacles].map(([reason, value]) => ({ labels: { reason }, value }))),
  );
  metrics.gauge(
    'reports',
    spoken(() =>
      (['SecurityReport', 'ClusterSecurityReport'] as const).map((kind) => ({
        labels: { kind },
        value: sink.count(kind),
      })),
    ),
  );
  metrics.gauge(
    'reportsBytes',
    spoken(() => [{ labels: {}, value: reportBytes() }]),
  );
  metrics.gauge(
    'seriesFolded',
    spoken(() => [{ labels: {}, value: scopes().folded.length }]),
  );
}

interface Scopes {
  readonly named: readonly string[];
  readonly folded: readonly string[];
}

/** The namespaces that get series of their own, by name, and those that are folded into one. */
function scopesOf(engine: Engine, maxSeries: number): Scopes {
  const room = Math.max(1, Math.floor(maxSeries / SERIES_OF_A_NAMESPACE));
  const all = [...engine.namespaces()].sort();
  return { named: all.slice(0, room), folded: all.slice(room) };
}

type Cell = readonly [severity: string, category: string, count: number];

function cellsOf(tally: Tally): readonly Cell[] {
  return [...tally.findings].flatMap(([check, counts]) =>
    SEVERITIES.map((severity): Cell => [severity, areaOf(check), counts[rankOf(severity)] ?? 0]).filter(
      ([, , count]) => count > 0,
    ),
  );
}

/** Findings by namespace, severity and category. What is in no namespace is the cluster's sum less the namespaces'. */
function findingSamples(engine: Engine, { named, folded }: Scopes): readonly Sample<'findings'>[] {
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

function checkSamples(engine: Engine): readonly Sample<'checkFindings'>[] {
  return [...engine.tally(CLUSTER).findings].flatMap(([check, counts]) =>
    SEVERITIES.map((severity) => ({ labels: { check, severity }, value: counts[rankOf(severity)] ?? 0 })).filter(
      ({ value }) => value > 0,
    ),
  );
}
