/**
 * Leader election over a Lease, by client-go's rules. Two electors never both believe that they lead: a leader stops
 * believing `renewDeadlineMs` after it *sent* its last successful renewal, and others wait `durationMs`, which is
 * longer, after they *saw* the record change. Both are measured on one's own monotonic clock; wall clocks may be wrong.
 */
import { silentLogger, type Logger } from '#log/logger.ts';
import { realClock, type Cancel, type Clock } from './clock.ts';
import { NetworkError } from './errors.ts';
import { wasOvertaken, type HeldLease, type LeaseRecord, type LeaseStore } from './lease-store.ts';
import { Vigil } from './vigil.ts';

export interface ElectorTimes {
  readonly durationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
  /** Longest wait for one request. */
  readonly requestMs: number;
  /** Longest time that `stop()` spends on giving the lease back. */
  readonly releaseMs: number;
}

export const ELECTOR_TIMES: ElectorTimes = {
  durationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryMs: 2000,
  requestMs: 5000,
  releaseMs: 3000,
};

export interface ElectorOptions {
  readonly store: LeaseStore;
  /** Who we are: unique among the electors, the pod's name. */
  readonly identity: string;
  readonly onStarted: () => void;
  /** Leadership is over: stop writing at once. The lease is given back after this has settled. */
  readonly onStopped: () => void | Promise<void>;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly logger?: Logger;
  readonly times?: Partial<ElectorTimes>;
}

const JITTER = 1.2;

export class Elector {
  readonly #options: ElectorOptions;
  readonly #times: ElectorTimes;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #logger: Logger;
  readonly #vigil: Vigil;
  #wake = new AbortController();
  #run: { readonly abort: AbortController; readonly ended: Promise<void> } | undefined;
  #leading = false;
  #failure: string | undefined;
  #leadsUntil = -Infinity;
  #cancelDeadline: Cancel = () => undefined;
  #stopping: Promise<void> = Promise.resolve();
  /** The last leadership is still being wound up: no new one begins before that. */
  #ending = false;
  #seen: HeldLease | undefined;
  #seenAt = -Infinity;

  constructor(options: ElectorOptions) {
    const { clock = realClock, random = Math.random, logger = silentLogger, times = {} } = options;
    this.#options = options;
    this.#times = { ...ELECTOR_TIMES, ...times };
    this.#clock = clock;
    this.#random = random;
    this.#logger = logger.child({ identity: options.identity });
    const seen = (lease: HeldLease | undefined): void => {
      if (lease !== undefined) this.#observe(lease);
      if (lease === undefined || lease.record.holder === '') this.#wake.abort();
    };
    this.#vigil = new Vigil({ store: options.store, clock, random, seen });
    if (this.#times.renewDeadlineMs >= this.#times.durationMs)
      throw new RangeError('the renew deadline must be shorter than the lease');
  }

  /** True while nobody else can hold the lease. Asks the clock, not the loop: it is right even while the loop is blocked. */
  isLeader(): boolean {
    return this.#leading && this.#clock.now() < this.#leadsUntil;
  }

  /** Who holds the lease, as last seen; `''` when nobody does. */
  get holder(): string {
    return this.#seen?.record.holder ?? '';
  }

  /** Why the last round failed; undefined when it did not, whoever leads. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** False when we believe to lead and the deadline has passed without anybody having noticed: for health checks. */
  get healthy(): boolean {
    return !this.#leading || this.#clock.now() < this.#leadsUntil + this.#times.durationMs;
  }

  start(): void {
    if (this.#run !== undefined) return;
    const abort = new AbortController();
    this.#run = { abort, ended: this.#loop(abort.signal) };
  }

  /** Ends leadership at once, waits for `onStopped`, and gives the lease back. Never rejects. */
  async stop(): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    run.abort.abort(new NetworkError('aborted', 'stopped', 'ABORT_ERR'));
    this.#lose('stopped');
    await run.ended;
    await this.#vigil.end();
    await this.#stopping;
    await this.#release();
    this.#run = undefined;
  }

  async #loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#wake = new AbortController();
      await this.#round(signal);
      if (this.#leading) void this.#vigil.end();
      else this.#vigil.keep();
      await this.#clock.sleep(this.#pause(), AbortSignal.any([signal, this.#wake.signal]));
    }
  }

  /** client-go's period and jitter; a standby that knows when the lease runs out is there in time. */
  #pause(): number {
    const { retryMs } = this.#times;
    if (this.#leading) return retryMs;
    const usual = retryMs + this.#random() * JITTER * retryMs;
    if (this.#seen === undefined) return usual;
    const left = this.#seenAt + this.#waitFor(this.#seen.record) - this.#clock.now();
    return left > 0 ? Math.min(usual, left + 1) : usual;
  }

  /** Never rejects: whatever goes wrong, this round has not renewed. */
  async #round(signal: AbortSignal): Promise<void> {
    try {
      await this.#within(this.#times.requestMs, signal, (bounded) => this.#acquireOrRenew(bounded));
      this.#failure = undefined;
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
      // Someone else was faster, or the version that we hold is old: look again before the next attempt.
      if (wasOvertaken(error) || !this.#leading) return;
      this.#logger.warn('lease renewal failed', { error });
    }
  }

  /** Says once for each reason why the lease cannot be had: a standby that can never lead must not look like one that waits its turn. */
  #failed(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    if (wasOvertaken(error) || reason === this.#failure) this.#logger.debug('lease not renewed', { error });
    else this.#logger.warn('lease cannot be read or written', { reason });
    if (!wasOvertaken(error)) this.#failure = reason;
  }

  /** Ends the wait by our own clock even when the request ignores its signal. */
  async #within<T>(ms: number, outer: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const abort = new AbortController();
    const expire = (): void => {
      abort.abort(new NetworkError('timeout', `no answer within ${String(ms)} ms`));
    };
    const follow = (): void => {
      abort.abort(outer.reason);
    };
    const cancel = this.#clock.after(ms, expire);
    outer.addEventListener('abort', follow);
    const ended = new Promise<never>((_, reject) => {
      abort.signal.addEventListener('abort', () => {
        reject(abort.signal.reason as Error);
      });
    });
    try {
      if (outer.aborted) follow();
      return await Promise.race([run(abort.signal), ended]);
    } finally {
      cancel();
      outer.removeEventListener('abort', follow);
    }
  }

  async #acquireOrRenew(signal: AbortSignal): Promise<void> {
    const sentAt = this.#clock.now();
    const found = await this.#options.store.get(signal);
    // An answer that comes after its time is no ground to write anything.
    signal.throwIfAborted();
    if (found === undefined) {
      const created = await this.#options.store.create(this.#record(0), signal);
      this.#won(created, sentAt, signal);
      return;
    }
    this.#observe(found);
    const { holder, transitions } = found.record;
    const mine = holder === this.#options.identity;
    if (this.#leading && !mine) {
      this.#lose('taken');
      return;
    }
    if (!mine && holder !== '' && this.#clock.now() < this.#seenAt + this.#waitFor(found.record)) return;
    const record = mine && this.#leading ? this.#renewed(found.record) : this.#record(transitions + (mine ? 0 : 1));
    const writtenAt = this.#clock.now();
    const updated = await this.#options.store.update(record, found.resourceVersion, signal);
    this.#won(updated, writtenAt, signal);
  }

  /** The holder may have a longer lease than ours; it is never taken sooner than either says. */
  #waitFor({ durationSeconds }: LeaseRecord): number {
    return Math.max(durationSeconds * 1000, this.#times.durationMs);
  }

  #observe(found: HeldLease): void {
    if (found.resourceVersion === this.#seen?.resourceVersion) return;
    this.#seen = found;
    this.#seenAt = this.#clock.now();
  }

  #won(lease: HeldLease, sentAt: number, signal: AbortSignal): void {
    // An answer that comes after we gave up on it proves nothing any more.
    if (signal.aborted || this.#ending) return;
    this.#seen = lease;
    this.#seenAt = this.#clock.now();
    this.#leadsUntil = sentAt + this.#times.renewDeadlineMs;
    const left = this.#leadsUntil - this.#clock.now();
    if (left <= 0) return;
    this.#cancelDeadline();
    this.#cancelDeadline = this.#clock.after(left, () => {
      this.#lose('overdue');
    });
    if (this.#leading) return;
    this.#leading = true;
    this.#logger.info('leadership acquired');
    this.#options.onStarted();
  }

  #lose(cause: string): void {
    if (!this.#leading) return;
    this.#leading = false;
    this.#leadsUntil = -Infinity;
    this.#cancelDeadline();
    this.#logger.info('leadership ended', { cause });
    const stopped = async (): Promise<void> => {
      await this.#options.onStopped();
    };
    this.#ending = true;
    this.#stopping = stopped()
      .catch((error: unknown) => {
        this.#logger.error('handler failed', { error });
      })
      .finally(() => {
        this.#ending = false;
      });
  }

  async #release(): Promise<void> {
    const never = new AbortController().signal;
    try {
      await this.#within(this.#times.releaseMs, never, (signal) => this.#giveBack(signal));
    } catch (error) {
      this.#logger.debug('lease not released', { error });
    }
  }

  async #giveBack(signal: AbortSignal): Promise<void> {
    const { store, identity } = this.#options;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const found = await store.get(signal);
      if (found?.record.holder !== identity) return;
      const record = { ...found.record, holder: '', durationSeconds: 1, renewTime: this.#microTime() };
      try {
        await store.update(record, found.resourceVersion, signal);
        return;
      } catch (error) {
        if (!wasOvertaken(error)) throw error;
      }
    }
  }

  #record(transitions: number): LeaseRecord {
    const now = this.#microTime();
    const durationSeconds = Math.ceil(this.#times.durationMs / 1000);
    return { holder: this.#options.identity, durationSeconds, transitions, acquireTime: now, renewTime: now };
  }

  #renewed(record: LeaseRecord): LeaseRecord {
    return { ...this.#record(record.transitions), acquireTime: record.acquireTime };
  }

  /** MicroTime of the API: six digits. */
  #microTime(): string {
    return this.#clock.wall().toISOString().replace('Z', '000Z');
  }
}
