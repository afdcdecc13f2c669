import { sides, type Change, type ChangeOf } from '#model/inventory.ts';
import { roleKey, type Touched } from './entries.ts';
import type { Granting } from './rights.ts';
import { RolesIn, placeOf } from './roles-in.ts';
import type { RolesAround } from './self-grants.ts';
import type { RbacState } from './state.ts';

/** Roles and bindings that were asked for by name, remembered: another answer may make somebody else strong. Lists are not given. */
export class AskedRoles {
  readonly #all: RolesIn;
  readonly #asked = new Set<string>();

  constructor(state: RbacState) {
    this.#all = new RolesIn(state);
  }

  /** As somebody finds them who has some roles already. */
  heldBy(held: RolesAround['held']): RolesAround {
    return {
      held,
      role: (kind, scope, name) => {
        this.#asked.add(roleKey(kind, placeOf(kind, scope), name));
        return this.#all.role(kind, scope, name);
      },
      roles: () => [],
      bound: (kind, scope, bindings, roles): Iterable<Granting> => {
        if (roles !== 'all') for (const name of roles) this.#asked.add(boundKey(kind, placeOf(kind, scope), name));
        else if (bindings === 'all') return [];
        else for (const name of bindings) this.#asked.add(bindingKey(scope, name));
        return this.#all.bound(kind, scope, bindings, roles);
      },
      hasBinding: (scope, name) => {
        this.#asked.add(bindingKey(scope, name));
        return this.#all.hasBinding(scope, name);
      },
    };
  }

  /** Whether a change gives another answer to what was asked. */
  concerns(change: Change, { roles }: Touched): boolean {
    if (this.#asked.size === 0) return false;
    const keys = [
      ...[...roles].map(({ kind, namespace, name }) => roleKey(kind, namespace, name)),
      ...keysOfBindings(change),
    ];
    return keys.some((key) => this.#asked.has(key));
  }
}

function bindingKey(scope: string, name: string): string {
  return `binding ${scope}/${name}`;
}

/** Of a role: which bindings it has. */
function boundKey(kind: string, place: string, name: string): string {
  return `bound ${roleKey(kind, place, name)}`;
}

/** Of a binding that comes or goes. Whom it names is nothing to those who may add themselves. */
function keysOfBindings(change: Change): readonly string[] {
  if (change.ref.kind !== 'RoleBinding' && change.ref.kind !== 'ClusterRoleBinding') return [];
  const both = sides(change as ChangeOf<'RoleBinding' | 'ClusterRoleBinding'>);
  const roles = both.map(({ roleRef: { kind, name } }) =>
    boundKey(kind, kind === 'Role' ? change.ref.namespace : '', name),
  );
  return both.length === 2 && roles[0] === roles[1]
    ? []
    : [bindingKey(change.ref.namespace, change.ref.name), ...roles];
}
