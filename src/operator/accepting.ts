import type { Engine } from '#engine/engine.ts';
import type { Transport } from '#kube/transport.ts';
import { Writer } from '#kube/writer.ts';
import type { Logger } from '#log/logger.ts';
import type { Settings } from '#settings/types.ts';
import type { EventSink } from '#sinks/events.ts';
import { ExceptionStatuses } from '#sinks/exception-statuses.ts';
import type { Metrics } from '#sinks/metrics.ts';
import { countedOutcomes } from './outcomes.ts';

/** How often is looked whether an exception stands otherwise: what is between two looks is one write. Milliseconds. */
const LOOK_MS = 1000;
/** Requests at a time: reports go first. */
const CONCURRENCY = 2;

interface AcceptingOptions {
  readonly transport: Transport;
  readonly engine: Engine;
  readonly settings: Pick<Settings, 'writes'>;
  /** The fence: whether we may write now. */
  readonly mayWrite: () => boolean;
  /** Whether reports are published, and everything that is known is judged. */
  readonly isSettled: () => boolean;
  readonly events: EventSink;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The status of exceptions, through a writer of its own: what is slow or refused there keeps no report waiting. */
export class Accepting {
  readonly #statuses: ExceptionStatuses;
  readonly #writer: Writer;
  #timer: NodeJS.Timeout | undefined;

  constructor({ transport, engine, settings, logger, metrics, ...options }: AcceptingOptions) {
    const { mayWrite, isSettled, events } = options;
    const count = countedOutcomes(metrics, 'exceptionWrites', (place, outcome) => {
      logger.warn('status of an exception not written', { place, ...outcome });
    });
    this.#writer = new Writer({
      transport,
      logger,
      mayWrite,
      limits: { concurrency: CONCURRENCY, perSecond: settings.writes.rate, burst: settings.writes.burst },
      onOutcome: (place, outcome) => {
        this.#statuses.settled(place, outcome);
        count(place, outcome);
      },
    });
    const { exceptions } = engine;
    this.#statuses = new ExceptionStatuses({
      submit: (submission) => {
        this.#writer.submit(submission);
      },
      standings: (now) => exceptions.standings(now),
      revision: () => exceptions.revision,
      isReady: () => mayWrite() && isSettled(),
      now: () => engine.now,
      tell: (subject, news) => {
        events.tell(subject, news);
      },
      gone: (subject) => {
        events.changed(subject, false);
      },
    });
  }

  /** Writes at another pace from now on. */
  pace({ rate, burst }: Settings['writes']): void {
    this.#writer.pace(rate, burst);
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#statuses.look();
    }, LOOK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#writer.stop();
  }
}
