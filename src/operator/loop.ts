import { addJob, type Job, type Jobs } from '#engine/plan.ts';
import { subjectKey } from '#model/ref.ts';

/** How long one slice of work may keep the process: probes and lease renewal must never starve. Milliseconds. */
const SLICE_MS = 10;

/** Where the loop gets its time from: handed in, so that tests do not sleep. */
export interface Scheduler {
  /** Milliseconds on a clock that never goes back. */
  readonly now: () => number;
  /** Runs soon, after what else waits. */
  readonly soon: (run: () => void) => void;
  /** Runs after a pause in milliseconds. Answers how to call it off. */
  readonly after: (ms: number, run: () => void) => () => void;
}

export const REAL_SCHEDULER: Scheduler = {
  now: () => performance.now(),
  soon: (run) => {
    setImmediate(run);
  },
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

export type Priority = 'live' | 'background';

interface LoopOptions {
  readonly work: (job: Job, priority: Priority) => void;
  readonly scheduler?: Scheduler;
  /** How long to let a burst collapse before work starts, in milliseconds. */
  readonly windowMs?: number;
}

/**
 * The queue of what is to be judged. Jobs merge by subject; live changes overtake the background (initial list, sweeps); work is done in
 * slices, so that nothing else starves.
 */
export class Loop {
  readonly #queues: Readonly<Record<Priority, Jobs>> = { live: new Map(), background: new Map() };
  readonly #work: LoopOptions['work'];
  readonly #scheduler: Scheduler;
  readonly #windowMs: number;
  #idle: (() => void)[] = [];
  #cancel: (() => void) | undefined;
  #running = false;
  #stopped = false;

  constructor({ work, scheduler = REAL_SCHEDULER, windowMs = 20 }: LoopOptions) {
    this.#work = work;
    this.#scheduler = scheduler;
    this.#windowMs = windowMs;
  }

  /** How many subjects wait. */
  get depth(): number {
    return this.#queues.live.size + this.#queues.background.size;
  }

  add(jobs: Iterable<Job>, priority: Priority): void {
    if (this.#stopped) return;
    for (const job of jobs) this.#enqueue(job, priority);
    this.#wake();
  }

  /** A live job takes along what waits in the background for its subject. */
  #enqueue(job: Job, priority: Priority): void {
    const { live, background } = this.#queues;
    const key = subjectKey(job.subject);
    const waiting = background.get(key);
    const queue = priority === 'live' || live.has(key) ? live : background;
    if (queue === live && waiting !== undefined) {
      background.delete(key);
      addJob(live, waiting);
    }
    addJob(queue, job);
  }

  /** Resolves when nothing is left to do. */
  idle(): Promise<void> {
    if (!this.#running) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Drops what waits. */
  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
    for (const queue of Object.values(this.#queues)) queue.clear();
    this.#rest();
  }

  #wake(): void {
    if (this.#running || this.depth === 0) return;
    this.#running = true;
    this.#cancel = this.#scheduler.after(this.#windowMs, () => {
      this.#slice();
    });
  }

  #slice(): void {
    const end = this.#scheduler.now() + SLICE_MS;
    do {
      const [job, priority] = this.#next() ?? [];
      if (job === undefined || priority === undefined) {
        this.#rest();
        return;
      }
      this.#work(job, priority);
    } while (this.#scheduler.now() < end);
    this.#scheduler.soon(() => {
      this.#slice();
    });
  }

  #next(): readonly [Job, Priority] | undefined {
    for (const priority of ['live', 'background'] as const) {
      const queue = this.#queues[priority];
      for (const [key, job] of queue) {
        queue.delete(key);
        return [job, priority];
      }
    }
    return undefined;
  }

  #rest(): void {
    this.#running = false;
    const waiting = this.#idle;
    this.#idle = [];
    for (const resolve of waiting) resolve();
  }
}
