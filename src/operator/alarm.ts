import type { Scheduler } from './loop.ts';

/** No wait is longer, as clocks are put right and machines sleep; none is shorter, as what is due may wait for its turn. Milliseconds. */
const LONGEST_MS = 15 * 60_000;
const SHORTEST_MS = 1000;

/** One timer for the nearest of all moments. It may ring early: who hears it looks at the time. */
export class Alarm {
  readonly #scheduler: Scheduler;
  readonly #ring: () => void;
  #moment = Infinity;
  #cancel: (() => void) | undefined;

  constructor(scheduler: Scheduler, ring: () => void) {
    this.#scheduler = scheduler;
    this.#ring = ring;
  }

  /** Both in seconds since 1970; Infinity is never. What was set before is forgotten. */
  set(moment: number, now: number): void {
    if (moment === this.#moment) return;
    this.stop();
    this.#moment = moment;
    if (moment === Infinity) return;
    const wait = Math.min(Math.max((moment - now) * 1000, SHORTEST_MS), LONGEST_MS);
    this.#cancel = this.#scheduler.after(wait, () => {
      this.#moment = Infinity;
      this.#ring();
    });
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#moment = Infinity;
  }
}
