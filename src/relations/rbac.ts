import { accountsOf, type AnyBinding, type AnyRole } from '#facts/rbac.ts';
import { selects } from '#facts/selector.ts';
import { shippedRules } from '#facts/shipped-roles.ts';
import type { Index, Inventory } from '#model/inventory.ts';
import type { Kind } from '#model/kinds.ts';
import type { ObjectOf } from '#model/objects.ts';
import type { PolicyRule } from '#model/policy.ts';

/** Bindings by the role they refer to: `kind/namespace/name`, the namespace empty for ClusterRoles. */
function roleKeyOf(binding: AnyBinding): readonly string[] {
  const { kind, name } = binding.roleRef;
  return [roleKey(kind, kind === 'Role' ? binding.metadata.namespace : '', name)];
}

function roleKey(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

const roleBindingsByRole: Index<'RoleBinding'> = { kind: 'RoleBinding', name: 'role', of: roleKeyOf };
const clusterRoleBindingsByRole: Index<'ClusterRoleBinding'> = {
  kind: 'ClusterRoleBinding',
  name: 'role',
  of: roleKeyOf,
};

/** The words under which a binding is filed for the service accounts it means: `ns/name`, `ns/` for all of a namespace, `*` for all. */
export function accountKeys(binding: AnyBinding): readonly string[] {
  const keys = binding.subjects.flatMap((subject) => {
    const accounts = accountsOf(subject, binding.metadata.namespace);
    if (accounts === undefined) return [];
    if (accounts === 'all') return ['*'];
    return 'allOf' in accounts ? [`${accounts.allOf}/`] : [`${accounts.namespace}/${accounts.name}`];
  });
  return [...new Set(keys)];
}

const roleBindingsByAccount: Index<'RoleBinding'> = { kind: 'RoleBinding', name: 'service accounts', of: accountKeys };
const clusterRoleBindingsByAccount: Index<'ClusterRoleBinding'> = {
  kind: 'ClusterRoleBinding',
  name: 'service accounts',
  of: accountKeys,
};

type Bindings = Inventory<'RoleBinding' | 'ClusterRoleBinding'>;

/** Every binding that refers to a role. */
export function bindingsOfRole(
  role: { readonly kind: Kind; readonly namespace: string; readonly name: string },
  inventory: Bindings,
): readonly AnyBinding[] {
  const key = roleKey(role.kind, role.namespace, role.name);
  return [...inventory.by(clusterRoleBindingsByRole, key), ...inventory.by(roleBindingsByRole, key)];
}

/** The bindings that grant a ClusterRole everywhere. */
export function clusterWideBindingsOf(
  name: string,
  inventory: Inventory<'ClusterRoleBinding'>,
): readonly ObjectOf<'ClusterRoleBinding'>[] {
  return inventory.by(clusterRoleBindingsByRole, roleKey('ClusterRole', '', name));
}

/** The bindings that grant a ClusterRole in their namespace. */
export function roleBindingsOf(name: string, inventory: Inventory<'RoleBinding'>): readonly ObjectOf<'RoleBinding'>[] {
  return inventory.by(roleBindingsByRole, roleKey('ClusterRole', '', name));
}

/** Every binding that gives a service account something: by its name, by its namespace's group, by the groups of all accounts. */
export function bindingsOfAccount(
  account: { readonly namespace: string; readonly name: string },
  inventory: Bindings,
): readonly AnyBinding[] {
  const keys = [`${account.namespace}/${account.name}`, `${account.namespace}/`, '*'];
  return [
    ...new Set(
      keys.flatMap((key) => [
        ...inventory.by(clusterRoleBindingsByAccount, key),
        ...inventory.by(roleBindingsByAccount, key),
      ]),
    ),
  ];
}

/** ClusterRoles that collect their rules from others. */
const aggregatingRoles: Index<'ClusterRole'> = {
  kind: 'ClusterRole',
  name: 'aggregates',
  of: ({ aggregationRule }) => (aggregationRule === undefined ? [] : ['yes']),
};

/**
 * The rules of a ClusterRole: as the controller has filled them in, else (in files) the union over what its selectors pick, to a fixpoint.
 */
export function effectiveRules(
  role: ObjectOf<'ClusterRole'>,
  inventory: Inventory<'ClusterRole'>,
): readonly PolicyRule[] {
  if (role.rules.length > 0 || role.aggregationRule === undefined) return role.rules;
  const seen = new Set<ObjectOf<'ClusterRole'>>([role]);
  for (const each of seen) {
    if (each.aggregationRule === undefined || each.rules.length > 0) continue;
    for (const other of inventory.list('ClusterRole')) if (feeds(other, each)) seen.add(other);
  }
  // In order of names: findings count rules, and no list of objects has an order.
  return [...seen].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)).flatMap(({ rules }) => rules);
}

function feeds(contributor: ObjectOf<'ClusterRole'>, aggregate: ObjectOf<'ClusterRole'>): boolean {
  return (aggregate.aggregationRule?.clusterRoleSelectors ?? []).some((selector) =>
    selects(selector, contributor.metadata.labels),
  );
}

/** The ClusterRoles whose rules may follow from a change of one: itself and, step by step, those that aggregate it. */
export function rolesFedBy(
  versions: readonly ObjectOf<'ClusterRole'>[],
  inventory: Inventory<'ClusterRole'>,
): readonly string[] {
  const names = new Set(versions.map(({ metadata }) => metadata.name));
  const reached = new Set(versions);
  const aggregates = inventory.by(aggregatingRoles, 'yes');
  for (const each of reached) {
    for (const aggregate of aggregates) {
      if (names.has(aggregate.metadata.name) || !feeds(each, aggregate)) continue;
      names.add(aggregate.metadata.name);
      reached.add(aggregate);
    }
  }
  return [...names];
}

/** The role that a binding refers to, with its effective rules; undefined where it cannot be resolved. A shipped role is always there. */
export function roleOf(
  binding: AnyBinding,
  inventory: Inventory<'Role' | 'ClusterRole'>,
): { readonly role?: AnyRole; readonly rules: readonly PolicyRule[] } | undefined {
  const { kind, name } = binding.roleRef;
  if (kind === 'Role') {
    const { namespace } = binding.metadata;
    const role = inventory.get({ kind: 'Role', namespace, name });
    const rules = role?.rules ?? shippedRules(kind, namespace, name);
    return rules === undefined ? undefined : { rules, ...(role === undefined ? {} : { role }) };
  }
  const role = inventory.get({ kind: 'ClusterRole', namespace: '', name });
  const rules = role === undefined ? shippedRules('ClusterRole', '', name) : effectiveRules(role, inventory);
  return rules === undefined ? undefined : { rules, ...(role === undefined ? {} : { role }) };
}
