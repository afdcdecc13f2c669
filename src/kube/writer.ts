/**
 * Writes objects, newest state first: one request in flight an object, a steady rate, every answer turned into what is
 * done next. What is written is built when its turn comes, so that ten changes of an object are one write.
 */
import { silentLogger, type Logger } from '#log/logger.ts';
import { Backoff } from './backoff.ts';
import { realClock, type Cancel, type Clock } from './clock.ts';
import { ApiError, NetworkError } from './errors.ts';
import { verdictOf, type Outcome, type Verdict } from './outcome.ts';
import { TokenBucket, Width } from './pace.ts';
import type { Transport } from './transport.ts';
import { NotAllowed, sendWrite, type WriteRequest } from './write-request.ts';

export type { Outcome } from './outcome.ts';
export type { WriteRequest } from './write-request.ts';

export type Build = () => Promise<WriteRequest | undefined> | WriteRequest | undefined;

export interface Submission {
  /** One object is one key. */
  readonly key: string;
  readonly priority?: 'high' | 'normal';
  /** Called when the write's turn has come; undefined: there is nothing to write any more. */
  readonly build: Build;
}

export interface WriterLimits {
  readonly perSecond: number;
  readonly burst: number;
  readonly concurrency: number;
  readonly requestMs: number;
  /** How long everything waits when the kind is missing, and one object when it is forbidden. */
  readonly pauseMs: number;
}

export const WRITER_LIMITS: WriterLimits = {
  perSecond: 50,
  burst: 100,
  concurrency: 8,
  requestMs: 15_000,
  pauseMs: 60_000,
};

export interface WriterOptions {
  readonly transport: Transport;
  /** The fence: asked immediately before each request is sent; false holds everything back. */
  readonly mayWrite?: () => boolean;
  readonly onOutcome?: (key: string, outcome: Outcome) => void;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly logger?: Logger;
  readonly limits?: Partial<WriterLimits>;
}

interface Job {
  readonly key: string;
  build: Build;
  high: boolean;
  /** Submitted again while in flight. */
  again: boolean;
  state: 'ready' | 'flying' | 'waiting';
  cancel: Cancel;
  readonly backoff: Backoff;
}

/** How often the fence is asked again while it is shut. */
const FENCE_MS = 500;
const nothing = (): void => undefined;

export class Writer {
  readonly #options: WriterOptions;
  readonly #limits: WriterLimits;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #logger: Logger;
  #bucket: TokenBucket;
  readonly #width: Width;
  readonly #jobs = new Map<string, Job>();
  readonly #high = new Set<Job>();
  readonly #normal = new Set<Job>();
  readonly #abort = new AbortController();
  #flying = 0;
  #notBefore = 0;
  #cancelPump: Cancel | undefined;
  #idle: (() => void)[] = [];

  constructor(options: WriterOptions) {
    const { clock = realClock, random = Math.random, logger = silentLogger, limits = {} } = options;
    this.#options = options;
    this.#limits = { ...WRITER_LIMITS, ...limits };
    this.#clock = clock;
    this.#random = random;
    this.#logger = logger;
    this.#bucket = new TokenBucket(clock, this.#limits.perSecond, this.#limits.burst);
    this.#width = new Width(clock, this.#limits.concurrency);
  }

  /** Takes over another rate at once, with a full bucket: nothing waits any longer for a token of the old one. */
  pace(perSecond: number, burst: number): void {
    this.#bucket = new TokenBucket(this.#clock, perSecond, burst);
    this.#pumpIn(0);
  }

  /** Asks for an object to be written. Before its turn comes, a later submission of the same key replaces this one. */
  submit({ key, build, priority = 'normal' }: Submission): void {
    if (this.#abort.signal.aborted) return;
    const known = this.#jobs.get(key);
    if (known === undefined) {
      const backoff = new Backoff(this.#clock, this.#random);
      const job: Job = {
        key,
        build,
        high: priority === 'high',
        again: false,
        state: 'ready',
        cancel: nothing,
        backoff,
      };
      this.#jobs.set(key, job);
      this.#ready(job);
      return;
    }
    known.build = build;
    known.high ||= priority === 'high';
    if (known.state === 'flying') known.again = true;
    else if (known.state === 'ready') this.#ready(known);
  }

  /** Objects that are waiting, in flight or to be retried. */
  get size(): number {
    return this.#jobs.size;
  }

  /** Requests that may be in flight now. */
  get concurrency(): number {
    return this.#width.now;
  }

  /** Resolves when nothing is waiting, in flight or to be retried. */
  idle(): Promise<void> {
    if (this.#jobs.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Ends now: what waits is forgotten, what is in flight is aborted. Resolves when nothing of it is left. */
  async stop(): Promise<void> {
    this.#abort.abort(new NetworkError('aborted', 'stopped', 'ABORT_ERR'));
    this.#cancelPump?.();
    for (const job of this.#jobs.values()) {
      job.cancel();
      if (job.state !== 'flying') this.#jobs.delete(job.key);
    }
    this.#high.clear();
    this.#normal.clear();
    const left = this.idle();
    if (this.#jobs.size === 0) this.#tellIdle();
    await left;
  }

  #ready(job: Job): void {
    job.cancel();
    job.cancel = nothing;
    job.state = 'ready';
    this.#normal.delete(job);
    (job.high ? this.#high : this.#normal).add(job);
    this.#pumpIn(0);
  }

  /** One timer for the whole writer; the soonest wish wins only when none is set, the pump sets the next one itself. */
  #pumpIn(ms: number): void {
    if (ms > 0 && this.#cancelPump !== undefined) return;
    this.#cancelPump?.();
    this.#cancelPump = undefined;
    if (ms <= 0) this.#pump();
    else
      this.#cancelPump = this.#clock.after(ms, () => {
        this.#cancelPump = undefined;
        this.#pump();
      });
  }

  #pump(): void {
    while (!this.#abort.signal.aborted) {
      const [job] = this.#high.size > 0 ? this.#high : this.#normal;
      if (job === undefined || this.#flying >= this.#width.now) return;
      const wait = this.#holdBack();
      if (wait > 0) {
        this.#pumpIn(wait);
        return;
      }
      this.#bucket.take();
      this.#high.delete(job);
      this.#normal.delete(job);
      void this.#fly(job);
    }
  }

  #holdBack(): number {
    if (!this.#allowed()) return FENCE_MS;
    return Math.max(this.#notBefore - this.#clock.now(), this.#bucket.wait());
  }

  #allowed(): boolean {
    return this.#options.mayWrite?.() ?? true;
  }

  async #fly(job: Job): Promise<void> {
    job.state = 'flying';
    job.again = false;
    this.#flying += 1;
    const outcome = await this.#attempt(job);
    this.#flying -= 1;
    if (this.#abort.signal.aborted) this.#jobs.delete(job.key);
    else if (outcome !== undefined) this.#settle(job, outcome);
    else this.#ready(job);
    if (this.#jobs.size === 0) this.#tellIdle();
    this.#pumpIn(0);
  }

  /** Undefined: the fence shut in the last moment. Never rejects. */
  async #attempt(job: Job): Promise<Outcome | undefined> {
    try {
      const request = await job.build();
      if (request === undefined) return { status: 'skipped' };
      const gate = (): void => {
        if (!this.#allowed()) throw new NotAllowed('fenced');
      };
      return await this.#send(request, gate);
    } catch (error) {
      if (error instanceof NotAllowed) return undefined;
      return this.#judge(job, verdictOf(error));
    }
  }

  async #send(request: WriteRequest, gate: () => void): Promise<Outcome> {
    const { transport } = this.#options;
    const how = { gate, signal: this.#abort.signal, timeoutMs: this.#limits.requestMs };
    try {
      return await sendWrite(transport, request, how);
    } catch (error) {
      const exists = request.method === 'create' && error instanceof ApiError && error.reason === 'AlreadyExists';
      if (!exists) throw error;
      return sendWrite(transport, { ...request, method: 'apply' }, how);
    }
  }

  #judge(job: Job, verdict: Verdict): Outcome {
    const { reason } = verdict;
    if (verdict.overloaded) this.#width.overloaded();
    const asked = verdict.retryAfterMs * (1 + this.#random() / 5);
    if (verdict.overloaded) this.#notBefore = Math.max(this.#notBefore, this.#clock.now() + asked);
    switch (verdict.act) {
      case 'drop':
        return { status: 'dropped', reason };
      case 'reject':
        return { status: 'rejected', reason };
      case 'tooLarge':
        return { status: 'tooLarge', reason };
      case 'pause':
        this.#notBefore = this.#clock.now() + this.#limits.pauseMs;
        return { status: 'paused', reason, delayMs: this.#limits.pauseMs };
      case 'retryLate':
        return { status: 'retrying', reason, delayMs: this.#limits.pauseMs * (1 + this.#random()) };
      case 'retry':
        return { status: 'retrying', reason, delayMs: job.backoff.next(verdict.retryAfterMs) };
    }
  }

  #settle(job: Job, outcome: Outcome): void {
    if (outcome.status === 'retrying' || outcome.status === 'paused') {
      job.state = 'waiting';
      job.cancel = this.#clock.after(outcome.delayMs, () => {
        this.#ready(job);
      });
    } else if (job.again) this.#ready(job);
    else this.#jobs.delete(job.key);
    try {
      this.#options.onOutcome?.(job.key, outcome);
    } catch (error) {
      this.#logger.error('outcome handler failed', { error });
    }
  }

  #tellIdle(): void {
    const waiting = this.#idle;
    this.#idle = [];
    for (const tell of waiting) tell();
  }
}
