import { schedule, type ScheduledTask } from 'node-cron';

/** A piece of work by a cron expression that may change. */
export class Schedule {
  readonly #work: () => Promise<void>;
  #cron = '';
  #task: ScheduledTask | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Runs by this expression from now on. */
  set(cron: string): void {
    if (cron === this.#cron) return;
    void this.#task?.destroy();
    this.#cron = cron;
    this.#task = schedule(cron, () => this.#work());
  }

  async stop(): Promise<void> {
    await this.#task?.destroy();
  }
}
