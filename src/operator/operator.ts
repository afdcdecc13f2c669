import type { Transport } from '#kube/transport.ts';
import type { Logger } from '#log/logger.ts';
import type { Kind } from '#model/kinds.ts';
import { subjectKey, type Subject } from '#model/ref.ts';
import { CLUSTER_REPORT, type ReportRef } from '#report/identity.ts';
import { unaskedKinds } from '#settings/checks.ts';
import type { Settings } from '#settings/types.ts';
import type { Metrics } from '#sinks/metrics.ts';
import { placeOf } from '#sinks/reports.ts';
import { Accepting } from './accepting.ts';
import { Announcing } from './announcing.ts';
import { Audits } from './audits.ts';
import { Brain } from './brain.ts';
import { Desk } from './desk.ts';
import { judgingBy } from './judging.ts';
import { latencyFor, type Latency } from './latency.ts';
import { defineOperationMetrics } from './operation-metrics.ts';
import { definePostureMetrics } from './posture-metrics.ts';
import { Publishing } from './publishing.ts';
import { WATCHED } from './watched.ts';
import { Schedule } from './schedule.ts';
import { Watching, type Watcher } from './watching.ts';

/** How long a kind may keep the first judgement waiting; then it is unknown until it comes. Milliseconds. */
const STRAGGLER_MS = 60_000;

export interface OperatorOptions {
  readonly transport: Transport;
  readonly settings: Settings;
  /** Minor version of the API server. */
  readonly minor: number;
  /** Asks the API server for its minor version: 36 for 1.36. Rejects where it does not answer. */
  readonly readMinor: () => Promise<number>;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The wiring: watch, judge, publish. Judges from the start; writes only between `publish` and `hold`. */
export class Operator {
  readonly #options: OperatorOptions;
  readonly #brain: Brain;
  readonly #desk: Desk;
  readonly #watching: Watching;
  readonly #publishing: Publishing;
  readonly #announcing: Announcing;
  readonly #accepting: Accepting;
  readonly #latency: Latency;
  readonly #audits: Audits;
  readonly #subjectAt = new Map<string, Subject>();
  readonly #bytes = new Map<string, number>();
  #fence: (() => boolean) | undefined;
  #judged = false;
  #begun = false;
  #minor: number;
  #settings: Settings;
  #published = false;
  #straggler: NodeJS.Timeout | undefined;
  readonly #sweep = new Schedule(() => this.#sweepNow());
  readonly #mayWrite = (): boolean => this.#fence?.() ?? false;

  constructor(options: OperatorOptions) {
    const { transport, minor, logger, metrics, settings } = options;
    this.#options = options;
    this.#minor = minor;
    this.#settings = settings;
    this.#latency = latencyFor(metrics);
    this.#brain = new Brain({
      judging: judgingBy(settings, minor),
      onVerdict: (subject, priority) => {
        this.#verdictChanged(subject);
        // What is found while the cluster is judged for the first time is no news.
        this.#announcing.sink.changed(subject, this.#judged && priority === 'live');
      },
      onUnchanged: (subject) => {
        this.#latency.unchanged(subjectKey(subject));
        // The same words in another object: the one that the ledger has let go must not stay.
        this.#announcing.sink.changed(subject, false);
      },
      onTouched: (subject) => {
        if (this.#published) this.#latency.touched(subjectKey(subject));
      },
    });
    this.#desk = new Desk(this.#brain.engine, this.#brain.store, () => this.#settings.reports.maxFindings);
    this.#watching = new Watching({
      transport,
      store: this.#brain.store,
      unasked: unaskedKinds(settings),
      watcher: this.#watcher(),
      logger,
    });
    this.#audits = new Audits({ transport, reflectors: this.#watching.reflectors, logger });
    this.#publishing = this.#publisher();
    const { engine } = this.#brain;
    const writing = { transport, engine, settings, mayWrite: this.#mayWrite, logger, metrics };
    this.#announcing = new Announcing(writing);
    const isSettled = (): boolean => this.#published && this.#brain.loop.depth === 0;
    this.#accepting = new Accepting({ ...writing, events: this.#announcing.sink, isSettled });
    this.#defineMetrics();
  }

  #publisher(): Publishing {
    const { transport, logger, metrics, settings } = this.#options;
    return new Publishing({
      transport,
      logger,
      writes: settings.writes,
      wanted: (ref) => this.#desk.wanted(ref),
      leaveOut: (field) => this.#desk.leaveOut(field),
      mayWrite: this.#mayWrite,
      onWritten: (ref, bytes) => {
        this.#wasWritten(ref, bytes);
      },
      onSkipped: (place) => {
        const subject = this.#subjectAt.get(place);
        this.#subjectAt.delete(place);
        if (subject !== undefined) this.#latency.skipped(subjectKey(subject));
      },
      onResult: (result) => {
        metrics.count('reportWrites', { result });
      },
      onReady: () => {
        this.#maybePublish();
      },
    });
  }

  #defineMetrics(): void {
    const { metrics } = this.#options;
    const { engine, store: inventory } = this.#brain;
    definePostureMetrics(metrics, {
      engine,
      inventory,
      sink: this.#publishing.sink,
      isSpeaking: () => this.#published && this.#mayWrite(),
      settings: () => this.#settings.metrics,
      reportBytes: () => [...this.#bytes.values()].reduce((sum, bytes) => sum + bytes, 0),
    });
    defineOperationMetrics(metrics, { brain: this.#brain, watching: this.#watching, audits: this.#audits });
  }

  #watcher(): Watcher {
    return {
      onChanges: (changes) => {
        this.#brain.changed(changes);
      },
      onKnowledge: (kind, isSettled) => {
        this.#learned(kind, isSettled);
      },
    };
  }

  /** Starts watching and judging. */
  start(): void {
    const { logger } = this.#options;
    this.#watching.start();
    this.#publishing.start();
    this.#accepting.start();
    this.#straggler = setTimeout(() => {
      if (!this.#begun)
        logger.warn('judging without kinds that did not come', { kinds: this.#watching.starting.join(' ') });
      this.#begin();
    }, STRAGGLER_MS);
    this.#sweep.set(this.#settings.schedule.sweep);
  }

  /** Takes over other settings: everything is judged by them, without a new start. Throws SettingsError before it changes anything. */
  configure(settings: Settings): void {
    const judging = judgingBy(settings, this.#minor);
    this.#settings = settings;
    this.#publishing.pace(settings.writes);
    this.#accepting.pace(settings.writes);
    this.#announcing.configure(settings);
    this.#sweep.set(settings.schedule.sweep);
    void this.#brain.configure(judging).then(() => {
      // Also those whose verdict has not changed: they may have another size, and the cluster's knows what is in no verdict.
      for (const place of this.#desk.places()) this.#publishing.sink.touch(place, { isSum: true });
    });
  }

  /** Tells that other settings were refused, and the last ones stay. */
  refused(reason: string): void {
    this.#announcing.refused(reason);
  }

  /** The slow look at everything: at the server's version, whose rules may be others by now, at what the watches hold, and at every verdict. */
  async #sweepNow(): Promise<void> {
    const { readMinor, logger } = this.#options;
    try {
      const minor = await readMinor();
      if (minor !== this.#minor) {
        this.#minor = minor;
        await this.#brain.configure(judgingBy(this.#settings, minor));
      }
    } catch (error) {
      logger.warn('version of the API server not read', { error });
    }
    void this.#audits.run();
    this.#brain.sweep();
    this.#announcing.ended(this.#settings);
  }

  /** May write from now on, while `fence` says so. */
  publish(fence: () => boolean): void {
    this.#fence = fence;
    this.#maybePublish();
  }

  /** Writes nothing from now on. */
  hold(): void {
    this.#fence = undefined;
    this.#published = false;
    this.#latency.clear();
    this.#publishing.sink.stop();
  }

  async stop(): Promise<void> {
    clearTimeout(this.#straggler);
    this.hold();
    this.#brain.stop();
    const parts = [this.#sweep, this.#audits, this.#publishing, this.#accepting, this.#announcing, this.#watching];
    await Promise.all(parts.map((part) => part.stop()));
  }

  /** What keeps the operator from being ready, one line each. */
  obstacles(): readonly string[] {
    const starting = this.#begun ? [] : this.#watching.starting.map((kind) => `${kind}: not synced yet`);
    const judging = this.#begun && !this.#judged ? ['the first judgement is under way'] : [];
    return [...starting, ...judging, ...this.#publishing.obstacles()];
  }

  /** Whether everything that it was told of is judged, and every report stands as it should. */
  isSettled(): boolean {
    return this.#published && this.#brain.loop.depth === 0 && this.#publishing.depth === 0;
  }

  #learned(kind: Kind, isSettled: boolean): void {
    if (isSettled && !this.#begun) this.#begin();
    else if (this.#begun) {
      this.#options.logger.info('judging again: a kind is known now, or no longer', { kind });
      void this.#brain.judgeAll();
      this.#publishing.sink.touch(CLUSTER_REPORT, { isSum: true });
    }
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    const since = performance.now();
    void this.#brain.begin().then(() => {
      this.#judged = true;
      const objects = WATCHED.reduce((sum, kind) => sum + this.#brain.store.count(kind), 0);
      this.#options.logger.info('everything judged', { objects, milliseconds: Math.round(performance.now() - since) });
      this.#maybePublish();
    });
  }

  /** Publishing starts when there is something true to say, we know what the server holds, and it is our turn. */
  #maybePublish(): void {
    if (this.#published || !this.#judged || this.#fence === undefined) return;
    const obstacles = this.#publishing.obstacles();
    if (obstacles.length > 0) {
      this.#options.logger.warn('reports cannot be written yet', { obstacles: obstacles.join('; ') });
      return;
    }
    this.#published = true;
    this.#options.logger.info('publishing reports');
    this.#announcing.ended(this.#settings);
    this.#publishing.sink.start(this.#desk.places());
  }

  #verdictChanged(subject: Subject): void {
    const { own, sums } = this.#desk.placesOf(subject);
    this.#subjectAt.set(placeOf(own), subject);
    this.#latency.changed(subjectKey(subject));
    this.#publishing.sink.touch(own, { isUrgent: this.#desk.isUrgent(subject) });
    for (const place of sums) this.#publishing.sink.touch(place, { isSum: true });
  }

  #wasWritten(ref: ReportRef, bytes: number): void {
    const key = placeOf(ref);
    if (bytes === 0) this.#bytes.delete(key);
    else this.#bytes.set(key, bytes);
    const subject = this.#subjectAt.get(key);
    this.#subjectAt.delete(key);
    if (subject !== undefined) this.#latency.written(subjectKey(subject));
  }
}
