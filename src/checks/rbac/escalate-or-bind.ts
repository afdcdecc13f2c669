import { allowsResource } from '#analysis/rbac/request.ts';
import { anyTarget, reaching, type Right } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import { READ_PODS, aClusterRole, aClusterRoleBinding, aRole, aRoleBinding } from '../samples.ts';

const GROUP = 'rbac.authorization.k8s.io';

/** The roles that a rule names are as good as all where one of them is not there, is cluster-admin or a step from it, or reads Secrets. */
const named: Right['named'] = (rule, namespace, { role }) => {
  const kinds = (['Role', 'ClusterRole'] as const).filter((kind) =>
    allowsResource(rule, { group: GROUP, resource: `${kind.toLowerCase()}s` }),
  );
  return anyTarget(
    kinds.flatMap((kind) => (rule.resourceNames ?? []).map((name) => ({ kind, name }))),
    ({ kind, name }) => role(kind, namespace, name),
  );
};

const VIEW = { apiGroups: [GROUP], resources: ['clusterroles'], resourceNames: ['view'] };

export const escalateOrBind = defineRightsCheck({
  id: 'KP-RBAC-010',
  name: 'escalate-or-bind',
  title: 'RBAC escalation guard can be bypassed',
  severity: 'critical',
  why: 'The API server lets nobody hand out more than he holds; these two verbs are the exception, and so as good as what they hand out.',
  fix: 'Remove the verb; let GitOps or an admin apply roles.',
  refs: ['CIS:5.1.8', 'OWASP2022:K03', 'OWASP2025:K02', 'NSA:N18', 'MITRE:T1098.006', 'MITRE:T1548'],
  aspects: {
    escalate: 'roles with any rights',
    bind: 'any role, to anybody',
  },
  rights: [
    {
      aspect: 'escalate',
      example: 'escalate on roles',
      says: 'put more rights into Roles than the writer holds',
      reach: reaching(['escalate'], 'rbac.authorization.k8s.io', 'roles'),
      severity: { cluster: 'critical', namespace: 'high', limited: 'low' },
      named,
      graveName: { name: 'gone' },
      limitedWorld: [aRole(READ_PODS)],
      sample: { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['escalate'] },
    },
    {
      aspect: 'escalate',
      example: 'escalate on ClusterRoles',
      says: 'put more rights into ClusterRoles than the writer holds',
      reach: reaching(['escalate'], 'rbac.authorization.k8s.io', 'clusterroles'),
      severity: { cluster: 'critical', namespace: 'critical', limited: 'low' },
      named,
      graveName: { name: 'admin' },
      clusterOnly: true,
      sample: { apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs: ['escalate'] },
    },
    {
      aspect: 'bind',
      says: 'bind roles that give more than the binder holds',
      reach: reaching(['bind'], 'rbac.authorization.k8s.io', 'roles', 'clusterroles'),
      severity: { cluster: 'critical', namespace: 'high', limited: 'low' },
      named,
      graveName: { name: 'gone' },
      limited: { ...VIEW, verbs: ['bind'] },
      sample: { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'clusterroles'], verbs: ['bind'] },
    },
  ],
  good: [
    {
      name: 'ClusterRoles have no namespace: escalate on them means nothing in one',
      subject: aRole({
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['clusterroles'],
        verbs: ['escalate'],
      }),
      world: [aRoleBinding()],
    },
    {
      name: 'bind on bindings grants nothing',
      subject: aClusterRole({
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['clusterrolebindings'],
        verbs: ['bind'],
      }),
      world: [aClusterRoleBinding()],
    },
  ],
});
