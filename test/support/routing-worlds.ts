/** Small worlds of what leads traffic to pods: few names, so that routes, Services, slices and pods meet. */
import fc from 'fast-check';
import type { Manifest } from '#model/check.ts';
import { KINDS, apiVersionOf, type Kind } from '#model/kinds.ts';
import { ROUTE_KINDS } from '#analysis/exposure/gateways.ts';

type Fields = Readonly<Record<string, unknown>>;

const namespace = fc.constantFrom('a', 'a', 'a', 'b');
const name = fc.constantFrom('x', 'x', 'y');
const labels = fc.constantFrom({ app: 'p' }, { app: 'p' }, { app: 'q' });

function of(
  kind: Kind,
  fields: fc.Arbitrary<Fields>,
  metadata: fc.Arbitrary<Fields> = fc.constant({}),
): fc.Arbitrary<Manifest> {
  return fc.tuple(namespace, name, fields, metadata).map(([where, named, rest, more]) => ({
    apiVersion: apiVersionOf(KINDS[kind]),
    kind,
    metadata: { name: named, ...(KINDS[kind].namespaced ? { namespace: where } : {}), ...more },
    ...rest,
  }));
}

const images = fc.constantFrom(
  'web:1',
  'web:1',
  'grafana/grafana:1',
  'registry.k8s.io/ingress-nginx/controller:v1',
  'calico/node:v3',
  'flannel/flannel:v1',
  'cilium/cilium:v1',
);
export const pod = of(
  'Pod',
  fc
    .record({
      image: images,
      hostPort: fc.constantFrom(undefined, undefined, 80),
      nodeName: fc.constantFrom(undefined, 'x', 'y'),
      podIP: fc.constantFrom('10.1.0.5', '10.1.0.9'),
      hostNetwork: fc.constantFrom(undefined, undefined, undefined, true),
    })
    .map(({ image, hostPort, nodeName, podIP, hostNetwork }) => ({
      spec: {
        nodeName,
        hostNetwork,
        containers: [{ name: 'app', image, ports: [{ name: 'web', containerPort: 3000, hostPort }] }],
      },
      status: { phase: 'Running', podIP },
    })),
  fc.record({
    labels,
    ownerReferences: fc.constantFrom(undefined, [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'x', controller: true },
    ]),
  }),
);

export const service = of(
  'Service',
  fc.record({
    spec: fc.record({
      type: fc.constantFrom('ClusterIP', 'ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'),
      selector: fc.constantFrom({ app: 'p' }, { app: 'p' }, { app: 'q' }, undefined),
      ports: fc.constantFrom(
        [{ port: 80, targetPort: 'web' }],
        [{ port: 80, targetPort: 3000 }],
        [{ name: 'w', port: 81 }],
      ),
      externalIPs: fc.constantFrom(undefined, undefined, ['203.0.113.9']),
      externalName: fc.constantFrom(undefined, 'localhost'),
      externalTrafficPolicy: fc.constantFrom(undefined, 'Local'),
      loadBalancerSourceRanges: fc.constantFrom(undefined, ['10.0.0.0/8']),
      clusterIP: fc.constantFrom(undefined, undefined, 'None'),
    }),
    status: fc.constantFrom(undefined, { loadBalancer: { ingress: [{ ip: '10.9.9.9' }] } }),
  }),
);

export const slice = of(
  'EndpointSlice',
  fc.record({
    ports: fc.constantFrom([{ port: 3000 }], [{ name: 'w', port: 3000 }]),
    endpoints: fc.array(
      fc.record({
        addresses: fc.constantFrom(['10.1.0.5'], ['10.1.0.9'], ['192.0.2.7']),
        conditions: fc.constantFrom(undefined, { ready: false }),
        targetRef: fc.constantFrom(undefined, { kind: 'Pod', name: 'x' }, { kind: 'Pod', name: 'y' }),
      }),
      { maxLength: 2 },
    ),
  }),
  name.map((of) => ({ labels: { 'kubernetes.io/service-name': of } })),
);

const port = fc.constantFrom({ number: 80 }, { number: 81 }, { name: 'w' });
const backend = fc.record({ service: fc.record({ name, port }) });
export const ingress = of(
  'Ingress',
  fc.record({
    spec: fc.record({
      ingressClassName: fc.constantFrom(undefined, 'x', 'nginx'),
      defaultBackend: fc.option(backend, { nil: undefined }),
      rules: fc.array(
        backend.map((each) => ({ host: 'h.example', http: { paths: [{ backend: each }] } })),
        { maxLength: 1 },
      ),
      tls: fc.constantFrom(undefined, [{ hosts: ['h.example'] }]),
    }),
  }),
  fc.constantFrom({}, { annotations: { 'nginx.ingress.kubernetes.io/server-snippet': 'x' } }),
);
export const ingressClass = of(
  'IngressClass',
  fc.record({
    spec: fc.record({ controller: fc.constantFrom('k8s.io/ingress-nginx', 'traefik.io/ingress-controller') }),
  }),
  fc.constantFrom({}, { annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } }),
);

export const gateway = of(
  'Gateway',
  fc.record({
    spec: fc.record({
      listeners: fc.array(
        fc.record({
          name: fc.constantFrom('l', 'm'),
          port: fc.constantFrom(80, 443),
          protocol: fc.constantFrom('HTTP', 'HTTPS', 'TCP', 'TLS'),
          hostname: fc.constantFrom(undefined, '*.example'),
          allowedRoutes: fc.constantFrom(
            undefined,
            { namespaces: { from: 'All' } },
            { namespaces: { from: 'Selector', selector: { matchLabels: { app: 'p' } } } },
          ),
        }),
        { minLength: 1, maxLength: 2 },
      ),
    }),
    status: fc.constantFrom(
      undefined,
      { addresses: [{ value: '10.9.9.9' }] },
      { addresses: [{ value: '203.0.113.9' }] },
    ),
  }),
);

const routeFields = fc.record({
  spec: fc.record({
    hostnames: fc.constantFrom(undefined, ['h.example']),
    parentRefs: fc.array(
      fc.record({ name, namespace: fc.constantFrom(undefined, 'b'), sectionName: fc.constantFrom(undefined, 'l') }),
      { maxLength: 1 },
    ),
    rules: fc.array(
      fc.record({
        backendRefs: fc.array(
          fc.record({
            name,
            port: fc.constantFrom(80, 81),
            namespace: fc.constantFrom(undefined, 'b'),
            weight: fc.constantFrom(undefined, 0),
          }),
          { maxLength: 1 },
        ),
        filters: fc.constantFrom(undefined, [{ type: 'RequestRedirect' }]),
      }),
      { maxLength: 1 },
    ),
  }),
});
export const route = fc.oneof(
  { weight: 3, arbitrary: of('HTTPRoute', routeFields) },
  ...ROUTE_KINDS.map((kind) => of(kind, routeFields)),
);
export const grant = of(
  'ReferenceGrant',
  fc.constant({
    spec: {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'a' }],
      to: [{ group: '', kind: 'Service' }],
    },
  }),
  fc.constant({ namespace: 'b' }),
);

export const node = of(
  'Node',
  fc.record({
    spec: fc.constantFrom({}, { providerID: 'aws:///x' }),
    status: fc.record({
      addresses: fc.constantFrom(
        [{ type: 'InternalIP', address: '10.0.0.9' }],
        [{ type: 'ExternalIP', address: '203.0.113.9' }],
      ),
      nodeInfo: fc.constantFrom({ kubeletVersion: 'v1.36.0' }, { kubeletVersion: 'v1.36.0+k3s1' }),
    }),
  }),
);
