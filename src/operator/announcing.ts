import { hostname } from 'node:os';
import type { Engine } from '#engine/engine.ts';
import { realClock } from '#kube/clock.ts';
import type { Transport } from '#kube/transport.ts';
import { Writer } from '#kube/writer.ts';
import type { Logger } from '#log/logger.ts';
import type { Settings } from '#settings/types.ts';
import { EventSink } from '#sinks/events.ts';
import type { Metrics } from '#sinks/metrics.ts';
import { SENT } from './publishing.ts';

/** Requests at a time: news may wait, reports may not. */
const CONCURRENCY = 2;

interface AnnouncingOptions {
  readonly transport: Transport;
  readonly engine: Engine;
  readonly settings: Settings['events'];
  /** The fence: whether we may write now. */
  readonly mayWrite: () => boolean;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Events on workloads, through a writer of their own: what is slow or refused there keeps no report waiting. */
export class Announcing {
  readonly sink: EventSink;
  readonly #writer: Writer;

  constructor({ transport, engine, settings, mayWrite, logger, metrics }: AnnouncingOptions) {
    let refused = '';
    metrics.zero(
      'eventWrites',
      [...SENT, 'throttled'].map((result) => ({ result })),
    );
    this.#writer = new Writer({
      transport,
      logger,
      mayWrite,
      limits: { concurrency: CONCURRENCY },
      onOutcome: (name, outcome) => {
        this.sink.settled(name, outcome);
        if (outcome.status === 'skipped') return;
        metrics.count('eventWrites', { result: outcome.status });
        const reason = 'reason' in outcome ? outcome.reason : '';
        if (reason !== '' && reason !== refused) logger.warn('event not written', { name, ...outcome });
        refused = reason;
      },
    });
    this.sink = new EventSink({
      submit: (submission) => {
        this.#writer.submit(submission);
      },
      verdict: (subject) => engine.verdict(subject),
      isSpeaking: mayWrite,
      settings,
      instance: hostname(),
      clock: realClock,
      onThrottled: () => {
        metrics.count('eventWrites', { result: 'throttled' });
      },
    });
  }

  async stop(): Promise<void> {
    this.sink.stop();
    await this.#writer.stop();
  }
}
