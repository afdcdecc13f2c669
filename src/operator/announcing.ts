import { hostname } from 'node:os';
import type { Engine } from '#engine/engine.ts';
import { realClock } from '#kube/clock.ts';
import type { Transport } from '#kube/transport.ts';
import { Writer } from '#kube/writer.ts';
import type { Logger } from '#log/logger.ts';
import type { Subject } from '#model/ref.ts';
import { wallClock } from '#settings/checks.ts';
import { endedControls } from '#settings/declared.ts';
import type { Settings } from '#settings/types.ts';
import { EventSink } from '#sinks/events.ts';
import type { Metrics } from '#sinks/metrics.ts';
import type { News } from '#sinks/news.ts';
import { countedOutcomes } from './outcomes.ts';

/** Requests at a time: news may wait, reports may not. */
const CONCURRENCY = 2;

interface AnnouncingOptions {
  readonly transport: Transport;
  readonly engine: Engine;
  readonly settings: Settings;
  /** The fence: whether we may write now. */
  readonly mayWrite: () => boolean;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Events on workloads, through a writer of their own: what is slow or refused there keeps no report waiting. */
export class Announcing {
  readonly sink: EventSink;
  readonly #writer: Writer;
  readonly #pod: Subject | undefined;
  readonly #logger: Logger;

  constructor({ transport, engine, settings, mayWrite, logger, metrics }: AnnouncingOptions) {
    const { pod } = settings;
    this.#logger = logger;
    this.#pod = pod === undefined ? undefined : { apiVersion: 'v1', kind: 'Pod', ...pod };
    const count = countedOutcomes(metrics, 'eventWrites', (name, outcome) => {
      logger.warn('event not written', { name, ...outcome });
    });
    metrics.zero('eventWrites', [{ result: 'throttled' }]);
    this.#writer = new Writer({
      transport,
      logger,
      mayWrite,
      limits: { concurrency: CONCURRENCY },
      onOutcome: (name, outcome) => {
        this.sink.settled(name, outcome);
        count(name, outcome);
      },
    });
    this.sink = new EventSink({
      submit: (submission) => {
        this.#writer.submit(submission);
      },
      verdict: (subject) => engine.verdict(subject),
      isSpeaking: mayWrite,
      settings: settings.events,
      instance: hostname(),
      clock: realClock,
      onThrottled: () => {
        metrics.count('eventWrites', { result: 'throttled' });
      },
    });
  }

  configure(settings: Settings): void {
    this.sink.configure(settings.events);
    this.ended(settings);
  }

  /** A configuration that cannot be used, and the last good one stays. */
  refused(reason: string): void {
    this.#tell('ConfigurationRefused', `the last good one stays: ${reason}`);
  }

  /** What was declared and does not count any more, if there is any; it is said of each thing that is unknown again, too. */
  ended({ controlPlane: { declaredControls } }: Pick<Settings, 'controlPlane'>): void {
    const ended = endedControls(declaredControls, wallClock());
    if (ended.length === 0) return;
    this.#logger.warn('what was declared has ended', { controls: ended.join(' ') });
    this.#tell('DeclarationEnded', `controlPlane.declaredControls: ${ended.join(', ')}`);
  }

  /** Of the configuration, on the pod that runs by it. Outside of a pod the log says it alone. */
  #tell(reason: News['reason'], text: string): void {
    if (this.#pod !== undefined) this.sink.tell(this.#pod, { reason, topic: 'configuration', text });
  }

  async stop(): Promise<void> {
    this.sink.stop();
    await this.#writer.stop();
  }
}
