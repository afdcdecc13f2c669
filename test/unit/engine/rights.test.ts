import { expect } from 'chai';
import {
  aClusterRole,
  aClusterRoleBinding,
  aDeployment,
  aPod,
  aResource,
  aRole,
  aRoleBinding,
  aServiceAccount,
  group,
  user,
} from '#checks/samples.ts';
import { CHECKS } from '#checks/index.ts';
import { shrink } from '#inventory/shrink.ts';
import type { Manifest } from '#model/check.ts';
import { World } from '../../support/world.ts';

const AS_BOB = { apiGroups: [''], resources: ['users'], verbs: ['impersonate'], resourceNames: ['bob'] };
const AS_X = { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'], resourceNames: ['x'] };
const ADMIN = { kind: 'ClusterRole', name: 'cluster-admin' } as const;
const NOBODY = [{ kind: 'ServiceAccount', name: 'gone', namespace: 'shop' }];

function account(name: string): Manifest {
  return aServiceAccount({ metadata: { name, namespace: 'shop' } });
}

function admin(subject: object): Manifest {
  return aClusterRoleBinding({ role: ADMIN, subjects: [{ ...subject }], metadata: { name: 'admin' } });
}

const xIsAdmin = admin({ kind: 'ServiceAccount', name: 'x', namespace: 'shop' });

/** Rights, and what makes more of them then, or tells more: somebody whom they lead to becomes strong, a resource is discovered. */
const WORLDS: readonly { readonly name: string; readonly world: readonly Manifest[]; readonly then: Manifest }[] = [
  {
    name: 'everywhere, to a user',
    world: [aClusterRole(AS_BOB), aClusterRoleBinding({ subjects: NOBODY })],
    then: admin(user('bob')),
  },
  {
    name: 'everywhere, to an account of a name',
    world: [account('x'), aClusterRole(AS_X), aClusterRoleBinding({ subjects: NOBODY })],
    then: xIsAdmin,
  },
  {
    name: 'in a namespace, to an account of a name',
    world: [account('x'), aRole(AS_X), aRoleBinding({ subjects: NOBODY })],
    then: xIsAdmin,
  },
  { name: 'in a namespace, by a role that nobody has', world: [account('x'), aRole(AS_X)], then: xIsAdmin },
  {
    name: 'in a namespace whose accounts are all strong, to one that is made then',
    world: [account('y'), admin(group('system:serviceaccounts:shop')), aRole(AS_X), aRoleBinding({ subjects: NOBODY })],
    then: account('x'),
  },
  {
    name: 'to a resource that is discovered then',
    world: [
      aPod(),
      aClusterRole({ apiGroups: ['example.com'], resources: ['widgets'], verbs: ['get'] }),
      aClusterRoleBinding(),
    ],
    then: aResource('example.com', 'widgets', 'Namespaced'),
  },
];

describe('what rights come to is followed', () => {
  for (const { name, world, then } of WORLDS)
    for (const complete of [true, false])
      it(`${name}, ${complete ? 'on a cluster' : 'in files'}`, () => {
        const followed = new World(world, CHECKS, { complete });
        const before = followed.verdicts();
        followed.put(then);
        const fresh = new World([], CHECKS, { complete });
        fresh.fill([...world, then]);
        expect(followed.verdicts(), 'when it comes').to.deep.equal(fresh.verdicts());
        followed.remove(then);
        expect(followed.verdicts(), 'when it goes').to.deep.equal(before);
      });
});

describe('the plan after a change of rights', () => {
  it('has workloads first', () => {
    const world = new World([account('x'), aDeployment(), aRole(AS_X), aRoleBinding()]);
    const everybody = aClusterRoleBinding({ role: ADMIN, subjects: [group('system:serviceaccounts')] });
    const jobs = world.store
      .put(shrink('ClusterRoleBinding', everybody))
      .flatMap((change) => [...world.engine.plan(change).values()]);
    const kinds = jobs.map(({ subject: { kind } }) => kind);
    expect(kinds.slice(0, 2)).to.deep.equal(['ClusterRoleBinding', 'Deployment']);
    expect(kinds).to.include('ServiceAccount');
  });
});
