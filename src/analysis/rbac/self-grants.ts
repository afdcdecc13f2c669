import { IN_NAMESPACES, RBAC, atom, maskOf, type Atom } from './atoms.ts';
import { uncovered } from './cover.ts';
import type { RoleEntry } from './entries.ts';
import { NEEDS, meets } from './primitives.ts';
import { both, either, includes, isNone, rulesOf, type Granting, type Names, type Rights } from './rights.ts';

/** What somebody has in a namespace who may write the role that is bound to him there. */
const EVERYTHING: Granting = { mask: IN_NAMESPACES, named: [] };

export type RoleKind = RoleEntry['kind'];

/** A role where it is granted, `''` for everywhere. */
export interface Grant {
  readonly role: Granting;
  readonly scope: string;
}

/** What self-grants ask of the roles and bindings that there are. A scope is a namespace, or `''` for everywhere. */
export interface RolesAround {
  /** A role as it counts, that can be bound in a scope. */
  role: (kind: RoleKind, scope: string, name: string) => Granting | undefined;
  /** All of a kind. */
  roles: (kind: RoleKind, scope: string) => Iterable<Granting>;
  /** Whether the rules of a ClusterRole are those of others by their labels. */
  readonly aggregates: (clusterRole: string) => boolean;
  /** The roles of a kind that bindings grant, of those bindings and those roles that are asked for: also such as do not exist. */
  bound: (kind: RoleKind, scope: string, bindings: Names, roles: Names) => Iterable<Granting>;
  hasBinding: (scope: string, name: string) => boolean;
  /** The roles that are granted to the identity itself, beside those among its rights. */
  held: () => Iterable<Grant>;
}

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

const WRITING =
  NEEDS.writeBindings.mask |
  maskOf(Object.values(ROLES).flatMap(({ create, update, patch }) => [create, update, patch]));

/** Whether rights may hold any by which an identity gives itself more. */
export function mayGrantSelf({ reach }: Rights): boolean {
  return (reach & SELF_GRANTING) !== 0n;
}

/** Whether an identity may be able to bind or widen roles in whichever namespace, those of some name at least. */
export function grantsAnywhere(rights: Rights): boolean {
  const reach = rights.reachIn('');
  return (reach & SELF_GRANTING) !== 0n && (reach & WRITING) !== 0n;
}

/**
 * Adds the rights that an identity can give itself by `bind` and `escalate`, everywhere and in some namespaces, until nothing is new. Answers whether it
 * can give itself everything everywhere. What the escalation check lets pass for another reason, holding every right already, adds nothing.
 */
export function grantSelf(
  rights: Rights,
  around: RolesAround,
  namespaces: (rights: Rights) => Iterable<string>,
): boolean {
  for (let isMoving = true; isMoving;) {
    isMoving = bindInto(rights, around, '');
    if (givesEverything(rights, around, '')) return true;
    for (const namespace of new Set(namespaces(rights))) {
      if (bindInto(rights, around, namespace)) isMoving = true;
      if (givesEverything(rights, around, namespace) && rights.grant(EVERYTHING, namespace)) isMoving = true;
    }
  }
  return false;
}

function givesEverything(rights: Rights, around: RolesAround, scope: string): boolean {
  return bindsEverything(rights, around, scope) || widensSome(rights, around, scope);
}

/** There is a role of cluster-admin in every cluster, and a ClusterRoleBinding of it: to change any is as good as to make one. */
function bindsEverything(rights: Rights, around: RolesAround, scope: string): boolean {
  if (!rights.may(scope, ROLES.ClusterRole.bind)) return false;
  return makesBindings(rights, around, scope) || (scope === '' && meets(rights, '', NEEDS.writeClusterBindings));
}

function makesBindings(rights: Rights, around: RolesAround, scope: string): boolean {
  const names = rights.names(scope, (scope === '' ? CLUSTER_BINDINGS : BINDINGS).create);
  return names === 'all' || [...names].some((name) => !around.hasBinding(scope, name));
}

/** The roles that may be widened: those of `escalate` that are also among those of update or patch. */
function editable(rights: Rights, scope: string, kind: RoleKind): Names {
  const { escalate, update, patch } = ROLES[kind];
  const escalated = rights.names(scope, escalate);
  if (isNone(escalated)) return escalated;
  return both(escalated, either(rights.names(scope, update), rights.names(scope, patch)));
}

/** The roles that may be made as wide as one likes. A POST names no role: where `escalate` is limited to names, it takes a PUT or server-side apply. */
function creatable(rights: Rights, scope: string, kind: RoleKind): Names {
  const { escalate, create } = ROLES[kind];
  const created = rights.names(scope, create);
  return rights.may(scope, escalate) ? created : both(editable(rights, scope, kind), created);
}

/** Whether an identity may write everything into some role that it has in a scope, or that it can bind to itself there. */
function widensSome(rights: Rights, around: RolesAround, scope: string): boolean {
  const kinds: readonly RoleKind[] = scope === '' ? ['ClusterRole'] : ['ClusterRole', 'Role'];
  return kinds.some((kind) => {
    const place = kind === 'ClusterRole' ? '' : scope;
    const wide = { edited: editable(rights, place, kind), made: creatable(rights, place, kind) };
    if (isNone(wide.edited) && isNone(wide.made)) return false;
    const isWidened = ({ kind: of, name = '', rules }: Granting): boolean =>
      of === kind && includes(rules === undefined ? wide.made : wide.edited, name);
    const granted = [...around.held()].filter((grant) => grant.scope === scope).map(({ role }) => role);
    const held = [...granted, ...rights.rolesIn(scope)];
    const widened = { kind, scope, ...wide };
    return (
      held.some(isWidened) ||
      [...held, ...bindableAsHeld(rights, around, scope)].some((role) => isFed(role, around, widened)) ||
      bindsWidened(rights, around, widened)
    );
  });
}

interface Widened {
  readonly kind: RoleKind;
  readonly scope: string;
  readonly edited: Names;
  readonly made: Names;
}

/** The aggregated ClusterRoles that may be bound since the identity holds all that is in them, as yet. */
function bindableAsHeld(rights: Rights, around: RolesAround, scope: string): readonly Granting[] {
  const bindable = makesBindings(rights, around, scope)
    ? around.roles('ClusterRole', scope)
    : around.bound('ClusterRole', scope, changeable(rights, scope), 'all');
  const own = ['', scope].flatMap((at) => [...rights.rolesIn(at)].flatMap(rulesOf));
  return [...bindable].filter(
    (role) =>
      around.aggregates(role.name ?? '') && role.rules !== undefined && uncovered(own, rulesOf(role)).length === 0,
  );
}

/** Whether everything may be written into a ClusterRole with labels that an aggregated one looks for: labels are not checked. */
function isFed(
  { kind, name = '' }: Granting,
  around: RolesAround,
  { kind: of, scope, edited, made }: Widened,
): boolean {
  if (kind !== 'ClusterRole' || of !== kind || !around.aggregates(name)) return false;
  const isOther = (names: Names, exists: boolean): boolean =>
    names === 'all' ||
    [...names].some((each) => each !== name && (around.role(kind, scope, each) !== undefined) === exists);
  return isOther(edited, true) || isOther(made, false);
}

/**
 * Whoever may edit a role needs no `bind`: he empties it first, or makes it empty, binds it, since he holds all that is in it, and widens it then. Whoever
 * may only make it wide binds it before.
 */
function bindsWidened(rights: Rights, around: RolesAround, { kind, scope, edited, made }: Widened): boolean {
  const unmade = both(made, either(edited, rights.names(scope, ROLES[kind].bind)));
  if (!makesBindings(rights, around, scope)) {
    const bound = around.bound(kind, scope, changeable(rights, scope), either(edited, unmade));
    return [...bound].some(({ name = '', rules }) => includes(rules === undefined ? unmade : edited, name));
  }
  const isThere = (name: string): boolean => around.role(kind, scope, name) !== undefined;
  if (edited === 'all' ? !isEmpty(around.roles(kind, scope)) : [...edited].some(isThere)) return true;
  return unmade === 'all' || [...unmade].some((name) => !isThere(name));
}

function isEmpty(some: Iterable<unknown>): boolean {
  return some[Symbol.iterator]().next().done === true;
}

/** The bindings to which an identity may add itself. */
function changeable(rights: Rights, scope: string): Names {
  const { update, patch } = scope === '' ? CLUSTER_BINDINGS : BINDINGS;
  return either(rights.names(scope, update), rights.names(scope, patch));
}

/** Binds to itself what `bind` allows: any such role by a new binding, the role of a binding that is there by changing its subjects. */
function bindInto(rights: Rights, around: RolesAround, scope: string): boolean {
  const kinds: readonly RoleKind[] = scope === '' ? ['ClusterRole'] : ['ClusterRole', 'Role'];
  const found = kinds.flatMap((kind) => [...bindable(rights, around, kind, scope)]);
  return found.map((role) => role.rules !== undefined && rights.grant(role, scope)).includes(true);
}

function bindable(rights: Rights, around: RolesAround, kind: RoleKind, scope: string): Iterable<Granting> {
  const names = rights.names(scope, ROLES[kind].bind);
  if (isNone(names)) return [];
  if (!makesBindings(rights, around, scope)) return around.bound(kind, scope, changeable(rights, scope), names);
  return names === 'all'
    ? around.roles(kind, scope)
    : [...names].flatMap((name) => around.role(kind, scope, name) ?? []);
}
