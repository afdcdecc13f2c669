import type { CheckId, Evidence, PssLevel } from './check.ts';
import type { Ref, Subject } from './ref.ts';
import type { Severity } from './severity.ts';
import type { Traits } from './trait.ts';

/** A problem of a subject, with what its check says of itself. `fail` is open and scored; `accepted` and `suppressed` are shown only. */
export interface Finding {
  readonly check: CheckId;
  readonly name: string;
  readonly aspect?: string;
  readonly severity: Severity;
  readonly status: 'fail' | 'accepted' | 'suppressed';
  /** Field path in the subject. */
  readonly path: string;
  readonly message: string;
  readonly evidence: Evidence;
  readonly pss?: PssLevel;
  readonly because: readonly Ref[];
  /** How many pods of the subject show it; 0 where the subject has no pods. */
  readonly pods: number;
  /** Why it is accepted. */
  readonly accepted?: string;
  /** The container that the path leads into. */
  readonly container?: string;
  /** Why it is suppressed. */
  readonly exception?: NamedException;
}

/** An exception as the findings under it name it. One without a kind is a SecurityException of the same namespace. */
export interface NamedException {
  readonly kind?: 'ClusterSecurityException';
  readonly name: string;
  readonly reason: string;
  /** RFC 3339. */
  readonly expires?: string;
}

/** A check that could not say pass or fail of a subject. */
export interface NotEvaluated {
  readonly check: CheckId;
  readonly aspect?: string;
  readonly reason: string;
}

/** What is declared of a check in place of what it could not say. What is declared to fail is a finding. */
export interface Declared {
  readonly check: CheckId;
  readonly aspect?: string;
  readonly status: 'pass' | 'notApplicable';
  readonly reason: string;
  /** In seconds since 1970: how long it counts. */
  readonly expires?: number;
}

export type Grade = 'A' | 'B' | 'C' | 'D' | 'F';

/** How a set of open findings scores (engine/score.ts). */
export interface Score {
  /** 0 to 100, one decimal. */
  readonly exact: number;
  readonly grade: Grade;
  /** The check that sets the ceiling. */
  readonly cappedBy?: { readonly check: CheckId; readonly severity: Severity };
  /** The checks that weigh most, with the score that fixing each would give. At most five. */
  readonly topFixes: readonly { readonly check: CheckId; readonly scoreAfter: number }[];
}

/** All that the checks say of one subject. */
export interface Verdict {
  readonly subject: Subject;
  /** Whether it runs pods: such subjects always have a report. */
  readonly isWorkload: boolean;
  /** Pods that run now. */
  readonly pods: number;
  /** Worst first, then by check, path, aspect and message. */
  readonly findings: readonly Finding[];
  readonly notEvaluated: readonly NotEvaluated[];
  /** Nothing where absent. */
  readonly declared?: readonly Declared[];
  /** How many checks found nothing. */
  readonly passed: number;
  readonly score: Score;
  /** Of a workload alone. */
  readonly traits?: Traits;
}
