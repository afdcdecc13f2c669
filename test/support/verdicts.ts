/** Verdicts written by hand, for tests of what is made of them. */
import type { Finding, Verdict } from '#model/verdict.ts';

/** A finding on the Deployment of `aVerdict`, with what matters given. */
export function aFinding(given: Partial<Finding>): Finding {
  return {
    check: 'KP-POD-001',
    name: 'a-check',
    severity: 'medium',
    status: 'fail',
    path: 'spec.containers[0]',
    message: 'is as it should not be',
    evidence: 'observed',
    because: [],
    pods: 1,
    ...given,
  };
}

/** What is said of the Deployment `web` in `shop`. */
export function aVerdict(given: Partial<Verdict>): Verdict {
  return {
    subject: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web', uid: 'u-1' },
    isWorkload: true,
    pods: 1,
    findings: [],
    notEvaluated: [],
    passed: 1,
    score: { exact: 100, grade: 'A', topFixes: [] },
    ...given,
  };
}
