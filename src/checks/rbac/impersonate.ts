import { anyOf, reaching, type Right } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import { aClusterRole, aClusterRoleBinding } from '../samples.ts';

const USERS = reaching(['impersonate'], '', 'users');
const GROUPS = reaching(['impersonate'], '', 'groups');
const ACCOUNTS = reaching(['impersonate'], '', 'serviceaccounts');

/** Named users and groups are harmless, but for the one group that may do everything. */
function notNamed(reach: Right['reach']): Right['reach'] {
  return (rule, context) =>
    reach(rule, context) === 'all' || rule.resourceNames?.includes('system:masters') === true
      ? reach(rule, context) && 'all'
      : undefined;
}

export const impersonate = defineRightsCheck({
  id: 'KP-RBAC-011',
  name: 'impersonate',
  title: 'Other identities can be impersonated',
  severity: 'critical',
  why: 'Who acts as another has his rights, and the audit log has to be read twice to see who it was.',
  fix: 'Name the exact identities; prefer constrained impersonation where the server has it.',
  refs: ['CIS:5.1.8', 'OWASP2022:K03', 'OWASP2025:K02', 'NSA:N18', 'MITRE:T1078'],
  aspects: {
    users: 'any user',
    groups: 'any group, system:masters among them',
    serviceaccounts: 'any service account',
    extras: 'extra fields of an identity',
  },
  rights: [
    {
      aspect: 'users',
      says: 'lets act as any user',
      reach: notNamed(USERS),
      severity: { cluster: 'critical', namespace: 'critical' },
      clusterOnly: true,
      sample: { apiGroups: [''], resources: ['users'], verbs: ['impersonate'] },
    },
    {
      aspect: 'groups',
      says: 'lets act as a member of any group',
      reach: notNamed(GROUPS),
      severity: { cluster: 'critical', namespace: 'critical' },
      clusterOnly: true,
      beside: [anyOf(USERS, ACCOUNTS)],
      more: [{ apiGroups: [''], resources: ['users'], resourceNames: ['tester'], verbs: ['impersonate'] }],
      example: 'groups with a user',
      sample: { apiGroups: [''], resources: ['groups'], verbs: ['impersonate'] },
    },
    {
      aspect: 'groups',
      says: 'lets act as a member of any group, once it may act as somebody',
      reach: notNamed(GROUPS),
      severity: { cluster: 'high', namespace: 'high' },
      clusterOnly: true,
      unless: [anyOf(USERS, ACCOUNTS)],
      sample: { apiGroups: [''], resources: ['groups'], verbs: ['impersonate'] },
    },
    {
      aspect: 'serviceaccounts',
      says: 'lets act as service accounts',
      reach: ACCOUNTS,
      severity: { cluster: 'critical', namespace: 'high', limited: 'low' },
      sample: { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['impersonate'] },
    },
    {
      aspect: 'extras',
      says: 'lets set extras and uids of whom it acts as',
      reach: reaching(['impersonate'], 'authentication.k8s.io', 'userextras', 'uids'),
      severity: { cluster: 'low', namespace: 'low' },
      clusterOnly: true,
      sample: { apiGroups: ['authentication.k8s.io'], resources: ['uids'], verbs: ['impersonate'] },
    },
  ],
  good: [
    {
      name: 'a harmless user',
      subject: aClusterRole({
        apiGroups: [''],
        resources: ['users'],
        resourceNames: ['tester'],
        verbs: ['impersonate'],
      }),
      world: [aClusterRoleBinding()],
    },
  ],
});
