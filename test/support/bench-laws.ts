import { ADMISSION_BODIES } from './admission-bodies.ts';
import { SCAN_BODIES } from './scan-bodies.ts';
import { OF_MASTERS } from './certificate-requests.ts';
/** What laws over any JSON share: valid manifests of every kind, and hostile values grafted into them. */
import fc from 'fast-check';
import type { Raw } from '#inventory/shrink.ts';
import { ALL_KINDS, KINDS, apiVersionOf, infoOf, type Kind } from '#model/kinds.ts';

const container = {
  name: 'app',
  image: 'registry.example:5000/web:latest',
  command: ['sh', '-c', 'exec kube-apiserver --anonymous-auth=true'],
  args: ['--a=b'],
  env: [{ name: 'A', value: 'b', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
  envFrom: [{ secretRef: { name: 's' } }],
  volumeMounts: [{ name: 'v', mountPath: '/v', readOnly: true }],
  securityContext: { privileged: true, runAsUser: 0, capabilities: { add: ['SYS_ADMIN'], drop: ['ALL'] } },
};
const podSpec = {
  containers: [container],
  initContainers: [container],
  serviceAccountName: 'web',
  automountServiceAccountToken: true,
  hostNetwork: false,
  nodeSelector: { 'kubernetes.io/os': 'linux' },
  securityContext: { runAsNonRoot: false, runAsUser: 1 },
  volumes: [
    { name: 'v', hostPath: { path: '/' } },
    { name: 'kube-api-access-abcde', projected: { sources: [{ serviceAccountToken: { audience: 'x' } }] } },
    { name: 'c', persistentVolumeClaim: { claimName: 'c' } },
  ],
};
const template = { metadata: { labels: { app: 'web' }, annotations: { a: 'b' } }, spec: podSpec };
const rules = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: ['x'], nonResourceURLs: ['/'] }];
const selector = { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] };
const binding = {
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'x' },
  subjects: [
    { kind: 'ServiceAccount', namespace: 'a', name: 'web' },
    { kind: 'Group', name: 'system:authenticated' },
  ],
};
const policyPeers = [
  { podSelector: selector, namespaceSelector: selector },
  { ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } },
];
const policyPorts = [{ protocol: 'TCP', port: 80, endPort: 90 }, { port: 'http' }];
const namespacedPods = { namespaceSelector: selector, podSelector: selector };
const clusterPeers = [
  { namespaces: selector },
  { pods: namespacedPods },
  { nodes: selector },
  { networks: ['10.0.0.0/8'] },
  { domainNames: ['x.example'] },
];
const clusterPolicy = {
  spec: {
    tier: 'Admin',
    priority: 5,
    subject: { pods: namespacedPods, namespaces: selector },
    ingress: [
      { action: 'Deny', from: clusterPeers.slice(0, 2), ports: [{ portNumber: { protocol: 'TCP', port: 80 } }] },
    ],
    egress: [
      {
        action: 'Accept',
        to: clusterPeers,
        ports: [{ portRange: { protocol: 'TCP', start: 1, end: 9 } }, { namedPort: 'http' }],
        protocols: [
          { tcp: { destinationPort: { number: 80 } } },
          { udp: { destinationPort: { range: { start: 1, end: 9 } } } },
          { sctp: {} },
          { destinationNamedPort: 'http' },
        ],
      },
    ],
  },
};
const backend = { service: { name: 'x', port: { number: 80, name: 'http' } }, serviceName: 'x', servicePort: 80 };
const route = {
  spec: {
    hostnames: ['x.example'],
    parentRefs: [
      { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace: 'a', name: 'x', sectionName: 'l', port: 80 },
    ],
    rules: [
      {
        backendRefs: [{ group: '', kind: 'Service', namespace: 'a', name: 'x', port: 80, weight: 1 }],
        filters: [{ type: 'RequestRedirect' }],
      },
    ],
  },
};
const address = { type: 'IPAddress', value: '203.0.113.9' };
const gateway = {
  spec: {
    gatewayClassName: 'x',
    addresses: [address],
    listeners: [
      {
        name: 'l',
        hostname: '*.example',
        port: 443,
        protocol: 'HTTPS',
        tls: { mode: 'Terminate' },
        allowedRoutes: { namespaces: { from: 'Selector', selector }, kinds: [{ group: 'g', kind: 'HTTPRoute' }] },
      },
    ],
  },
  status: { addresses: [address] },
};
const withTemplate = { spec: { replicas: 1, selector, template } };

const exception = {
  spec: {
    checks: ['KP-POD-001', 'host-network'],
    subjects: { kinds: ['Pod'], names: ['x*'], matchLabels: { app: 'web' }, containers: ['app'] },
    reason: 'a migration',
    owner: 'team-x',
    expires: '2026-12-31T00:00:00Z',
  },
  status: {
    state: 'Active',
    message: '',
    matchedFindings: 1,
    lastMatched: '2026-06-01T00:00:00Z',
    observedGeneration: 1,
    conditions: [
      {
        type: 'Effective',
        status: 'True',
        reason: 'Active',
        message: '',
        observedGeneration: 1,
        lastTransitionTime: '2026-06-01T00:00:00Z',
      },
    ],
  },
};

const AMOUNTS = { cpu: 1, memory: '1Gi', 'ephemeral-storage': '1Gi' };

/** A valid body of each kind, with every field that some shape reads. */
const BODIES: Readonly<Record<Kind, Raw>> = {
  Namespace: {},
  Node: {
    spec: { providerID: 'aws:///x' },
    status: {
      nodeInfo: { kubeletVersion: 'v1.36.0' },
      addresses: [{ type: 'ExternalIP', address: '203.0.113.9' }],
      images: [{ names: ['registry.example/web:1'], sizeBytes: 1024 ** 3 }],
    },
  },
  LimitRange: {
    spec: {
      limits: [{ type: 'Container', default: AMOUNTS, defaultRequest: AMOUNTS, max: AMOUNTS }],
    },
  },
  ResourceQuota: {
    spec: {
      hard: { pods: '9' },
      scopes: ['BestEffort'],
      scopeSelector: { matchExpressions: [{ scopeName: 'BestEffort', operator: 'Exists' }] },
    },
  },
  SecurityException: exception,
  ClusterSecurityException: exception,
  ServiceAccount: { automountServiceAccountToken: false },
  ClusterRole: { rules, aggregationRule: { clusterRoleSelectors: [selector] } },
  ClusterRoleBinding: binding,
  Role: { rules },
  RoleBinding: binding,
  NetworkPolicy: {
    spec: {
      podSelector: selector,
      policyTypes: ['Ingress'],
      ingress: [{ from: policyPeers, ports: policyPorts }],
      egress: [{ to: policyPeers, ports: policyPorts }],
    },
  },
  Service: {
    spec: {
      type: 'LoadBalancer',
      clusterIP: '10.0.0.1',
      selector: { app: 'web' },
      ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 'http', nodePort: 30080 }],
      externalIPs: ['203.0.113.9'],
      externalName: 'x.example',
      externalTrafficPolicy: 'Local',
      loadBalancerClass: 'x',
      loadBalancerSourceRanges: ['10.0.0.0/8'],
      allocateLoadBalancerNodePorts: false,
    },
    status: { loadBalancer: { ingress: [{ ip: '203.0.113.9', hostname: 'x.example' }] } },
  },
  EndpointSlice: {
    addressType: 'IPv4',
    ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
    endpoints: [
      { addresses: ['10.0.0.9'], conditions: { ready: true, serving: true }, targetRef: { kind: 'Pod', name: 'x' } },
    ],
  },
  IngressClass: { spec: { controller: 'k8s.io/ingress-nginx' } },
  Ingress: {
    spec: {
      ingressClassName: 'x',
      defaultBackend: backend,
      backend,
      rules: [{ host: 'x.example', http: { paths: [{ backend }] } }],
      tls: [{ hosts: ['x.example'], secretName: 's' }],
    },
  },
  AdminNetworkPolicy: clusterPolicy,
  BaselineAdminNetworkPolicy: clusterPolicy,
  ClusterNetworkPolicy: clusterPolicy,
  Gateway: gateway,
  HTTPRoute: route,
  GRPCRoute: route,
  TLSRoute: route,
  TCPRoute: route,
  UDPRoute: route,
  PeerAuthentication: { spec: { mtls: { mode: 'STRICT' } } },
  ReferenceGrant: {
    spec: { from: [{ group: 'g', kind: 'k', namespace: 'a' }], to: [{ group: '', kind: 'Service', name: 'x' }] },
  },
  ApiResource: { spec: { group: 'example.com', names: { plural: 'widgets' }, scope: 'Namespaced' } },
  CiliumNetworkPolicy: {},
  CiliumClusterwideNetworkPolicy: {},
  CalicoNetworkPolicy: {},
  CalicoGlobalNetworkPolicy: {},
  ...ADMISSION_BODIES,
  CertificateSigningRequest: {
    spec: { request: OF_MASTERS.utf8only, signerName: 'example.com/x', usages: ['client auth'] },
    status: { conditions: [{ type: 'Approved', status: 'True' }] },
  },
  PersistentVolume: { spec: { hostPath: { path: '/' }, local: { path: '/' }, claimRef: { name: 'c' } } },
  PersistentVolumeClaim: { spec: { volumeName: 'x' } },
  ConfigMap: { data: { a: 'b' }, binaryData: { c: 'ZA==' } },
  Secret: { type: 'Opaque', data: { a: 'Yg==' }, stringData: { c: 'd' } },
  Deployment: withTemplate,
  StatefulSet: withTemplate,
  DaemonSet: withTemplate,
  CronJob: { spec: { schedule: '@daily', jobTemplate: { spec: { template } } } },
  Job: withTemplate,
  ReplicationController: withTemplate,
  DeploymentConfig: withTemplate,
  PodTemplate: {},
  ReplicaSet: withTemplate,
  Pod: { spec: podSpec, status: { phase: 'Running', containerStatuses: [{ name: 'app', imageID: 'x@sha256:1' }] } },
  ...SCAN_BODIES,
  Endpoints: {},
  HorizontalPodAutoscaler: {},
  PodDisruptionBudget: {},
  Lease: {},
  CSIStorageCapacity: {},
  Cluster: {},
};

/** A valid object of a kind. */
export function validObject(kind: Kind, name = 'x'): Raw {
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'x', uid: 'u', controller: true }];
  const metadata = {
    name,
    ...(KINDS[kind].namespaced ? { namespace: 'a' } : {}),
    uid: `uid-${kind}`,
    labels: { app: 'web' },
    annotations: { 'kubernetes.io/config.mirror': 'x', other: 'y' },
    ...(kind === 'Pod' ? { ownerReferences } : {}),
  };
  return { apiVersion: apiVersionOf(KINDS[kind]), kind: infoOf(kind).apiKind ?? kind, metadata, ...BODIES[kind] };
}

export const kindOf = fc.constantFrom(...ALL_KINDS);

/** Words that mean something to the language or to us, where a hostile object would put them. */
const words = fc.constantFrom(
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'length',
  '',
  '/',
  'a/b',
  '*',
  '\u0000',
  '\ud800',
  '\u202e',
  '%s',
  '../..',
  'x'.repeat(2000),
);
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  words,
  fc.array(words, { maxLength: 4 }),
  fc.dictionary(words, fc.oneof(words, fc.jsonValue({ maxDepth: 1 })), { maxKeys: 4 }),
  fc.constantFrom(null, 0, -1, 1e308, true, [], {}, [[]], [null], [{}]),
);

/** Puts a value somewhere into an object, as a random walk goes: over a field, over an item, or as a new field. */
export function grafted(object: unknown, value: unknown, walk: readonly number[]): unknown {
  const [step, ...rest] = walk;
  if (step === undefined || typeof object !== 'object' || object === null) return value;
  const keys = Object.keys(object);
  const key = keys[step % Math.max(1, keys.length)];
  if (key === undefined) return value;
  const inner = (object as Readonly<Record<string, unknown>>)[key];
  const changed = grafted(inner, value, rest);
  return Array.isArray(object)
    ? object.map((item: unknown, index) => (String(index) === key ? changed : item))
    : { ...object, [key]: changed };
}

export const walk = fc.array(fc.nat({ max: 11 }), { minLength: 1, maxLength: 9 });

/** Valid objects into which hostile values were grafted, as JSON gives them. */
export const hostileObject: fc.Arbitrary<{ readonly kind: Kind; readonly raw: Raw }> = fc
  .record({ kind: kindOf, grafts: fc.array(fc.tuple(walk, hostileValue), { minLength: 1, maxLength: 3 }) })
  .map(({ kind, grafts }) => {
    const raw = grafts.reduce<unknown>((object, [way, value]) => grafted(object, value, way), validObject(kind));
    return { kind, raw: JSON.parse(JSON.stringify(raw)) as Raw };
  });
