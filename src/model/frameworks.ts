import type { PssLevel } from './check.ts';

/** A published list of controls that checks refer to. */
export interface Framework {
  readonly id: string;
  readonly title: string;
  /** How references to it begin in `refs` of a check. */
  readonly refs: string;
  /** For the Pod Security Standards: the levels a problem breaks that fails a control of it (checks-catalogue 8.1). */
  readonly levels?: readonly PssLevel[];
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
