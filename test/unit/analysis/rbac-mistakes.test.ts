/** Mistakes that are easily made about RBAC, and input that no API server would take: each under its name. */
import { expect } from 'chai';
import type { Manifest } from '#model/check.ts';
import { aClusterRole, aClusterRoleBinding, aRole, aRoleBinding } from '#checks/samples.ts';
import {
  EVERYTHING,
  account,
  answerTo,
  bind,
  clusterRole,
  grant,
  may,
  pod,
  role,
  tokenSecret,
} from '../../support/rbac-asked.ts';
import { World } from '../../support/world.ts';

const R = 'rbac.authorization.k8s.io';
const WEB = 'ServiceAccount:shop/web';
const web = { serviceAccount: 'shop/web' };
const ADMIN = { clusterAdmin: true };
const OTHER = { serviceAccount: 'shop/other' };

/** An account of the namespace that is cluster-admin. */
const STRONG = [account('shop/other'), ...grant('ServiceAccount:shop/other', '', EVERYTHING)];

function leadsTo(to: object): object {
  return { kind: 'escalates', subject: web, to };
}

function allowed(verb: string, resource: string, more: object = {}): object {
  return { kind: 'can', subject: web, verb, resource, namespace: 'shop', ...more };
}

type Case = readonly [mistake: string, objects: readonly object[], question: object, answer: unknown];

const MISTAKES: readonly Case[] = [
  [
    'taking the name of a role for what it gives: a harmless cluster-admin',
    [clusterRole('cluster-admin', may('get', 'pods')), bind('', 'ClusterRole:cluster-admin', WEB)],
    leadsTo(ADMIN),
    false,
  ],
  [
    'taking the name of a role for what it gives: everything as system:public-info-viewer',
    [clusterRole('system:public-info-viewer', EVERYTHING), bind('', 'ClusterRole:system:public-info-viewer', WEB)],
    leadsTo(ADMIN),
    true,
  ],
  [
    'passing over rules with resourceNames',
    [...STRONG, ...grant(WEB, 'shop', may('create', 'serviceaccounts/token', 'other'))],
    leadsTo(ADMIN),
    true,
  ],
  [
    'taking pods/* for a wildcard',
    grant(WEB, 'shop', may('create', 'pods/*')),
    allowed('create', 'pods', { subresource: 'exec' }),
    false,
  ],
  [
    'looking for deployments in the core group',
    [...STRONG, ...grant(WEB, 'shop', may('create', 'deployments'))],
    leadsTo(OTHER),
    false,
  ],
  [
    'missing deployments in their own group',
    [...STRONG, ...grant(WEB, 'shop', may('create', 'apps:deployments'))],
    leadsTo(OTHER),
    true,
  ],
  [
    'taking Secrets for accounts where no token is among them',
    [...STRONG, ...grant(WEB, 'shop', may('list', 'secrets'))],
    leadsTo(OTHER),
    false,
  ],
  [
    'missing the token that is among them',
    [...STRONG, tokenSecret('shop/t', 'other'), ...grant(WEB, 'shop', may('list', 'secrets'))],
    leadsTo(OTHER),
    true,
  ],
  [
    'not asking whether a pod mounts its token',
    [
      ...STRONG,
      pod('shop/p', 'other', { automountServiceAccountToken: false }),
      ...grant(WEB, 'shop', may('create', 'pods/exec')),
    ],
    leadsTo(OTHER),
    false,
  ],
  [
    'leaving impersonation out',
    [...STRONG, ...grant(WEB, 'shop', may('impersonate', 'serviceaccounts', 'other'))],
    leadsTo(ADMIN),
    true,
  ],
  [
    'missing a ClusterRole that is granted in a namespace',
    [...STRONG, clusterRole('r', may('create', 'serviceaccounts/token')), bind('shop', 'ClusterRole:r', WEB)],
    leadsTo(OTHER),
    true,
  ],
  [
    'missing that a ClusterRole can be bound in its own namespace',
    [
      clusterRole('top', EVERYTHING),
      ...grant(WEB, 'shop', may('bind', `${R}:clusterroles`, 'top'), may('create', `${R}:rolebindings`)),
    ],
    leadsTo({ namespaceAdmin: 'shop' }),
    true,
  ],
  [
    'looking for bind on bindings',
    [clusterRole('top', EVERYTHING), ...grant(WEB, '', may('bind create', `${R}:clusterrolebindings`))],
    leadsTo(ADMIN),
    false,
  ],
  ['taking escalate without a write', grant(WEB, '', may('escalate', `${R}:clusterroles`)), leadsTo(ADMIN), false],
  [
    'asking for create on nodes/proxy alone',
    grant(WEB, '', may('get', 'nodes/proxy')),
    { kind: 'primitives', subject: web },
    { held: [{ id: 'node-proxy', scope: 'cluster' }] },
  ],
  [
    'taking all of the core group for all groups',
    grant(WEB, '', { verbs: ['*'], apiGroups: [''], resources: ['*'] }),
    allowed('get', 'deployments', { apiGroup: 'apps' }),
    false,
  ],
  [
    'taking kube-system for strong by its name',
    [account('kube-system/weak'), ...grant(WEB, 'kube-system', may('create', 'serviceaccounts/token'))],
    leadsTo(ADMIN),
    false,
  ],
  ['taking groups in a Role for rights', grant(WEB, 'shop', may('impersonate', 'users groups')), leadsTo(ADMIN), false],
  [
    'taking nodes/proxy in a Role for a right',
    grant(WEB, 'shop', may('get create', 'nodes/proxy')),
    { kind: 'primitives', subject: web },
    { held: [] },
  ],
  [
    'taking a star in resourceNames for all',
    grant(WEB, 'shop', may('get', 'secrets', '*')),
    allowed('get', 'secrets', { name: 'x' }),
    false,
  ],
  [
    'naming a subject twice for two bindings',
    [...grant(WEB, 'shop', may('get', 'pods')), clusterRole('r', may('get', 'pods')), bind('', 'ClusterRole:r', WEB)],
    { kind: 'whoCan', verb: 'get', resource: 'pods', namespace: 'shop' },
    { subjects: [WEB] },
  ],
  [
    'missing a subresource of any resource',
    grant(WEB, '', may('update', 'apps:*/scale')),
    { kind: 'whoCan', verb: 'update', apiGroup: 'apps', resource: 'deployments', subresource: 'scale' },
    { subjects: [WEB] },
  ],
  [
    'missing the prefix of a URL',
    grant(WEB, '', { verbs: ['get'], nonResourceURLs: ['/logs/*'] }),
    { kind: 'whoCan', verb: 'get', nonResourceURL: '/logs/syslog' },
    { subjects: [WEB] },
  ],
  [
    'missing the other spelling of an account',
    [clusterRole('r', may('get', 'pods')), bind('shop', 'ClusterRole:r', 'User:system:serviceaccount:shop:web')],
    allowed('get', 'pods'),
    true,
  ],
  [
    'counting URLs through a RoleBinding',
    [clusterRole('u', { verbs: ['get'], nonResourceURLs: ['*'] }), bind('shop', 'ClusterRole:u', WEB)],
    { kind: 'can', subject: web, verb: 'get', nonResourceURL: '/logs' },
    false,
  ],
  [
    'stopping after one hop',
    [
      ...grant(WEB, 'shop', may('create', 'serviceaccounts/token', 'mid')),
      account('shop/mid'),
      ...grant('ServiceAccount:shop/mid', 'shop', may('create', 'pods')),
      ...STRONG,
    ],
    leadsTo(ADMIN),
    true,
  ],
  [
    'uniting the rights of two identities where one request is authorised for one',
    [
      clusterRole('top', EVERYTHING),
      ...grant(WEB, '', may('bind', `${R}:clusterroles`)),
      ...grant(WEB, 'shop', may('create', 'serviceaccounts/token', 'mid')),
      account('shop/mid'),
      ...grant('ServiceAccount:shop/mid', '', may('create', `${R}:clusterrolebindings`)),
    ],
    leadsTo(ADMIN),
    false,
  ],
  [
    'not uniting the rights that one identity has by two bindings',
    [
      clusterRole('top', EVERYTHING),
      ...grant(WEB, '', may('bind', `${R}:clusterroles`)),
      ...grant('Group:system:serviceaccounts:shop', '', may('create', `${R}:clusterrolebindings`)),
    ],
    leadsTo(ADMIN),
    true,
  ],
  [
    'judging a role alone: bound to nobody it gives nobody anything',
    [clusterRole('r', may('get', 'widgets'))],
    { kind: 'whoCan', verb: 'get', resource: 'widgets' },
    { subjects: [] },
  ],
];

const BAD_INPUT: readonly Case[] = [
  [
    'a rule without apiGroups matches no resource',
    grant(WEB, 'shop', { verbs: ['*'], resources: ['*'] }),
    allowed('get', 'pods'),
    false,
  ],
  [
    'resources and URLs in one rule: its resources count',
    grant(WEB, '', { verbs: ['get'], apiGroups: [''], resources: ['pods'], nonResourceURLs: ['/x'] }),
    allowed('get', 'pods'),
    true,
  ],
  [
    'and its URLs',
    grant(WEB, '', { verbs: ['get'], apiGroups: [''], resources: ['pods'], nonResourceURLs: ['/x'] }),
    { kind: 'can', subject: web, verb: 'get', nonResourceURL: '/x' },
    true,
  ],
  [
    'URLs in a Role count for nobody',
    grant(WEB, 'shop', { verbs: ['get'], nonResourceURLs: ['/x'] }),
    { kind: 'can', subject: web, verb: 'get', nonResourceURL: '/x' },
    false,
  ],
  [
    'an account without namespace is that of the RoleBinding',
    [
      role('shop/r', may('get', 'pods')),
      { ...bind('shop', 'Role:r'), subjects: [{ kind: 'ServiceAccount', name: 'web' }] },
    ],
    allowed('get', 'pods'),
    true,
  ],
  [
    'an account without namespace in a ClusterRoleBinding is nobody',
    [
      clusterRole('r', may('get', 'pods')),
      { ...bind('', 'ClusterRole:r'), subjects: [{ kind: 'ServiceAccount', name: 'web' }] },
    ],
    { kind: 'whoCan', verb: 'get', resource: 'pods' },
    { subjects: [] },
  ],
  [
    'an aggregate of itself takes nothing',
    [
      {
        ...clusterRole('self'),
        metadata: { name: 'self', labels: { a: 'b' } },
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] },
      },
    ],
    { kind: 'effectiveRules', clusterRole: 'self' },
    { rules: [] },
  ],
];

describe('[unit] RBAC: mistakes', () => {
  for (const [mistake, objects, question, answer] of MISTAKES)
    it(`is not made: ${mistake}`, () => {
      expect(answerTo(objects, question)).to.deep.equal(answer);
    });
});

describe('[unit] RBAC: bad input', () => {
  for (const [name, objects, question, answer] of BAD_INPUT)
    it(name, () => {
      expect(answerTo(objects, question)).to.deep.equal(answer);
    });

  it('ten thousand subjects in one binding', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => `User:u${String(index)}`);
    const objects = [clusterRole('r', may('get', 'pods')), bind('', 'ClusterRole:r', ...many)];
    const { subjects } = answerTo(objects, { kind: 'whoCan', verb: 'get', resource: 'pods' }) as {
      readonly subjects: readonly string[];
    };
    expect(subjects).to.have.lengthOf(10_000);
  });

  it('a ring of aggregates has what comes in from outside', () => {
    const aggregate = (name: string, label: string, takes: string): object => ({
      apiVersion: `${R}/v1`,
      kind: 'ClusterRole',
      metadata: { name, labels: { [label]: 'yes' } },
      rules: [],
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [takes]: 'yes' } }] },
    });
    const leaf = { ...clusterRole('leaf', may('get', 'pods')), metadata: { name: 'leaf', labels: { b: 'yes' } } };
    const objects = [aggregate('one', 'a', 'b'), aggregate('two', 'b', 'a'), leaf];
    for (const name of ['one', 'two'])
      expect(answerTo(objects, { kind: 'effectiveRules', clusterRole: name })).to.deep.equal({
        rules: [may('get', 'pods')],
      });
  });

  const NOTED: readonly (readonly [name: string, world: readonly Manifest[], kind: string, note: RegExp])[] = [
    [
      'verbs that are no list',
      [aRole({ ...may('get', 'secrets'), verbs: 'get' }), aRoleBinding()],
      'Role',
      /^rules\[0\]\.verbs: expected list/,
    ],
    [
      'rules that are no list',
      [{ ...aClusterRole(), rules: 'all' }, aClusterRoleBinding()],
      'ClusterRole',
      /^rules: expected list/,
    ],
    [
      'subjects that are no list',
      [aRole(), { ...aRoleBinding(), subjects: 7 }],
      'RoleBinding',
      /^subjects: expected list/,
    ],
    [
      'a roleRef that is no object',
      [{ ...aRoleBinding(), roleRef: 'web' }],
      'RoleBinding',
      /^roleRef: expected object/,
    ],
  ];
  for (const [name, world, kind, note] of NOTED)
    it(`${name}: no check passes, each says why`, () => {
      const told = new World(world).verdicts().find(({ subject }) => subject.kind === kind);
      expect(told?.passed).to.equal(0);
      expect(told?.notEvaluated.map(({ reason }) => reason).filter((reason) => note.test(reason))).to.not.be.empty;
    });
});
