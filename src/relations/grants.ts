import {
  RBAC_ENGINE,
  STRENGTH_KINDS,
  type Clue,
  type Known,
  type RbacEngine,
  type RbacKind,
} from '#analysis/rbac/engine.ts';
import type { BindingEntry, RoleEntry } from '#analysis/rbac/entries.ts';
import { accountIdentity } from '#analysis/rbac/identity.ts';
import { isEveryones } from '#analysis/rbac/shipped.ts';
import { AUTH_MAP } from '#analysis/rbac/primitives.ts';
import { LEANING } from '#analysis/rbac/strength.ts';
import type { Account, AnyBinding, AnyRole, BindingKind } from '#facts/rbac.ts';
import { accountOf } from '#facts/token.ts';
import { sides, type ChangeOf, type Inventory } from '#model/inventory.ts';
import type { ObjectOf } from '#model/objects.ts';
import type { PolicyRule } from '#model/policy.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation, sameFor, type Relation, type Terms } from '#model/relation.ts';
import { accountsOfSubjects, podsByAccount, podsOfSubjects } from './pods-by-account.ts';

type Held = Inventory<RbacKind>;
type Read = RbacKind | Clue;

const KINDS = RBAC_ENGINE.kinds;

export function stateOf(inventory: Held): RbacEngine['index']['state'] {
  return inventory.view(RBAC_ENGINE).index.state;
}

export function rulesOf(role: RoleEntry | undefined): readonly PolicyRule[] | undefined {
  return role?.rules?.map(({ rule }) => rule);
}

/** What one binding gives: the rules of its role, undefined where there is no such role. */
export interface Grant {
  readonly binding: AnyBinding;
  readonly rules: readonly PolicyRule[] | undefined;
}

/** What an account may do beyond what the shipped bindings give to every account. */
export interface OwnRights {
  readonly kind: 'none' | 'some' | 'unresolved';
  readonly from: readonly Grant[];
}

export function ownRights(grants: readonly Grant[]): OwnRights {
  const own = grants.filter(({ binding: { roleRef }, rules }) => !isEveryones(roleRef.kind, roleRef.name, rules ?? []));
  const from = own.filter(({ rules }) => rules === undefined || rules.length > 0);
  if (from.length === 0) return { kind: 'none', from };
  return { kind: from.some(({ rules }) => rules !== undefined) ? 'some' : 'unresolved', from };
}

export const accountOfPod = defineRelation({
  subject: 'Pod',
  name: 'ServiceAccount of the pod',
  related: (pod, inventory) => {
    const account = inventory.get({ kind: 'ServiceAccount', ...accountOf(pod) });
    return account === undefined ? [] : [account];
  },
  affected: {
    ServiceAccount: ({ ref }, inventory) => inventory.by(podsByAccount, `${ref.namespace}/${ref.name}`).map(refOf),
  },
});

function grantsOf(account: Account, inventory: Held): readonly Grant[] {
  return inventory
    .view(RBAC_ENGINE)
    .index.grantsOf(accountIdentity(account))
    .map(({ binding, role }) => ({ binding, rules: rulesOf(role) }));
}

/** What the pod's service account may do, by its own name and by the groups that every account is in. */
export const grantsOfPod = defineRelation({
  subject: 'Pod',
  name: 'RoleBindings and ClusterRoleBindings of its ServiceAccount, and their Roles',
  related: (pod, inventory: Held) => grantsOf(accountOf(pod), inventory),
  affected: sameFor(KINDS, (change: ChangeOf<RbacKind>, inventory: Inventory<RbacKind | 'Pod'>) =>
    podsOfSubjects(inventory.view(RBAC_ENGINE).shiftOf(change).subjects, inventory),
  ),
});

/** The same of a service account itself. */
export const grantsOfAccount = defineRelation({
  subject: 'ServiceAccount',
  name: 'RoleBindings and ClusterRoleBindings of the account, and their Roles',
  related: ({ metadata }, inventory: Held) => grantsOf(metadata, inventory),
  affected: sameFor(KINDS, (change: ChangeOf<RbacKind>, inventory: Held) =>
    accountsOfSubjects(inventory.view(RBAC_ENGINE).shiftOf(change).subjects, inventory),
  ),
});

function clusterRole(name: string): Ref<'ClusterRole'> {
  return { kind: 'ClusterRole', namespace: '', name };
}

function bindingsOf<K extends 'Role' | 'ClusterRole'>(subject: K): Relation<K, AnyBinding> {
  return defineRelation<K, RbacKind, AnyBinding>({
    subject,
    name: subject === 'Role' ? 'RoleBindings of the Role' : 'RoleBindings and ClusterRoleBindings of the ClusterRole',
    related: ({ metadata }, inventory) =>
      [...(stateOf(inventory).role(subject, metadata.namespace, metadata.name)?.bindings ?? [])].map(
        ({ binding }) => binding,
      ),
    affected: {
      ...sameFor(['ServiceAccount', 'Role', 'ClusterRole'], () => []),
      ...sameFor(['RoleBinding', 'ClusterRoleBinding'], (change: ChangeOf<BindingKind>) =>
        sides(change)
          .filter(({ roleRef }) => roleRef.kind === subject)
          .map(({ metadata, roleRef }) => {
            const namespace = subject === 'Role' ? metadata.namespace : '';
            return { kind: subject, namespace, name: roleRef.name };
          }),
      ),
    },
  });
}

export const bindingsOfARole = bindingsOf('Role');
export const bindingsOfAClusterRole = bindingsOf('ClusterRole');

/** What a role would give wherever it means most: everywhere, or in its namespace. */
export interface RoleReach {
  readonly rules: readonly PolicyRule[];
  /** Whether it alone is as good as cluster-admin, or a step from it. */
  readonly isStrong: Known<boolean>;
}

function isStrong(grant: Pick<BindingEntry, 'role' | 'scope'>, inventory: Held, terms: Terms): Known<boolean> {
  const engine = inventory.view(RBAC_ENGINE);
  return engine.known(terms, (reading) => engine.strengthOfGrant(grant, reading) !== 'none');
}

function reachOf<K extends 'Role' | 'ClusterRole'>(subject: K): Relation<K, RoleReach> {
  return defineRelation<K, Read, RoleReach>({
    subject,
    name: `rules of the ${subject}, and what these lead to`,
    related: ({ metadata }, inventory, terms) => {
      const { namespace, name } = metadata;
      const role = stateOf(inventory).role(subject, namespace, name);
      return role === undefined
        ? []
        : [{ rules: rulesOf(role) ?? [], isStrong: isStrong({ role, scope: namespace }, inventory, terms) }];
    },
    affected: sameFor(STRENGTH_KINDS, (change: ChangeOf<Read>, inventory: Held) => {
      const moved = [...rolesMovedBy(change, inventory), ...leaningOn(change, inventory)]
        .filter(({ kind }) => kind === subject)
        .map(({ namespace, name }) => ({ kind: subject, namespace, name }));
      if (subject === 'ClusterRole') return moved;
      const placed = homesOfTheStrong(change, inventory).flatMap((namespace) => inventory.list('Role', namespace));
      return [...moved, ...placed.map((role) => refOf(role) as Ref<K>)];
    }),
    mayLack: RBAC_ENGINE.also,
  });
}

export const reachOfRole = reachOf('Role');
export const reachOfClusterRole = reachOf('ClusterRole');

/** The rules of a ClusterRole after aggregation. */
export const rulesOfAClusterRole = defineRelation({
  subject: 'ClusterRole',
  name: 'ClusterRoles that it aggregates',
  related: ({ metadata }, inventory: Held) => rulesOf(stateOf(inventory).role('ClusterRole', '', metadata.name)) ?? [],
  affected: {
    ...sameFor(['ServiceAccount', 'Role', 'RoleBinding', 'ClusterRoleBinding'] as const, () => []),
    ClusterRole: (change, inventory) =>
      [...inventory.view(RBAC_ENGINE).shiftOf(change).roles]
        .filter(({ kind }) => kind === 'ClusterRole')
        .map(({ name }) => clusterRole(name)),
  },
});

/** The ClusterRole of a RoleBinding with its effective rules, and the bindings that grant it everywhere. */
export interface BoundClusterRole {
  readonly role: ObjectOf<'ClusterRole'>;
  readonly rules: readonly PolicyRule[];
  readonly clusterWide: readonly AnyBinding[];
}

export const clusterRoleOfRoleBinding = defineRelation({
  subject: 'RoleBinding',
  name: 'ClusterRole of the RoleBinding and its ClusterRoleBindings',
  related: (binding, inventory: Held): readonly BoundClusterRole[] => {
    const { name } = binding.roleRef;
    const role = binding.roleRef.kind === 'ClusterRole' ? inventory.get(clusterRole(name)) : undefined;
    const entry = stateOf(inventory).role('ClusterRole', '', name);
    if (role === undefined || entry === undefined) return [];
    const clusterWide = [...entry.bindings].filter(({ scope }) => scope === '').map(({ binding: each }) => each);
    return [{ role, rules: rulesOf(entry) ?? [], clusterWide }];
  },
  affected: {
    ...sameFor(['ServiceAccount', 'Role', 'RoleBinding'] as const, () => []),
    ClusterRole: (change, inventory) => bound('RoleBinding', rolesMovedBy(change, inventory)),
    ClusterRoleBinding: (change, inventory) =>
      bound(
        'RoleBinding',
        sides(change).flatMap(({ roleRef }) => stateOf(inventory).role('ClusterRole', '', roleRef.name) ?? []),
      ),
  },
});

/** What a binding gives, whoever it names. */
export interface BoundRole extends Pick<Grant, 'rules'> {
  /** The role as it stands; a shipped one may be assumed without. */
  readonly role?: AnyRole;
  /** Whether there is any role of its kind where it should be: where there is none, files may only not hold them. */
  readonly hasOthers: boolean;
  /** Whether it makes its subjects as good as cluster-admin, or brings them a step from it, other bindings aside. */
  readonly isStrong: Known<boolean>;
}

/** What a binding gives whose role is not there. */
export const NO_ROLE: BoundRole = { rules: undefined, hasOthers: false, isStrong: { answer: false, unseen: [] } };

function roleOf<K extends BindingKind>(subject: K): Relation<K, BoundRole> {
  return defineRelation<K, Read, BoundRole>({
    subject,
    name: `${subject === 'RoleBinding' ? 'Role or ClusterRole of the RoleBinding' : 'ClusterRole of the ClusterRoleBinding'}, and what it leads to`,
    related: (object, inventory, terms) => {
      const entry = stateOf(inventory).binding(object);
      if (entry === undefined) return [NO_ROLE];
      const { kind, namespace, name } = entry.role;
      const role = inventory.get({ kind, namespace, name });
      const hasOthers = inventory.size(kind, kind === 'Role' ? namespace : undefined) > 0;
      return [
        {
          rules: rulesOf(entry.role),
          hasOthers,
          isStrong: isStrong(entry, inventory, terms),
          ...(role === undefined ? {} : { role }),
        },
      ];
    },
    affected: sameFor(STRENGTH_KINDS, (change: ChangeOf<Read>, inventory: Held) =>
      bindingsMovedBy(subject, change, inventory),
    ),
    mayLack: RBAC_ENGINE.also,
  });
}

/** The bindings that may give something else after a change, or lead elsewhere. */
export function bindingsMovedBy<K extends BindingKind>(
  kind: K,
  change: ChangeOf<Read>,
  inventory: Held,
): readonly Ref<K>[] {
  const moved = bound(kind, rolesMovedBy(change, inventory));
  const leaning =
    kind === 'RoleBinding'
      ? (bindingsByTheStrong(change, inventory) as readonly Ref<K>[])
      : bound(kind, leaningOn(change, inventory));
  return [...moved, ...leaning, ...besideTheFirst(kind, change, inventory)];
}

/** The role that a binding refers to. A shipped role is always there. */
export const roleOfRoleBinding = roleOf('RoleBinding');
export const roleOfClusterRoleBinding = roleOf('ClusterRoleBinding');

/** The first role of its kind in its place and the last say something of all bindings there. */
function besideTheFirst<K extends BindingKind>(kind: K, { ref }: ChangeOf<Read>, inventory: Held): readonly Ref<K>[] {
  if (ref.kind !== 'Role' && ref.kind !== 'ClusterRole') return [];
  const place = ref.kind === 'Role' ? ref.namespace : undefined;
  if (inventory.size(ref.kind, place) > 1) return [];
  return inventory.list<BindingKind>(kind, place).map((binding) => refOf(binding) as Ref<K>);
}

/** What a RoleBinding leads to depends on who lives in its namespace. */
function bindingsByTheStrong(change: ChangeOf<Read>, inventory: Held): readonly Ref<'RoleBinding'>[] {
  return homesOfTheStrong(change, inventory).flatMap((namespace) =>
    inventory.list('RoleBinding', namespace).map(refOf),
  );
}

/** The namespaces where somebody came near to cluster-admin by a change, or is no longer, and where a clue to that lies. */
function homesOfTheStrong(change: ChangeOf<Read>, inventory: Held): readonly string[] {
  const { namespaces, accounts, hasClue } = inventory.view(RBAC_ENGINE).shiftOf(change);
  const clue = change.ref.kind === 'Node' ? AUTH_MAP.namespace : change.ref.namespace;
  const homes = [...accounts].map((key) => key.split('/')[0] ?? '');
  return [...new Set([...namespaces, ...homes, ...(hasClue ? [clue] : [])])];
}

/** The roles whose rules are others now, and the role that the change is of: it may be another object with the same rules. */
function rolesMovedBy(change: ChangeOf<Read>, inventory: Held): readonly RoleEntry[] {
  const { kind, namespace, name } = change.ref;
  const own = kind === 'Role' || kind === 'ClusterRole' ? stateOf(inventory).role(kind, namespace, name) : undefined;
  return [...inventory.view(RBAC_ENGINE).shiftOf(change).roles, ...(own === undefined ? [] : [own])];
}

/** The ClusterRoles whose worth everywhere depends on somebody who came near to cluster-admin or is no longer, on a token, or on EKS. */
function leaningOn(change: ChangeOf<Read>, inventory: Held): readonly RoleEntry[] {
  if (!inventory.view(RBAC_ENGINE).movesStrength(change)) return [];
  return [...stateOf(inventory).roles()].filter(
    ({ kind, reach }) => kind === 'ClusterRole' && (reach & LEANING) !== 0n,
  );
}

function bound<K extends BindingKind>(kind: K, roles: readonly RoleEntry[]): readonly Ref<K>[] {
  const bindings: readonly BindingEntry[] = roles.flatMap((role) => [...role.bindings]);
  return bindings.filter(({ binding }) => binding.kind === kind).map(({ binding }) => refOf(binding) as Ref<K>);
}
