import { expect } from 'chai';
import { EVERYTHING, account, bind, clusterRole, grant, may } from '../../support/rbac-asked.ts';
import { run, withFiles, type Ended } from './program.ts';

const STATE = [
  account('shop/web'),
  clusterRole('reader', may('get list', 'pods')),
  bind('', 'ClusterRole:reader', 'Group:ops'),
  bind('shop', 'ClusterRole:reader', 'ServiceAccount:shop/web', 'User:alice'),
  ...grant('User:root', '', EVERYTHING),
];

/** Runs a command about these manifests. */
function ask(...words: readonly string[]): Promise<Ended> {
  const items = { apiVersion: 'v1', kind: 'List', items: STATE };
  return withFiles({ 'state.json': JSON.stringify(items) }, (folder) => run([...words, '--filename', folder]));
}

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
    const tree = await ask('access', 'ServiceAccount:shop/web', '-o', 'tree');
    expect(tree.output.split('\n').slice(0, 2)).to.deep.equal([
      'RoleBinding shop/reader-ServiceAccount:shop.web-User:alice',
      '  ClusterRole reader',
    ]);
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
