import { expect } from 'chai';
import type { Manifest } from '#model/check.ts';
import type { AccessTrait } from '#model/trait.ts';
import {
  EVERYTHING,
  READ_PODS,
  aClusterRole,
  aClusterRoleBinding,
  aDeployment,
  aPod,
  aRole,
  aRoleBinding,
  aServiceAccount,
  group,
  strongAccount,
  user,
} from '#checks/samples.ts';
import { World } from '../../support/world.ts';

const WHO = 'ServiceAccount shop/web';
const NOTHING = 'nothing of note';
const ALONE: AccessTrait = { who: WHO, everywhere: NOTHING, inNamespaces: NOTHING };
const MORE: AccessTrait = { ...ALONE, inNamespaces: 'nothing more of note' };
const READ_SECRETS = { apiGroups: [''], resources: ['secrets'], verbs: ['get'] };
const IN_PAY = { metadata: { namespace: 'pay' } };
const OF_CLUSTER = { role: { kind: 'ClusterRole', name: 'web' } } as const;

function accessOf(kind: string, world: World): AccessTrait | undefined {
  return world.verdicts().find(({ subject }) => subject.kind === kind)?.traits?.access;
}

interface Case {
  readonly name: string;
  readonly world: readonly Manifest[];
  readonly is: AccessTrait | undefined;
}

const WORKLOADS: readonly Case[] = [
  { name: 'no binding', world: [], is: ALONE },
  { name: 'a right that is no more than it looks', world: [aClusterRole(READ_PODS), aClusterRoleBinding()], is: ALONE },
  {
    name: 'everywhere',
    world: [aClusterRole(READ_SECRETS), aClusterRoleBinding()],
    is: { ...MORE, everywhere: 'read Secrets' },
  },
  {
    name: 'by name everywhere, which is told once, and of kube-system alone what means nothing elsewhere',
    world: [
      aClusterRole(
        { ...READ_SECRETS, resourceNames: ['a'] },
        { apiGroups: [''], resources: ['configmaps'], resourceNames: ['coredns'], verbs: ['update'] },
        { apiGroups: [''], resources: ['serviceaccounts/token'], resourceNames: ['b'], verbs: ['create'] },
      ),
      aClusterRoleBinding(),
      aRole(READ_PODS),
      aRoleBinding(),
    ],
    is: {
      ...MORE,
      everywhere:
        'issue tokens of service accounts (only b), read Secrets (only a), change ConfigMaps of the system (only coredns)',
    },
  },
  {
    name: 'approval by a signer that no user needs',
    world: [
      aClusterRole(
        { apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests'], verbs: ['create'] },
        {
          apiGroups: ['certificates.k8s.io'],
          resources: ['certificatesigningrequests/approval'],
          verbs: ['update'],
        },
        {
          apiGroups: ['certificates.k8s.io'],
          resources: ['signers'],
          resourceNames: ['kubernetes.io/kubelet-serving'],
          verbs: ['approve'],
        },
      ),
      aClusterRoleBinding(),
    ],
    is: ALONE,
  },
  {
    name: 'in namespaces, those alike together',
    world: [
      aClusterRole(READ_SECRETS),
      aRoleBinding(OF_CLUSTER),
      aRoleBinding({ ...OF_CLUSTER, ...IN_PAY }),
      {
        ...aRole({ apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] }),
        metadata: { name: 'x', namespace: 'b' },
      },
      aRoleBinding({ role: { kind: 'Role', name: 'x' }, metadata: { namespace: 'b' } }),
    ],
    is: { ...ALONE, inNamespaces: 'pay, shop: read Secrets; b: run commands in pods' },
  },
  {
    name: 'of some objects only',
    world: [aRole({ ...READ_SECRETS, resourceNames: ['a', 'b', 'c', 'd'] }), aRoleBinding()],
    is: { ...ALONE, inNamespaces: 'shop: read Secrets (only a, b, c and 1 more)' },
  },
  {
    name: 'what lets create, of some objects by their names: no creation carries one',
    world: [aRole({ ...READ_SECRETS, verbs: ['create', 'get'], resourceNames: ['a'] }), aRoleBinding()],
    is: { ...ALONE, inNamespaces: 'shop: read Secrets (only a)' },
  },
  {
    name: 'several ways to the service accounts are told as one',
    world: [
      aRole(
        { apiGroups: [''], resources: ['pods', 'serviceaccounts/token', 'pods/exec'], verbs: ['create'] },
        { apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch'] },
      ),
      aRoleBinding(),
    ],
    is: {
      ...ALONE,
      inNamespaces: 'shop: be any service account (by tokens, new pods, changed workloads), run commands in pods',
    },
  },
  {
    name: 'by the group of its namespace',
    world: [aRole(READ_SECRETS), aRoleBinding({ subjects: [group('system:serviceaccounts:shop')] })],
    is: { ...ALONE, inNamespaces: 'shop: read Secrets' },
  },
  {
    name: 'everything is told in two words',
    world: [aClusterRole(EVERYTHING), aClusterRoleBinding()],
    is: { ...MORE, who: `${WHO}, as good as cluster-admin`, everywhere: 'do everything' },
  },
  {
    name: 'pods beside an account that is as good as cluster-admin',
    world: [
      aServiceAccount(),
      ...strongAccount('shop'),
      aRole({ apiGroups: [''], resources: ['pods'], verbs: ['create'] }),
      aRoleBinding(),
    ],
    is: {
      ...ALONE,
      who: `${WHO}, one step from cluster-admin`,
      inNamespaces: 'shop: create pods as any service account',
    },
  },
  {
    name: 'a role that cannot be read is said',
    world: [{ ...aRole(), rules: [READ_SECRETS, { verbs: 'all' }] }, aRoleBinding()],
    is: {
      who: `${WHO}; not all is known: Role shop/web: rules[1].verbs: expected list, found string`,
      everywhere: NOTHING,
      inNamespaces: 'shop: read Secrets',
    },
  },
];

const BINDINGS: readonly Case[] = [
  {
    name: 'a right that is no more than it looks',
    world: [aClusterRole(READ_PODS), aClusterRoleBinding()],
    is: undefined,
  },
  { name: 'nobody', world: [aClusterRole(READ_SECRETS), aClusterRoleBinding({ subjects: [] })], is: undefined },
  { name: 'a role that is not there', world: [aClusterRoleBinding()], is: undefined },
  {
    name: 'to many',
    world: [
      aClusterRole(READ_SECRETS),
      aClusterRoleBinding({ subjects: [...['a', 'b', 'c', 'd', 'e'].map(user), group('ops')] }),
    ],
    is: {
      who: 'User a, User b, User c, User d, User e and 1 more',
      everywhere: 'read Secrets',
      inNamespaces: MORE.inNamespaces,
    },
  },
  {
    name: 'everything',
    world: [aClusterRole(EVERYTHING), aClusterRoleBinding({ subjects: [group('ops')] })],
    is: { who: 'Group ops, as good as cluster-admin', everywhere: 'do everything', inNamespaces: MORE.inNamespaces },
  },
  {
    name: 'what every cluster has',
    world: [
      aClusterRoleBinding({
        role: { kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [group('system:masters')],
        metadata: { name: 'cluster-admin', labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } },
      }),
    ],
    is: undefined,
  },
];

describe('[unit] trait: access', () => {
  for (const { name, world, is } of WORKLOADS)
    it(`a workload: ${name}`, () => {
      expect(accessOf('Deployment', new World([aDeployment(), ...world]))).to.deep.equal(is);
      expect(accessOf('Deployment', new World([...world, aDeployment()])), 'the other way round').to.deep.equal(is);
    });

  for (const { name, world, is } of BINDINGS)
    it(`a binding opens: ${name}`, () => {
      expect(accessOf('ClusterRoleBinding', new World(world))).to.deep.equal(is);
      expect(accessOf('ClusterRoleBinding', new World(world.toReversed())), 'the other way round').to.deep.equal(is);
    });

  it('get on pods/exec is enough before 1.35', () => {
    const world = [aPod(), aRole({ apiGroups: [''], resources: ['pods/exec'], verbs: ['get'] }), aRoleBinding()];
    expect(
      [34, 35].map((minor) => accessOf('Pod', new World(world, undefined, { minor }))?.inNamespaces),
    ).to.deep.equal(['shop: run commands in pods', NOTHING]);
  });

  it('a workload whose pods run as two tells whose rights are whose', () => {
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u', controller: true };
    const pod = (name: string, serviceAccountName: string): Manifest => ({
      ...aPod({ spec: { serviceAccountName } }),
      metadata: { name, namespace: 'shop', ownerReferences: [owner] },
    });
    const pods = [pod('new', 'web'), pod('old', 'idle')];
    const told = [pods, pods.toReversed()].map((each) =>
      accessOf('ReplicaSet', new World([...each, aRole(READ_SECRETS), aRoleBinding()])),
    );
    const is = {
      who: `ServiceAccount shop/idle; ${WHO}`,
      everywhere: `ServiceAccount shop/idle: ${NOTHING}; ${WHO}: ${NOTHING}`,
      inNamespaces: `ServiceAccount shop/idle: ${NOTHING}; ${WHO}: shop: read Secrets`,
    };
    expect(told).to.deep.equal([is, is]);
  });

  it('moves with what it rests on', () => {
    const world = new World([aDeployment(), aClusterRole(READ_SECRETS)]);
    const seen: (string | undefined)[] = [];
    const steps: readonly (readonly ['put' | 'remove', Manifest])[] = [
      ['put', aClusterRoleBinding()],
      ['put', aClusterRole({ ...READ_SECRETS, resources: ['nodes/proxy'] })],
      ['remove', aClusterRole()],
      ['put', aClusterRole(READ_SECRETS)],
      ['put', aClusterRoleBinding({ subjects: [user('alice')] })],
    ];
    for (const [step, manifest] of steps) {
      world[step](manifest);
      seen.push(accessOf('Deployment', world)?.everywhere);
    }
    expect(seen).to.deep.equal([
      'read Secrets',
      'run commands in every pod through the kubelet',
      NOTHING,
      'read Secrets',
      NOTHING,
    ]);
  });

  it('an edit of a binding leaves the verdicts of others as they are', () => {
    const other = {
      ...aDeployment({ spec: { serviceAccountName: 'pay' } }),
      metadata: { name: 'pay', namespace: 'shop' },
    };
    const world = new World([aDeployment(), other, aClusterRole(READ_SECRETS)]);
    const verdictOf = (name: string): unknown =>
      world.verdicts().find(({ subject }) => subject.kind === 'Deployment' && subject.name === name);
    const before = ['web', 'pay'].map(verdictOf);
    world.put(aClusterRoleBinding());
    expect(['web', 'pay'].map(verdictOf).map((verdict, index) => verdict === before[index])).to.deep.equal([
      false,
      true,
    ]);
  });

  it('what is out of reach is not known', () => {
    const world = new World();
    world.store.setMissing('RoleBinding', 'watch rolebindings: forbidden');
    world.put(aPod());
    expect(accessOf('Pod', world)).to.deep.equal({ who: WHO, everywhere: 'not known', inNamespaces: 'not known' });
  });
});
