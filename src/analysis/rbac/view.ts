import type { Change, View } from '#model/inventory.ts';
import { refOf } from '#model/ref.ts';
import { RbacIndex } from './rbac-index.ts';
import type { RbacOptions } from './state.ts';

const KINDS = ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'] as const;

/** An index of the roles and bindings of an inventory. */
export function rbacView(options: RbacOptions): View<(typeof KINDS)[number], RbacIndex> {
  return {
    name: 'effective RBAC',
    kinds: KINDS,
    open: (inventory) => {
      const index = new RbacIndex({ ...options, ...inventory.premises() }, inventory.missing);
      for (const kind of KINDS)
        for (const after of inventory.list(kind)) index.apply({ ref: refOf(after), after } as Change);
      return index;
    },
    apply: (index, change) => {
      index.apply(change);
    },
  };
}
