import lodash from 'lodash';
import { complianceRatio, CONTROL_STATUSES } from '#engine/compliance.ts';
import type { Engine } from '#engine/engine.ts';
import { scoreOf } from '#engine/score.ts';
import { EXCEPTION_STATES } from '#model/exception.ts';
import type { Standing } from '#model/standing.ts';
import { isInEffect } from '#report/exception-status.ts';
import type { Settings } from '#settings/types.ts';
import { METRICS } from '#sinks/metric-table.ts';
import type { GaugeKey, Metrics, Sample } from '#sinks/metrics.ts';
import type { ReportSink } from '#sinks/reports.ts';
import { coverageOf, type Known } from './contents.ts';
import {
  CLUSTER,
  checkSamples,
  complianceOf,
  findingSamples,
  scoreSamples,
  shareOf,
  workloadSamples,
  type Share,
} from './series.ts';

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
  const say = <K extends GaugeKey>(key: K, read: () => Iterable<Sample<K>>): void => {
    metrics.gauge(key, () => (sources.isSpeaking() ? read() : []));
  };
  const share = onceAScrape(() => shareOf(engine, sources.settings()));
  const standings = onceAScrape(() => [...engine.exceptions.standings(engine.now)]);
  const compliance = onceAScrape(() => complianceOf(engine));

  say('findings', () => findingSamples(engine, share()));
  say('checkFindings', () => checkSamples(engine));
  say('score', () => scoreSamples(engine, share()));
  say('clusterScore', () => single(scoreOf(engine.tally(CLUSTER).open, 'cluster').exact));
  say('coverage', () => single(coverageOf(inventory).ratio));
  say('complianceRatio', () =>
    compliance().map(([framework, counts]) => ({ labels: { framework }, value: complianceRatio(counts) })),
  );
  say('complianceControls', () =>
    compliance().flatMap(([framework, counts]) =>
      CONTROL_STATUSES.map((status) => ({ labels: { framework, status }, value: counts[status] })),
    ),
  );
  say('unknown', () => [...engine.tally(CLUSTER).obstacles].map(([reason, value]) => ({ labels: { reason }, value })));
  say('exceptions', () => {
    const counts = lodash.countBy(standings(), 'state');
    return EXCEPTION_STATES.map((state) => ({ labels: { state }, value: counts[state] ?? 0 }));
  });
  say('nextExpiry', () => nextExpiry(standings()));
  say('reports', () =>
    (['SecurityReport', 'ClusterSecurityReport'] as const).map((kind) => ({
      labels: { kind },
      value: sink.count(kind),
    })),
  );
  say('reportsBytes', () => single(reportBytes()));
  say('seriesFolded', () => foldedSamples(share()));
  say('workloadScore', () => workloadSamples(share()));
}

function single(value: number): readonly [Sample<'clusterScore' | 'coverage' | 'reportsBytes'>] {
  return [{ labels: {}, value }];
}

function nextExpiry(standings: readonly Standing[]): readonly Sample<'nextExpiry'>[] {
  const ends = standings.filter(isInEffect).map(({ exception }) => exception.spec.expires ?? Infinity);
  const value = ends.reduce((first, end) => Math.min(first, end), Infinity);
  return value === Infinity ? [] : [{ labels: {}, value }];
}

function foldedSamples({ folded, workloads, left }: Share): readonly Sample<'seriesFolded'>[] {
  return [
    { labels: { metric: METRICS.findings.name }, value: folded.length },
    ...(workloads.length + left === 0 ? [] : [{ labels: { metric: METRICS.workloadScore.name }, value: left }]),
  ];
}
