import type { Clock } from './clock.ts';

export interface BackoffLimits {
  readonly baseMs: number;
  readonly maxMs: number;
  readonly factor: number;
  /** So long without a failure and the next one starts from `baseMs` again. */
  readonly resetMs: number;
}

export const BACKOFF: BackoffLimits = { baseMs: 800, maxMs: 30_000, factor: 2, resetMs: 120_000 };
/** Full jitter may draw nothing at all; this keeps a failing loop from spinning. */
const LEAST_MS = 50;

/** W13: how long to wait after a failure: 0.8 s doubling to 30 s, full jitter, forgotten after two healthy minutes. */
export class Backoff {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #random: () => number;
  readonly #limits: BackoffLimits;
  #step = 0;
  #waitedUntil = -Infinity;

  constructor(clock: Pick<Clock, 'now'>, random: () => number, limits: BackoffLimits = BACKOFF) {
    this.#clock = clock;
    this.#random = random;
    this.#limits = limits;
  }

  /** Milliseconds to wait now; `atLeast` is what the server asked for (W14), stretched by up to a fifth. */
  next(atLeast = 0): number {
    const { baseMs, maxMs, factor, resetMs } = this.#limits;
    const now = this.#clock.now();
    if (now - this.#waitedUntil >= resetMs) this.#step = 0;
    const ceiling = Math.min(maxMs, baseMs * factor ** this.#step);
    this.#step += 1;
    const drawn = Math.max(LEAST_MS, ceiling * this.#random());
    const asked = atLeast * (1 + this.#random() / 5);
    const delay = Math.max(drawn, asked);
    this.#waitedUntil = now + delay;
    return delay;
  }
}
