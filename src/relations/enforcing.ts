import { RBAC_ENGINE, type Known, type RbacKind } from '#analysis/rbac/engine.ts';
import { NEEDS } from '#analysis/rbac/primitives.ts';
import type { Grip } from '#facts/admission.ts';
import { GUARD_KINDS, gripOnPrivileged, type GuardObject } from '#facts/pod-guards.ts';
import { levelOfLabels } from '#facts/pss.ts';
import { sides, type Index, type Inventory } from '#model/inventory.ts';
import type { Metadata } from '#model/metadata.ts';
import type { ObjectOf } from '#model/objects.ts';
import type { Ref } from '#model/ref.ts';
import { defineRelation, sameFor, type Relation } from '#model/relation.ts';
import { judgedForThoseWith, type Granting } from './companions.ts';

/** Whether labels alone keep privileged pods out of a namespace, by Pod Security; of `''` whether they do of any. */
export type Enforcing = (namespace: string) => Known<boolean>;

type GuardKind = GuardObject['kind'];

/** Namespaces whose labels enforce a level of the Pod Security Standards. */
const enforcing: Index<'Namespace'> = {
  kind: 'Namespace',
  name: 'enforced Pod Security level',
  of: (namespace) => (isEnforcing(namespace) ? ['yes'] : []),
};

function isEnforcing({ metadata }: ObjectOf<'Namespace'>): boolean {
  return levelOfLabels(metadata.labels, 'enforce') !== 'privileged';
}

function enforcingFor<K extends Granting>(subject: K): Relation<K, Enforcing> {
  const judged = (inventory: Inventory<RbacKind>): readonly Ref<K>[] =>
    judgedForThoseWith(subject, NEEDS.changeNamespaces.mask, inventory);
  return defineRelation<K, RbacKind | 'Namespace' | GuardKind, Enforcing>({
    subject,
    name: 'Pod Security labels of Namespaces, and policies of engines that keep privileged pods out',
    related: (_object, inventory) => [(namespace) => isAlone(namespace, inventory)],
    affected: {
      ...sameFor(RBAC_ENGINE.kinds, () => []),
      ...sameFor(GUARD_KINDS, (_change: unknown, inventory: Inventory<RbacKind>) => judged(inventory)),
      Namespace: (change, inventory: Inventory<RbacKind>) => (sides(change).some(isEnforcing) ? judged(inventory) : []),
    },
    mayLack: GUARD_KINDS,
  });
}

export const enforcingForRole = enforcingFor('Role');
export const enforcingForClusterRole = enforcingFor('ClusterRole');
export const enforcingForRoleBinding = enforcingFor('RoleBinding');

/** Where a policy refuses privileged pods too, labels that are lifted let nothing in. */
function isAlone(namespace: string, inventory: Inventory<'Namespace' | GuardKind>): Known<boolean> {
  const held = inventory.by(enforcing, 'yes').filter(({ metadata }) => ['', metadata.name].includes(namespace));
  if (held.length === 0) return { answer: false, unseen: [] };
  const guards = GUARD_KINDS.flatMap((kind): readonly GuardObject[] => inventory.list(kind));
  const grips = new Set(held.map(({ metadata }) => gripWithoutLabels(metadata, guards)));
  const missing = GUARD_KINDS.flatMap((kind) => inventory.missing(kind) ?? []);
  if (missing.length === 0 && (grips.has(undefined) || grips.has('tells'))) return { answer: true, unseen: [] };
  if (grips.size === 1 && grips.has('refuses')) return { answer: false, unseen: [] };
  return { answer: true, unseen: grips.has('mayRefuse') ? [...missing, CONDITIONAL] : missing };
}

const CONDITIONAL =
  'whether policies keep privileged pods out beside the labels hangs on conditions that are not evaluated';

/** Whoever changes labels takes a namespace out of the sight of policies that look for some: they must refuse with them and without. */
function gripWithoutLabels(namespace: Metadata, guards: readonly GuardObject[]): Grip | undefined {
  const bare = { ...namespace, labels: { 'kubernetes.io/metadata.name': namespace.name } };
  const [first, second] = [namespace, bare].map((each) => gripOnPrivileged(each, guards));
  return first === 'refuses' ? second : first;
}
