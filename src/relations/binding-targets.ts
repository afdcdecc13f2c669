import { RBAC_ENGINE, type RbacKind } from '#analysis/rbac/engine.ts';
import { accountNamedBy, userOf } from '#analysis/rbac/identity.ts';
import type { Account, AnyBinding } from '#facts/rbac.ts';
import { accountOf } from '#facts/token.ts';
import { sides, type ChangeOf, type Inventory } from '#model/inventory.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation, sameFor, type Relation } from '#model/relation.ts';
import { isFinished } from '#model/workload.ts';
import { podsByAccount } from './pods-by-account.ts';

type Binding = 'RoleBinding' | 'ClusterRoleBinding';
type Read = RbacKind | 'Namespace';
type Held = Inventory<RbacKind>;

/** A service account that a binding names, and whether it is there. */
export interface NamedAccount extends UsedAccount {
  readonly exists: boolean;
  /** Whether its namespace has any account: where it has none, files may only not hold them. */
  readonly hasOthers: boolean;
}

/** A service account by its place in the subjects of a binding. */
export interface UsedAccount extends Account {
  readonly index: number;
}

/** A binding that cannot grant anything, of a Role in the whole cluster, names nobody. */
function accountsIn(binding: AnyBinding, inventory: Held): readonly UsedAccount[] {
  if (inventory.view(RBAC_ENGINE).index.state.binding(binding) === undefined) return [];
  const { subjects, metadata } = binding;
  return subjects.flatMap((subject, index) => {
    const account = accountNamedBy(subject, metadata.namespace);
    return account === undefined ? [] : [{ ...account, index }];
  });
}

/** `default` is wherever its namespace is. */
function exists({ namespace, name }: Account, inventory: Inventory<Read>): boolean {
  if (name === 'default' && inventory.get({ kind: 'Namespace', namespace: '', name: namespace }) !== undefined)
    return true;
  return inventory.get({ kind: 'ServiceAccount', namespace, name }) !== undefined;
}

function namedAccounts<K extends Binding>(subject: K): Relation<K, NamedAccount> {
  return defineRelation<K, Read, NamedAccount>({
    subject,
    name: 'ServiceAccounts that the binding names, and their Namespaces',
    related: (binding, inventory) =>
      accountsIn(binding as AnyBinding, inventory).map((account) => ({
        ...account,
        exists: exists(account, inventory),
        hasOthers: inventory.list('ServiceAccount', account.namespace).length > 0,
      })),
    affected: {
      ...sameFor(['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'], () => []),
      Namespace: ({ ref }, inventory) => naming(subject, [{ namespace: ref.name, name: 'default' }], inventory),
      ServiceAccount: ({ ref }, inventory) => {
        const { length } = inventory.list('ServiceAccount', ref.namespace);
        // The first account of a namespace and the last say something of all that are named there.
        return length > 1 ? naming(subject, [ref], inventory) : namingAnyIn(subject, ref.namespace, inventory);
      },
    },
  });
}

export const accountsOfRoleBinding = namedAccounts('RoleBinding');
export const accountsOfClusterRoleBinding = namedAccounts('ClusterRoleBinding');

function naming<K extends Binding>(kind: K, accounts: readonly Account[], inventory: Held): readonly Ref<K>[] {
  const { state } = inventory.view(RBAC_ENGINE).index;
  return accounts
    .flatMap((account) => state.subjectsOf({ user: userOf(account), groups: [] }))
    .flatMap(({ grants }) => [...grants.values()].flatMap((each) => [...each]))
    .filter(({ binding }) => binding.kind === kind)
    .map(({ binding }) => refOf(binding) as Ref<K>);
}

function namingAnyIn<K extends Binding>(kind: K, namespace: string, inventory: Held): readonly Ref<K>[] {
  const named = inventory
    .list<Binding>(kind)
    .filter((binding) => accountsIn(binding, inventory).some((account) => account.namespace === namespace));
  return named.map((binding) => refOf(binding) as Ref<K>);
}

/** The accounts that a ClusterRoleBinding names and that pods run as. */
export const usedAccountsOfClusterRoleBinding = defineRelation({
  subject: 'ClusterRoleBinding',
  name: 'pods of the ServiceAccounts that the binding names',
  related: (binding, inventory: Inventory<RbacKind | 'Pod'>) =>
    accountsIn(binding, inventory).filter(({ namespace, name }) =>
      inventory.by(podsByAccount, `${namespace}/${name}`).some((pod) => !isFinished(pod)),
    ),
  affected: {
    ...sameFor(['ServiceAccount', 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'] as const, () => []),
    Pod: (change: ChangeOf<'Pod'>, inventory: Held) =>
      naming('ClusterRoleBinding', sides(change).map(accountOf), inventory),
  },
});
