import { expect } from 'chai';
import {
  EVERYTHING,
  account,
  answerTo,
  bind,
  clusterRole,
  grant,
  may,
  namespace,
  pod,
  role,
  tokenSecret,
} from '../../support/rbac-asked.ts';

const R = 'rbac.authorization.k8s.io';
const WEB = 'ServiceAccount:shop/web';
const web = { serviceAccount: 'shop/web' };

type Case = readonly [name: string, objects: readonly object[], question: object, answer: unknown];

function can(verb: string, resource: string, where = 'shop', more: object = {}): object {
  const [group, plural] = resource.includes(':') ? resource.split(':') : ['', resource];
  return { kind: 'can', subject: web, verb, apiGroup: group, resource: plural, namespace: where, ...more };
}

function escalates(to: object, subject: object = web): object {
  return { kind: 'escalates', subject, to };
}

const ADMIN = { clusterAdmin: true };

/** What a rule allows, and what it only seems to. */
const AUTHORIZER: readonly Case[] = [
  [
    'a star of any resource and any subresource is none either',
    grant(WEB, 'shop', may('get', '*/*')),
    can('get', 'pods'),
    false,
  ],
  [
    'but of the groups of the rule only',
    grant(WEB, 'shop', may('update', '*/scale')),
    can('update', 'apps:deployments/scale'),
    false,
  ],
  ['pods are not pods/exec', grant(WEB, 'shop', may('create', 'pods')), can('create', 'pods/exec'), false],
  ['a create carries no name', grant(WEB, 'shop', may('create', 'secrets', 'x')), can('create', 'secrets'), false],
  [
    'a create of a subresource does',
    grant(WEB, 'shop', may('create', 'pods/exec', 'x')),
    can('create', 'pods/exec', 'shop', { name: 'x' }),
    true,
  ],
  [
    'a list with a name is limited like a get',
    grant(WEB, 'shop', may('list', 'secrets', 'x')),
    can('list', 'secrets', 'shop', { name: 'x' }),
    true,
  ],
  [
    'a RoleBinding does not answer for all namespaces',
    grant(WEB, 'shop', may('list', 'pods')),
    can('list', 'pods', ''),
    false,
  ],
  [
    'a RoleBinding gives nothing of the cluster',
    [clusterRole('n', may('get', 'nodes')), bind('shop', 'ClusterRole:n', WEB)],
    can('get', 'nodes', ''),
    false,
  ],
  [
    'a RoleBinding gives its own Namespace',
    grant(WEB, 'shop', may('patch', 'namespaces')),
    can('patch', 'namespaces', 'shop', { name: 'shop' }),
    true,
  ],
  [
    'a URL that ends in a slash and a star is not the URL without',
    grant(WEB, '', { verbs: ['get'], nonResourceURLs: ['/healthz/*'] }),
    { kind: 'can', subject: web, verb: 'get', nonResourceURL: '/healthz' },
    false,
  ],
  [
    'a Role through a ClusterRoleBinding is nothing',
    [role('shop/r', EVERYTHING), bind('', 'Role:r', WEB)],
    can('get', 'pods'),
    false,
  ],
  [
    'a Role and a ClusterRole of one name are two',
    [role('shop/r'), clusterRole('r', EVERYTHING), bind('shop', 'Role:r', WEB)],
    can('get', 'pods'),
    false,
  ],
  [
    'the group of its namespace',
    [clusterRole('r', may('get', 'pods')), bind('', 'ClusterRole:r', 'Group:system:serviceaccounts:shop')],
    can('get', 'pods'),
    true,
  ],
  [
    'the group of another namespace',
    [clusterRole('r', may('get', 'pods')), bind('', 'ClusterRole:r', 'Group:system:serviceaccounts:sho')],
    can('get', 'pods'),
    false,
  ],
  [
    'whoCan names subjects as bindings do, and passes over a broken rule',
    [
      clusterRole('r', may('get', 'pods'), { verbs: [] }),
      bind('', 'ClusterRole:r', 'Group:ops', 'User:system:serviceaccount:shop:web', WEB),
      bind('shop', 'ClusterRole:r', 'User:alice'),
      bind('pay', 'ClusterRole:r', 'User:bob'),
    ],
    { kind: 'whoCan', verb: 'get', resource: 'pods', namespace: 'shop' },
    { subjects: ['Group:ops', 'ServiceAccount:shop/web', 'User:alice', 'User:system:serviceaccount:shop:web'] },
  ],
];

const alice = { user: 'alice', groups: [] };
const ALICE = 'User:alice';

/** What the server lets somebody bind and write. */
const GUARD: readonly Case[] = [
  [
    'bind on the role',
    [...grant(ALICE, 'shop', may('bind', `${R}:clusterroles`, 'edit')), clusterRole('edit', EVERYTHING)],
    {
      kind: 'grant',
      subject: alice,
      binding: 'RoleBinding',
      namespace: 'shop',
      role: { kind: 'ClusterRole', name: 'edit' },
    },
    true,
  ],
  [
    'bind on another one',
    [...grant(ALICE, 'shop', may('bind', `${R}:clusterroles`, 'view')), clusterRole('edit', EVERYTHING)],
    {
      kind: 'grant',
      subject: alice,
      binding: 'RoleBinding',
      namespace: 'shop',
      role: { kind: 'ClusterRole', name: 'edit' },
    },
    false,
  ],
  [
    'bind on bindings is nothing',
    [...grant(ALICE, '', may('bind', `${R}:clusterrolebindings`)), clusterRole('edit', EVERYTHING)],
    { kind: 'grant', subject: alice, binding: 'ClusterRoleBinding', role: { kind: 'ClusterRole', name: 'edit' } },
    false,
  ],
  [
    'bind in a namespace does not bind everywhere',
    [...grant(ALICE, 'shop', may('bind', `${R}:clusterroles`)), clusterRole('edit', EVERYTHING)],
    { kind: 'grant', subject: alice, binding: 'ClusterRoleBinding', role: { kind: 'ClusterRole', name: 'edit' } },
    false,
  ],
  [
    'holding every right',
    [...grant(ALICE, 'shop', may('get list', 'pods')), clusterRole('r', may('list', 'pods'))],
    { kind: 'grant', subject: alice, namespace: 'shop', role: { kind: 'ClusterRole', name: 'r' } },
    true,
  ],
  [
    'a role that is not there',
    [],
    { kind: 'grant', subject: alice, namespace: 'shop', role: { kind: 'ClusterRole', name: 'r' } },
    false,
  ],
  [
    'a member of system:masters',
    [],
    { kind: 'grant', subject: { user: 'x', groups: ['system:masters'] }, role: { kind: 'ClusterRole', name: 'r' } },
    true,
  ],
  [
    'escalate of a named role does not help to create it',
    grant(ALICE, 'shop', may('escalate', `${R}:roles`, 'r')),
    { kind: 'editRole', subject: alice, role: { kind: 'Role', namespace: 'shop', name: 'r' }, newRules: [EVERYTHING] },
    false,
  ],
  [
    'escalate of a named role that is there',
    [...grant(ALICE, 'shop', may('escalate', `${R}:roles`, 'r')), role('shop/r')],
    { kind: 'editRole', subject: alice, role: { kind: 'Role', namespace: 'shop', name: 'r' }, newRules: [EVERYTHING] },
    true,
  ],
  [
    'two rules do not cover one right together',
    grant(ALICE, 'shop', may('get', 'pods', 'a', 'b')),
    { kind: 'covers', subject: alice, namespace: 'shop', role: { rules: [may('get', 'pods')] } },
    { covered: false, uncovered: [may('get', 'pods')] },
  ],
  [
    'a subresource of any resource covers one of one',
    grant(ALICE, 'shop', may('get', '*/log')),
    { kind: 'covers', subject: alice, namespace: 'shop', role: { rules: [may('get', 'pods/log')] } },
    { covered: true },
  ],
  [
    'an aggregationRule takes every right',
    grant(ALICE, '', may('get', 'pods')),
    { kind: 'editRole', subject: alice, role: { kind: 'ClusterRole', name: 'r' }, newRules: [], aggregationRule: {} },
    false,
  ],
];

const KUBE_SYSTEM = [
  account('kube-system/controller'),
  ...grant('ServiceAccount:kube-system/controller', '', EVERYTHING),
];
const LOGS = [
  namespace('shop', 'restricted'),
  account('shop/web'),
  account('shop/other'),
  ...grant('ServiceAccount:shop/other', '', EVERYTHING),
];

/** A Deployment of another account. */
const MADE = [
  account('shop/other'),
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'shop', name: 'd' },
    spec: {
      selector: { matchLabels: { app: 'd' } },
      template: { metadata: { labels: { app: 'd' } }, spec: { containers: [{ name: 'app', image: 'a:1' }] } },
    },
  },
];
const made = pod('shop/w-1', 'web') as { readonly metadata: object };
const workflowPod = {
  ...made,
  metadata: {
    ...made.metadata,
    ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'Workflow', name: 'w', uid: 'u', controller: true }],
  },
};

/** Where rights lead in the end. What is easily got wrong has a file of its own. */
const ESCALATION: readonly Case[] = [
  ['everything', grant(WEB, '', EVERYTHING), escalates(ADMIN), true],
  [
    'everything of the core group is everything in the end',
    [...KUBE_SYSTEM, ...grant(WEB, '', may('*', '*'))],
    escalates(ADMIN),
    true,
  ],
  ['escalate with a write', grant(WEB, '', may('escalate update', `${R}:clusterroles`)), escalates(ADMIN), true],
  [
    'bind of a named role that gives everything',
    [
      ...grant(WEB, '', may('bind', `${R}:clusterroles`, 'top'), may('create', `${R}:clusterrolebindings`)),
      clusterRole('top', EVERYTHING),
    ],
    escalates(ADMIN),
    true,
  ],
  [
    'bind of a named role that gives little',
    [
      ...grant(WEB, '', may('bind', `${R}:clusterroles`, 'low'), may('create', `${R}:clusterrolebindings`)),
      clusterRole('low', may('get', 'pods')),
      clusterRole('top', EVERYTHING),
    ],
    escalates(ADMIN),
    false,
  ],
  [
    'any ClusterRole bound in a namespace is not the cluster',
    [
      ...grant(WEB, 'shop', may('bind', `${R}:clusterroles`), may('create', `${R}:rolebindings`)),
      clusterRole('top', EVERYTHING),
    ],
    escalates(ADMIN),
    false,
  ],
  [
    'an empty role is made, bound and widened',
    grant(WEB, 'shop', may('create update escalate', `${R}:roles`), may('create', `${R}:rolebindings`)),
    escalates({ namespaceAdmin: 'shop' }),
    true,
  ],
  [
    'a pod runs as any account of its namespace',
    [...LOGS, ...grant(WEB, 'shop', may('create', 'pods'))],
    escalates(ADMIN),
    true,
  ],
  [
    'with a named right a pod cannot be created',
    [...LOGS, ...grant(WEB, 'shop', may('create', 'pods', 'x'))],
    escalates(ADMIN),
    false,
  ],
  [
    'a token of a controller',
    [...KUBE_SYSTEM, ...grant(WEB, 'kube-system', may('create', 'serviceaccounts/token'))],
    escalates(ADMIN),
    true,
  ],
  [
    'the one Secret that may be read',
    [...LOGS, tokenSecret('shop/t', 'other'), ...grant(WEB, 'shop', may('get', 'secrets', 't'))],
    escalates(ADMIN),
    true,
  ],
  [
    'a token Secret is made and read',
    [...LOGS, ...grant(WEB, 'shop', may('create get', 'secrets'))],
    escalates(ADMIN),
    true,
  ],
  [
    'one that is there for another is changed and read',
    [...LOGS, tokenSecret('shop/t', 'web'), ...grant(WEB, 'shop', may('patch get', 'secrets'))],
    escalates(ADMIN),
    true,
  ],
  [
    'the one that may be changed and read by its name',
    [...LOGS, tokenSecret('shop/t', 'web'), ...grant(WEB, 'shop', may('patch get', 'secrets', 't'))],
    escalates(ADMIN),
    true,
  ],
  [
    'the same of whichever namespace',
    [...LOGS, tokenSecret('shop/t', 'web'), ...grant(WEB, '', may('patch get', 'secrets', 't'))],
    escalates(ADMIN),
    true,
  ],
  [
    'one is changed, and another read',
    [
      ...LOGS,
      tokenSecret('shop/t', 'web'),
      ...grant(WEB, 'shop', may('patch', 'secrets', 't'), may('get', 'secrets', 'other')),
    ],
    escalates(ADMIN),
    false,
  ],
  [
    'a volume is made, and a workload that is there changed to mount it by another',
    [
      namespace('shop', 'restricted'),
      ...MADE,
      ...grant(WEB, '', may('create', 'persistentvolumes')),
      ...grant(WEB, 'shop', may('create', 'serviceaccounts/token')),
      ...grant('ServiceAccount:shop/other', 'shop', may('patch', 'apps:deployments', 'd')),
    ],
    escalates({ nodeRoot: true }),
    true,
  ],
  [
    'a namespace is relabelled, and a workload changed that is not there',
    [
      namespace('shop', 'restricted'),
      ...MADE,
      ...grant(WEB, 'shop', may('update', 'namespaces'), may('patch', 'apps:deployments', 'e')),
    ],
    escalates({ nodeRoot: true }),
    false,
  ],
  [
    'a namespace is relabelled, and a workload that is there changed, by a right to all of its name',
    [
      namespace('shop', 'restricted'),
      ...MADE,
      ...grant(WEB, 'shop', may('update', 'namespaces')),
      ...grant(WEB, '', may('patch', 'apps:deployments', 'd')),
    ],
    escalates({ nodeRoot: true }),
    true,
  ],
  [
    'a namespace is relabelled, and a container added to a pod',
    [
      namespace('shop', 'restricted'),
      pod('shop/p', 'other'),
      ...grant(WEB, 'shop', may('update', 'namespaces'), may('patch', 'pods/ephemeralcontainers', 'p')),
    ],
    escalates({ nodeRoot: true }),
    true,
  ],
  [
    'a container is added to a pod by its name, where it may be privileged',
    [pod('shop/p', 'other'), ...grant(WEB, 'shop', may('patch', 'pods/ephemeralcontainers', 'p'))],
    escalates({ nodeRoot: true }),
    true,
  ],
  [
    'a volume is made, and a container added, which mounts none',
    [
      namespace('shop', 'restricted'),
      pod('shop/p', 'other'),
      ...grant(WEB, '', may('create', 'persistentvolumes'), may('patch', 'pods/ephemeralcontainers')),
    ],
    escalates({ nodeRoot: true }),
    false,
  ],
  [
    'what makes pods by an extension',
    [...LOGS, ...grant(WEB, 'shop', may('create', 'argoproj.io:rollouts'))],
    escalates(ADMIN),
    true,
  ],
  [
    'a workload of an extension that is there',
    [...LOGS, workflowPod, ...grant(WEB, 'shop', may('patch', 'argoproj.io:workflows', 'w'))],
    escalates(ADMIN),
    true,
  ],
  [
    'one that is not there',
    [...LOGS, workflowPod, ...grant(WEB, 'shop', may('patch', 'argoproj.io:workflows', 'v'))],
    escalates(ADMIN),
    false,
  ],
  [
    'a namespace is relabelled by its name, and a pod made there',
    [
      namespace('shop', 'restricted'),
      ...grant(WEB, 'shop', may('update', 'namespaces', 'shop'), may('create', 'pods')),
    ],
    escalates({ nodeRoot: true }),
    true,
  ],
  [
    'another namespace is relabelled by its name',
    [
      namespace('shop', 'restricted'),
      ...grant(WEB, '', may('update', 'namespaces', 'blog')),
      ...grant(WEB, 'shop', may('create', 'pods')),
    ],
    escalates({ nodeRoot: true }),
    false,
  ],
  [
    'a volume is made, and a pod with a volume that claims it by itself',
    [
      namespace('shop', 'baseline'),
      ...grant(WEB, '', may('create', 'persistentvolumes')),
      ...grant(WEB, 'shop', may('create', 'pods')),
    ],
    escalates({ nodeRoot: true }),
    true,
  ],
  [
    'pods everywhere, and the account that sleeps made in one namespace',
    [
      ...grant(WEB, '', may('create', 'pods')),
      ...grant(WEB, 'blog', may('create', 'serviceaccounts')),
      ...grant('ServiceAccount:blog/ghost', 'pay', may('get', 'secrets')),
    ],
    escalates({ serviceAccount: 'blog/ghost' }),
    true,
  ],
  [
    'changed by one and read by another',
    [
      ...LOGS,
      tokenSecret('shop/t', 'web'),
      ...grant(WEB, 'shop', may('patch', 'secrets'), may('create', 'serviceaccounts/token', 'x')),
      account('shop/x'),
      ...grant('ServiceAccount:shop/x', 'shop', may('get', 'secrets')),
    ],
    escalates(ADMIN),
    true,
  ],
  [
    'where there is none nothing is changed',
    [...LOGS, ...grant(WEB, 'shop', may('patch get', 'secrets'))],
    escalates(ADMIN),
    false,
  ],
  [
    'exec into a pod that mounts its token',
    [...LOGS, pod('shop/p', 'other'), ...grant(WEB, 'shop', may('create', 'pods/exec'))],
    escalates(ADMIN),
    true,
  ],
  [
    'exec by get is not enough',
    [...LOGS, pod('shop/p', 'other'), ...grant(WEB, 'shop', may('get', 'pods/exec'))],
    escalates(ADMIN),
    false,
  ],
  [
    'exec into a named pod',
    [...LOGS, pod('shop/p', 'other'), ...grant(WEB, 'shop', may('create', 'pods/exec', 'p'))],
    escalates(ADMIN),
    true,
  ],
  [
    'get is enough for the kubelet',
    [...LOGS, pod('shop/p', 'other'), ...grant(WEB, '', may('get', 'nodes/proxy'))],
    escalates(ADMIN),
    true,
  ],
  ['impersonating groups alone is refused', grant(WEB, '', may('impersonate', 'groups')), escalates(ADMIN), false],
  [
    'impersonating groups with an account is everything',
    [
      ...grant(WEB, '', may('impersonate', 'groups')),
      ...grant(WEB, 'shop', may('impersonate', 'serviceaccounts', 'x')),
    ],
    escalates(ADMIN),
    true,
  ],
  [
    'a user is impersonated without groups',
    [...grant(WEB, '', may('impersonate', 'users')), ...grant('Group:ops', '', EVERYTHING)],
    escalates(ADMIN),
    false,
  ],
  [
    'a user who may everything',
    [...grant(WEB, '', may('impersonate', 'users')), ...grant(ALICE, '', EVERYTHING)],
    escalates(ADMIN),
    true,
  ],
  [
    'a user with a group in one request: what the two hold is united',
    [
      ...grant(WEB, '', may('impersonate', 'users', 'alice'), may('impersonate', 'groups', 'ops')),
      ...grant(ALICE, '', may('bind', `${R}:clusterroles`)),
      ...grant('Group:ops', '', may('create', `${R}:clusterrolebindings`)),
    ],
    escalates(ADMIN),
    true,
  ],
  [
    'an account by its name as that of a user',
    [...KUBE_SYSTEM, ...grant(WEB, '', may('impersonate', 'users', 'system:serviceaccount:kube-system:controller'))],
    escalates(ADMIN),
    false,
  ],
  [
    'impersonating users is no account',
    [...KUBE_SYSTEM, ...grant(WEB, '', may('impersonate', 'users'))],
    escalates(ADMIN),
    false,
  ],
  [
    'certificates by two identities',
    [
      account('shop/x'),
      ...grant(WEB, '', may('create', 'certificates.k8s.io:certificatesigningrequests')),
      ...grant(WEB, 'shop', may('create', 'serviceaccounts/token')),
      ...grant(
        'ServiceAccount:shop/x',
        '',
        may('update', 'certificates.k8s.io:certificatesigningrequests/approval'),
        may('approve', 'certificates.k8s.io:signers', 'kubernetes.io/*'),
      ),
    ],
    escalates(ADMIN),
    true,
  ],
  [
    'the map of cloud roles, where a kubelet is of EKS',
    [
      {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'n' },
        status: { nodeInfo: { kubeletVersion: 'v1.33.1-eks-1' } },
      },
      ...grant(WEB, 'kube-system', may('patch', 'configmaps', 'aws-auth')),
    ],
    escalates(ADMIN),
    true,
  ],
  [
    'the map of cloud roles, where nothing is of EKS',
    grant(WEB, 'kube-system', may('patch', 'configmaps', 'aws-auth')),
    escalates(ADMIN),
    false,
  ],
  [
    'approval without the signer is nothing',
    grant(
      WEB,
      '',
      may('create', 'certificates.k8s.io:certificatesigningrequests'),
      may('update', 'certificates.k8s.io:certificatesigningrequests/approval'),
    ),
    escalates(ADMIN),
    false,
  ],
  [
    'a volume of a node, and a pod that claims it',
    [
      namespace('shop', 'baseline'),
      ...grant(WEB, '', may('create', 'persistentvolumes')),
      ...grant(WEB, 'shop', may('create', 'pods persistentvolumeclaims')),
    ],
    escalates({ nodeRoot: true }),
    true,
  ],
  [
    'Pod Security keeps the pod out',
    [namespace('shop', 'baseline'), ...grant(WEB, 'shop', may('create', 'pods'))],
    escalates({ nodeRoot: true }),
    false,
  ],
  [
    'the label is lifted first',
    [namespace('shop', 'baseline'), ...grant(WEB, 'shop', may('create', 'pods'), may('patch', 'namespaces'))],
    escalates({ nodeRoot: true }),
    true,
  ],
  [
    'an account that sleeps',
    grant('ServiceAccount:shop/ghost', '', EVERYTHING).concat(grant(WEB, 'shop', may('create', 'pods'))),
    escalates(ADMIN),
    false,
  ],
  [
    'an account that sleeps is woken',
    grant('ServiceAccount:shop/ghost', '', EVERYTHING).concat(
      grant(WEB, 'shop', may('create', 'pods serviceaccounts')),
    ),
    escalates(ADMIN),
    true,
  ],
  [
    'impersonation needs no account',
    grant('ServiceAccount:shop/ghost', '', EVERYTHING).concat(
      grant(WEB, 'shop', may('impersonate', 'serviceaccounts')),
    ),
    escalates(ADMIN),
    true,
  ],
  [
    'Secrets of a namespace by a pod',
    grant(WEB, 'shop', may('create', 'apps:daemonsets')),
    escalates({ secretsIn: 'shop' }),
    true,
  ],
  [
    'Secrets of another namespace not',
    grant(WEB, 'shop', may('create', 'apps:daemonsets')),
    escalates({ secretsIn: 'pay' }),
    false,
  ],
  ['itself', [], escalates({ serviceAccount: 'shop/web' }), true],
  ['its group', [], escalates({ group: 'system:serviceaccounts:shop' }), true],
  [
    'the ring of two accounts that make each other tokens',
    [
      account('shop/a'),
      account('pay/b'),
      ...grant('ServiceAccount:shop/a', 'pay', may('create', 'serviceaccounts/token')),
      ...grant('ServiceAccount:pay/b', 'shop', may('create', 'serviceaccounts/token')),
    ],
    escalates({ serviceAccount: 'pay/b' }, { serviceAccount: 'shop/a' }),
    true,
  ],
];

const PRIMITIVES: readonly Case[] = [
  [
    'what makes pods by an extension, and a pod that is applied under its name',
    grant(WEB, 'shop', may('create', 'argoproj.io:rollouts'), may('create patch', 'pods', 'p')),
    { kind: 'primitives', subject: web },
    {
      held: [
        { id: 'pod-create', scope: 'ns:shop' },
        { id: 'workload-create', scope: 'ns:shop' },
      ],
    },
  ],
  [
    'everywhere is not told again of namespaces',
    [
      ...grant(WEB, '', may('list', 'secrets')),
      ...grant(WEB, 'shop', may('get', 'secrets'), may('create', 'pods/exec')),
    ],
    { kind: 'primitives', subject: web },
    {
      held: [
        { id: 'secrets-read', scope: 'cluster' },
        { id: 'pod-exec', scope: 'ns:shop' },
      ],
    },
  ],
  [
    'the kubelet reads of their own are harmless',
    grant(WEB, '', may('get', 'nodes/metrics nodes/stats nodes/pods')),
    { kind: 'primitives', subject: web },
    { held: [] },
  ],
  [
    'a named right is not the right',
    grant(WEB, 'shop', may('get', 'secrets', 'x')),
    { kind: 'primitives', subject: web },
    { held: [] },
  ],
];

const TABLES = { authorizer: AUTHORIZER, 'escalation check': GUARD, escalation: ESCALATION, primitives: PRIMITIVES };

for (const [table, cases] of Object.entries(TABLES)) {
  describe(`[unit] RBAC: ${table}`, () => {
    for (const [name, objects, question, answer] of cases)
      it(name, () => {
        expect(answerTo(objects, question)).to.deep.equal(answer);
      });
  });
}

describe('[unit] RBAC: parameters', () => {
  it('get was enough for exec before 1.35', () => {
    const objects = [...LOGS, pod('shop/p', 'other'), ...grant(WEB, 'shop', may('get', 'pods/exec'))];
    expect(answerTo(objects, escalates(ADMIN), { execRequiresCreate: false })).to.be.true;
  });

  it('namespaces without a label may be held to a level', () => {
    const objects = grant(WEB, 'shop', may('create', 'pods'));
    const to = escalates({ nodeRoot: true });
    expect([answerTo(objects, to), answerTo(objects, to, { defaultPodSecurityEnforce: 'baseline' })]).to.deep.equal([
      true,
      false,
    ]);
  });
});
