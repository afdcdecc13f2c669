import { join } from 'node:path';
import { expect } from 'chai';
import { EVERYTHING, account, bind, clusterRole, grant, may, namespace, role } from '../../support/rbac-asked.ts';
import { UNSAFE } from '#model/text.ts';
import { run, withFiles, type Ended } from './program.ts';

const STATE = [
  account('shop/web'),
  clusterRole('reader', may('get list', 'pods')),
  bind('', 'ClusterRole:reader', 'Group:ops'),
  bind('shop', 'ClusterRole:reader', 'ServiceAccount:shop/web', 'User:alice'),
  ...grant('User:root', '', EVERYTHING),
];

/** Runs a command about some manifests. */
function askOf(items: readonly object[], ...words: readonly string[]): Promise<Ended> {
  const list = { apiVersion: 'v1', kind: 'List', items };
  return withFiles({ 'state.json': JSON.stringify(list) }, (folder) => run([...words, '--filename', folder]));
}
function ask(...words: readonly string[]): Promise<Ended> {
  return askOf(STATE, ...words);
}

const MANY = Array.from({ length: 10_000 }, (_, index) => `User:u${String(index)}`);
function aggregate(name: string, label: string, takes: string): object {
  const metadata = { name, labels: { [label]: 'yes' } };
  return {
    ...clusterRole(name),
    metadata,
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [takes]: 'yes' } }] },
  };
}

interface Bad {
  readonly name: string;
  readonly items: readonly object[];
  readonly words: readonly string[];
  readonly says: string;
  readonly notes: readonly string[];
}

/** What no API server takes, or hardly: how it is answered, and what is said of it. */
const BAD_INPUT: readonly Bad[] = [
  {
    name: 'a rule without apiGroups',
    items: [clusterRole('r', { verbs: ['get'], resources: ['pods'] }), bind('', 'ClusterRole:r', 'User:alice')],
    words: ['can-i', 'get', 'pods', '--as', 'alice'],
    says: 'no: alice cannot get pods in the cluster',
    notes: ['ClusterRole r: rules[0] has no apiGroups: its resources match none'],
  },
  {
    name: 'resources and URLs in one rule',
    items: [
      clusterRole('r', { ...may('get', 'pods'), nonResourceURLs: ['/x'] }),
      bind('', 'ClusterRole:r', 'User:alice'),
    ],
    words: ['can-i', 'get', '/x', '--as', 'alice'],
    says: 'yes: alice can get /x',
    notes: ['ClusterRole r: rules[0] has resources and URLs: both are read'],
  },
  {
    name: 'URLs in a Role, and no verbs',
    items: [role('shop/r', { verbs: [], nonResourceURLs: ['/x'] }), bind('shop', 'Role:r', 'User:alice')],
    words: ['can-i', 'get', '/x', '--as', 'alice'],
    says: 'no: alice cannot get /x',
    notes: [
      'Role shop/r: rules[0] has no verbs: it grants nothing',
      'Role shop/r: rules[0] has URLs: a Role does not grant them',
    ],
  },
  {
    name: 'subjects without a namespace, of no kind, and a Role for everywhere',
    items: [
      role('shop/r', may('get', 'pods')),
      {
        ...bind('', 'Role:r'),
        subjects: [
          { kind: 'ServiceAccount', name: 'web' },
          { kind: 'Team', name: 'web' },
        ],
      },
    ],
    words: ['who-can', 'get', 'pods'],
    says: 'nobody can get pods in the cluster; members of system:masters can do everything',
    notes: [
      'ClusterRoleBinding r-: refers to a Role: it grants nothing',
      'ClusterRoleBinding r-: subjects[0] has no namespace: it is nobody',
      'ClusterRoleBinding r-: subjects[1] is no user, group or service account: it is nobody',
    ],
  },
  {
    name: 'ten thousand subjects in one binding',
    items: [clusterRole('r', may('get', 'pods')), bind('', 'ClusterRole:r', ...MANY)].map((each) =>
      'subjects' in each ? { ...each, metadata: { name: 'many' } } : each,
    ),
    words: ['who-can', 'get', 'pods'],
    says: '10000 can get pods in the cluster; members of system:masters can do everything',
    notes: [],
  },
  {
    name: 'a ring of aggregates, which takes what comes in from outside',
    items: [
      aggregate('one', 'a', 'b'),
      aggregate('two', 'b', 'a'),
      { ...clusterRole('leaf', may('get', 'pods')), metadata: { name: 'leaf', labels: { b: 'yes' } } },
      bind('', 'ClusterRole:two', 'User:alice'),
    ],
    words: ['who-can', 'get', 'pods', '-o', 'tree'],
    says: [
      'User:alice',
      '  ClusterRoleBinding two-User:alice',
      '    ClusterRole two rules[0] of leaf',
      '1 can get pods in the cluster; members of system:masters can do everything',
    ].join('\n'),
    notes: [],
  },
];

describe('[integration] kubeposture who-can, can-i, access', () => {
  it('who-can names the subjects with their bindings and rules', async () => {
    const { status, output } = await ask('who-can', 'get', 'pods', '-n', 'shop');
    expect([status, ...output.split('\n')]).to.deep.equal([
      0,
      'SUBJECT                  BINDING                                                     ROLE                          RULE',
      'Group:ops                ClusterRoleBinding reader-Group:ops                         ClusterRole reader            rules[0]',
      'ServiceAccount:shop/web  RoleBinding shop/reader-ServiceAccount:shop.web-User:alice  ClusterRole reader            rules[0]',
      'User:alice               RoleBinding shop/reader-ServiceAccount:shop.web-User:alice  ClusterRole reader            rules[0]',
      'User:root                ClusterRoleBinding of-User:root-in--User:root               ClusterRole of-User:root-in-  rules[0]',
      '4 can get pods in namespace shop; members of system:masters can do everything',
      '',
    ]);
  });

  it('who-can in the whole cluster does not count RoleBindings, and knows the group of a resource', async () => {
    const { output } = await ask('who-can', 'list', 'pods', '-A', '-o', 'json');
    expect((JSON.parse(output) as { readonly subjects: unknown }).subjects).to.deep.equal(['Group:ops', 'User:root']);
    const scaled = await ask('who-can', 'update', 'deployments/scale', 'web', '-n', 'shop', '-o', 'json');
    expect((JSON.parse(scaled.output) as { readonly request: unknown }).request).to.deep.equal({
      verb: 'update',
      group: 'apps',
      resource: 'deployments/scale',
      name: 'web',
      namespace: 'shop',
    });
  });

  const CAN: readonly (readonly [words: readonly string[], status: number, last: string])[] = [
    [['get', 'pods', '-n', 'shop', '--as', 'alice'], 0, 'yes: alice can get pods in namespace shop'],
    [['get', 'pods', '-n', 'shop', '--as', 'user:alice'], 0, 'yes: user:alice can get pods in namespace shop'],
    [['get', 'pods', '-n', 'pay', '--as', 'alice'], 1, 'no: alice cannot get pods in namespace pay'],
    [['get', 'pods', '-n', 'pay', '--as', 'alice', '--as-group', 'ops'], 0, 'yes: alice can get pods in namespace pay'],
    [
      ['get', 'pods', '-n', 'shop', '--as', 'ServiceAccount:shop/web'],
      0,
      'yes: ServiceAccount:shop/web can get pods in namespace shop',
    ],
    [['get', 'pods', '--as', 'x', '--as-group', 'system:masters'], 0, 'yes: system:masters is let through before RBAC'],
  ];
  for (const [words, status, last] of CAN) {
    it(`can-i ${words.join(' ')}`, async () => {
      const ended = await ask('can-i', ...words);
      expect([ended.status, ended.output.trim().split('\n').at(-1)]).to.deep.equal([status, last]);
    });
  }

  const IN_SHOP = { verb: 'get', name: '', namespace: 'shop' };
  const UNKNOWN = 'asked about as it is written';
  const HINT = 'name the group of one that an extension brings: widgets.example.com';
  /** What is asked in the end, and what is said of what was not taken as it was written. */
  const ASKED: readonly (readonly [words: string, request: object, complaint: string])[] = [
    ['get pods -n shop', { ...IN_SHOP, group: '', resource: 'pods' }, ''],
    ['get Secret -n shop', { ...IN_SHOP, group: '', resource: 'secrets' }, ''],
    ['get deploy -n shop', { ...IN_SHOP, group: 'apps', resource: 'deployments' }, ''],
    ['get deployment.apps/scale -n shop', { ...IN_SHOP, group: 'apps', resource: 'deployments/scale' }, ''],
    ['get leases -n shop', { ...IN_SHOP, group: 'coordination.k8s.io', resource: 'leases' }, ''],
    ['get widgets.example.org -n shop', { ...IN_SHOP, group: 'example.org', resource: 'widgets' }, ''],
    ['get gadgets -n shop', { ...IN_SHOP, group: 'example.com', resource: 'gadgets' }, ''],
    ['get * -n shop', { ...IN_SHOP, group: '', resource: '*' }, ''],
    [
      'get secretz -n shop',
      { ...IN_SHOP, group: '', resource: 'secretz' },
      `"secretz" is not a resource that is known (did you mean secrets?): ${UNKNOWN}; ${HINT}`,
    ],
    [
      'get pods.apps -n shop',
      { ...IN_SHOP, group: 'apps', resource: 'pods' },
      `"pods" is not a resource of group apps: ${UNKNOWN}`,
    ],
    [
      'frobnicate pods -n shop',
      { ...IN_SHOP, verb: 'frobnicate', group: '', resource: 'pods' },
      '"frobnicate" is no verb that Kubernetes asks about: only rules for every verb allow it',
    ],
    [
      'impersonate:user-info users',
      { verb: 'impersonate:user-info', group: '', resource: 'users', name: '', namespace: '' },
      '',
    ],
    [
      'gett /healthz',
      { verb: 'gett', url: '/healthz' },
      '"gett" is no verb that Kubernetes asks about (did you mean get?): only rules for every verb allow it',
    ],
    [
      'get nodes -n shop',
      { ...IN_SHOP, group: '', resource: 'nodes', namespace: '' },
      'nodes have no namespace: asked in the whole cluster',
    ],
    ['get namespaces shop', { ...IN_SHOP, group: '', resource: 'namespaces', name: 'shop' }, ''],
    ['get ns -n shop', { ...IN_SHOP, group: '', resource: 'namespaces', name: 'shop' }, ''],
    [
      'list namespaces -n shop',
      { verb: 'list', group: '', resource: 'namespaces', name: '', namespace: '' },
      'namespaces have no namespace: asked in the whole cluster',
    ],
    [
      'bind clusterroles -n shop',
      { ...IN_SHOP, verb: 'bind', group: 'rbac.authorization.k8s.io', resource: 'clusterroles' },
      '',
    ],
  ];
  for (const [words, request, complaint] of ASKED)
    it(`asks ${words}`, async () => {
      const gadgets = {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'gadgets.example.com' },
        spec: { group: 'example.com', names: { plural: 'gadgets', kind: 'Gadget' }, scope: 'Namespaced' },
      };
      const ended = await askOf([gadgets], 'who-can', ...words.split(' '), '-o', 'json');
      const { request: asked } = JSON.parse(ended.output) as { readonly request: unknown };
      expect([ended.status, asked, ended.complaint.trim()]).to.deep.equal([0, request, complaint]);
    });

  it('hostile names are tame in every output', async () => {
    const evil = 'evil\u001b[31m\n<b>\u202e' + 'x'.repeat(300);
    const items = [...grant(`User:${evil}`, 'shop', may('get', 'secrets'))];
    for (const words of [
      ['who-can', 'get', 'secrets', '-n', 'shop'],
      ['can-i', 'get', 'secrets', '-n', 'shop', '--as', evil],
      ['access', evil],
    ])
      for (const output of ['table', 'tree', 'json']) {
        const ended = await askOf(items, ...words, '-o', output);
        const lines = `${ended.output}${ended.complaint}`.split('\n');
        expect(ended.status, words[0]).to.equal(0);
        expect(lines.filter((line) => UNSAFE.test(line))).to.deep.equal([]);
        expect(ended.output).to.match(/evil/);
      }
  });

  it('manifests need not hold the roles that every cluster has', async () => {
    const items = [
      bind('shop', 'ClusterRole:cluster-admin', 'Group:ops'),
      bind('shop', 'ClusterRole:gone', 'User:bob'),
    ];
    const { output } = await askOf(items, 'who-can', 'patch', 'deploy', '-n', 'shop', '-o', 'json');
    expect((JSON.parse(output) as { readonly subjects: unknown }).subjects).to.deep.equal(['Group:ops']);
  });

  it('access of manifests says what the controllers make of it that every cluster has', async () => {
    const items = [
      clusterRole('deployer', may('create', 'pods')),
      bind('', 'ClusterRole:deployer', 'ServiceAccount:shop/web', 'User:ci', 'Group:ops'),
      ...grant('User:signer', '', may('create', 'serviceaccounts/token')),
    ];
    const lastOf = async (word: string): Promise<string | undefined> =>
      (await askOf(items, 'access', word)).output.trim().split('\n').at(-1);
    const there = 'on a cluster, where the controllers of kube-system are, it is';
    for (const word of ['ServiceAccount:shop/web', 'ci', 'Group:ops'])
      expect(await lastOf(word), word).to.equal(`${there} one step from cluster-admin`);
    expect(await lastOf('signer')).to.equal(`${there} as good as cluster-admin`);
    expect(await lastOf('bob')).to.equal(
      'bob with its groups system:authenticated: 0 grants; does not lead to cluster-admin',
    );
    expect(await lastOf('Group:none')).to.equal('Group:none: 0 grants; does not lead to cluster-admin');
  });

  it('access says what somebody is granted, what it amounts to and where it leads', async () => {
    const { output } = await ask('access', 'User:root', '-o', 'json');
    const { held, clusterAdmin } = JSON.parse(output) as {
      readonly held: readonly object[];
      readonly clusterAdmin: unknown;
    };
    expect(held[0]).to.deep.equal({ id: 'cluster-admin', scope: 'cluster' });
    expect(clusterAdmin).to.deep.equal([
      { from: 'itself', to: 'cluster-admin', by: 'rbac-bind or rbac-escalate', scope: 'cluster' },
    ]);
  });

  it('access goes by the parameter podConnectByGet of the configuration', async () => {
    const items = [...grant('User:alice', 'shop', may('get', 'pods/exec')), namespace('shop')];
    const heldBy = (podConnectByGet: string): Promise<unknown> =>
      withFiles(
        {
          'state.json': JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
          'config.yaml': JSON.stringify({ checks: { parameters: { podConnectByGet } } }),
        },
        async (folder) => {
          const files = ['-f', join(folder, 'state.json'), '--config', join(folder, 'config.yaml')];
          const { output } = await run(['access', 'alice', '-o', 'json', ...files]);
          return (JSON.parse(output) as { readonly held: unknown }).held;
        },
      );
    expect(await heldBy('always')).to.deep.equal([{ id: 'pod-exec', scope: 'ns:shop' }]);
    expect(await heldBy('auto')).to.deep.equal([]);
  });

  it('access as a tree: each grant, where its role comes from and what it amounts to', async () => {
    const items = [
      aggregate('all', 'a', 'b'),
      { ...clusterRole('part', may('list', 'secrets')), metadata: { name: 'part', labels: { b: 'yes' } } },
      bind('shop', 'ClusterRole:all', 'User:alice'),
    ];
    const { output } = await askOf(items, 'access', 'alice', '-o', 'tree');
    expect(output.split('\n')).to.deep.equal([
      'RoleBinding shop/all-User:alice',
      '  ClusterRole all, aggregated from part',
      '    read Secrets (ns:shop)',
      'alice with its groups system:authenticated: 1 grant; does not lead to cluster-admin',
      '',
    ]);
  });

  for (const { name, items, words, says, notes } of BAD_INPUT)
    it(`bad input: ${name}`, async () => {
      const { status, output, complaint } = await askOf(items, ...words);
      expect(output.trimEnd().endsWith(says), output.slice(-400)).to.be.true;
      expect(complaint.split('\n').filter((line) => line !== '')).to.deep.equal(notes);
      expect(status).to.equal(says.startsWith('no:') ? 1 : 0);
    });

  const WRONG: readonly (readonly [words: readonly string[], complaint: RegExp])[] = [
    [['who-can', 'get', 'a/b/c'], /"a\/b\/c" is no resource/],
    [['who-can', 'get', 'pods', '-A', '-n', 'shop'], /exclude one another/],
    [['can-i', 'get', 'pods', '--as', 'ServiceAccount:web'], /is nobody/],
    [['access', 'alice', '-o', 'yaml'], /not one of table, json, tree/],
  ];
  for (const [words, complaint] of WRONG) {
    it(`refuses ${words.join(' ')}`, async () => {
      const ended = await ask(...words);
      expect([ended.status, complaint.test(ended.complaint)], ended.complaint).to.deep.equal([2, true]);
    });
  }
});
