import type { AnyBinding, AnyRole } from '#facts/rbac.ts';
import { accountOf } from '#facts/token.ts';
import { sides, type Index, type Inventory } from '#model/inventory.ts';
import type { ObjectOf, Pod } from '#model/objects.ts';
import type { PolicyRule } from '#model/policy.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';
import {
  accountKeys,
  bindingsOfAccount,
  bindingsOfRole,
  clusterWideBindingsOf,
  effectiveRules,
  roleBindingsOf,
  roleOf,
  rolesFedBy,
} from './rbac.ts';

/** What one binding gives: the rules of its role, undefined where the role cannot be resolved. */
export interface Grant {
  readonly binding: AnyBinding;
  readonly rules: readonly PolicyRule[] | undefined;
}

/** Pods by the service account that they run as: `namespace/name`. */
export const podsByAccount: Index<'Pod'> = {
  kind: 'Pod',
  name: 'service account',
  of: (pod) => [`${accountOf(pod).namespace}/${accountOf(pod).name}`],
};

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

function podsOf(bindings: readonly AnyBinding[], inventory: Inventory<'Pod'>): readonly Ref<'Pod'>[] {
  const keys = new Set(bindings.flatMap(accountKeys));
  if (keys.has('*')) return inventory.list('Pod').map(refOf);
  return [...keys]
    .flatMap((key): readonly Pod[] =>
      key.endsWith('/') ? inventory.list('Pod', key.slice(0, -1)) : inventory.by(podsByAccount, key),
    )
    .map(refOf);
}

/** What the pod's service account may do, by its own name and by the groups that every account is in. */
export const grantsOfPod = defineRelation({
  subject: 'Pod',
  name: 'RoleBindings and ClusterRoleBindings of its ServiceAccount, and their Roles',
  related: (pod, inventory): readonly Grant[] =>
    bindingsOfAccount(accountOf(pod), inventory).map((binding) => ({
      binding,
      rules: roleOf(binding, inventory)?.rules,
    })),
  affected: {
    RoleBinding: (change, inventory) => podsOf(sides(change), inventory),
    ClusterRoleBinding: (change, inventory) => podsOf(sides(change), inventory),
    Role: ({ ref }, inventory) => podsOf(bindingsOfRole(ref, inventory), inventory),
    ClusterRole: (change, inventory) =>
      podsOf(
        rolesFedBy(sides(change), inventory).flatMap((name) => bindingsOfRole(clusterRole(name), inventory)),
        inventory,
      ),
  },
});

function clusterRole(name: string): Ref<'ClusterRole'> {
  return { kind: 'ClusterRole', namespace: '', name };
}

export const bindingsOfARole = defineRelation({
  subject: 'Role',
  name: 'RoleBindings of the Role',
  related: (role, inventory) =>
    inventory.list('RoleBinding', role.metadata.namespace).filter((binding) => refersTo(binding, role)),
  affected: {
    RoleBinding: (change) =>
      sides(change)
        .filter(({ roleRef }) => roleRef.kind === 'Role')
        .map(({ metadata, roleRef }) => ({ kind: 'Role', namespace: metadata.namespace, name: roleRef.name })),
  },
});

function refersTo(binding: ObjectOf<'RoleBinding'>, role: AnyRole): boolean {
  return binding.roleRef.kind === role.kind && binding.roleRef.name === role.metadata.name;
}

export const bindingsOfAClusterRole = defineRelation({
  subject: 'ClusterRole',
  name: 'RoleBindings and ClusterRoleBindings of the ClusterRole',
  related: (role, inventory) => bindingsOfRole(refOf(role), inventory),
  affected: {
    RoleBinding: (change) => sides(change).flatMap(clusterRoleOf),
    ClusterRoleBinding: (change) => sides(change).flatMap(clusterRoleOf),
  },
});

function clusterRoleOf({ roleRef }: AnyBinding): readonly Ref<'ClusterRole'>[] {
  return roleRef.kind === 'ClusterRole' ? [clusterRole(roleRef.name)] : [];
}

/** The rules of a ClusterRole after aggregation. */
export const rulesOfAClusterRole = defineRelation({
  subject: 'ClusterRole',
  name: 'ClusterRoles that it aggregates',
  related: (role, inventory) => effectiveRules(role, inventory),
  affected: {
    ClusterRole: (change, inventory) => rolesFedBy(sides(change), inventory).map(clusterRole),
  },
});

/** The ClusterRole of a RoleBinding with its effective rules, and the bindings that grant it everywhere. */
export interface BoundClusterRole {
  readonly role: ObjectOf<'ClusterRole'>;
  readonly rules: readonly PolicyRule[];
  readonly clusterWide: readonly ObjectOf<'ClusterRoleBinding'>[];
}

export const clusterRoleOfRoleBinding = defineRelation({
  subject: 'RoleBinding',
  name: 'ClusterRole of the RoleBinding and its ClusterRoleBindings',
  related: (binding, inventory): readonly BoundClusterRole[] => {
    if (binding.roleRef.kind !== 'ClusterRole') return [];
    const role = inventory.get(clusterRole(binding.roleRef.name));
    if (role === undefined) return [];
    return [
      {
        role,
        rules: effectiveRules(role, inventory),
        clusterWide: clusterWideBindingsOf(role.metadata.name, inventory),
      },
    ];
  },
  affected: {
    ClusterRole: (change, inventory) =>
      rolesFedBy(sides(change), inventory).flatMap((name) => roleBindingsOf(name, inventory).map(refOf)),
    ClusterRoleBinding: (change, inventory) =>
      sides(change)
        .flatMap(clusterRoleOf)
        .flatMap(({ name }) => roleBindingsOf(name, inventory).map(refOf)),
  },
});

/** The rules that a binding gives; nothing where its role cannot be resolved. */
export const rulesOfRoleBinding = defineRelation({
  subject: 'RoleBinding',
  name: 'Role or ClusterRole of the RoleBinding',
  related: (binding, inventory) => rulesGiven(binding, inventory),
  affected: {
    Role: ({ ref }, inventory) => inventory.list('RoleBinding', ref.namespace).map(refOf),
    ClusterRole: (change, inventory) =>
      rolesFedBy(sides(change), inventory).flatMap((name) => roleBindingsOf(name, inventory).map(refOf)),
  },
});

export const rulesOfClusterRoleBinding = defineRelation({
  subject: 'ClusterRoleBinding',
  name: 'ClusterRole of the ClusterRoleBinding',
  related: (binding, inventory) => rulesGiven(binding, inventory),
  affected: {
    Role: () => [],
    ClusterRole: (change, inventory) =>
      rolesFedBy(sides(change), inventory).flatMap((name) => clusterWideBindingsOf(name, inventory).map(refOf)),
  },
});

function rulesGiven(
  binding: AnyBinding,
  inventory: Inventory<'Role' | 'ClusterRole'>,
): readonly (readonly PolicyRule[])[] {
  const given = roleOf(binding, inventory);
  return given === undefined ? [] : [given.rules];
}
