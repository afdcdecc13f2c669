import { RBAC_ENGINE, STRENGTH_KINDS, type Clue, type Known, type RbacKind } from '#analysis/rbac/engine.ts';
import type { Account, BindingKind } from '#facts/rbac.ts';
import { accountOf, accountOfSecret } from '#facts/token.ts';
import type { ChangeOf, Inventory } from '#model/inventory.ts';
import type { ObjectOf } from '#model/objects.ts';
import { keyOf, refOf, type Ref } from '#model/ref.ts';
import { defineRelation, sameFor, type Relation, type Terms } from '#model/relation.ts';
import { accountsOfSubjects, podsByAccount, podsOfSubjects } from './pods-by-account.ts';

type Granting = 'Role' | 'ClusterRole' | 'RoleBinding';
type Read = RbacKind | Clue;
type Held = Inventory<RbacKind>;

/** Whether an account lives in a namespace that is cluster-admin, or becomes it in one step. */
export type Places = (namespace: string) => Known<boolean>;

function strongPlacesOf<K extends Granting>(subject: K): Relation<K, Places> {
  return defineRelation<K, Read, Places>({
    subject,
    name: 'rights of the ServiceAccounts of its namespace',
    related: (_object, inventory, terms) => {
      const engine = inventory.view(RBAC_ENGINE);
      return [(namespace) => engine.known(terms, (reading) => engine.isStrongNamespace(namespace, reading))];
    },
    affected: sameFor(STRENGTH_KINDS, (change: ChangeOf<Read>, inventory: Held) =>
      [...inventory.view(RBAC_ENGINE).shiftOf(change).namespaces].flatMap((namespace) =>
        grantingIn(subject, namespace, inventory),
      ),
    ),
    mayLack: RBAC_ENGINE.also,
  });
}

/** What grants something in a namespace: its Roles, its RoleBindings, or the ClusterRoles of these. */
function grantingIn<K extends Granting>(subject: K, namespace: string, inventory: Held): readonly Ref<K>[] {
  if (subject !== 'ClusterRole')
    return inventory.list<'Role' | 'RoleBinding'>(subject, namespace).map((object) => refOf(object) as Ref<K>);
  return inventory
    .list('RoleBinding', namespace)
    .filter(({ roleRef }) => roleRef.kind === 'ClusterRole')
    .map(({ roleRef }) => ({ kind: subject, namespace: '', name: roleRef.name }));
}

export const strongPlacesOfRole = strongPlacesOf('Role');
export const strongPlacesOfClusterRole = strongPlacesOf('ClusterRole');
export const strongPlacesOfRoleBinding = strongPlacesOf('RoleBinding');

/** Whether a service account is as good as cluster-admin by its own bindings, and these. */
export interface OwnStrength extends Known<boolean> {
  readonly bindings: readonly Ref<BindingKind>[];
}

/**
 * Whether a service account is as good as cluster-admin by its own bindings: not by what the API server itself gives it, nor by what all accounts of its
 * namespace have.
 */
export const strengthOfAccount = defineRelation({
  subject: 'ServiceAccount',
  name: 'rights that it has, all together',
  related: ({ metadata }, inventory: Inventory<RbacKind>, terms): readonly OwnStrength[] => {
    const engine = inventory.view(RBAC_ENGINE);
    const known = engine.known(terms, (reading) => engine.isAdminByItself(metadata, reading));
    return [{ ...known, bindings: known.answer ? engine.ownBindings(metadata).map(refOf<BindingKind>) : [] }];
  },
  affected: sameFor(
    STRENGTH_KINDS,
    (change: ChangeOf<Read>, inventory: Inventory<RbacKind>): readonly Ref<'ServiceAccount'>[] => {
      const engine = inventory.view(RBAC_ENGINE);
      const { accounts, subjects } = engine.shiftOf(change);
      const moved = [...accounts].map((key): Ref<'ServiceAccount'> => {
        const [namespace = '', name = ''] = key.split('/');
        return { kind: 'ServiceAccount', namespace, name };
      });
      // One that is strong by default moves nowhere when it is given the same again.
      const given = accountsOfSubjects(subjects, inventory).filter((account) => engine.isStrongInAny(account));
      return [...moved, ...given];
    },
  ),
  mayLack: RBAC_ENGINE.also,
});

/** Whether a change may make an account strong or weak: the one that comes or goes, those that moved, and any that nobody has made, which none follows. */
function movable(change: ChangeOf<Read>, inventory: Held): (account: Account) => boolean {
  const { accounts } = inventory.view(RBAC_ENGINE).shiftOf(change);
  return ({ namespace, name }) => {
    const key = keyOf({ namespace, name });
    return (
      accounts.has(key) ||
      key === keyOf(change.ref) ||
      inventory.get({ kind: 'ServiceAccount', namespace, name }) === undefined
    );
  };
}

function isStrong(account: Account, inventory: Held, terms: Terms): Known<boolean> {
  const engine = inventory.view(RBAC_ENGINE);
  return engine.known(terms, (reading) => engine.strengthOf(account, reading) !== 'none');
}

/** Whether the account of a pod is as good as cluster-admin, or a step from it. */
export const strengthOfPod = defineRelation({
  subject: 'Pod',
  name: 'rights of its ServiceAccount, all together',
  related: (pod, inventory: Held, terms): readonly Known<boolean>[] => [isStrong(accountOf(pod), inventory, terms)],
  affected: sameFor(STRENGTH_KINDS, (change: ChangeOf<Read>, inventory: Inventory<RbacKind | 'Pod'>) => {
    const engine = inventory.view(RBAC_ENGINE);
    const mayMove = movable(change, inventory);
    const moved = engine.movesStrength(change)
      ? inventory.list('Pod').filter((pod) => mayMove(accountOf(pod)))
      : inventory.by(podsByAccount, keyOf(change.ref));
    return [...podsOfSubjects(engine.shiftOf(change).subjects, inventory), ...moved.map(refOf)];
  }),
  mayLack: RBAC_ENGINE.also,
});

/** The same of the account whose token a Secret holds. */
export const strengthOfSecret = defineRelation({
  subject: 'Secret',
  name: 'rights of the ServiceAccount of the token, all together',
  related: (secret, inventory: Held, terms): readonly Known<boolean>[] => {
    const account = accountOfSecret(secret);
    return account === undefined ? [] : [isStrong(account, inventory, terms)];
  },
  affected: sameFor(STRENGTH_KINDS, (change: ChangeOf<Read>, inventory: Inventory<RbacKind | 'Secret'>) => {
    const { subjects } = inventory.view(RBAC_ENGINE).shiftOf(change);
    const isTouched =
      subjects.size > 0 || change.ref.kind === 'ServiceAccount' || inventory.view(RBAC_ENGINE).movesStrength(change);
    const mayMove = movable(change, inventory);
    const isOfOne = (secret: ObjectOf<'Secret'>): boolean => {
      const account = accountOfSecret(secret);
      return account !== undefined && mayMove(account);
    };
    return isTouched ? inventory.list('Secret').filter(isOfOne).map(refOf) : [];
  }),
  mayLack: RBAC_ENGINE.also,
});
