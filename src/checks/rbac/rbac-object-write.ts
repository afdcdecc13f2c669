import { allowsResource } from '#analysis/rbac/request.ts';
import type { PolicyRule } from '#model/policy.ts';
import { WRITE, reaching } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import { namesText } from '../saying.ts';
import { READ_PODS, aClusterRole, aClusterRoleBinding, aRole, aRoleBinding } from '../samples.ts';

const GROUP = 'rbac.authorization.k8s.io';
const KINDS = {
  roles: 'Roles',
  clusterroles: 'ClusterRoles',
  rolebindings: 'RoleBindings',
  clusterrolebindings: 'ClusterRoleBindings',
};

function kindsIn(rule: PolicyRule): readonly string[] {
  return Object.entries(KINDS).flatMap(([resource, kind]) =>
    allowsResource(rule, { group: GROUP, resource }) ? [kind] : [],
  );
}

export const rbacObjectWrite = defineRightsCheck({
  id: 'KP-RBAC-012',
  name: 'rbac-object-write',
  title: 'Roles or bindings can be written',
  severity: 'high',
  why: 'Who writes roles and bindings hands out what he holds himself, to whom he likes and for good.',
  fix: 'Restrict to the RBAC-managing pipeline; forbid self-service ClusterRoleBindings by policy.',
  refs: ['CIS:5.1.8', 'OWASP2022:K03', 'OWASP2025:K02', 'NSA:N18', 'MITRE:T1098.006'],
  rights: [
    {
      says: (rule) => `write ${namesText(kindsIn(rule))}`,
      reach: reaching(WRITE, GROUP, ...Object.keys(KINDS)),
      severity: { cluster: 'high', namespace: 'medium' },
      sample: { apiGroups: [GROUP], resources: ['rolebindings'], verbs: ['update'] },
    },
  ],
  good: [
    { name: 'another right', subject: aClusterRole(READ_PODS), world: [aClusterRoleBinding()] },
    {
      name: 'in a namespace those that have none',
      subject: aRole({
        apiGroups: [GROUP],
        resources: ['clusterroles', 'clusterrolebindings'],
        verbs: ['create', 'update'],
      }),
      world: [aRoleBinding()],
    },
  ],
});
