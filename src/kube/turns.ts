import { performance } from 'node:perf_hooks';

/**
 * W35: all streams together work for some ten milliseconds, then the event loop has its turn: probes and lease renewals
 * never wait for an initial list. Those who must wait are let on one a turn, in order.
 */
export class Turns {
  readonly #sliceMs: number;
  readonly #now: () => number;
  readonly #waiting: (() => void)[] = [];
  #since = 0;

  constructor(sliceMs = 10, now: () => number = () => performance.now()) {
    this.#sliceMs = sliceMs;
    this.#now = now;
  }

  /** Undefined: go on. Otherwise wait for the promise first. */
  pause(): Promise<void> | undefined {
    if (this.#now() - this.#since < this.#sliceMs) return undefined;
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) setImmediate(this.#next);
    });
  }

  readonly #next = (): void => {
    this.#since = this.#now();
    this.#waiting.shift()?.();
    if (this.#waiting.length > 0) setImmediate(this.#next);
  };
}

/** Shared by every reflector of the process: the event loop is one. */
export const processTurns = new Turns();
