import { isSystemNamespace } from '#facts/namespace.ts';
import { isWildcardAll, type AnyBinding } from '#facts/rbac.ts';
import { isShipped } from '#facts/shipped-roles.ts';
import { defineCheckOfMany, judge, type Context, type Problem } from '#model/check.ts';
import type { PolicyRule } from '#model/policy.ts';
import { refOf } from '#model/ref.ts';
import { worse, type Severity } from '#model/severity.ts';
import {
  bindingsOfAClusterRole,
  bindingsOfARole,
  clusterRoleOfRoleBinding,
  rulesOfAClusterRole,
} from '#relations/grants.ts';
import { EVERYTHING, READ_PODS, aClusterRole, aClusterRoleBinding, aRole, aRoleBinding } from '../samples.ts';

export const wildcardAll = defineCheckOfMany({
  id: 'KP-RBAC-003',
  name: 'wildcard-all',
  title: 'Rule grants every verb on every resource',
  severity: 'critical',
  why: 'Such a role is cluster-admin by another name, and no review that looks for cluster-admin finds it.',
  fix: 'Enumerate groups, resources and verbs.',
  refs: ['CIS:5.1.3', 'OWASP2022:K03', 'OWASP2025:K02', 'NSA:N18', 'MITRE:T1098.006'],
  judges: [
    judge({
      subject: 'Role',
      inputs: { bindings: bindingsOfARole },
      evaluate: (role, { bindings }, context) => (isShipped(role) ? [] : wide(role.rules, bindings, context)),
    }),
    judge({
      subject: 'ClusterRole',
      inputs: { bindings: bindingsOfAClusterRole, rules: rulesOfAClusterRole },
      // Granted by RoleBindings alone it is reported on each of them, so that it counts in their namespaces.
      evaluate: (role, { bindings, rules }, context) =>
        isShipped(role) || isGrantedInNamespacesOnly(bindings) ? [] : wide(rules, bindings, context),
    }),
    judge({
      subject: 'RoleBinding',
      inputs: { granted: clusterRoleOfRoleBinding },
      *evaluate(binding, { granted: [granted] }, context) {
        if (granted === undefined || isShipped(granted.role) || granted.clusterWide.some(reaches) || !reaches(binding))
          return;
        if (!granted.rules.some(isWildcardAll)) return;
        const message = `ClusterRole ${granted.role.metadata.name} grants every verb on every resource of namespace ${binding.metadata.namespace}`;
        yield { at: 'roleRef', severity: severityOf(binding, context), message, because: [refOf(granted.role)] };
      },
    }),
  ],

  examples: () => ({
    bad: [
      {
        name: 'everywhere',
        subject: aClusterRole(READ_PODS, EVERYTHING),
        world: [aClusterRoleBinding()],
        finds: [{ at: 'rules[1]' }],
      },
      {
        name: 'bound to nobody',
        subject: aClusterRole({
          ...EVERYTHING,
          apiGroups: [''],
          verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'],
        }),
        finds: [{ at: 'rules[0]', severity: 'info' }],
      },
      {
        name: 'in its namespace',
        subject: aRole(EVERYTHING),
        world: [aRoleBinding()],
        finds: [{ at: 'rules[0]', severity: 'high' }],
      },
      {
        name: 'a ClusterRole through a RoleBinding',
        subject: aRoleBinding({ role: { kind: 'ClusterRole', name: 'web' } }),
        world: [aClusterRole(EVERYTHING)],
        finds: [{ at: 'roleRef', severity: 'high' }],
      },
      {
        name: 'in a system namespace',
        subject: aRoleBinding({ role: { kind: 'ClusterRole', name: 'web' }, metadata: { namespace: 'kube-system' } }),
        world: [aClusterRole(EVERYTHING)],
        finds: [{ at: 'roleRef' }],
      },
    ],
    good: [
      {
        name: 'every resource, but to read',
        subject: aClusterRole({ ...EVERYTHING, verbs: ['get', 'list', 'watch'] }),
        world: [aClusterRoleBinding()],
      },
      { name: 'one group', subject: aRole({ ...EVERYTHING, apiGroups: ['apps'] }), world: [aRoleBinding()] },
      { name: 'a list of names', subject: aRole({ ...EVERYTHING, resourceNames: ['web'] }), world: [aRoleBinding()] },
      {
        name: 'the shipped cluster-admin',
        subject: {
          ...aClusterRole(EVERYTHING, { nonResourceURLs: ['*'], verbs: ['*'] }),
          metadata: { name: 'cluster-admin', labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } },
        },
        world: [aClusterRoleBinding({ role: { kind: 'ClusterRole', name: 'cluster-admin' } })],
      },
    ],
  }),
});

function reaches({ subjects }: AnyBinding): boolean {
  return subjects.length > 0;
}

function isGrantedInNamespacesOnly(bindings: readonly AnyBinding[]): boolean {
  const granting = bindings.filter(reaches);
  return granting.length > 0 && granting.every(({ kind }) => kind === 'RoleBinding');
}

/** Of a grant by its scope: everywhere, or in a namespace that is as good as everywhere, or in one. */
function severityOf(binding: AnyBinding, { parameters }: Context): Severity {
  const isEverywhere =
    binding.kind === 'ClusterRoleBinding' || isSystemNamespace(binding.metadata.namespace, parameters);
  return isEverywhere ? 'critical' : 'high';
}

function* wide(rules: readonly PolicyRule[], bindings: readonly AnyBinding[], context: Context): Iterable<Problem> {
  const granting = bindings.filter(reaches);
  const severity = granting.map((binding) => severityOf(binding, context)).reduce<Severity>(worse, 'info');
  const granted =
    granting.length === 0
      ? 'bound to nobody'
      : `granted by ${String(granting.length)} binding${granting.length > 1 ? 's' : ''}`;
  for (const [index, rule] of rules.entries()) {
    if (!isWildcardAll(rule)) continue;
    const message = `the rule grants every verb on every resource; ${granted}`;
    yield { at: `rules[${String(index)}]`, severity, message, because: granting.map(refOf) };
  }
}
