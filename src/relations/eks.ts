import { RBAC_ENGINE, type Known, type RbacKind } from '#analysis/rbac/engine.ts';
import { WRITE_AUTH_MAP } from '#analysis/rbac/primitives.ts';
import { isOfEks } from '#facts/distribution.ts';
import { sides, type ChangeOf, type Inventory } from '#model/inventory.ts';
import type { Ref } from '#model/ref.ts';
import { defineRelation, sameFor, type Relation } from '#model/relation.ts';
import { judgedForThoseWith, type Granting } from './companions.ts';

const WRITES = WRITE_AUTH_MAP.reduce((mask, each) => mask | each.mask, 0n);

/** Whether the cluster is one of EKS, which keeps in a ConfigMap who is an administrator. By its Nodes: to see the ConfigMap takes a right to all. */
function eksFor<K extends Granting>(subject: K): Relation<K, Known<boolean>> {
  return defineRelation<K, RbacKind | 'Node', Known<boolean>>({
    subject,
    name: 'platform of the Nodes',
    related: (_object, inventory) => {
      const answer = inventory.view(RBAC_ENGINE).nodesOfEks > 0;
      const missing = answer ? undefined : inventory.missing('Node');
      return [{ answer, unseen: missing === undefined ? [] : [missing] }];
    },
    affected: {
      ...sameFor(RBAC_ENGINE.kinds, () => []),
      // The first that comes, or the last that goes.
      Node: (change: ChangeOf<'Node'>, inventory: Inventory<RbacKind | 'Node'>): readonly Ref<K>[] =>
        sides(change).some(isOfEks) && inventory.view(RBAC_ENGINE).nodesOfEks <= 1
          ? judgedForThoseWith(subject, WRITES, inventory)
          : [],
    },
    mayLack: ['Node'],
  });
}

export const eksForRole = eksFor('Role');
export const eksForClusterRole = eksFor('ClusterRole');
export const eksForRoleBinding = eksFor('RoleBinding');
