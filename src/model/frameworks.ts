import type { PssLevel } from './check.ts';

/** A published list of controls that checks refer to. */
export interface Framework {
  readonly id: string;
  readonly title: string;
  /** How references to it begin in `refs` of a check. */
  readonly refs: string;
  /** For the Pod Security Standards: the levels a problem breaks that fails a control of it. */
  readonly levels?: readonly PssLevel[];
}

/** How many recommendations each section of CIS 1.12 has: they are numbered from 1. */
const CIS_SECTIONS: Readonly<Record<string, number>> = {
  '1.1': 21,
  '1.2': 30,
  '1.3': 7,
  '1.4': 2,
  '2': 7,
  '3.1': 3,
  '3.2': 2,
  '4.1': 10,
  '4.2': 14,
  '4.3': 1,
  '5.1': 13,
  '5.2': 12,
  '5.3': 2,
  '5.4': 2,
  '5.5': 1,
  '5.6': 4,
};

/** Whether CIS 1.12 has a recommendation of that number, such as `1.2.1`. */
export function isRecommendation(number: string): boolean {
  const dot = number.lastIndexOf('.');
  const last = Number(number.slice(dot + 1));
  return last >= 1 && last <= (CIS_SECTIONS[number.slice(0, dot)] ?? 0);
}

export const FRAMEWORKS = [
  { id: 'cis-1.12', title: 'CIS Kubernetes Benchmark 1.12', refs: 'CIS:' },
  { id: 'pss-baseline', title: 'Pod Security Standards, baseline', refs: 'PSS:', levels: ['baseline'] },
  {
    id: 'pss-restricted',
    title: 'Pod Security Standards, restricted',
    refs: 'PSS:',
    levels: ['baseline', 'restricted'],
  },
  { id: 'nsa-1.2', title: 'NSA/CISA Kubernetes Hardening Guidance 1.2', refs: 'NSA:' },
  { id: 'owasp-2022', title: 'OWASP Kubernetes Top Ten 2022', refs: 'OWASP2022:' },
  { id: 'owasp-2025', title: 'OWASP Kubernetes Top Ten 2025', refs: 'OWASP2025:' },
  { id: 'mitre', title: 'MITRE ATT&CK', refs: 'MITRE:' },
] as const satisfies readonly Framework[];
