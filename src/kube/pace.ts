/** How fast the writer may go: a token bucket for the rate, and additive increase with multiplicative decrease for the width. */
import type { Clock } from './clock.ts';

export class TokenBucket {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  constructor(clock: Pick<Clock, 'now'>, perSecond: number, burst: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = clock.now();
  }

  /** Milliseconds until a token is there; 0 when it is there now. */
  wait(): number {
    this.#refill();
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1000);
  }

  take(): void {
    this.#refill();
    this.#tokens -= 1;
  }

  #refill(): void {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
  }
}

const STEP_MS = 10_000;

/** AIMD: halved when the server is overloaded, one more for every ten clean seconds. */
export class Width {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #most: number;
  #width: number;
  #since: number;

  constructor(clock: Pick<Clock, 'now'>, most: number) {
    this.#clock = clock;
    this.#most = most;
    this.#width = most;
    this.#since = clock.now();
  }

  get now(): number {
    const steps = Math.floor((this.#clock.now() - this.#since) / STEP_MS);
    if (steps > 0) {
      this.#width = Math.min(this.#most, this.#width + steps);
      this.#since += steps * STEP_MS;
    }
    return this.#width;
  }

  overloaded(): void {
    this.#width = Math.max(1, Math.floor(this.now / 2));
    this.#since = this.#clock.now();
  }
}
