/** What laws over any JSON share: valid manifests of every kind, and hostile values grafted into them. */
import fc from 'fast-check';
import type { Raw } from '#inventory/shrink.ts';
import { ALL_KINDS, KINDS, apiVersionOf, type Kind } from '#model/kinds.ts';

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
const withTemplate = { spec: { replicas: 1, selector, template } };

const AMOUNTS = { cpu: 1, memory: '1Gi', 'ephemeral-storage': '1Gi' };

/** A valid body of each kind, with every field that some shape reads. */
const BODIES: Readonly<Record<Kind, Raw>> = {
  Namespace: {},
  Node: { status: { nodeInfo: { kubeletVersion: 'v1.36.0' } } },
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
  ServiceAccount: { automountServiceAccountToken: false },
  ClusterRole: { rules, aggregationRule: { clusterRoleSelectors: [selector] } },
  ClusterRoleBinding: binding,
  Role: { rules },
  RoleBinding: binding,
  NetworkPolicy: { spec: { podSelector: selector, policyTypes: ['Ingress'], ingress: [{}], egress: [{}] } },
  Service: { spec: { type: 'ClusterIP', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] } },
  EndpointSlice: { endpoints: [{ conditions: { ready: true }, targetRef: { kind: 'Pod', name: 'x' } }] },
  Ingress: { spec: { ingressClassName: 'x', defaultBackend: {}, rules: [{ host: 'x.example' }] } },
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
  ReplicaSet: withTemplate,
  Pod: { spec: podSpec, status: { phase: 'Running' } },
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
  return { apiVersion: apiVersionOf(KINDS[kind]), kind, metadata, ...BODIES[kind] };
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
