import { DIRECTIONS, directionsOf, type Direction } from '#facts/policy.ts';
import { selects } from '#facts/selector.ts';
import { policyOf, type AnyPolicy, type PodSet } from '#analysis/network/rules.ts';
import { namespaceLabels, podKey } from '#analysis/network/sources.ts';
import type { NetworkKinds } from '#analysis/network/view.ts';
import { sides, type ChangeOf, type Inventory } from '#model/inventory.ts';
import type { AnyObject, ObjectOf, Pod } from '#model/objects.ts';
import { refOf, subjectText, type Ref } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';
import { networkIn } from './cni.ts';

/** A cluster-wide policy that denies a pod something in a direction. */
export interface Denial {
  readonly direction: Direction;
  readonly policy: AnyPolicy;
}

type Pods = Inventory<'Pod' | 'Namespace'>;

/** The pods that a change of a policy is about: selected before, or now. */
export function podsSelectedBy(change: ChangeOf<AnyPolicy['kind']>, inventory: Pods): readonly Ref<'Pod'>[] {
  const subjects = sides(change).map((policy) => policyOf(policy, 0).subject);
  const [namespace] = subjects.map((subject) => subject.namespace);
  return inventory
    .list('Pod', namespace)
    .filter((pod) => subjects.some((subject) => isIn(pod, subject, inventory)))
    .map(refOf);
}

function isIn({ metadata, spec }: Pod, set: PodSet, inventory: Pods): boolean {
  const { namespace } = metadata;
  if (set.withoutHostNetwork === true && spec.hostNetwork === true) return false;
  const known = inventory.get({ kind: 'Namespace', namespace: '', name: namespace });
  return (
    (set.namespace ?? namespace) === namespace &&
    (set.namespaces === undefined || selects(set.namespaces, namespaceLabels(namespace, known))) &&
    (set.pods === undefined || selects(set.pods, metadata.labels))
  );
}

const CLUSTER_POLICY_KINDS = ['AdminNetworkPolicy', 'BaselineAdminNetworkPolicy', 'ClusterNetworkPolicy'] as const;

function denialsOf(pod: Pod, direction: Direction, inventory: Inventory<NetworkKinds>): readonly Denial[] {
  return networkIn(inventory)
    .policiesOf(podKey(pod), direction)
    .filter(
      ({ tier, [direction]: rules = [] }) => tier !== 'namespaced' && rules.some(({ action }) => action === 'deny'),
    )
    .flatMap(({ ref }) => {
      const policy = inventory.get(ref);
      return policy === undefined ? [] : [{ direction, policy }];
    });
}

export const clusterPoliciesDenyingPod = defineRelation({
  subject: 'Pod',
  name: 'cluster-wide network policies that deny the pod something',
  related: (pod, inventory): readonly Denial[] =>
    // Most clusters have none.
    CLUSTER_POLICY_KINDS.every((kind) => inventory.size(kind) === 0)
      ? []
      : DIRECTIONS.flatMap((direction) => denialsOf(pod, direction, inventory)),
  affected: {
    AdminNetworkPolicy: podsSelectedBy,
    BaselineAdminNetworkPolicy: podsSelectedBy,
    ClusterNetworkPolicy: podsSelectedBy,
    // They select pods by the labels of their namespace.
    Namespace: ({ ref }, inventory) => inventory.list('Pod', ref.name).map(refOf),
    // A NetworkPolicy that selects a pod hides the baseline tier from it.
    NetworkPolicy: podsSelectedBy,
    Node: () => [],
    Pod: () => [],
  },
});

/** What is known of the policies on a pod. */
export interface PoliciesOnPod {
  readonly policies: readonly ObjectOf<'NetworkPolicy'>[];
  readonly denials: readonly Denial[];
  readonly foreign: readonly unknown[];
}

/** Whether some policy limits the connections of a pod; unknown where only policies that are not read may. */
export function isolationOf(
  { spec }: Pod,
  direction: Direction,
  { policies, denials, foreign }: PoliciesOnPod,
): 'isolated' | 'open' | 'unknown' {
  if (spec.hostNetwork === true) return 'open';
  if (policies.some((policy) => directionsOf(policy).includes(direction))) return 'isolated';
  if (denials.some((denial) => denial.direction === direction)) return 'isolated';
  return foreign.length > 0 ? 'unknown' : 'open';
}

/** Why only a policy whose language is not read could tell: the first of them by name, whatever the order in which they came. */
export function furtherText(foreign: readonly AnyObject[], may: string): string {
  const names = foreign.map((policy) => subjectText({ kind: policy.kind, ...policy.metadata })).sort();
  const others = names.length > 1 ? ' and others' : '';
  return `${names[0] ?? ''}${others}, whose language is not read, may ${may}`;
}

/** Policies in the languages of network plugins: that they are there, and where; whom they select is not read. */
export const policiesOfPlugins = defineRelation({
  subject: 'Pod',
  name: 'policies of Cilium and Calico in the namespace of the pod, and cluster-wide',
  related: ({ metadata }, inventory) => [
    ...inventory.list('CiliumNetworkPolicy', metadata.namespace),
    ...inventory.list('CiliumClusterwideNetworkPolicy'),
    ...inventory.list('CalicoNetworkPolicy', metadata.namespace),
    ...inventory.list('CalicoGlobalNetworkPolicy'),
  ],
  affected: {
    CiliumNetworkPolicy: ({ ref }, inventory) => inventory.list('Pod', ref.namespace).map(refOf),
    CiliumClusterwideNetworkPolicy: (_change, inventory) => inventory.list('Pod').map(refOf),
    CalicoNetworkPolicy: ({ ref }, inventory) => inventory.list('Pod', ref.namespace).map(refOf),
    CalicoGlobalNetworkPolicy: (_change, inventory) => inventory.list('Pod').map(refOf),
  },
});
