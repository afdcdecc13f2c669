import type { CheckId } from '#model/check.ts';
import { subjectKey, type Subject } from '#model/ref.ts';
import { addJob, type Jobs } from './plan.ts';
import type { Answers } from './result.ts';

interface Entry {
  readonly subject: Subject;
  /** When the results of which checks change by themselves, `*` for what is said of all of them: seconds since 1970. */
  readonly untils: ReadonlyMap<CheckId | '*', number>;
  readonly next: number;
}

const NO_ANSWERS: Answers = { questions: [], results: [] };

/** The clock is no event: what is to be judged again at which moment, though no object changes. */
export class Agenda {
  readonly #entries = new Map<string, Entry>();
  /** Undefined when it has to be looked up. */
  #next: number | undefined = Infinity;

  /** Replaces what is known of a subject; nothing when it is gone. At `again` what is made of its answers is another thing. */
  put(subject: Subject, answers: Answers = NO_ANSWERS, again = Infinity): void {
    const key = subjectKey(subject);
    const untils = new Map<CheckId | '*', number>(again === Infinity ? [] : [['*', again]]);
    answers.results.forEach((result, index) => {
      const check = answers.questions[index]?.check;
      if (result?.until !== undefined && check !== undefined) untils.set(check.id, result.until);
    });
    const next = Math.min(...untils.values());
    const before = this.#entries.get(key)?.next ?? Infinity;
    // Not where it stays: many subjects wait for the same moment.
    if (before === this.#next && next > before) this.#next = undefined;
    if (untils.size === 0) this.#entries.delete(key);
    else this.#entries.set(key, { subject, untils, next });
    if (this.#next !== undefined) this.#next = Math.min(this.#next, next);
  }

  /** The nearest moment; Infinity when there is none. */
  get next(): number {
    if (this.#next === undefined) {
      this.#next = Infinity;
      for (const { next } of this.#entries.values()) this.#next = Math.min(this.#next, next);
    }
    return this.#next;
  }

  /** Whether anything of a subject is due at `now`. */
  isDue(subject: Subject, now: number): boolean {
    return (this.#entries.get(subjectKey(subject))?.next ?? Infinity) <= now;
  }

  /** What is due at `now`, by the checks that are. */
  due(now: number): Jobs {
    const jobs: Jobs = new Map();
    if (this.next > now) return jobs;
    for (const { subject, untils } of this.#entries.values()) {
      const due = [...untils].filter(([, until]) => until <= now).map(([check]) => check);
      if (due.length > 0) addJob(jobs, { subject, checks: new Set(due.filter((check) => check !== '*')) });
    }
    return jobs;
  }
}
