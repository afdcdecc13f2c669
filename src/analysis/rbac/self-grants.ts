import { IN_NAMESPACES, RBAC, atom, maskOf, type Atom } from './atoms.ts';
import type { RoleEntry } from './entries.ts';
import { NEEDS, meets } from './primitives.ts';
import { includes, isNone, type Granting, type Names, type Rights } from './rights.ts';
import type { RbacState } from './state.ts';

/** What somebody has in a namespace who may write the role that is bound to him there. */
const EVERYTHING: Granting = { mask: IN_NAMESPACES, named: [] };

type RoleKind = RoleEntry['kind'];

const VERBS_OF_ROLES = ['bind', 'escalate', 'create', 'update', 'patch'] as const;
const VERBS_OF_BINDINGS = ['create', 'update', 'patch'] as const;

function atomsOf<V extends string>(verbs: readonly V[], resource: string): Readonly<Record<V, Atom>> {
  return Object.fromEntries(verbs.map((verb) => [verb, atom(verb, RBAC, resource)])) as Record<V, Atom>;
}

/** What may be done to roles of a kind, and to the bindings of a scope. */
const ROLES: Readonly<Record<RoleKind, Readonly<Record<(typeof VERBS_OF_ROLES)[number], Atom>>>> = {
  Role: atomsOf(VERBS_OF_ROLES, 'roles'),
  ClusterRole: atomsOf(VERBS_OF_ROLES, 'clusterroles'),
};
const BINDINGS = atomsOf(VERBS_OF_BINDINGS, 'rolebindings');
const CLUSTER_BINDINGS = atomsOf(VERBS_OF_BINDINGS, 'clusterrolebindings');

const SELF_GRANTING = maskOf(Object.values(ROLES).flatMap(({ bind, escalate }) => [bind, escalate]));

/** Whether rights may hold any by which an identity gives itself more. */
export function mayGrantSelf({ reach }: Rights): boolean {
  return (reach & SELF_GRANTING) !== 0n;
}

/**
 * Adds the rights that an identity can give itself by `bind` and `escalate`, until nothing is new. Answers whether it can give itself everything
 * everywhere. What the escalation check lets pass for another reason, holding every right already, adds nothing.
 */
export function grantSelf(rights: Rights, state: RbacState, namespaces: Iterable<string>): boolean {
  if (bindsEverywhere(rights) || escalatesEverywhere(rights)) return true;
  const all = meets(rights, '', NEEDS.writeBindings) || !isNone(editable(rights, '', 'Role')) ? namespaces : [];
  for (let isMoving = true; isMoving;) {
    isMoving = bindInto(rights, state, '');
    for (const namespace of new Set([...rights.namespaces, ...all])) {
      if (bindInto(rights, state, namespace) || escalateIn(rights, namespace)) isMoving = true;
    }
    if (bindsEverywhere(rights) || escalatesEverywhere(rights)) return true;
  }
  return false;
}

function bindsEverywhere(rights: Rights): boolean {
  return rights.may('', ROLES.ClusterRole.bind) && meets(rights, '', NEEDS.writeClusterBindings);
}

/** Whoever may escalate ClusterRoles everywhere has that from a ClusterRole: widening that one is enough. */
function escalatesEverywhere(rights: Rights): boolean {
  const names = editable(rights, '', 'ClusterRole');
  return someRole(rights, '', 'ClusterRole', names);
}

/** The roles that may be widened: those of `escalate` that are also among those of update or patch. */
function editable(rights: Rights, scope: string, kind: RoleKind): Names {
  const { escalate, update, patch } = ROLES[kind];
  const escalated = rights.names(scope, escalate);
  if (isNone(escalated)) return escalated;
  return both(escalated, either(rights.names(scope, update), rights.names(scope, patch)));
}

function either(a: Names, b: Names): Names {
  return a === 'all' || b === 'all' ? 'all' : new Set([...a, ...b]);
}

function both(a: Names, b: Names): Names {
  if (a === 'all') return b;
  return b === 'all' ? a : new Set([...a].filter((name) => b.has(name)));
}

function someRole(rights: Rights, scope: string, kind: RoleKind, names: Names): boolean {
  if (isNone(names)) return false;
  for (const role of rights.rolesIn(scope))
    if (role.kind === kind && role.name !== undefined && includes(names, role.name)) return true;
  return false;
}

/** Widens a role that is bound to the identity in a namespace, or makes an empty one, binds it, and widens it then. */
function escalateIn(rights: Rights, namespace: string): boolean {
  const roles = editable(rights, namespace, 'Role');
  const isMade = roles === 'all' && rights.may(namespace, ROLES.Role.create) && rights.may(namespace, BINDINGS.create);
  const isWidened =
    someRole(rights, namespace, 'Role', roles) ||
    someRole(rights, namespace, 'ClusterRole', editable(rights, '', 'ClusterRole'));
  return (isMade || isWidened) && rights.grant(EVERYTHING, namespace);
}

/** Binds to itself what `bind` allows: any such role by a new binding, the role of a binding that is there by changing its subjects. */
function bindInto(rights: Rights, state: RbacState, scope: string): boolean {
  let isNew = false;
  const kinds: readonly RoleKind[] = scope === '' ? ['ClusterRole'] : ['ClusterRole', 'Role'];
  for (const kind of kinds) {
    const names = rights.names(scope, ROLES[kind].bind);
    if (isNone(names)) continue;
    for (const role of [...bindable(rights, state, scope)])
      if (role.kind === kind && includes(names, role.name) && rights.grant(role, scope)) isNew = true;
  }
  return isNew;
}

function* bindable(rights: Rights, state: RbacState, scope: string): Iterable<RoleEntry> {
  const { create, update, patch } = scope === '' ? CLUSTER_BINDINGS : BINDINGS;
  if (rights.may(scope, create)) {
    for (const role of state.roles())
      if (role.rules !== undefined && (role.kind === 'ClusterRole' || role.namespace === scope)) yield role;
    return;
  }
  const names = either(rights.names(scope, update), rights.names(scope, patch));
  if (isNone(names)) return;
  for (const { binding, role, scope: at } of state.bindings())
    if (at === scope && includes(names, binding.metadata.name)) yield role;
}
