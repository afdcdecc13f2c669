import lodash from 'lodash';
import { policyOf, type PodSet } from '#analysis/network/rules.ts';
import { NAMESPACE_NAME } from '#analysis/network/sources.ts';
import { sides, type ChangeOf, type Index, type Inventory } from '#model/inventory.ts';
import type { ObjectOf, Pod } from '#model/objects.ts';
import type { LabelSelector } from '#model/policy.ts';
import { refOf } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';
import { isFinished } from '#model/workload.ts';
import { networkIn } from './cni.ts';

/** A selector of a policy, and how many pods it selects. */
export interface Match {
  readonly at: string;
  readonly aspect: 'subject' | 'peer';
  readonly pods: number;
  /** It looks only where some pod is: into the policy's own namespace, or into namespaces that it names. */
  readonly near: boolean;
}

/** Pods that look the same to every selector: of ten replicas one is enough to ask. */
const byLook: Index<'Pod'> = {
  kind: 'Pod',
  name: 'labels',
  of: (pod) => (isFinished(pod) ? [] : [lookOf(pod)]),
};

function lookOf({ metadata, spec }: Pod): string {
  const labels = Object.entries(metadata.labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([metadata.namespace, spec.hostNetwork === true, labels]);
}

export const matchesOfPolicy = defineRelation({
  subject: 'NetworkPolicy',
  name: 'pods that the policy and its peers select',
  related: (policy, inventory): readonly Match[] => {
    const engine = networkIn(inventory);
    const hasPods = lodash.memoize((namespace: string) =>
      inventory.list('Pod', namespace).some((pod) => !isFinished(pod)),
    );
    return selectorsOf(policy).map(({ at, aspect, set }) => {
      const named = set.namespaces === undefined ? [policy.metadata.namespace] : namedBy(set.namespaces);
      return { at, aspect, pods: engine.podsIn(set), near: named?.every(hasPods) === true };
    });
  },
  affected: {
    // The first pod of its look, or the last: also where it is the first or last at all.
    Pod: (change, inventory) => (movesLooks(change, inventory) ? inventory.list('NetworkPolicy').map(refOf) : []),
    Namespace: (_change, inventory) => inventory.list('NetworkPolicy').filter(looksAtNamespaces).map(refOf),
    Node: () => [],
    NetworkPolicy: () => [],
    AdminNetworkPolicy: () => [],
    BaselineAdminNetworkPolicy: () => [],
    ClusterNetworkPolicy: () => [],
  },
});

function movesLooks(change: ChangeOf<'Pod'>, inventory: Inventory<'Pod'>): boolean {
  const looks = sides(change).flatMap((pod) => byLook.of(pod));
  if (looks.length === 2 && looks[0] === looks[1]) return false;
  return looks.some((look) => inventory.by(byLook, look).every(({ metadata }) => metadata.name === change.ref.name));
}

interface Stated {
  readonly at: string;
  readonly aspect: Match['aspect'];
  readonly set: PodSet;
}

/** The selectors that could select nothing by a slip: an empty one for a namespace's own pods is a default deny, and no slip. */
function selectorsOf(policy: ObjectOf<'NetworkPolicy'>): readonly Stated[] {
  const { subject, Ingress = [], Egress = [] } = policyOf(policy, 0);
  const { matchLabels, matchExpressions = [] } = policy.spec.podSelector;
  const isEmpty = Object.keys(matchLabels).length + matchExpressions.length === 0;
  const own: readonly Stated[] = isEmpty ? [] : [{ at: 'spec.podSelector', aspect: 'subject', set: subject }];
  const peers = (word: 'ingress' | 'egress', field: 'from' | 'to', rules: typeof Ingress): readonly Stated[] =>
    rules.flatMap(({ peers: list }, rule) =>
      list === 'any'
        ? []
        : list.flatMap((peer, index): readonly Stated[] =>
            'pods' in peer
              ? [{ at: `spec.${word}[${String(rule)}].${field}[${String(index)}]`, aspect: 'peer', set: peer.pods }]
              : [],
          ),
    );
  return [...own, ...peers('ingress', 'from', Ingress), ...peers('egress', 'to', Egress)];
}

/** The namespaces that a selector means by their names; undefined where others may have the labels too. */
function namedBy({ matchLabels, matchExpressions = [] }: LabelSelector): readonly string[] | undefined {
  const name = matchLabels[NAMESPACE_NAME];
  if (name !== undefined) return [name];
  return matchExpressions.find(({ key, operator }) => key === NAMESPACE_NAME && operator === 'In')?.values;
}

function looksAtNamespaces(policy: ObjectOf<'NetworkPolicy'>): boolean {
  return selectorsOf(policy).some(({ set }) => set.namespaces !== undefined);
}
