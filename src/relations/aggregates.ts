import { feeds } from '#analysis/rbac/aggregation.ts';
import { RBAC_ENGINE, type RbacKind } from '#analysis/rbac/engine.ts';
import type { BindingKind } from '#facts/rbac.ts';
import { sides, type ChangeOf, type Index, type Inventory } from '#model/inventory.ts';
import type { ObjectOf } from '#model/objects.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation, sameFor } from '#model/relation.ts';

type ClusterRole = ObjectOf<'ClusterRole'>;

/** ClusterRoles that collect their rules from others. */
const aggregatingRoles: Index<'ClusterRole'> = {
  kind: 'ClusterRole',
  name: 'aggregates',
  of: ({ aggregationRule }) => (aggregationRule === undefined ? [] : ['yes']),
};

function aggregatesOf(role: ClusterRole, inventory: Inventory<'ClusterRole'>): readonly ClusterRole[] {
  return inventory.by(aggregatingRoles, 'yes').filter((aggregate) => feeds(role, aggregate));
}

/** The ClusterRoles whose rules some others take. Few are aggregates, and seldom is one changed or bound. */
function fedBy(aggregates: readonly ClusterRole[], inventory: Inventory<'ClusterRole'>): readonly Ref<'ClusterRole'>[] {
  if (aggregates.every(({ aggregationRule }) => aggregationRule === undefined)) return [];
  const fed = inventory.list('ClusterRole').filter((role) => aggregates.some((aggregate) => feeds(role, aggregate)));
  return fed.map(refOf);
}

/** The ClusterRoles that take the rules of a ClusterRole by its labels. */
export const aggregatesOfClusterRole = defineRelation({
  subject: 'ClusterRole',
  name: 'ClusterRoles that aggregate it',
  related: aggregatesOf,
  affected: {
    ClusterRole: (change, inventory) => fedBy(sides(change), inventory),
  },
});

/** Those of them that somebody is bound to. */
export const boundAggregatesOfClusterRole = defineRelation({
  subject: 'ClusterRole',
  name: 'ClusterRoles that aggregate it and are bound',
  related: (role, inventory: Inventory<RbacKind>): readonly ClusterRole[] => {
    const { state } = inventory.view(RBAC_ENGINE).index;
    return aggregatesOf(role, inventory).filter(
      ({ metadata }) => (state.role('ClusterRole', '', metadata.name)?.bindings.size ?? 0) > 0,
    );
  },
  affected: {
    ...sameFor(['ServiceAccount', 'Role'] as const, () => []),
    ClusterRole: (change, inventory) => fedBy(sides(change), inventory),
    ...sameFor(
      ['RoleBinding', 'ClusterRoleBinding'] as const,
      (change: ChangeOf<BindingKind>, inventory: Inventory<RbacKind>) => {
        const bound = sides(change).flatMap(
          ({ roleRef }) => inventory.get({ kind: 'ClusterRole', namespace: '', name: roleRef.name }) ?? [],
        );
        return fedBy(bound, inventory);
      },
    ),
  },
});
