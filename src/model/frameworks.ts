import type { PssLevel } from './check.ts';
import cis from './frameworks/cis-1.12.json' with { type: 'json' };
import mitre from './frameworks/mitre.json' with { type: 'json' };
import nsa from './frameworks/nsa-1.2.json' with { type: 'json' };
import owasp2022 from './frameworks/owasp-2022.json' with { type: 'json' };
import owasp2025 from './frameworks/owasp-2025.json' with { type: 'json' };
import pssBaseline from './frameworks/pss-baseline.json' with { type: 'json' };
import pssRestricted from './frameworks/pss-restricted.json' with { type: 'json' };

/** One control of a framework: what no check knows of it. Which checks it rests on is said by their `refs`. */
export interface Control {
  readonly id: string;
  readonly title: string;
  /** What it stands under. */
  readonly section?: string;
  /** CIS: whether the benchmark has it assessed by a program or by a person. */
  readonly kind?: string;
  /** `partly`: what its checks do not find proves nothing. `none`: nothing of it shows in the API. Absent: in full. */
  readonly coverage?: string;
  /** Why it is not covered in full. */
  readonly reason?: string;
  /** Its checks that are still to be written: until then nothing proves it. */
  readonly awaits?: readonly string[];
}

/** A published list of controls that checks refer to. */
export interface Framework {
  readonly id: string;
  readonly title: string;
  /** How references to it begin in `refs` of a check; the id of the control follows. */
  readonly refs: string;
  /** For the Pod Security Standards: the levels a problem breaks that fails a control of it. */
  readonly levels?: readonly PssLevel[];
  readonly controls: readonly Control[];
}

const RECOMMENDATIONS: ReadonlySet<string> = new Set(cis.map(({ id }) => id));

/** Whether CIS 1.12 has a recommendation of that number, such as `1.2.1`. */
export function isRecommendation(number: string): boolean {
  return RECOMMENDATIONS.has(number);
}

export const FRAMEWORKS = [
  { id: 'cis-1.12', title: 'CIS Kubernetes Benchmark 1.12', refs: 'CIS:', controls: cis },
  {
    id: 'pss-baseline',
    title: 'Pod Security Standards, baseline',
    refs: 'PSS:',
    levels: ['baseline'],
    controls: pssBaseline,
  },
  {
    id: 'pss-restricted',
    title: 'Pod Security Standards, restricted',
    refs: 'PSS:',
    levels: ['baseline', 'restricted'],
    controls: pssRestricted,
  },
  { id: 'nsa-1.2', title: 'NSA/CISA Kubernetes Hardening Guidance 1.2', refs: 'NSA:', controls: nsa },
  { id: 'owasp-2022', title: 'OWASP Kubernetes Top Ten 2022', refs: 'OWASP2022:', controls: owasp2022 },
  { id: 'owasp-2025', title: 'OWASP Kubernetes Top Ten 2025', refs: 'OWASP2025:', controls: owasp2025 },
  { id: 'mitre', title: 'MITRE ATT&CK', refs: 'MITRE:', controls: mitre },
] as const satisfies readonly Framework[];
