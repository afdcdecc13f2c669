import { anyOf, anyTarget, reaching, type Right } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import { READ_PODS, aClusterRole, aClusterRoleBinding, strongAccount, user } from '../samples.ts';

const USERS = reaching(['impersonate'], '', 'users');
const GROUPS = reaching(['impersonate'], '', 'groups');
const ACCOUNTS = reaching(['impersonate'], '', 'serviceaccounts');

const IDENTITIES = 'authentication.k8s.io';

/** Of one extra field by its key: `userextras/scopes`. */
const EXTRA: Right['reach'] = (rule, context) =>
  reaching(
    ['impersonate'],
    IDENTITIES,
    ...(rule.resources ?? []).filter((each) => each.startsWith('userextras/')),
  )(rule, context);

/** Alpha in 1.35: the verb says as whom, and verbs on other resources say in what (KEP-5284). */
const CONSTRAINED: Right['reach'] = ({ verbs }, { minor }) =>
  minor >= 35 && verbs.some((verb) => /^impersonate(-on)?:/.test(verb)) ? 'all' : undefined;

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
    constrained: 'constrained impersonation: others, but only in what the right names',
  },
  rights: [
    {
      aspect: 'users',
      says: 'act as other users',
      reach: USERS,
      severity: { cluster: 'critical', namespace: 'critical', limited: 'low', grave: 'high' },
      named: ({ resourceNames = [] }, _namespace, targets) => anyTarget(resourceNames, targets.user),
      graveName: {
        name: 'root',
        world: [
          aClusterRoleBinding({
            role: { kind: 'ClusterRole', name: 'cluster-admin' },
            subjects: [user('root')],
            metadata: { name: 'root' },
          }),
        ],
        also: ['KP-RBAC-001'],
      },
      clusterOnly: true,
      sample: { apiGroups: [''], resources: ['users'], verbs: ['impersonate'] },
    },
    {
      aspect: 'groups',
      says: 'act as a member of other groups once allowed to act as somebody',
      reach: GROUPS,
      severity: { cluster: 'high', namespace: 'high', limited: 'low', grave: 'high' },
      named: ({ resourceNames = [] }, _namespace, { group }) => anyTarget(resourceNames, group),
      graveName: { name: 'system:masters', also: ['KP-RBAC-024'] },
      clusterOnly: true,
      together: {
        aspect: 'groups',
        example: 'groups with a user',
        says: 'act as a member of other groups',
        beside: [anyOf(USERS, ACCOUNTS)],
        anywhere: true,
        severity: { cluster: 'critical', namespace: 'critical', limited: 'low', grave: 'high' },
        more: [{ apiGroups: [''], resources: ['users'], resourceNames: ['tester'], verbs: ['impersonate'] }],
        finds: [{ at: 'rules[1]', aspect: 'users', severity: 'low' }],
      },
      sample: { apiGroups: [''], resources: ['groups'], verbs: ['impersonate'] },
    },
    {
      aspect: 'serviceaccounts',
      says: 'act as service accounts',
      reach: ACCOUNTS,
      severity: { cluster: 'critical', namespace: 'high', limited: 'low', grave: 'high' },
      named: ({ resourceNames = [] }, namespace, { account }) =>
        anyTarget(resourceNames, (name) => account(namespace, name)),
      graveName: { name: 'robot', world: strongAccount('shop'), also: ['KP-RBAC-002'] },
      sample: { apiGroups: [''], resources: ['serviceaccounts'], verbs: ['impersonate'] },
    },
    {
      aspect: 'extras',
      says: 'set uids and extra fields of those as whom they act',
      reach: anyOf(reaching(['impersonate'], IDENTITIES, 'userextras', 'uids'), EXTRA),
      severity: { cluster: 'low', namespace: 'low' },
      clusterOnly: true,
      sample: { apiGroups: ['authentication.k8s.io'], resources: ['uids'], verbs: ['impersonate'] },
    },
    {
      aspect: 'constrained',
      says: 'act as others within what constrained impersonation names',
      reach: CONSTRAINED,
      severity: { cluster: 'info', namespace: 'info' },
      sample: { apiGroups: ['authentication.k8s.io'], resources: ['users'], verbs: ['impersonate:user-info'] },
    },
  ],
  bad: [
    {
      name: 'one extra field by its key',
      subject: aClusterRole({ apiGroups: [IDENTITIES], resources: ['userextras/scopes'], verbs: ['impersonate'] }),
      world: [aClusterRoleBinding()],
      finds: [{ at: 'rules[0]', aspect: 'extras', severity: 'low' }],
    },
  ],
  good: [
    { name: 'another right', subject: aClusterRole(READ_PODS), world: [aClusterRoleBinding()] },
    {
      name: 'a server that does not know constrained impersonation',
      subject: aClusterRole({
        apiGroups: ['authentication.k8s.io'],
        resources: ['users'],
        verbs: ['impersonate:user-info'],
      }),
      world: [aClusterRoleBinding()],
      context: { minor: 34 },
    },
  ],
});
