import { RBAC_ENGINE, type RbacKind } from '#analysis/rbac/engine.ts';
import { NEEDS } from '#analysis/rbac/primitives.ts';
import { startedBy } from '#facts/control-plane.ts';
import { containersOf } from '#facts/containers.ts';
import { isNobody, type AnyBinding, type BindingKind } from '#facts/rbac.ts';
import { TO_CLUSTER } from '#model/cluster.ts';
import { sides, type ChangeOf, type Index, type Inventory } from '#model/inventory.ts';
import type { Pod } from '#model/objects.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation, sameFor, type Relation } from '#model/relation.ts';
import { judgedForThoseWith } from './companions.ts';

/** Pods by the control-plane components that they start; whether the namespace is one of the control plane is for the reader to ask. */
const podsByComponent: Index<'Pod'> = {
  kind: 'Pod',
  name: 'control-plane component',
  of: ({ metadata, spec }) =>
    containersOf(spec).flatMap(({ container }) => startedBy(container, metadata.labels)?.component ?? []),
};

const API_SERVER = 'kube-apiserver';

/** The pods that look like API servers, wherever they run. */
export const apiServersBesidePod = defineRelation({
  subject: 'Pod',
  name: 'kube-apiserver Pods',
  related: (_pod, inventory) => inventory.by(podsByComponent, API_SERVER),
  affected: {
    Pod: (change, inventory) => (movesApiServers(change) ? inventory.list('Pod').map(refOf) : []),
  },
});

/** The same for a Namespace. */
export const apiServersOfCluster = defineRelation({
  subject: 'Namespace',
  name: 'kube-apiserver Pods',
  related: (_namespace, inventory) => inventory.by(podsByComponent, API_SERVER),
  affected: {
    Pod: (change, inventory) => (movesApiServers(change) ? inventory.list('Namespace').map(refOf) : []),
  },
});

/** And for the cluster itself. */
export const apiServersBesideCluster = defineRelation({
  subject: 'Cluster',
  name: 'kube-apiserver Pods',
  related: (_cluster, inventory) => inventory.by(podsByComponent, API_SERVER),
  affected: { Pod: (change) => (movesApiServers(change) ? TO_CLUSTER : []) },
});

/** The same for a binding, of callers without a name alone. */
function apiServersForBinding<K extends BindingKind>(subject: K): Relation<K, Pod> {
  return defineRelation<K, 'Pod', Pod>({
    subject,
    name: 'kube-apiserver Pods',
    related: (_binding, inventory) => inventory.by(podsByComponent, API_SERVER),
    affected: {
      Pod: (change, inventory) =>
        movesApiServers(change)
          ? inventory
              .list(subject)
              .filter((binding) => (binding as AnyBinding).subjects.some(isNobody))
              .map((binding) => refOf(binding as AnyBinding) as Ref<K>)
          : [],
    },
  });
}

export const apiServersForRoleBinding = apiServersForBinding('RoleBinding');
export const apiServersForClusterRoleBinding = apiServersForBinding('ClusterRoleBinding');

/** What admission plugins of theirs decide the worth of. */
const GUARDED = NEEDS.changeApproval.mask | NEEDS.changeNodes.mask;

/** The same for a ClusterRole, of those alone of which a plugin decides what they are worth. */
export const apiServersForClusterRole = defineRelation({
  subject: 'ClusterRole',
  name: 'kube-apiserver Pods',
  related: (_role, inventory: Inventory<RbacKind | 'Pod'>) => [inventory.by(podsByComponent, API_SERVER)],
  affected: {
    ...sameFor(RBAC_ENGINE.kinds, () => []),
    Pod: (change: ChangeOf<'Pod'>, inventory: Inventory<RbacKind>) =>
      movesApiServers(change) ? judgedForThoseWith('ClusterRole', GUARDED, inventory) : [],
  },
  mayLack: ['Pod'],
});

export const apiServersForService = defineRelation({
  subject: 'Service',
  name: 'kube-apiserver Pods',
  related: (_service, inventory) => inventory.by(podsByComponent, API_SERVER),
  affected: {
    Pod: (change, inventory) =>
      movesApiServers(change)
        ? inventory
            .list('Service')
            .filter(({ spec }) => (spec?.externalIPs ?? []).length > 0)
            .map(refOf)
        : [],
  },
});

function movesApiServers(change: ChangeOf<'Pod'>): boolean {
  return sides(change).some((pod) => podsByComponent.of(pod).includes(API_SERVER));
}
