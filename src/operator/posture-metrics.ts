import type { Engine } from '#engine/engine.ts';
import { scoreOf } from '#engine/score.ts';
import type { Settings } from '#settings/types.ts';
import { METRICS } from '#sinks/metric-table.ts';
import type { Metrics, Sample } from '#sinks/metrics.ts';
import type { ReportSink } from '#sinks/reports.ts';
import { coverageOf, type Known } from './contents.ts';
import { CLUSTER, checkSamples, findingSamples, scoreSamples, shareOf, workloadSamples, type Share } from './series.ts';

/** One scrape asks several times within a turn of the event loop; nothing changes meanwhile. */
function onceAScrape<T>(read: () => T): () => T {
  let held: { readonly value: T } | undefined;
  return () => {
    if (held !== undefined) return held.value;
    setImmediate(() => {
      held = undefined;
    });
    const value = read();
    held = { value };
    return value;
  };
}

interface Sources {
  readonly engine: Engine;
  readonly inventory: Known;
  readonly sink: Pick<ReportSink, 'count'>;
  /** Posture is said by the leader alone. */
  readonly isSpeaking: () => boolean;
  readonly settings: () => Settings['metrics'];
  readonly reportBytes: () => number;
}

/** The posture metrics, read from the sums of the engine at each scrape: as many steps as series, no walk over objects. */
export function definePostureMetrics(metrics: Metrics, sources: Sources): void {
  const { engine, inventory, sink, reportBytes } = sources;
  const spoken =
    <T>(read: () => Iterable<T>) =>
    (): Iterable<T> =>
      sources.isSpeaking() ? read() : [];
  const share = onceAScrape(() => shareOf(engine, sources.settings()));

  metrics.gauge(
    'findings',
    spoken(() => findingSamples(engine, share())),
  );
  metrics.gauge(
    'checkFindings',
    spoken(() => checkSamples(engine)),
  );
  metrics.gauge(
    'score',
    spoken(() => scoreSamples(engine, share())),
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
    spoken(() => foldedSamples(share())),
  );
  metrics.gauge(
    'workloadScore',
    spoken(() => workloadSamples(share())),
  );
}

function foldedSamples({ folded, workloads, left }: Share): readonly Sample<'seriesFolded'>[] {
  return [
    { labels: { metric: METRICS.findings.name }, value: folded.length },
    ...(workloads.length + left === 0 ? [] : [{ labels: { metric: METRICS.workloadScore.name }, value: left }]),
  ];
}
