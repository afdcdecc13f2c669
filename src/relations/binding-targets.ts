import {
  RBAC_ENGINE,
  STRENGTH_KINDS,
  type Clue,
  type Known,
  type RbacEngine,
  type RbacKind,
} from '#analysis/rbac/engine.ts';
import { accountNamedBy, accountOfKey, userOf } from '#analysis/rbac/identity.ts';
import type { Account, AnyBinding, BindingKind } from '#facts/rbac.ts';
import { accountOf } from '#facts/token.ts';
import { sides, type ChangeOf, type Inventory } from '#model/inventory.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation, sameFor, type Relation } from '#model/relation.ts';
import { isFinished } from '#model/workload.ts';
import { podsByAccount } from './pods-by-account.ts';

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

function namedAccounts<K extends BindingKind>(subject: K): Relation<K, NamedAccount> {
  return defineRelation<K, Read, NamedAccount>({
    subject,
    name: 'ServiceAccounts that the binding names, and their Namespaces',
    related: (binding, inventory) =>
      accountsIn(binding as AnyBinding, inventory).map((account) => ({
        ...account,
        exists: exists(account, inventory),
        hasOthers: inventory.size('ServiceAccount', account.namespace) > 0,
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

/** A service account that a binding names and no object is, by its place, and whether its bindings make it as good as cluster-admin. */
export interface LoneAccount extends UsedAccount {
  readonly isDirect: Known<boolean>;
}

/** Each is told of on the first of its bindings alone. */
function loneAccounts<K extends BindingKind>(subject: K): Relation<K, LoneAccount> {
  return defineRelation<K, RbacKind | Clue, LoneAccount>({
    subject,
    name: 'rights of the ServiceAccounts that it names and that are not there',
    related: (binding, inventory, terms) => {
      const engine = inventory.view(RBAC_ENGINE);
      return accountsIn(binding as AnyBinding, inventory)
        .filter((account) => isLone(account, inventory))
        .filter((account) => firstBindingOf(account, engine) === binding)
        .map((account) => ({
          ...account,
          isDirect: engine.known(terms, (reading) => engine.isAdminByItself(account, reading)),
        }));
    },
    affected: sameFor(STRENGTH_KINDS, (change: ChangeOf<RbacKind | Clue>, inventory: Held) => {
      const engine = inventory.view(RBAC_ENGINE);
      const touched = engine.movesStrength(change) ? engine.index.state.subjects() : engine.shiftOf(change).subjects;
      const lone = [...touched]
        .flatMap(({ key }) => accountOfKey(key) ?? [])
        .filter((account) => isLone(account, inventory));
      return naming(subject, [...lone, ...(change.ref.kind === 'ServiceAccount' ? [change.ref] : [])], inventory);
    }),
    mayLack: RBAC_ENGINE.also,
  });
}

function isLone({ namespace, name }: Account, inventory: Held): boolean {
  return inventory.get({ kind: 'ServiceAccount', namespace, name }) === undefined;
}

export const loneAccountsOfRoleBinding = loneAccounts('RoleBinding');
export const loneAccountsOfClusterRoleBinding = loneAccounts('ClusterRoleBinding');

function firstBindingOf(account: Account, { index }: RbacEngine): AnyBinding | undefined {
  const [first] = index.grantsOf({ user: userOf(account), groups: [] });
  return first?.binding;
}

function naming<K extends BindingKind>(kind: K, accounts: readonly Account[], inventory: Held): readonly Ref<K>[] {
  const { state } = inventory.view(RBAC_ENGINE).index;
  return accounts
    .flatMap((account) => [...state.grantsOf({ user: userOf(account), groups: [] })])
    .filter(({ binding }) => binding.kind === kind)
    .map(({ binding }) => refOf(binding) as Ref<K>);
}

function namingAnyIn<K extends BindingKind>(kind: K, namespace: string, inventory: Held): readonly Ref<K>[] {
  const named = inventory
    .list<BindingKind>(kind)
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
