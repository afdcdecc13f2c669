import type { Manifest } from '#model/check.ts';
import { CLUSTER } from '#model/cluster.ts';
import { momentText } from '#model/moment.ts';

/**
 * Manifests for examples. Each builder gives an object that passes every check; an example tweaks one thing, which proves that its check
 * fires alone.
 */
type Fields = Readonly<Record<string, unknown>>;

/** When examples are judged: noon of 2026-06-01 UTC, in seconds since 1970. */
export const TODAY = 1_780_315_200;

/** A time as objects state it, so many seconds before examples are judged. */
export function ago(seconds: number): string {
  return momentText(TODAY - seconds);
}

/** The object as the API server holds it, made so many seconds before examples are judged. */
export function aged(seconds: number, manifest: Manifest): Manifest {
  return { ...manifest, metadata: { ...manifest.metadata, creationTimestamp: ago(seconds) } };
}

const IMAGE = `registry.example/shop/web:1.4.2@sha256:${'0123456789abcdef'.repeat(4)}`;

/** Resources that leave nothing open. */
export const BOUNDED = {
  requests: { cpu: '100m', memory: '64Mi' },
  limits: { cpu: '500m', memory: '128Mi', 'ephemeral-storage': '1Gi' },
};

/** A resource that an extension brings. */
export function aResource(group: string, plural: string, scope: string): Manifest {
  return { kind: 'ApiResource', metadata: { name: `${plural}.${group}` }, spec: { group, names: { plural }, scope } };
}

/** The cluster itself, as the subject of an example: what is around it makes the difference. */
export const THE_CLUSTER: Manifest = { kind: CLUSTER.kind, metadata: CLUSTER.metadata };

/** A container that passes everything. */
export function aContainer(tweak: Fields = {}): Fields {
  return {
    name: 'app',
    image: IMAGE,
    resources: BOUNDED,
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    ...tweak,
  };
}

/** A container with a tweaked security context. */
export function confined(tweak: Fields): Fields {
  const clean = aContainer();
  return { ...clean, securityContext: { ...(clean['securityContext'] as Fields), ...tweak } };
}

interface PodTweak {
  readonly metadata?: Fields;
  readonly container?: Fields;
  readonly spec?: Fields;
}

export function aPodSpec({ container = aContainer(), spec = {} }: PodTweak = {}): Fields {
  return {
    automountServiceAccountToken: false,
    serviceAccountName: 'web',
    securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container],
    ...spec,
  };
}

export function aPod(tweak: PodTweak = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' }, ...tweak.metadata },
    spec: aPodSpec(tweak),
  };
}

export function aDeployment(tweak: PodTweak = {}): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' }, ...tweak.metadata }, spec: aPodSpec(tweak) },
    },
  };
}

/** The labels of a namespace that lets nothing in but what meets the strictest level. */
export const RESTRICTED = {
  'pod-security.kubernetes.io/enforce': 'restricted',
  'pod-security.kubernetes.io/audit': 'restricted',
  'pod-security.kubernetes.io/warn': 'restricted',
};

export function aNamespace(metadata: Fields = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop', labels: RESTRICTED, ...metadata },
  };
}

/** A quota that leaves nothing open. */
export function aQuota(spec: Fields = {}): Manifest {
  const hard = {
    pods: '50',
    'requests.cpu': '8',
    'requests.memory': '16Gi',
    'limits.cpu': '16',
    'limits.memory': '32Gi',
  };
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'bounds', namespace: 'shop' },
    spec: { hard, ...spec },
  };
}

/** A policy that isolates every pod of its namespace in both directions. */
export function aPolicy(spec: Fields = {}): Manifest {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'default-deny', namespace: 'shop' },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ...spec },
  };
}

export function aServiceAccount(tweak: Fields = {}): Manifest {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'web', namespace: 'shop' }, ...tweak };
}

export function aService(spec: Fields = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
  };
}

/** An Ingress that leads `web.shop.example` to the Service `web`, with TLS. */
export function anIngress(spec: Fields = {}, host = 'web.shop.example'): Manifest {
  const backend = { service: { name: 'web', port: { number: 80 } } };
  const rules = [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }];
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { rules, tls: [{ hosts: [host], secretName: 'web' }], ...spec },
  };
}

/** A Gateway with one listener: HTTPS for one host. */
export function aGateway(listener: Fields = {}): Manifest {
  const https = { name: 'web', port: 443, protocol: 'HTTPS', hostname: 'web.shop.example', tls: { mode: 'Terminate' } };
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'edge', namespace: 'shop' },
    spec: { gatewayClassName: 'edge', listeners: [{ ...https, ...listener }] },
  };
}

/** A route of the Gateway `edge` to the Service `web`. */
export function anHttpRoute(spec: Fields = {}): Manifest {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { parentRefs: [{ name: 'edge' }], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }], ...spec },
  };
}

export function aNode(address: Fields, kubeletVersion = 'v1.36.1'): Manifest {
  const status = { addresses: [address], nodeInfo: { kubeletVersion } };
  return { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, status };
}

/** A node of a cloud. */
/** A Node that says by its label that it runs Windows. */
export function aWindowsNode(): Manifest {
  const labels = { 'kubernetes.io/os': 'windows' };
  return { ...aNode({ type: 'InternalIP', address: '10.0.0.9' }), metadata: { name: 'n1', labels } };
}

export function aNodeOn(providerID: string): Manifest {
  return { ...aNode({ type: 'InternalIP', address: '10.0.0.9' }), spec: { providerID } };
}

/** An agent of the platform that runs this image. */
export function anAgent(image: string): Manifest {
  const pinned = `${image}@sha256:${'0123456789abcdef'.repeat(4)}`;
  return aPod({
    metadata: { name: 'agent', namespace: 'kube-system', labels: { app: 'agent' } },
    container: { ...aContainer(), image: pinned },
  });
}

/** A LimitRange that gives containers what they do not say. */
export function aLimitRange(limit: Fields = {}): Manifest {
  const { limits, requests } = BOUNDED;
  return {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'defaults', namespace: 'shop' },
    spec: { limits: [{ type: 'Container', default: limits, defaultRequest: requests, max: limits, ...limit }] },
  };
}

export const READ_PODS = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] };
export const EVERYTHING = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };

const RBAC = 'rbac.authorization.k8s.io';

export function aRole(...rules: readonly Fields[]): Manifest {
  return { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { name: 'web', namespace: 'shop' }, rules };
}

export function aClusterRole(...rules: readonly Fields[]): Manifest {
  return { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name: 'web' }, rules };
}

interface BindingTweak {
  readonly role?: { readonly kind: 'Role' | 'ClusterRole'; readonly name: string };
  readonly subjects?: readonly Fields[];
  readonly metadata?: Fields;
}

export const WEB_ACCOUNT = { kind: 'ServiceAccount', name: 'web', namespace: 'shop' };

export function group(name: string): Fields {
  return { apiGroup: RBAC, kind: 'Group', name };
}

export function user(name: string): Fields {
  return { apiGroup: RBAC, kind: 'User', name };
}

export function aRoleBinding({
  role = { kind: 'Role', name: 'web' },
  subjects = [WEB_ACCOUNT],
  metadata,
}: BindingTweak = {}): Manifest {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'web', namespace: 'shop', ...metadata },
    roleRef: { apiGroup: RBAC, ...role },
    subjects,
  };
}

export function aClusterRoleBinding({
  role = { kind: 'ClusterRole', name: 'web' },
  subjects = [WEB_ACCOUNT],
  metadata,
}: BindingTweak = {}): Manifest {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'web', ...metadata },
    roleRef: { apiGroup: RBAC, ...role },
    subjects,
  };
}

/** A service account that is as good as cluster-admin, with what makes it so. */
export function strongAccount(namespace: string): readonly Manifest[] {
  return [
    aServiceAccount({ metadata: { name: 'robot', namespace } }),
    { ...aClusterRole({ apiGroups: [''], resources: ['users'], verbs: ['impersonate'] }), metadata: { name: 'actor' } },
    aClusterRoleBinding({
      role: { kind: 'ClusterRole', name: 'actor' },
      subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace }],
      metadata: { name: 'actor' },
    }),
  ];
}

/** An API server as kubeadm runs it, started with these flags beside the usual ones. */
export function anApiServer(...flags: readonly string[]): Manifest {
  const labels = { component: 'kube-apiserver', tier: 'control-plane' };
  const container = {
    name: 'kube-apiserver',
    image: IMAGE,
    command: ['kube-apiserver', '--secure-port=6443', ...flags],
  };
  return aPod({
    metadata: {
      name: 'kube-apiserver-node-1',
      namespace: 'kube-system',
      labels,
      annotations: { 'kubernetes.io/config.mirror': '1d8e' },
    },
    container: { ...aContainer(), ...container },
  });
}
