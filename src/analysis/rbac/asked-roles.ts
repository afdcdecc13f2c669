import { sides, type Change, type ChangeOf } from '#model/inventory.ts';
import { roleKey, type RoleEntry, type Touched } from './entries.ts';
import type { Granting } from './rights.ts';
import { RolesIn, placeOf } from './roles-in.ts';
import type { RolesAround } from './self-grants.ts';
import type { RbacState } from './state.ts';

/** On whose behalf it is asked: somebody by the key of his profile, or what a role gives, whoever is bound to it. */
export type Asker = string | RoleEntry;

/** Roles and bindings that were asked for by name, remembered with who asked: another answer may make him strong. Lists are not given. */
export class AskedRoles {
  readonly #all: RolesIn;
  readonly #asked = new Map<string, Set<Asker>>();

  constructor(state: RbacState) {
    this.#all = new RolesIn(state);
  }

  /** As somebody finds them who has some roles already. */
  heldBy(held: RolesAround['held'], askers: readonly Asker[]): RolesAround {
    const note = (key: string): void => {
      this.#note(key, askers);
    };
    return {
      held,
      role: (kind, scope, name) => {
        note(roleKey(kind, placeOf(kind, scope), name));
        return this.#all.role(kind, scope, name);
      },
      roles: () => [],
      bound: (kind, scope, bindings, roles): Iterable<Granting> => {
        if (roles !== 'all') for (const name of roles) note(boundKey(kind, placeOf(kind, scope), name));
        else if (bindings === 'all') return [];
        else for (const name of bindings) note(bindingKey(scope, name));
        const found = [...this.#all.bound(kind, scope, bindings, roles)];
        for (const { name = '' } of found) note(roleKey(kind, placeOf(kind, scope), name));
        return found;
      },
      aggregates: (name) => {
        note(roleKey('ClusterRole', '', name));
        return this.#all.aggregates(name);
      },
      hasBinding: (scope, name) => {
        note(bindingKey(scope, name));
        return this.#all.hasBinding(scope, name);
      },
    };
  }

  #note(key: string, askers: readonly Asker[]): void {
    const known = this.#asked.get(key);
    if (known === undefined) this.#asked.set(key, new Set(askers));
    else for (const asker of askers) known.add(asker);
  }

  /** Who asked for what a change gives another answer to. They are forgotten, and come again if they still ask. */
  concernedBy(change: Change, { roles }: Touched): ReadonlySet<Asker> {
    if (this.#asked.size === 0) return new Set();
    const keys = [
      ...[...roles].map(({ kind, namespace, name }) => roleKey(kind, namespace, name)),
      // Also one with the same rules may be an aggregate now.
      ...(change.ref.kind === 'ClusterRole' ? [roleKey('ClusterRole', '', change.ref.name)] : []),
      ...keysOfBindings(change),
    ];
    const concerned = new Set(keys.flatMap((key) => [...(this.#asked.get(key) ?? [])]));
    for (const key of keys) this.#asked.delete(key);
    return concerned;
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
