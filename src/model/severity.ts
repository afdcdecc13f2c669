/** Worst first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;

export type Severity = (typeof SEVERITIES)[number];

const RANKS = Object.fromEntries(SEVERITIES.toReversed().map((severity, rank) => [severity, rank])) as Readonly<
  Record<Severity, number>
>;

/** 0 for info up to 4 for critical. */
export function rankOf(severity: Severity): number {
  return RANKS[severity];
}

export function isSeverity(word: string): word is Severity {
  return (SEVERITIES as readonly string[]).includes(word);
}

/** Whether `severity` is `threshold` or worse. */
export function atLeast(severity: Severity, threshold: Severity): boolean {
  return rankOf(severity) >= rankOf(threshold);
}

/** The worse of the two. */
export function worse(a: Severity, b: Severity): Severity {
  return rankOf(a) >= rankOf(b) ? a : b;
}
