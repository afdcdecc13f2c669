import type { Metrics } from '#sinks/metrics.ts';
import type { Audits } from './audits.ts';
import type { Brain } from './brain.ts';
import { SENT } from './publishing.ts';
import type { Watching } from './watching.ts';
import { WATCHED } from './watched.ts';

/** How the operator itself is doing: every replica says it. */
export function defineOperationMetrics(
  metrics: Metrics,
  { brain, watching, audits }: { readonly brain: Brain; readonly watching: Watching; readonly audits: Audits },
): void {
  const { engine, store, loop } = brain;
  metrics.zero(
    'reportWrites',
    SENT.map((result) => ({ result })),
  );
  metrics.zero('configReloads', [{ result: 'applied' }, { result: 'refused' }]);
  metrics.gauge('queueDepth', () => [{ labels: {}, value: loop.depth }]);
  metrics.gauge('objects', () => WATCHED.map((kind) => ({ labels: { kind }, value: store.count(kind) })));
  metrics.gauge('kindServed', () => WATCHED.map((kind) => ({ labels: { kind }, value: store.serves(kind) ? 1 : 0 })));
  metrics.gauge('kindSynced', () =>
    WATCHED.filter(store.serves).map((kind) => ({
      labels: { kind },
      value: store.missing(kind) === undefined ? 1 : 0,
    })),
  );
  metrics.gauge('lastEventAge', () =>
    [...watching.reflectors].flatMap(([kind, { stats }]) => {
      const last = Math.max(stats.lastEventAt ?? 0, stats.lastBookmarkAt ?? 0);
      return last === 0 ? [] : [{ labels: { kind }, value: (performance.now() - last) / 1000 }];
    }),
  );
  metrics.totals('relists', () =>
    [...watching.reflectors].flatMap(([kind, { stats }]) =>
      Object.entries(stats.relists).map(([reason, value]) => ({ labels: { kind, reason }, value })),
    ),
  );
  metrics.totals('watchAuditMisses', () => [...audits.misses].map(([kind, value]) => ({ labels: { kind }, value })));
  metrics.totals('evaluations', () =>
    Object.entries(engine.evaluations.byOutcome).map(([outcome, value]) => ({ labels: { outcome }, value })),
  );
  metrics.totals('checkErrors', () =>
    [...engine.evaluations.errors].map(([check, value]) => ({ labels: { check }, value })),
  );
  metrics.totals('drift', () => [{ labels: {}, value: brain.drift }]);
}
