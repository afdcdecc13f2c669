import { RBAC_ENGINE, type RbacKind } from '#analysis/rbac/engine.ts';
import type { Strength } from '#analysis/rbac/strength.ts';
import { accountOf, accountOfSecret } from '#facts/token.ts';
import type { ChangeOf, Inventory } from '#model/inventory.ts';
import { keyOf, refOf, type Ref } from '#model/ref.ts';
import { defineRelation, sameFor, type Relation } from '#model/relation.ts';
import { accountsOfSubjects, podsByAccount, podsOfSubjects } from './pods-by-account.ts';

type Placed = 'Role' | 'RoleBinding';

function strongNamespaceOf<K extends Placed>(subject: K): Relation<K, true> {
  return defineRelation<K, RbacKind, true>({
    subject,
    name: 'rights of the ServiceAccounts of its namespace',
    related: ({ metadata }, inventory) =>
      inventory.view(RBAC_ENGINE).isStrongNamespace(metadata.namespace) ? [true] : [],
    affected: sameFor(RBAC_ENGINE.kinds, (change: ChangeOf<RbacKind>, inventory: Inventory<RbacKind>) =>
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
  /** Without what the API server itself gives it. */
  readonly beyondDefaults: Strength;
}

export const strengthOfAccount = defineRelation({
  subject: 'ServiceAccount',
  name: 'everything that it may do',
  related: ({ metadata }, inventory: Inventory<RbacKind>): readonly AccountStrength[] => {
    const engine = inventory.view(RBAC_ENGINE);
    const [whole, byGroups] = [engine.strengthOf(metadata), engine.strengthByGroups(metadata.namespace)];
    return [{ whole, byGroups, beyondDefaults: whole === 'none' ? whole : engine.strengthBeyondDefaults(metadata) }];
  },
  affected: sameFor(
    RBAC_ENGINE.kinds,
    (change: ChangeOf<RbacKind>, inventory: Inventory<RbacKind>): readonly Ref<'ServiceAccount'>[] => {
      const { accounts, subjects } = inventory.view(RBAC_ENGINE).shiftOf(change);
      const moved = [...accounts].map((key): Ref<'ServiceAccount'> => {
        const [namespace = '', name = ''] = key.split('/');
        return { kind: 'ServiceAccount', namespace, name };
      });
      // One that is strong by default moves nowhere when it is given the same again.
      return [...moved, ...accountsOfSubjects(subjects, inventory)];
    },
  ),
});

type Held = Inventory<RbacKind>;

/** Whether somebody's strength may be another one: strength is catching, also for accounts that nobody has made yet. */
function moves(change: ChangeOf<RbacKind>, inventory: Held): boolean {
  const { accounts, namespaces } = inventory.view(RBAC_ENGINE).shiftOf(change);
  return accounts.size + namespaces.size > 0;
}

/** How near the account of a pod is to cluster-admin. */
export const strengthOfPod = defineRelation({
  subject: 'Pod',
  name: 'everything that its ServiceAccount may do',
  related: (pod, inventory: Held) => [inventory.view(RBAC_ENGINE).strengthOf(accountOf(pod))],
  affected: sameFor(RBAC_ENGINE.kinds, (change: ChangeOf<RbacKind>, inventory: Inventory<RbacKind | 'Pod'>) => {
    if (moves(change, inventory)) return inventory.list('Pod').map(refOf);
    const { subjects } = inventory.view(RBAC_ENGINE).shiftOf(change);
    return [...podsOfSubjects(subjects, inventory), ...inventory.by(podsByAccount, keyOf(change.ref)).map(refOf)];
  }),
});

/** The same of the account whose token a Secret holds. */
export const strengthOfSecret = defineRelation({
  subject: 'Secret',
  name: 'everything that the ServiceAccount of the token may do',
  related: (secret, inventory: Held): readonly Strength[] => {
    const account = accountOfSecret(secret);
    return account === undefined ? [] : [inventory.view(RBAC_ENGINE).strengthOf(account)];
  },
  affected: sameFor(RBAC_ENGINE.kinds, (change: ChangeOf<RbacKind>, inventory: Inventory<RbacKind | 'Secret'>) => {
    const { subjects } = inventory.view(RBAC_ENGINE).shiftOf(change);
    const isTouched = subjects.size > 0 || change.ref.kind === 'ServiceAccount' || moves(change, inventory);
    return isTouched ? inventory.list('Secret').map(refOf) : [];
  }),
});
