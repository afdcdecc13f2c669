import type { Check, Judge, Outcome } from '#model/check.ts';
import type { Declared, Finding, NotEvaluated } from '#model/verdict.ts';

/** What one check says of one subject, over all its pods. */
export interface CheckResult {
  readonly status: Outcome['status'];
  readonly findings: readonly Finding[];
  readonly notEvaluated: readonly NotEvaluated[];
  /** What somebody has declared in place of what could not be judged; nothing where absent. */
  readonly declared?: readonly Declared[];
  /** When it is another one though no object changes: seconds since 1970. */
  readonly until?: number;
}

/** What one check asks of a subject: of its pods, where it has any, and of its own object. */
export interface Question {
  readonly check: Check;
  readonly ofPods: Judge | undefined;
  readonly ofOwn: Judge | undefined;
}

/** What a subject was asked and the result of each question, in one order: of a workload there are a hundred, most of them shared by all. */
export interface Answers {
  readonly questions: readonly Question[];
  readonly results: readonly (CheckResult | undefined)[];
}
