import { doubts } from '../doubts.ts';
import { defineCheckOfMany, judge, type BadExample, type Example, type Manifest, type Word } from '#model/check.ts';
import type { Account } from '#facts/rbac.ts';
import { isShippedAccount } from '#facts/shipped.ts';
import { subjectText } from '#model/ref.ts';
import {
  loneAccountsOfClusterRoleBinding,
  loneAccountsOfRoleBinding,
  type LoneAccount,
} from '#relations/binding-targets.ts';
import { strengthOfAccount } from '#relations/strength.ts';
import { namesText } from '../saying.ts';
import {
  EVERYTHING,
  READ_PODS,
  WEB_ACCOUNT,
  aClusterRole,
  aClusterRoleBinding,
  aRole,
  aRoleBinding,
  aServiceAccount,
  strongAccount,
  group,
} from '../samples.ts';

const SHIPPED_NAME = 'system:controller:clusterrole-aggregation-controller';
const SHIPPED_METADATA = { name: SHIPPED_NAME, labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } };
const CONTROLLER = { name: 'clusterrole-aggregation-controller', namespace: 'kube-system' };

/** It may escalate: that is its work. */
const AGGREGATOR = {
  account: aServiceAccount({ metadata: CONTROLLER, automountServiceAccountToken: false }),
  role: (...more: readonly object[]): Manifest => ({
    ...aClusterRole(
      {
        apiGroups: ['rbac.authorization.k8s.io'],
        resources: ['clusterroles'],
        verbs: ['escalate', 'get', 'list', 'patch', 'update', 'watch'],
      },
      ...(more as readonly Readonly<Record<string, unknown>>[]),
    ),
    metadata: SHIPPED_METADATA,
  }),
  binding: aClusterRoleBinding({
    metadata: SHIPPED_METADATA,
    role: { kind: 'ClusterRole', name: SHIPPED_NAME },
    subjects: [{ kind: 'ServiceAccount', ...CONTROLLER }],
  }),
};

const MEANS = 'can do everything in the cluster, or give itself the right to';

function accountText(account: Account): string {
  return subjectText({ kind: 'ServiceAccount', ...account });
}

/** Files may hold the binding and not the account; on a cluster it is KP-RBAC-025 then. */
function* onlyNamed(accounts: readonly LoneAccount[]): Iterable<Word> {
  for (const { index, namespace, name, isDirect } of accounts) {
    if (isShippedAccount({ namespace, name })) continue;
    const message = `${accountText({ namespace, name })}, which is not in these files, ${MEANS}`;
    if (isDirect.answer) yield { at: `subjects[${String(index)}]`, message };
    else yield* doubts(isDirect);
  }
}

export const serviceAccountClusterAdminEquivalent = defineCheckOfMany({
  id: 'KP-RBAC-002',
  name: 'service-account-cluster-admin-equivalent',
  title: 'Service account is as strong as cluster-admin',
  severity: 'critical',
  why: 'Its token lies as a file in pods: whoever gets into one of them has the cluster.',
  fix: 'List the verbs the workload really calls (audit log) and replace the grant by a role with those; split controllers so that only one needs the power.',
  refs: ['CIS:5.1.1', 'OWASP2022:K03', 'OWASP2025:K02', 'NSA:N18', 'MITRE:T1078.001', 'MITRE:T1098.006'],
  judges: [
    judge({
      subject: 'ServiceAccount',
      // What every account of the namespace has is a matter of the binding that gives it (KP-RBAC-023), and the controllers are what they are.
      inputs: { isDirect: strengthOfAccount },
      *evaluate({ metadata }, { isDirect: [isDirect] }) {
        if (isDirect?.answer === true) {
          const { bindings: because } = isDirect;
          const by = because.length === 0 ? '' : `, through ${namesText(because.map(subjectText))}`;
          yield { at: 'metadata.name', message: `${accountText(metadata)} ${MEANS}${by}`, because };
        } else yield* doubts(isDirect);
      },
    }),
    judge({
      subject: 'ClusterRoleBinding',
      inputs: { accounts: loneAccountsOfClusterRoleBinding },
      applies: (_binding, { complete }) => !complete,
      evaluate: (_binding, { accounts }) => onlyNamed(accounts),
    }),
    judge({
      subject: 'RoleBinding',
      inputs: { accounts: loneAccountsOfRoleBinding },
      applies: (_binding, { complete }) => !complete,
      evaluate: (_binding, { accounts }) => onlyNamed(accounts),
    }),
  ],

  examples: () => ({ bad: [...bad(), ...inFiles()], good: good() }),
});

function inFiles(): readonly BadExample[] {
  return [
    {
      name: 'an account that files only name',
      subject: aClusterRoleBinding({ subjects: [{ kind: 'ServiceAccount', name: 'ci', namespace: 'ops' }] }),
      world: [aClusterRole({ apiGroups: [''], resources: ['users'], verbs: ['impersonate'] })],
      finds: [{ at: 'subjects[0]' }],
      also: ['KP-RBAC-011'],
    },
    {
      name: 'an account that files only name, by a namespace where one lives that is as good as cluster-admin',
      subject: aRoleBinding({
        subjects: [{ kind: 'ServiceAccount', name: 'ci', namespace: 'pay' }],
        metadata: { namespace: 'pay' },
      }),
      world: [
        ...strongAccount('pay'),
        {
          ...aRole({ apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] }),
          metadata: { name: 'web', namespace: 'pay' },
        },
      ],
      finds: [{ at: 'subjects[0]' }],
      also: ['KP-RBAC-011', 'KP-RBAC-014', 'KP-RBAC-025'],
    },
  ];
}

function bad(): readonly BadExample[] {
  return [
    {
      name: 'a controller of the control plane whose role somebody has widened',
      subject: AGGREGATOR.account,
      world: [AGGREGATOR.role({ apiGroups: [''], resources: ['users'], verbs: ['impersonate'] }), AGGREGATOR.binding],
      finds: [{ at: 'metadata.name' }],
      also: ['KP-RBAC-010', 'KP-RBAC-011', 'KP-RBAC-012'],
    },
    {
      name: 'everything',
      subject: aServiceAccount({ automountServiceAccountToken: false }),
      world: [aClusterRole({ ...EVERYTHING, apiGroups: [''] }), aClusterRoleBinding()],
      finds: [{ at: 'metadata.name' }],
      also: [
        'KP-RBAC-003',
        'KP-RBAC-005',
        'KP-RBAC-006',
        'KP-RBAC-007',
        'KP-RBAC-008',
        'KP-RBAC-009',
        'KP-RBAC-011',
        'KP-RBAC-013',
        'KP-RBAC-014',
        'KP-RBAC-017',
        'KP-RBAC-018',
        'KP-RBAC-019',
        'KP-RBAC-020',
        'KP-RBAC-021',
      ],
    },
    {
      name: 'tokens of a namespace where such an account lives',
      subject: aServiceAccount({ automountServiceAccountToken: false }),
      world: [
        ...strongAccount('pay'),
        aClusterRole({ apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] }),
        aRoleBinding({ role: { kind: 'ClusterRole', name: 'web' }, metadata: { namespace: 'pay' } }),
      ],
      finds: [{ at: 'metadata.name' }],
      also: ['KP-RBAC-011', 'KP-RBAC-014', 'KP-RBAC-028'],
    },
  ];
}

function good(): readonly Example[] {
  return [
    { name: 'little', subject: aServiceAccount(), world: [aClusterRole(READ_PODS), aClusterRoleBinding()] },
    {
      name: 'what every account of its namespace has is no matter of its own',
      subject: aServiceAccount(),
      world: [aClusterRole(EVERYTHING), aClusterRoleBinding({ subjects: [group('system:serviceaccounts:shop')] })],
    },
    {
      name: 'nor of one that files only name, in a namespace of which they hold no account',
      subject: aClusterRoleBinding({ subjects: [{ kind: 'ServiceAccount', name: 'ci', namespace: 'ops' }] }),
      world: [
        aClusterRole(EVERYTHING),
        { ...aClusterRoleBinding({ subjects: [group('system:serviceaccounts:ops')] }), metadata: { name: 'all' } },
      ],
    },
    {
      name: 'a controller of the control plane, as it is shipped',
      subject: AGGREGATOR.account,
      world: [AGGREGATOR.role(), AGGREGATOR.binding],
    },
    {
      name: 'a binding that names nobody',
      subject: aServiceAccount(),
      world: [aClusterRole(EVERYTHING), aClusterRoleBinding({ subjects: [{ ...WEB_ACCOUNT, namespace: undefined }] })],
    },
  ];
}
