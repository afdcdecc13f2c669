import type { PssLevel } from '#model/check.ts';

/** The strictest Pod Security level that a pod meets, by the problems that the checks of pods have with it (checks-catalogue 1.3). */
export function pssLevelOf(problems: Iterable<{ readonly pss?: PssLevel }>): 'privileged' | PssLevel {
  const broken = new Set([...problems].map(({ pss }) => pss));
  if (broken.has('baseline')) return 'privileged';
  return broken.has('restricted') ? 'baseline' : 'restricted';
}
