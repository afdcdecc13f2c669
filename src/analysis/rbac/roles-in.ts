import { roleKey, type BindingEntry, type RoleEntry } from './entries.ts';
import { includes, type Granting, type Names } from './rights.ts';
import type { Grant, RoleKind, RolesAround } from './self-grants.ts';
import type { RbacState } from './state.ts';

/** The roles and bindings of a state. Whole lists are those of the first time: to ask for them is for a single search. */
export class RolesIn implements RolesAround {
  readonly #state: RbacState;
  #roles: ReadonlyMap<string, readonly RoleEntry[]> | undefined;
  #bindings: ReadonlyMap<string, readonly BindingEntry[]> | undefined;

  constructor(state: RbacState) {
    this.#state = state;
  }

  role(kind: RoleKind, scope: string, name: string): Granting | undefined {
    return this.#state.roleInForce(kind, placeOf(kind, scope), name);
  }

  roles(kind: RoleKind, scope: string): Iterable<Granting> {
    this.#roles ??= Map.groupBy(existing(this.#state.roles()), (role) => groupOf(role.kind, role.namespace));
    return this.#roles.get(groupOf(kind, placeOf(kind, scope))) ?? [];
  }

  bound(kind: RoleKind, scope: string, bindings: Names, roles: Names): Iterable<Granting> {
    const found =
      bindings === 'all'
        ? this.#bindingsOf(kind, scope, roles)
        : [...bindings].flatMap((name) => this.#binding(scope, name) ?? []);
    return found
      .filter(({ binding, scope: at }) => at === scope && includes(bindings, binding.metadata.name))
      .map(({ role }) => role)
      .filter((role) => role.kind === kind && includes(roles, role.name));
  }

  #bindingsOf(kind: RoleKind, scope: string, roles: Names): readonly BindingEntry[] {
    if (roles !== 'all')
      return [...roles].flatMap((name) => [...(this.#state.role(kind, placeOf(kind, scope), name)?.bindings ?? [])]);
    this.#bindings ??= Map.groupBy(this.#state.bindings(), (each) => each.scope);
    return this.#bindings.get(scope) ?? [];
  }

  aggregates(clusterRole: string): boolean {
    return (this.#state.clusterRole(clusterRole)?.aggregationRule?.clusterRoleSelectors ?? []).length > 0;
  }

  hasBinding(scope: string, name: string): boolean {
    return this.#binding(scope, name) !== undefined;
  }

  #binding(scope: string, name: string): BindingEntry | undefined {
    const kind = scope === '' ? 'ClusterRoleBinding' : 'RoleBinding';
    return this.#state.binding({ kind, metadata: { namespace: scope, name } });
  }

  /** Whatever is granted to an identity is among its rights. */
  held(): Iterable<Grant> {
    return [];
  }
}

/** The namespace of a role of a kind that is bound in a scope. */
export function placeOf(kind: RoleKind, scope: string): string {
  return kind === 'ClusterRole' ? '' : scope;
}

function groupOf(kind: RoleKind, place: string): string {
  return roleKey(kind, place, '');
}

function* existing(roles: Iterable<RoleEntry>): Iterable<RoleEntry> {
  for (const role of roles) if (role.rules !== undefined) yield role;
}
