import { selects } from '#facts/selector.ts';
import { DIRECTIONS, type Direction } from '#facts/policy.ts';
import { policyOf, type AnyPolicy, type Peer, type Rule } from '#analysis/network/rules.ts';
import { namespaceLabels } from '#analysis/network/sources.ts';
import type { ChangeOf, Index, Inventory } from '#model/inventory.ts';
import type { AnyObject, ObjectOf } from '#model/objects.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';
import { isFinished } from '#model/workload.ts';

/** What is known of the policies of a namespace. */
export interface NamespaceNetwork {
  /** It has a pod, or the template of one, that policies can guard. */
  readonly hasPods: boolean;
  readonly policies: readonly ObjectOf<'NetworkPolicy'>[];
  /** The directions that a cluster-wide policy denies for all its pods. */
  readonly denied: readonly Direction[];
  /** Policies in a language that is not read. */
  readonly foreign: readonly AnyObject[];
}

const guardable: Index<'Pod'> = {
  kind: 'Pod',
  name: 'namespaces of pods that policies can guard',
  of: (pod) => (pod.spec.hostNetwork === true || isFinished(pod) ? [] : [pod.metadata.namespace]),
};

const CLUSTER_KINDS = ['AdminNetworkPolicy', 'BaselineAdminNetworkPolicy', 'ClusterNetworkPolicy'] as const;
type ClusterKind = (typeof CLUSTER_KINDS)[number];

export const networkOfNamespace = defineRelation({
  subject: 'Namespace',
  name: 'network policies of the namespace, cluster-wide ones, and its pods',
  related: ({ metadata }, inventory): readonly NamespaceNetwork[] => {
    const { name } = metadata;
    const cluster = CLUSTER_KINDS.flatMap((kind): readonly AnyPolicy[] => inventory.list(kind));
    return [
      {
        hasPods: inventory.by(guardable, name).length > 0,
        policies: inventory.list('NetworkPolicy', name),
        denied: DIRECTIONS.filter((direction) => cluster.some((policy) => denies(policy, direction, metadata))),
        foreign: [
          ...inventory.list('CiliumNetworkPolicy', name),
          ...inventory.list('CalicoNetworkPolicy', name),
          ...inventory.list('CiliumClusterwideNetworkPolicy'),
          ...inventory.list('CalicoGlobalNetworkPolicy'),
        ],
      },
    ];
  },
  affected: {
    NetworkPolicy: home,
    CiliumNetworkPolicy: home,
    CalicoNetworkPolicy: home,
    Pod: (change, inventory) => (movesPods(change, inventory) ? home(change) : []),
    AdminNetworkPolicy: everywhere,
    BaselineAdminNetworkPolicy: everywhere,
    ClusterNetworkPolicy: everywhere,
    CiliumClusterwideNetworkPolicy: everywhere,
    CalicoGlobalNetworkPolicy: everywhere,
  },
});

function home({ ref }: { readonly ref: Ref }): readonly Ref<'Namespace'>[] {
  return [{ kind: 'Namespace', namespace: '', name: ref.namespace }];
}

function everywhere(_change: unknown, inventory: Inventory<'Namespace'>): readonly Ref<'Namespace'>[] {
  return inventory.list('Namespace').map(refOf);
}

/** Whether a namespace gets its first pod, or loses its last: the others change nothing. */
function movesPods(change: ChangeOf<'Pod'>, inventory: Inventory<'Pod'>): boolean {
  const [before, after] = [change.before, change.after].map((pod) => pod !== undefined && guardable.of(pod).length > 0);
  return before !== after && inventory.by(guardable, change.ref.namespace).length <= 1;
}

/** Whether a cluster-wide policy denies a direction by default: a Deny for everybody, on every port, for all pods of the namespace. */
function denies(
  object: ObjectOf<ClusterKind> | AnyPolicy,
  direction: Direction,
  { name, labels }: ObjectOf<'Namespace'>['metadata'],
): boolean {
  const policy = policyOf(object, 0);
  const { namespaces, pods } = policy.subject;
  const own = { ...labels, ...namespaceLabels(name, undefined) };
  const isForAll =
    pods === undefined || (Object.keys(pods.matchLabels).length === 0 && (pods.matchExpressions ?? []).length === 0);
  return (
    isForAll && (namespaces === undefined || selects(namespaces, own)) && (policy[direction] ?? []).some(isForEverybody)
  );
}

function isForEverybody({ action, peers, ports }: Rule): boolean {
  return action === 'deny' && ports === 'any' && (peers === 'any' || peers.some(isEverybody));
}

function isEverybody(peer: Peer): boolean {
  if ('block' in peer) return peer.wholeFamily;
  if (!('pods' in peer)) return false;
  const { namespaces, pods } = peer.pods;
  return [namespaces, pods].every(
    (selector) =>
      selector === undefined ||
      (Object.keys(selector.matchLabels).length === 0 && (selector.matchExpressions ?? []).length === 0),
  );
}
