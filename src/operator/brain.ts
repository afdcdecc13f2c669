import { Engine } from '#engine/engine.ts';
import type { Job, Jobs } from '#engine/plan.ts';
import { Store } from '#inventory/store.ts';
import type { Change } from '#model/inventory.ts';
import { ALL_KINDS } from '#model/kinds.ts';
import type { Subject } from '#model/ref.ts';
import { TRAITS } from '#traits/index.ts';
import type { Judging } from './judging.ts';
import { Alarm } from './alarm.ts';
import { Loop, REAL_SCHEDULER, type Priority, type Scheduler } from './loop.ts';
import { NOT_SYNCED } from './watching.ts';

interface BrainOptions {
  readonly judging: Judging;
  readonly scheduler?: Scheduler;
  /** The verdict of a subject is another one now: `live` because the cluster changed, else because more of it is known or it is judged otherwise. */
  readonly onVerdict: (subject: Subject, priority: Priority) => void;
  /** A subject was judged and nothing came of it. */
  readonly onUnchanged: (subject: Subject) => void;
  /** A live change touched a subject. */
  readonly onTouched: (subject: Subject) => void;
}

/** State, plan and judgement in one place: told changes, it keeps every verdict current. Does not judge before it is told to `begin`. */
export class Brain {
  readonly store: Store;
  readonly engine: Engine;
  readonly loop: Loop;
  readonly #options: BrainOptions;
  #begun = false;
  #drift = 0;
  #sweeping: Job[] = [];
  readonly #alarm: Alarm;

  constructor(options: BrainOptions) {
    this.#options = options;
    this.store = new Store(Object.fromEntries(ALL_KINDS.map((kind) => [kind, NOT_SYNCED])));
    this.engine = new Engine(options.judging.checks, this.store, options.judging.context, TRAITS);
    const { scheduler = REAL_SCHEDULER } = options;
    this.#alarm = new Alarm(scheduler, () => {
      this.loop.add(this.engine.due().values(), 'live');
      this.#wind();
    });
    this.loop = new Loop({
      work: (job, priority) => {
        this.#work(job, priority);
      },
      scheduler,
    });
  }

  /** How often a sweep found a verdict wrong. */
  get drift(): number {
    return this.#drift;
  }

  changed(changes: readonly Change[]): void {
    if (!this.#begun) return;
    for (const change of changes) this.#plan(this.engine.plan(change));
  }

  #plan(jobs: Jobs): void {
    for (const { subject } of jobs.values()) this.#options.onTouched(subject);
    this.loop.add(jobs.values(), 'live');
  }

  /** The first judgement of everything; resolves when it is done. */
  async begin(): Promise<void> {
    this.#begun = true;
    await this.judgeAll();
  }

  /** Judges everything again, behind what is live: after a change of what all checks rest on. */
  async judgeAll(): Promise<void> {
    if (!this.#begun) return;
    this.loop.add(this.engine.planAll().values(), 'background');
    await this.loop.idle();
  }

  /** Judges everything by other checks or in another context from now on. */
  async configure({ checks, context }: Judging): Promise<void> {
    this.engine.configure(checks, context);
    await this.judgeAll();
  }

  /** Compares every verdict with a fresh one. A difference is a bug: it is corrected and counted. */
  sweep(): void {
    if (!this.#begun || this.#sweeping.length > 0) return;
    this.#sweeping = [...this.engine.planAll().values()];
    this.#sweepOn();
  }

  #sweepOn(): void {
    const job = this.#sweeping.pop();
    if (job === undefined) return;
    // Only where nothing is planned for it: a subject that waits to be judged is late, not wrong.
    if (this.loop.depth === 0 && this.engine.recheck(job.subject)) {
      this.#drift += 1;
      this.#options.onVerdict(job.subject, 'background');
    }
    setImmediate(() => {
      this.#sweepOn();
    });
  }

  #work(job: Job, priority: Priority): void {
    if (this.engine.judge(job)) this.#options.onVerdict(job.subject, priority);
    else this.#options.onUnchanged(job.subject);
    this.#wind();
  }

  /** Time is no event: what is judged by it is judged again when the nearest moment comes. */
  #wind(): void {
    this.#alarm.set(this.engine.nextDue, this.engine.now);
  }

  /** Ends all work that waits. */
  stop(): void {
    this.#sweeping = [];
    this.#alarm.stop();
    this.loop.stop();
  }
}
