/** Worst first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;

export type Severity = (typeof SEVERITIES)[number];

/** 0 for info up to 4 for critical. */
export function rankOf(severity: Severity): number {
  return SEVERITIES.length - 1 - SEVERITIES.indexOf(severity);
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
