import type { Kind } from '#model/kinds.ts';

/** What a check judges, in words. */
export function subjectsText(kind: Kind): string {
  if (kind === 'Cluster') return 'the cluster';
  return kind === 'Pod' ? 'Pods and pod templates' : `${kind}s`;
}

/** One of them. */
export function aSubject(kind: Kind): string {
  return kind === 'Cluster' ? 'the cluster' : `a ${kind}`;
}
