import { RBAC_ENGINE, type RbacKind } from '#analysis/rbac/engine.ts';
import type { RoleEntry } from '#analysis/rbac/entries.ts';
import type { AnyBinding } from '#facts/rbac.ts';
import { sides, type ChangeOf, type Index, type Inventory } from '#model/inventory.ts';
import { refOf } from '#model/ref.ts';
import { defineRelation, sameFor } from '#model/relation.ts';
import { bindingsMovedBy, rulesOf, stateOf } from './grants.ts';

const byGroup: Index<'ApiResource'> = { kind: 'ApiResource', name: 'group', of: ({ spec }) => [spec.group] };

/** What is known of the resources in the groups that its role names. */
export const resourcesOfClusterRoleBinding = defineRelation({
  subject: 'ClusterRoleBinding',
  name: 'resources that the API has in the groups of its ClusterRole',
  related: (binding, inventory: Inventory<RbacKind | 'ApiResource'>) => {
    const groups = groupsIn(stateOf(inventory).binding(binding)?.role);
    return groups.has('*')
      ? inventory.list('ApiResource')
      : [...groups].flatMap((group) => inventory.by(byGroup, group));
  },
  affected: {
    ...sameFor(RBAC_ENGINE.kinds, (change: ChangeOf<RbacKind>, inventory: Inventory<RbacKind>) =>
      bindingsMovedBy('ClusterRoleBinding', change, inventory),
    ),
    ApiResource: (change, inventory) => {
      const moved = ['*', ...sides(change).map(({ spec }) => spec.group)];
      const state = stateOf(inventory);
      const names = (binding: AnyBinding): boolean => {
        const groups = groupsIn(state.binding(binding)?.role);
        return moved.some((group) => groups.has(group));
      };
      return inventory.list('ClusterRoleBinding').filter(names).map(refOf);
    },
  },
});

function groupsIn(role: RoleEntry | undefined): ReadonlySet<string> {
  return new Set(rulesOf(role)?.flatMap(({ apiGroups = [] }) => apiGroups));
}
