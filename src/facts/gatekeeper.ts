import { fitsGlob } from '#model/glob.ts';
import type { Constraint } from '#model/admission.ts';
import type { Metadata } from '#model/metadata.ts';
import type { Pod } from '#model/objects.ts';
import { gripOf, holds, isAmong, takesIn, type Grip } from './admission.ts';

type Match = NonNullable<NonNullable<Constraint['spec']>['match']>;

/** The grip of a constraint of Gatekeeper on a pod that is created in a namespace, or without a pod: on some pod there. */
export function gripOfConstraint({ spec }: Constraint, namespace: Metadata, pod?: Pod): Grip | undefined {
  const { enforcementAction = 'deny', match = {} } = spec ?? {};
  const { kinds = [], labelSelector, name } = match;
  const isOfPods = kinds.length === 0 || kinds.some((each) => holds(each.apiGroups, '') && holds(each.kinds, 'Pod'));
  const isTaken = name === undefined && (pod === undefined || takesIn(labelSelector, pod.metadata));
  return isOfPods && isTaken && isWhere(match, namespace) ? gripOf(enforcementAction === 'deny', undefined) : undefined;
}

function isWhere({ namespaces, excludedNamespaces, namespaceSelector }: Match, namespace: Metadata): boolean {
  const isHere = (pattern: string): boolean => fitsGlob(namespace.name, pattern, 'wildcard');
  const isOut = excludedNamespaces?.some(isHere) === true;
  return isAmong(namespaces, isHere) && !isOut && takesIn(namespaceSelector, namespace);
}
