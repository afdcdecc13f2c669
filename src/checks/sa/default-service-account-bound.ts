import { accountNamedBy } from '#analysis/rbac/identity.ts';
import { placeName, type AnyBinding } from '#facts/rbac.ts';
import { defineCheckOfMany, type Word } from '#model/check.ts';
import { subjectText } from '#model/ref.ts';
import { doubts } from '../doubts.ts';
import { judgesOfBindings, type Given } from '../binding-judges.ts';
import {
  EVERYTHING,
  READ_PODS,
  aClusterRole,
  aClusterRoleBinding,
  aRole,
  aRoleBinding,
  strongAccount,
  user,
} from '../samples.ts';

export const defaultServiceAccountBound = defineCheckOfMany({
  id: 'KP-SA-003',
  name: 'default-service-account-bound',
  title: 'Default service account has been given rights',
  severity: 'high',
  why: 'Every pod that forgets to name an account runs as this one, and has what was meant for a single one.',
  fix: 'Bind a dedicated service account instead.',
  refs: [
    'CIS:5.1.5',
    'OWASP2022:K03',
    'OWASP2022:K06',
    'OWASP2025:K02',
    'OWASP2025:K09',
    'NSA:N5',
    'NSA:N18',
    'MITRE:T1078.001',
  ],
  aspects: {
    unresolved: 'whoever makes the role decides what every such pod may do',
  },
  judges: judgesOfBindings(granted),

  examples: () => ({
    bad: [
      {
        name: 'in its namespace',
        subject: aRoleBinding({ subjects: [{ kind: 'ServiceAccount', name: 'default' }] }),
        world: [aRole(READ_PODS)],
        finds: [{ at: 'subjects[0]' }],
      },
      {
        name: 'in the cluster',
        subject: aClusterRoleBinding({ subjects: [DEFAULT] }),
        world: [aClusterRole(READ_PODS)],
        finds: [{ at: 'subjects[0]' }],
      },
      {
        name: 'everything',
        subject: aClusterRoleBinding({ role: { kind: 'ClusterRole', name: 'cluster-admin' }, subjects: [DEFAULT] }),
        world: [{ ...aClusterRole(EVERYTHING), metadata: ADMIN }],
        finds: [{ at: 'subjects[0]', severity: 'critical' }],
        also: ['KP-RBAC-002'],
      },
      {
        name: 'what is as good as everything',
        subject: aClusterRoleBinding({ subjects: [DEFAULT] }),
        world: [aClusterRole({ apiGroups: [''], resources: ['users'], verbs: ['impersonate'] })],
        finds: [{ at: 'subjects[0]', severity: 'critical' }],
        also: ['KP-RBAC-002', 'KP-RBAC-011'],
      },
      {
        name: 'tokens of a namespace where an account lives that is as good as cluster-admin',
        subject: aRoleBinding({ subjects: [DEFAULT] }),
        world: [
          aRole({ apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] }),
          ...strongAccount('shop'),
        ],
        finds: [{ at: 'subjects[0]', severity: 'critical' }],
        also: ['KP-RBAC-002', 'KP-RBAC-011', 'KP-RBAC-014'],
      },
      {
        name: 'by its user name',
        subject: aRoleBinding({ subjects: [user('alice'), user('system:serviceaccount:shop:default')] }),
        world: [aRole(READ_PODS)],
        finds: [{ at: 'subjects[1]' }],
      },
      {
        name: 'a role that is not there',
        subject: aRoleBinding({ role: { kind: 'Role', name: 'gone' }, subjects: [DEFAULT] }),
        finds: [{ at: 'subjects[0]', aspect: 'unresolved', severity: 'medium' }],
        also: ['KP-RBAC-025'],
      },
    ],
    good: [
      { name: 'an account of its own', subject: aRoleBinding(), world: [aRole(READ_PODS)] },
      { name: 'a role without rules', subject: aRoleBinding({ subjects: [DEFAULT] }), world: [aRole()] },
    ],
  }),
});

const DEFAULT = { kind: 'ServiceAccount', name: 'default', namespace: 'shop' };
const ADMIN = { name: 'cluster-admin', labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } };

function* granted(binding: AnyBinding, { role: { rules }, gains }: Given): Iterable<Word> {
  if (rules?.length === 0) return;
  const { kind, name } = binding.roleRef;
  for (const [index, subject] of binding.subjects.entries()) {
    const account = accountNamedBy(subject, binding.metadata.namespace);
    if (account?.name !== 'default') continue;
    const at = `subjects[${String(index)}]`;
    const whom = subjectText({ kind: 'ServiceAccount', ...account });
    if (rules === undefined)
      yield {
        at,
        aspect: 'unresolved',
        severity: 'medium',
        message: `${whom} is bound to ${kind} ${name}, which is not there: whoever makes it decides what every pod may do that names no account`,
      };
    else {
      const isStrong = gains(subject);
      const severity = isStrong.answer ? 'critical' : 'high';
      const worth = isStrong.answer ? ', which makes it as good as cluster-admin or brings it one step from that' : '';
      const message = `${whom}, and so every pod that names no account, has the rights of ${kind} ${name} ${placeName(binding.metadata.namespace)}${worth}`;
      yield { at, severity, message };
      yield* doubts(isStrong);
    }
  }
}
