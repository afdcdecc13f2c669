/**
 * Keeps a handler told of every object of one kind, through whatever happens to the connection. It remembers names and
 * versions only; objects are projected as they come and dropped.
 */
import { silentLogger, type Logger } from '#log/logger.ts';
import { Backoff } from './backoff.ts';
import { realClock, type Clock } from './clock.ts';
import { jsonCodec, type Identity, type Raw } from './codec.ts';
import { Deliveries } from './deliveries.ts';
import { causeOf, NetworkError } from './errors.ts';
import { listPages } from './list.ts';
import { Mirror } from './mirror.ts';
import { Recovery } from './recovery.ts';
import { resourceName, type Resource } from './resource.ts';
import {
  REFLECTOR_LIMITS,
  type KindState,
  type ReflectorLimits,
  type ReflectorOptions,
  type ReflectorStats,
} from './reflector-types.ts';
import { processTurns } from './turns.ts';
import { watch, type WatchSink } from './watch.ts';

export type { KindState, ReflectorLimits, ReflectorOptions, ReflectorStats } from './reflector-types.ts';

/** One connection's life, as far as the next step depends on it (W24). */
interface Connection {
  initial: boolean;
  events: number;
  openedAt: number;
}

/** Asked anew each time: it changes across an await, which the compiler does not see. */
const isOver = (signal: AbortSignal): boolean => signal.aborted;

export class Reflector<T> {
  readonly #options: ReflectorOptions<T>;
  readonly #limits: ReflectorLimits;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #logger: Logger;
  readonly #deliveries: Deliveries<T>;
  readonly #mirror: Mirror<T>;
  readonly #recovery: Recovery;
  #state: KindState | undefined;
  #everSynced = false;
  #run: { readonly abort: AbortController; readonly ended: Promise<void> } | undefined;
  #wake: AbortController | undefined;
  #again = new AbortController();
  #lastEventAt: number | undefined;
  #lastBookmarkAt: number | undefined;
  #bytes = 0;
  #reconnects: Record<string, number> = {};

  constructor(options: ReflectorOptions<T>) {
    const { clock = realClock, random = Math.random, logger = silentLogger, limits = {}, handler, project } = options;
    this.#options = options;
    this.#limits = { ...REFLECTOR_LIMITS, ...limits };
    this.#clock = clock;
    this.#random = random;
    this.#logger = logger.child({ resource: resourceName(options.resource) });
    this.#deliveries = new Deliveries({ receiver: handler, clock, random, logger: this.#logger });
    this.#mirror = new Mirror(project, this.#deliveries, this.#logger);
    this.#recovery = new Recovery(new Backoff(clock, random), this.#limits.deniedMs, random);
  }

  /** Begins, or does nothing when already begun. After `stop()` it goes on from where it was. */
  start(): void {
    if (this.#run !== undefined) return;
    const abort = new AbortController();
    if (!this.#everSynced) this.#enter({ phase: 'starting' });
    this.#deliveries.resume();
    this.#run = { abort, ended: this.#loop(abort.signal) };
  }

  /** W29: resolves when no socket and no timer is left; the handler is not called from now on. */
  async stop(): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    run.abort.abort(new NetworkError('aborted', 'stopped', 'ABORT_ERR'));
    this.#deliveries.pause();
    await run.ended;
    if (this.#run === run) this.#run = undefined;
  }

  /** Ends a wait: for callers that learn from elsewhere that the kind is served or allowed now (W18). */
  retryNow(): void {
    this.#wake?.abort();
  }

  /** Reads the whole state once more, for callers that know it to be wrong. The reading obeys back-off. */
  relist(cause: string): void {
    this.#recovery.forget(cause);
    this.#again.abort(new NetworkError('aborted', `relist: ${cause}`, 'RELIST'));
  }

  /** Every name that is held. */
  names(): Iterable<{ readonly namespace: string; readonly name: string }> {
    return this.#mirror.names();
  }

  /** UID and version last handed on for a name. */
  held(at: {
    readonly namespace: string;
    readonly name: string;
  }): Pick<Identity, 'uid' | 'resourceVersion'> | undefined {
    return this.#mirror.held(at);
  }

  /** What it follows, where. */
  get resource(): Resource {
    return this.#options.resource;
  }

  get state(): KindState {
    return this.#state ?? { phase: 'starting' };
  }

  get stats(): ReflectorStats {
    return {
      synced: this.state.phase === 'synced',
      objects: this.#mirror.size,
      lastEventAt: this.#lastEventAt,
      lastBookmarkAt: this.#lastBookmarkAt,
      reconnects: { ...this.#reconnects },
      relists: { ...this.#recovery.relists },
      badLines: this.#recovery.badEvents,
      handlerErrors: this.#mirror.failures + this.#deliveries.failures,
      bytes: this.#bytes,
    };
  }

  async #loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#round(signal);
      } catch (error) {
        if (isOver(signal)) return;
        const delay = this.#failed(error);
        if (delay === 0) continue;
        this.#wake = new AbortController();
        await this.#clock.sleep(delay, AbortSignal.any([signal, this.#wake.signal]));
      }
    }
  }

  async #round(signal: AbortSignal): Promise<void> {
    if (this.#recovery.resume !== undefined) await this.#watch(false, signal);
    else if (this.#recovery.paged) await this.#list(signal);
    else await this.#watch(true, signal);
  }

  async #watch(initial: boolean, signal: AbortSignal): Promise<void> {
    const { transport, resource, codec = jsonCodec, turns = processTurns } = this.#options;
    const [least, most] = this.#limits.watchSeconds;
    const connection: Connection = { initial, events: 0, openedAt: this.#clock.now() };
    if (initial) this.#mirror.begin();
    this.#recovery.begin(initial);
    this.#again = new AbortController();
    await watch(
      {
        transport,
        resource,
        codec,
        turns,
        clock: this.#clock,
        signal: AbortSignal.any([signal, this.#again.signal]),
        initial,
        seconds: Math.round(least + (most - least) * this.#random()),
        resourceVersion: this.#recovery.resume ?? this.#recovery.atLeast,
        idleMs: () => (connection.initial ? this.#limits.endMarkMs : this.#limits.idleMs),
      },
      this.#sink(connection),
    );
    if (signal.aborted) return;
    // W24: a watch that did something, or lived a while, is resumed at once; otherwise the server is turning us away.
    if (connection.initial) throw new NetworkError('reset', 'the stream ended before the end mark', 'UNFINISHED');
    if (connection.events === 0 && this.#clock.now() - connection.openedAt <= 1000)
      throw new NetworkError('reset', 'the watch was closed at once', 'CLOSED');
    this.#count('closed');
  }

  #sink(connection: Connection): WatchSink {
    return {
      opened: () => {
        connection.openedAt = this.#clock.now();
        this.#tell(() => this.#options.handler.connected?.());
        if (!connection.initial && this.#everSynced) this.#enter({ phase: 'synced' });
      },
      bytes: (count) => {
        this.#bytes += count;
        this.#recovery.heard();
      },
      object: (type, at, raw) => {
        connection.events += 1;
        this.#lastEventAt = this.#clock.now();
        if (connection.initial) this.#initialEvent(type, at, raw);
        else {
          if (type === 'DELETED') this.#mirror.remove(at);
          else this.#mirror.put(at, raw);
          this.#recovery.reached(at.resourceVersion);
        }
      },
      bookmark: (resourceVersion, endOfInitial) => {
        this.#lastBookmarkAt = this.#clock.now();
        if (connection.initial && endOfInitial) {
          connection.initial = false;
          this.#synced(resourceVersion);
        } else if (!connection.initial) this.#recovery.reached(resourceVersion);
      },
    };
  }

  /** W7: initial events are a state, not a history: they never move the version to resume from. */
  #initialEvent(type: string, at: Identity, raw: Raw): void {
    if (type === 'DELETED') this.#mirror.unseen(at);
    else this.#mirror.seen(at, raw);
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { transport, resource, turns = processTurns } = this.#options;
    this.#mirror.begin();
    this.#recovery.begin(true);
    let resourceVersion: string | undefined;
    for await (const page of listPages({ transport, resource, signal, pageSize: this.#limits.pageSize })) {
      resourceVersion ??= page.resourceVersion;
      this.#bytes += page.bytes;
      for (const { at, raw } of page.items) {
        const pause = turns.pause();
        if (pause !== undefined) await pause;
        if (signal.aborted) return;
        this.#mirror.seen(at, raw);
      }
    }
    if (!signal.aborted && resourceVersion !== undefined) this.#synced(resourceVersion);
  }

  #synced(resourceVersion: string): void {
    const { paged } = this.#recovery;
    this.#mirror.commit();
    this.#recovery.synced(resourceVersion);
    const first = !this.#everSynced;
    this.#everSynced = true;
    // A kind whose list is allowed and whose watch is not stays forbidden until a watch opens.
    if (first || !paged) this.#enter({ phase: 'synced' });
    this.#logger.info('kind synced', { objects: this.#mirror.size });
  }

  /** Decides what to do about a failure, and answers how many milliseconds to wait first. */
  #failed(error: unknown): number {
    const cause = causeOf(error);
    this.#count(cause);
    this.#tell(() => this.#options.handler.failed?.(error));
    const step = this.#recovery.after(error);
    if (step.denied !== undefined) {
      const verb = this.#recovery.paged && this.#recovery.resume === undefined ? 'list' : 'watch';
      const word = step.denied === 'forbidden' ? 'forbidden' : 'not found';
      this.#enter({ phase: step.denied, reason: `${verb} ${resourceName(this.#options.resource)}: ${word}` });
    }
    const isAbsent = step.denied === 'missing' && this.#options.resource.optional === true;
    // When the extension comes back, so may objects under the versions that they had.
    if (isAbsent) this.#mirror.clear();
    const level = isAbsent || (step.denied === undefined && step.expected) ? 'debug' : 'warn';
    this.#logger[level]('watch interrupted', { cause, error, relist: step.relist, delayMs: Math.round(step.delayMs) });
    return step.delayMs;
  }

  #count(cause: string): void {
    this.#reconnects[cause] = (this.#reconnects[cause] ?? 0) + 1;
  }

  #enter(state: KindState): void {
    if (this.#state?.phase === state.phase) return;
    this.#state = state;
    this.#tell(() => {
      this.#options.handler.state(state);
    });
  }

  #tell(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#logger.error('handler failed', { error });
    }
  }
}
