/** A standby's eye on the Lease: it sees at once what polling would see seconds later. */
import { Backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { HeldLease, LeaseStore } from './lease-store.ts';

interface VigilOptions {
  readonly store: LeaseStore;
  readonly clock: Clock;
  readonly random: () => number;
  /** Each state of the lease as it comes; undefined: it was deleted. */
  readonly seen: (lease: HeldLease | undefined) => void;
}

/** Whatever goes wrong costs speed only: the election itself rests on reading and writing (W13 back-off, for ever). */
export class Vigil {
  readonly #options: VigilOptions;
  #run: { readonly abort: AbortController; readonly ended: Promise<void> } | undefined;

  constructor(options: VigilOptions) {
    this.#options = options;
  }

  /** Begins, or does nothing when already begun. */
  keep(): void {
    if (this.#run !== undefined) return;
    const abort = new AbortController();
    this.#run = { abort, ended: this.#loop(abort.signal) };
  }

  /** Nothing is told from now on. Resolves when no request is left. */
  async end(): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    run?.abort.abort();
    await run?.ended;
  }

  async #loop(signal: AbortSignal): Promise<void> {
    const { store, clock, random, seen } = this.#options;
    const { follow } = store;
    if (follow === undefined) return;
    const backoff = new Backoff(clock, random);
    const tell = (lease: HeldLease | undefined): void => {
      if (!signal.aborted) seen(lease);
    };
    while (!signal.aborted) {
      await follow(tell, signal).catch(() => undefined);
      await clock.sleep(backoff.next(), signal);
    }
  }
}
