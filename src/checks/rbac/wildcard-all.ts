import { isWildcardAll } from '#facts/rbac.ts';
import type { CheckId } from '#model/check.ts';
import { defineRightsCheck } from '../rights.ts';
import { EVERYTHING, aClusterRole, aClusterRoleBinding, aRole, aRoleBinding } from '../samples.ts';

/** What everything is, right by right. */
const OF_NAMESPACES: readonly CheckId[] = [
  'KP-RBAC-005',
  'KP-RBAC-006',
  'KP-RBAC-007',
  'KP-RBAC-008',
  'KP-RBAC-009',
  'KP-RBAC-010',
  'KP-RBAC-011',
  'KP-RBAC-012',
  'KP-RBAC-014',
  'KP-RBAC-018',
  'KP-RBAC-020',
  'KP-RBAC-021',
];
const OF_THE_CLUSTER: readonly CheckId[] = ['KP-RBAC-013', 'KP-RBAC-015', 'KP-RBAC-016', 'KP-RBAC-017', 'KP-RBAC-019'];

export const wildcardAll = defineRightsCheck({
  id: 'KP-RBAC-003',
  name: 'wildcard-all',
  title: 'Rule grants every verb on every resource',
  severity: 'critical',
  why: 'Such a role is cluster-admin by another name, and no review that looks for cluster-admin finds it.',
  fix: 'Enumerate groups, resources and verbs.',
  refs: ['CIS:5.1.3', 'OWASP2022:K03', 'OWASP2025:K02', 'NSA:N18', 'MITRE:T1098.006'],
  rights: [
    {
      says: 'use every verb on every resource',
      reach: (rule) => (isWildcardAll(rule) ? 'all' : undefined),
      severity: { cluster: 'critical', namespace: 'high' },
      sample: EVERYTHING,
      also: [...OF_NAMESPACES, ...OF_THE_CLUSTER],
      alsoInNamespace: OF_NAMESPACES,
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
  ],
});
