import type { Severity } from './severity.ts';

/** What somebody states of a check, or of one aspect of it, that cannot see for itself: `controlPlane.declaredControls`. */
export interface Declaration {
  readonly aspect?: string;
  readonly status: 'pass' | 'fail' | 'notApplicable';
  readonly reason: string;
  /** In seconds since 1970: it counts before that moment. */
  readonly expires?: number;
  /** Of the finding that `fail` makes. */
  readonly severity: Severity;
}

interface Clocked {
  readonly now?: () => number;
}

/** Whether what is declared until a moment counts at another: what ends does not, where no time is known. */
export function isInForce({ expires }: Pick<Declaration, 'expires'>, { now }: Clocked): boolean {
  return expires === undefined || (now !== undefined && now() < expires);
}
