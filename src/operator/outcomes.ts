import type { Outcome } from '#kube/writer.ts';
import type { Metrics } from '#sinks/metrics.ts';
import { SENT } from './publishing.ts';

type Counted = 'eventWrites' | 'exceptionWrites';

/** Counts what becomes of writes; `refused` is told of a reason once, until another one or none comes. */
export function countedOutcomes(
  metrics: Metrics,
  key: Counted,
  refused: (name: string, outcome: Outcome) => void,
): (name: string, outcome: Outcome) => void {
  let last = '';
  metrics.zero(
    key,
    SENT.map((result) => ({ result })),
  );
  return (name, outcome) => {
    if (outcome.status === 'skipped') return;
    metrics.count(key, { result: outcome.status });
    const reason = 'reason' in outcome ? outcome.reason : '';
    if (reason !== '' && reason !== last) refused(name, outcome);
    last = reason;
  };
}
