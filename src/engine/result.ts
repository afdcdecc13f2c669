import type { Outcome } from '#model/check.ts';
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
