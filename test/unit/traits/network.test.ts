import { expect } from 'chai';
import type { Manifest } from '#model/check.ts';
import type { NetworkTrait } from '#model/trait.ts';
import { aDeployment, aNode, aPod, aPolicy, aService, anIngress } from '#checks/samples.ts';
import { World } from '../../support/world.ts';

const ALONE: NetworkTrait = { exposure: 'cluster', ways: [], ingress: 'open', egress: 'open', enforced: 'unknown' };

/** Of the only workload of the namespace `shop`. */
function traitIn(world: World): NetworkTrait | undefined {
  const [verdict] = world
    .verdicts()
    .filter(({ isWorkload, subject }) => isWorkload && subject.namespace === 'shop' && subject.name !== 'agent');
  return verdict?.traits?.network;
}

function way(kind: string, name: string, level: string, port = 'TCP/8080'): NetworkTrait['ways'][number] {
  return { kind, namespace: 'shop', name, level, ports: [port] };
}

function agent(image: string): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'agent', namespace: 'kube-system' },
    spec: { containers: [{ name: 'agent', image }] },
  };
}

const CILIUM: Manifest = {
  apiVersion: 'cilium.io/v2',
  kind: 'CiliumNetworkPolicy',
  metadata: { name: 'c', namespace: 'shop' },
};

const CASES: readonly { readonly name: string; readonly world: readonly Manifest[]; readonly is: NetworkTrait }[] = [
  { name: 'nothing leads to it', world: [aPod()], is: ALONE },
  { name: 'a ClusterIP Service', world: [aDeployment(), aService()], is: ALONE },
  {
    name: 'a load balancer without an address',
    world: [aPod(), aService({ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false })],
    is: {
      ...ALONE,
      exposure: 'internet',
      assumed: 'the load balancer has no address yet: it is taken for a public one',
      ways: [way('LoadBalancer', 'web', 'internet')],
    },
  },
  {
    name: 'a way that is certain needs no assumption, and narrower ways come last',
    world: [
      aPod(),
      { ...aService({ type: 'LoadBalancer' }), status: { loadBalancer: { ingress: [{ ip: '8.8.8.8' }] } } },
      anIngress(),
      aNode({ type: 'InternalIP', address: '10.0.0.9' }),
    ],
    is: {
      ...ALONE,
      exposure: 'internet',
      ways: [way('Ingress', 'web', 'internet'), way('LoadBalancer', 'web', 'internet'), way('NodePort', 'web', 'node')],
    },
  },
  {
    name: 'one look is isolated, the other is not',
    world: [
      aPolicy({ podSelector: { matchLabels: { tier: 'front' } } }),
      labelled(aPod(), 'one', { app: 'web', tier: 'front' }),
      labelled(aPod(), 'two', { app: 'web' }),
    ],
    is: { ...ALONE, ingress: 'partly', egress: 'partly' },
  },
  {
    name: 'isolated for what comes in alone',
    world: [aPod(), aPolicy({ policyTypes: ['Ingress'] })],
    is: { ...ALONE, ingress: 'isolated' },
  },
  {
    name: 'a policy that is not read',
    world: [aPod(), CILIUM],
    is: { ...ALONE, ingress: 'unknown', egress: 'unknown' },
  },
  { name: 'a plugin that enforces', world: [aPod(), agent('calico/node:v3')], is: { ...ALONE, enforced: 'yes' } },
  { name: 'a plugin that does not', world: [aPod(), agent('flannel/flannel:v1')], is: { ...ALONE, enforced: 'no' } },
  {
    name: 'a policy that is enforced closes the way',
    world: [aPod(), aService({ type: 'LoadBalancer' }), aPolicy(), agent('calico/node:v3')],
    is: { ...ALONE, ingress: 'isolated', egress: 'isolated', enforced: 'yes' },
  },
  {
    name: 'the network of the node',
    world: [aPod({ spec: { hostNetwork: true } }), aPolicy()],
    is: ALONE,
  },
];

/** A pod of the ReplicaSet `web`, which is not there. */
function labelled(pod: Manifest, name: string, labels: object): Manifest {
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'u', controller: true }];
  return { ...pod, metadata: { name, namespace: 'shop', labels, ownerReferences } };
}

describe('[unit] trait: network', () => {
  for (const { name, world, is } of CASES)
    it(name, () => {
      expect(traitIn(new World(world))).to.deep.equal(is);
    });

  it('is there whatever the order of arrival, and moves with what it rests on', () => {
    const world = new World([
      aPolicy(),
      aService({ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false }),
      aPod(),
    ]);
    const seen = [traitIn(world)];
    for (const step of [aService(), agent('calico/node:v3')]) {
      world.put(step);
      seen.push(traitIn(world));
    }
    world.remove(aPolicy());
    seen.push(traitIn(world));
    expect(seen.map((trait) => [trait?.exposure, trait?.ingress, trait?.enforced])).to.deep.equal([
      ['internet', 'isolated', 'unknown'],
      ['cluster', 'isolated', 'unknown'],
      ['cluster', 'isolated', 'yes'],
      ['cluster', 'open', 'yes'],
    ]);
  });

  it('what is out of reach is unknown', () => {
    const world = new World();
    world.store.setMissing('NetworkPolicy', 'watch networkpolicies: forbidden');
    world.put(aPod());
    expect(traitIn(world)).to.deep.equal({
      exposure: 'unknown',
      ways: [],
      ingress: 'unknown',
      egress: 'unknown',
      enforced: 'unknown',
    });
  });

  it('only workloads have it', () => {
    const world = new World([aService({ type: 'LoadBalancer' })]);
    expect(world.ofObjects().map(({ subject, traits }) => [subject.kind, traits])).to.deep.equal([
      ['Service', undefined],
    ]);
  });
});
