import lodash from 'lodash';
import { RBAC_ENGINE, type RbacKind } from '#analysis/rbac/engine.ts';
import { roleText, type RoleEntry, type SubjectEntry } from '#analysis/rbac/entries.ts';
import { accountsOfKey, identityOfKey, keysOf } from '#analysis/rbac/identity.ts';
import { rulesOf } from '#analysis/rbac/rights.ts';
import type { RbacState } from '#analysis/rbac/state.ts';
import type { AnyBinding } from '#facts/rbac.ts';
import { inForce } from '#facts/rules-in-force.ts';
import type { ChangeOf, Inventory } from '#model/inventory.ts';
import type { PolicyRule } from '#model/policy.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation, sameFor, type Relation } from '#model/relation.ts';

/** The kinds that are judged by what they give: roles, and the RoleBindings of ClusterRoles. */
export type Granting = 'Role' | 'ClusterRole' | 'RoleBinding';

/** Another role that somebody is bound to, and what of its rules counts there. */
export interface OtherRole {
  readonly ref: Ref<'Role' | 'ClusterRole'>;
  readonly rules: readonly PolicyRule[];
}

/** One of those whom a binding names, `User alice`, with his other roles. */
interface Companion {
  readonly holder: string;
  readonly roles: readonly OtherRole[];
}

/** For each subject of a binding the other roles that count where it grants; `anywhere`: those of all namespaces. */
export type Companions = (binding: AnyBinding, anywhere: boolean) => Iterable<Companion>;

function companionsOf<K extends Granting>(subject: K): Relation<K, Companions> {
  return defineRelation<K, RbacKind, Companions>({
    subject,
    name: 'other roles of those whom its bindings name',
    related: (_object, inventory) => {
      const { state } = inventory.view(RBAC_ENGINE).index;
      return [(binding, anywhere) => othersBeside(binding, anywhere, state)];
    },
    affected: sameFor(RBAC_ENGINE.kinds, (change: ChangeOf<RbacKind>, inventory: Inventory<RbacKind>) => {
      const engine = inventory.view(RBAC_ENGINE);
      const roles = [...engine.shiftOf(change).subjects].flatMap(({ key }) => rolesBeside(key, engine.index.state));
      return [...new Set(roles)].flatMap((role) => judgedFor(subject, role));
    }),
  });
}

export const companionsOfRole = companionsOf('Role');
export const companionsOfClusterRole = companionsOf('ClusterRole');
export const companionsOfRoleBinding = companionsOf('RoleBinding');

function* othersBeside(binding: AnyBinding, anywhere: boolean, state: RbacState): Iterable<Companion> {
  const own = state.binding(binding);
  for (const subject of own?.subjects ?? []) {
    const others = [...state.grantsOf(identityOfKey(subject.key))].filter(
      ({ role, scope }) => role !== own?.role && (anywhere || scope === '' || scope === own?.scope),
    );
    const roles = lodash.uniqBy(others, ({ role, scope }) => `${roleText(role)} ${scope}`);
    yield {
      holder: subject.label.replace(':', ' '),
      roles: roles.map(({ role, scope }) => ({
        ref: { kind: role.kind, namespace: role.namespace, name: role.name },
        rules: rulesOf(role).flatMap((rule) => inForce(rule, scope)),
      })),
    };
  }
}

/** All whom bindings name so, or whom they hold as members: what one of these is given counts for them. */
export function subjectsBeside(key: string, state: RbacState): readonly SubjectEntry[] {
  const accounts = accountsOfKey(key);
  const isGroup = accounts === 'all' || (accounts !== undefined && 'allOf' in accounts);
  return isGroup
    ? [...state.subjects()].filter((subject) => keysOf(identityOfKey(subject.key)).includes(key))
    : [...state.subjectsOf(identityOfKey(key))].filter((subject) => subject.key === key);
}

/** Their roles. */
function rolesBeside(key: string, state: RbacState): readonly RoleEntry[] {
  return subjectsBeside(key, state).flatMap(({ grants }) =>
    [...grants.values()].flatMap((each) => [...each].map(({ role }) => role)),
  );
}

/** What is judged for a role: itself, or, of a ClusterRole, the RoleBindings that grant it. */
export function judgedFor<K extends Granting>(subject: K, role: RoleEntry): readonly Ref<K>[] {
  const { kind, namespace, name } = role;
  if (subject !== 'RoleBinding') return kind === subject ? [{ kind: subject, namespace, name }] : [];
  if (kind === 'Role') return [];
  return [...role.bindings].filter(({ scope }) => scope !== '').map(({ binding }) => refOf(binding) as Ref<K>);
}

/** What is judged for the roles that give one of some atoms, anywhere and to whatever names. */
export function judgedForThoseWith<K extends Granting>(
  subject: K,
  mask: bigint,
  inventory: Inventory<RbacKind>,
): readonly Ref<K>[] {
  const roles = [...inventory.view(RBAC_ENGINE).index.state.roles()];
  return roles.filter(({ reach }) => (reach & mask) !== 0n).flatMap((role) => judgedFor(subject, role));
}
