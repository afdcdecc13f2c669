import { accountOf, mountedToken } from '#facts/token.ts';
import { defineCheck } from '#model/check.ts';
import { refOf, subjectText } from '#model/ref.ts';
import { isMirror } from '#model/workload.ts';
import { accountOfPod, grantsOfPod, ownRights } from '#relations/grants.ts';
import { READ_PODS, aPod, aRole, aRoleBinding, aServiceAccount } from '../samples.ts';

export const defaultServiceAccountUsed = defineCheck({
  id: 'KP-SA-001',
  name: 'default-service-account-used',
  title: 'Workload runs as the default service account',
  severity: 'low',
  why: 'Every pod of the namespace that names no account shares this identity: what one of them is granted, all have, and the audit log cannot tell them apart.',
  fix: 'Create one service account per workload.',
  refs: [
    'CIS:5.1.5',
    'OWASP2022:K01',
    'OWASP2022:K03',
    'OWASP2022:K06',
    'OWASP2025:K01',
    'OWASP2025:K09',
    'NSA:N5',
    'MITRE:T1078.001',
  ],
  subject: 'Pod',
  inputs: { account: accountOfPod, grants: grantsOfPod },
  applies: (pod) => !isMirror(pod),

  *evaluate(pod, { account: [account], grants }) {
    if (accountOf(pod).name !== 'default' || mountedToken(pod, account) === undefined) return;
    const { kind, from } = ownRights(grants);
    const at = 'spec.serviceAccountName';
    const message = `the pod runs as ${subjectText({ kind: 'ServiceAccount', ...accountOf(pod) })}, as every pod there that names no account`;
    if (kind === 'some') {
      const because = from.map(({ binding }) => refOf(binding));
      yield { at, severity: 'medium', message: `${message}, and has its rights`, because };
    } else {
      yield { at, message };
      if (kind === 'unresolved') yield { unknown: 'a role of the service account cannot be resolved' };
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'named nowhere',
        subject: aPod({ spec: { serviceAccountName: undefined, automountServiceAccountToken: undefined } }),
        finds: [{ at: 'spec.serviceAccountName' }],
        also: ['KP-SA-004'],
      },
      {
        name: 'by the old field, and with rights',
        subject: aPod({
          spec: { serviceAccountName: undefined, serviceAccount: 'default', automountServiceAccountToken: true },
        }),
        world: [aRole(READ_PODS), aRoleBinding({ subjects: [DEFAULT] })],
        finds: [{ at: 'spec.serviceAccountName', severity: 'medium' }],
        also: ['KP-SA-003'],
      },
    ],
    good: [
      { name: 'an account of its own', subject: aPod({ spec: { automountServiceAccountToken: true } }) },
      { name: 'no token', subject: aPod({ spec: { serviceAccountName: 'default' } }) },
      {
        name: 'no token, says the account',
        subject: aPod({ spec: { serviceAccountName: 'default', automountServiceAccountToken: undefined } }),
        world: [
          aServiceAccount({ metadata: { name: 'default', namespace: 'shop' }, automountServiceAccountToken: false }),
        ],
      },
      {
        name: 'a static pod has no account',
        subject: aPod({
          metadata: { annotations: { 'kubernetes.io/config.mirror': '1d8e' } },
          spec: { serviceAccountName: undefined, automountServiceAccountToken: undefined },
        }),
      },
    ],
  }),
});

const DEFAULT = { kind: 'ServiceAccount', name: 'default', namespace: 'shop' };
