import { RBAC_ENGINE, type RbacKind } from '#analysis/rbac/engine.ts';
import { NEEDS } from '#analysis/rbac/primitives.ts';
import { levelOfLabels } from '#facts/pss.ts';
import { sides, type Index, type Inventory } from '#model/inventory.ts';
import type { ObjectOf } from '#model/objects.ts';
import { defineRelation, sameFor, type Relation } from '#model/relation.ts';
import { judgedFor, type Granting } from './companions.ts';

/** Whether labels keep pods out of a namespace by Pod Security; of `''` whether they do of any. */
export type Enforcing = (namespace: string) => boolean;

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
  return defineRelation<K, RbacKind | 'Namespace', Enforcing>({
    subject,
    name: 'Pod Security labels of Namespaces',
    related: (_object, inventory) => [
      (namespace) =>
        inventory.by(enforcing, 'yes').some(({ metadata }) => namespace === '' || metadata.name === namespace),
    ],
    affected: {
      ...sameFor(RBAC_ENGINE.kinds, () => []),
      Namespace: (change, inventory: Inventory<RbacKind>) => {
        const [before, after] = [change.before, change.after].map((side) => side !== undefined && isEnforcing(side));
        if (before === after || sides(change).length === 0) return [];
        const roles = [...inventory.view(RBAC_ENGINE).index.state.roles()];
        return roles
          .filter(({ reach }) => (reach & NEEDS.changeNamespaces.mask) !== 0n)
          .flatMap((role) => judgedFor(subject, role));
      },
    },
  });
}

export const enforcingForRole = enforcingFor('Role');
export const enforcingForClusterRole = enforcingFor('ClusterRole');
export const enforcingForRoleBinding = enforcingFor('RoleBinding');
