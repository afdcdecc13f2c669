import { expect } from 'chai';
import { Store } from '#inventory/store.ts';
import { Session } from '../../../src/cli/ask/session.ts';

type Fields = Readonly<Record<string, unknown>>;

const at = (namespace: string, name: string): Fields => ({ namespace, name });

function pod(name: string, spec: Fields = {}, owner?: string): Fields {
  const ownerReferences =
    owner === undefined ? undefined : [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: owner, controller: true }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...at('shop', name), labels: { app: 'web' }, ownerReferences },
    spec: { containers: [{ name: 'c', ports: [{ name: 'http', containerPort: 8080 }] }], ...spec },
    status: { phase: 'Running', podIP: '10.1.0.5' },
  };
}

function service(spec: Fields = {}, status: Fields = {}): Fields {
  const ports = [{ port: 80, targetPort: 'http' }];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: at('shop', 'web'),
    spec: { selector: { app: 'web' }, ports, ...spec },
    status,
  };
}

function policy(spec: Fields): Fields {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: at('shop', 'guard'),
    spec: { podSelector: {}, ...spec },
  };
}

const ingress = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: at('shop', 'web'),
  spec: { rules: [{ http: { paths: [{ backend: { service: { name: 'web', port: { number: 80 } } } }] } }] },
};
const gateway = (listener: Fields, value = '203.0.113.9'): Fields => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: at('edge', 'g'),
  spec: { listeners: [{ name: 'l', port: 443, protocol: 'HTTPS', ...listener }] },
  status: { addresses: [{ value }] },
});
const route = (backend: Fields = {}, spec: Fields = {}): Fields => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: at('shop', 'r'),
  spec: {
    parentRefs: [{ namespace: 'edge', name: 'g' }],
    rules: [{ backendRefs: [{ name: 'web', port: 80, ...backend }] }],
    ...spec,
  },
});
const ALL = { allowedRoutes: { namespaces: { from: 'All' } } };

interface Case {
  readonly name: string;
  readonly objects: readonly Fields[];
  readonly assume?: Fields;
  readonly answer: Fields;
}

const NOT = { external: false, via: [], ports: [] };
const PORTS = ['TCP/8080'];

const cases: readonly Case[] = [
  { name: 'a ClusterIP Service', objects: [pod('a'), service()], answer: NOT },
  {
    name: 'a load balancer without an address yet',
    objects: [pod('a'), service({ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false })],
    answer: { external: true, via: ['LoadBalancer:shop/web'], ports: PORTS },
  },
  {
    name: 'a load balancer with a private address, and the node ports that come with it',
    objects: [pod('a'), service({ type: 'LoadBalancer' }, { loadBalancer: { ingress: [{ ip: '10.0.0.7' }] } })],
    answer: { external: true, via: ['LoadBalancer:shop/web', 'NodePort:shop/web'], ports: PORTS, scope: 'private' },
  },
  {
    name: 'source ranges are told',
    objects: [
      pod('a'),
      service({
        type: 'LoadBalancer',
        allocateLoadBalancerNodePorts: false,
        loadBalancerSourceRanges: ['198.51.100.0/24'],
      }),
    ],
    answer: { external: true, via: ['LoadBalancer:shop/web'], ports: PORTS, sources: ['198.51.100.0/24'] },
  },
  {
    name: 'a policy that lets nobody in closes it',
    objects: [pod('a'), service({ type: 'LoadBalancer' }), policy({})],
    answer: NOT,
  },
  {
    name: 'a policy for other ports closes it, one for the port of the pod does not',
    objects: [
      pod('a'),
      service({ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false }),
      policy({ ingress: [{ ports: [{ port: 8080 }] }] }),
    ],
    answer: { external: true, via: ['LoadBalancer:shop/web'], ports: PORTS },
  },
  {
    name: 'a policy for the port of the Service, which no policy ever sees',
    objects: [pod('a'), service({ type: 'LoadBalancer' }), policy({ ingress: [{ ports: [{ port: 80 }] }] })],
    answer: NOT,
  },
  {
    name: 'an external address',
    objects: [pod('a'), service({ externalIPs: ['203.0.113.9'] })],
    answer: { external: true, via: ['ExternalIP:shop/web'], ports: PORTS },
  },
  {
    name: 'a slice says who stands behind a Service, whatever the selector says',
    objects: [
      pod('a'),
      service({ type: 'NodePort', selector: { app: 'none' } }),
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { ...at('shop', 'web-1'), labels: { 'kubernetes.io/service-name': 'web' } },
        ports: [{ port: 9000 }],
        endpoints: [{ addresses: ['10.1.0.5'], targetRef: { kind: 'Pod', namespace: 'shop', name: 'a' } }],
      },
    ],
    answer: { external: true, via: ['NodePort:shop/web'], ports: ['TCP/9000'], scope: 'private' },
  },
  {
    name: 'a host port, and none on loopback',
    objects: [
      pod('a', {
        containers: [
          {
            name: 'c',
            ports: [
              { containerPort: 80, hostPort: 80 },
              { containerPort: 81, hostPort: 81, hostIP: '127.0.0.1' },
            ],
          },
        ],
      }),
    ],
    answer: { external: true, via: ['HostPort:shop/a'], ports: ['TCP/80'], scope: 'private' },
  },
  {
    name: 'the network of a node with a public address, past every policy',
    objects: [
      {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'n' },
        status: { addresses: [{ type: 'ExternalIP', address: '203.0.113.1' }] },
      },
      pod('a', { hostNetwork: true, nodeName: 'n' }),
      policy({}),
    ],
    answer: { external: true, via: ['HostNetwork:shop/a'], ports: PORTS },
  },
  {
    name: 'an Ingress whose controller is not known',
    objects: [pod('a'), service(), ingress],
    answer: { external: true, via: ['Ingress:shop/web'], ports: PORTS },
  },
  {
    name: 'an Ingress, and a policy for pods of the own namespace only',
    objects: [pod('a'), service(), ingress, policy({ ingress: [{ from: [{ podSelector: {} }] }] })],
    answer: NOT,
  },
  {
    name: 'an Ingress, and a policy for every namespace',
    objects: [pod('a'), service(), ingress, policy({ ingress: [{ from: [{ namespaceSelector: {} }] }] })],
    answer: { external: true, via: ['Ingress:shop/web'], ports: PORTS },
  },
  {
    name: 'a route of a Gateway that takes every namespace',
    objects: [pod('a'), service(), gateway(ALL), route()],
    answer: { external: true, via: ['HTTPRoute:shop/r'], ports: PORTS },
  },
  {
    name: 'a Gateway that takes its own namespace only',
    objects: [pod('a'), service(), gateway({}), route()],
    answer: NOT,
  },
  {
    name: 'a Gateway with a private address',
    objects: [pod('a'), service(), gateway(ALL, '10.0.0.7'), route()],
    answer: { external: true, via: ['HTTPRoute:shop/r'], ports: PORTS, scope: 'private' },
  },
  { name: 'a backend without weight', objects: [pod('a'), service(), gateway(ALL), route({ weight: 0 })], answer: NOT },
  {
    name: 'a host name that the listener does not serve',
    objects: [
      pod('a'),
      service(),
      gateway({ ...ALL, hostname: '*.bank.example' }),
      route({}, { hostnames: ['shop.example'] }),
    ],
    answer: NOT,
  },
  {
    name: 'a route without its Gateway',
    objects: [pod('a'), service(), route()],
    answer: { external: true, via: ['HTTPRoute:shop/r'], ports: PORTS },
  },
  {
    name: 'a route without its Gateway, where that is assumed to be no way',
    objects: [pod('a'), service(), route()],
    assume: { gatewayWithoutObject: 'none' },
    answer: NOT,
  },
];

interface Told {
  readonly answers: readonly Fields[];
}

describe('[unit] exposure', () => {
  for (const { name, objects, assume, answer } of cases) {
    it(name, () => {
      const session = new Session(new Store(), assume ?? {});
      expect(session.apply(objects, 'objects')).to.deep.equal([]);
      const told = session.step({ questions: [{ id: 1, kind: 'exposure', workload: 'shop/Pod/a' }] }) as Told;
      expect(told.answers).to.deep.equal([{ id: 1, answer }]);
    });
  }

  it('a backend of another namespace wants a ReferenceGrant', () => {
    const session = new Session(new Store());
    const far = { ...route({ namespace: 'shop' }), metadata: at('far', 'r') };
    session.apply([pod('a'), service(), gateway(ALL), far], 'objects');
    const grant = {
      apiVersion: 'gateway.networking.k8s.io/v1beta1',
      kind: 'ReferenceGrant',
      metadata: at('shop', 'g'),
      spec: {
        from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'far' }],
        to: [{ group: '', kind: 'Service', name: 'web' }],
      },
    };
    const questions = [{ id: 1, kind: 'exposure', workload: 'shop/Pod/a' }];
    const steps = [
      { questions },
      { apply: [grant], questions },
      { delete: [{ kind: 'ReferenceGrant', ...at('shop', 'g') }], questions },
    ];
    const via = steps.map((step) => ((session.step(step) as Told).answers[0]!['answer'] as Fields)['via']);
    expect(via).to.deep.equal([[], ['HTTPRoute:far/r'], []]);
  });
});
