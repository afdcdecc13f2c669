import { RBAC_ENGINE } from '#analysis/rbac/engine.ts';
import type { Strength } from '#analysis/rbac/strength.ts';
import type { ChangeOf, Inventory } from '#model/inventory.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation, type Relation } from '#model/relation.ts';

type Read = 'ServiceAccount' | 'Role' | 'ClusterRole' | 'RoleBinding' | 'ClusterRoleBinding';
type Placed = 'Role' | 'RoleBinding';

/** The same answer for a change of each kind that strength follows from: what of it differs, the engine knows. */
function forAll<T>(affected: (change: ChangeOf<Read>, inventory: Inventory<Read>) => T): Record<Read, typeof affected> {
  return {
    ServiceAccount: affected,
    Role: affected,
    ClusterRole: affected,
    RoleBinding: affected,
    ClusterRoleBinding: affected,
  };
}

function strongNamespaceOf<K extends Placed>(subject: K): Relation<K, true> {
  return defineRelation<K, Read, true>({
    subject,
    name: 'rights of the ServiceAccounts of its namespace',
    related: ({ metadata }, inventory) =>
      inventory.view(RBAC_ENGINE).isStrongNamespace(metadata.namespace) ? [true] : [],
    affected: forAll((change, inventory) =>
      [...inventory.view(RBAC_ENGINE).shiftOf(change).namespaces].flatMap((namespace): readonly Ref<K>[] =>
        inventory.list<Placed>(subject, namespace).map((object) => refOf(object) as Ref<K>),
      ),
    ),
  });
}

/** Says that an account lives in the namespace of a Role that is cluster-admin, or becomes it in one step. */
export const strongNamespaceOfRole = strongNamespaceOf('Role');
export const strongNamespaceOfRoleBinding = strongNamespaceOf('RoleBinding');

/** How near a service account is to cluster-admin, with its own bindings and with those of the groups of all accounts alone. */
export interface AccountStrength {
  readonly whole: Strength;
  readonly byGroups: Strength;
}

export const strengthOfAccount = defineRelation({
  subject: 'ServiceAccount',
  name: 'everything that it may do',
  related: ({ metadata }, inventory): readonly AccountStrength[] => {
    const engine = inventory.view(RBAC_ENGINE);
    return [{ whole: engine.strengthOf(metadata), byGroups: engine.strengthByGroups(metadata.namespace) }];
  },
  affected: forAll((change, inventory): readonly Ref<'ServiceAccount'>[] =>
    [...inventory.view(RBAC_ENGINE).shiftOf(change).accounts].map((key) => {
      const [namespace = '', name = ''] = key.split('/');
      return { kind: 'ServiceAccount', namespace, name };
    }),
  ),
});
