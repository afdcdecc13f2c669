/** How long changes wait for their report: from the first event that touched a subject to the write of what became of it. */
export class Latency {
  readonly #since = new Map<string, number>();
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

  /** The event changed nothing that a report says. */
  unchanged(subject: string): void {
    this.#since.delete(subject);
  }

  written(subject: string): void {
    const since = this.#since.get(subject);
    if (since === undefined) return;
    this.#since.delete(subject);
    this.#observe((this.#now() - since) / 1000);
  }

  clear(): void {
    this.#since.clear();
  }
}
