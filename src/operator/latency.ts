import type { Metrics } from '#sinks/metrics.ts';

/** How long changes wait for their report: from the first event that touched a subject to the write of what became of it. */
export class Latency {
  readonly #since = new Map<string, number>();
  /** Whose report is on its way. */
  readonly #changed = new Set<string>();
  readonly #now: () => number;
  readonly #observe: (seconds: number) => void;

  /** `now` in milliseconds on a clock that never goes back. */
  constructor(now: () => number, observe: (seconds: number) => void) {
    this.#now = now;
    this.#observe = observe;
  }

  /** An event touched a subject. The first one counts. */
  touched(subject: string): void {
    if (!this.#since.has(subject)) this.#since.set(subject, this.#now());
  }

  /** The report of a subject is to be written. */
  changed(subject: string): void {
    if (this.#since.has(subject)) this.#changed.add(subject);
  }

  /** The event changed nothing that a report says. One before it may have: its write is waited for. */
  unchanged(subject: string): void {
    if (!this.#changed.has(subject)) this.#since.delete(subject);
  }

  /** The report stands as it should: there was nothing to write. */
  skipped(subject: string): void {
    this.#since.delete(subject);
    this.#changed.delete(subject);
  }

  written(subject: string): void {
    const since = this.#since.get(subject);
    this.skipped(subject);
    if (since === undefined) return;
    this.#observe((this.#now() - since) / 1000);
  }

  clear(): void {
    this.#since.clear();
    this.#changed.clear();
  }
}

/** By the clock of the process, told to the histogram. */
export function latencyFor(metrics: Metrics): Latency {
  return new Latency(
    () => performance.now(),
    (seconds) => {
      metrics.observe('eventToReport', seconds);
    },
  );
}
