/** One kind of the API: where the server keeps it. */
export interface KindInfo {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Live clusters are asked for PartialObjectMetadata only: values never enter the process. */
  readonly metadataOnly?: true;
  /** Live clusters are asked only for what has these values: metadata do not say them, the server knows. */
  readonly only?: Readonly<Record<string, string>>;
  /** The kind as the API spells it, where two groups have one of that name. */
  readonly apiKind?: string;
  /** Comes with an extension: where the server does not serve it, there are none of it. */
  readonly optional?: true;
}

function clusterPolicyKind(version: string, plural: string): KindInfo {
  return { group: 'policy.networking.k8s.io', version, plural, namespaced: false, optional: true };
}

function gatewayKind(version: string, plural: string): KindInfo {
  return { group: 'gateway.networking.k8s.io', version, plural, namespaced: true, optional: true };
}

function pluginPolicyKind(group: string, version: string, plural: string, namespaced: boolean): KindInfo {
  return { group, version, plural, namespaced, optional: true, metadataOnly: true };
}

function webhookKind(plural: string): KindInfo {
  return { group: 'admissionregistration.k8s.io', version: 'v1', plural, namespaced: false };
}

/** A policy of an engine that guards admission. */
function enginePolicyKind(group: string, version: string, plural: string, namespaced = false): KindInfo {
  return { group, version, plural, namespaced, optional: true };
}

/** The type of the Secrets that hold a token of a service account. */
export const TOKEN_SECRET = 'kubernetes.io/service-account-token';

/** Every kind that a server may serve, in the order in which synchronisation starts: small and much-joined kinds first, pods last. */
const SERVED = {
  Namespace: { group: '', version: 'v1', plural: 'namespaces', namespaced: false },
  Node: { group: '', version: 'v1', plural: 'nodes', namespaced: false },
  LimitRange: { group: '', version: 'v1', plural: 'limitranges', namespaced: true },
  ResourceQuota: { group: '', version: 'v1', plural: 'resourcequotas', namespaced: true },
  ServiceAccount: { group: '', version: 'v1', plural: 'serviceaccounts', namespaced: true },
  ClusterRole: { group: 'rbac.authorization.k8s.io', version: 'v1', plural: 'clusterroles', namespaced: false },
  ClusterRoleBinding: {
    group: 'rbac.authorization.k8s.io',
    version: 'v1',
    plural: 'clusterrolebindings',
    namespaced: false,
  },
  Role: { group: 'rbac.authorization.k8s.io', version: 'v1', plural: 'roles', namespaced: true },
  RoleBinding: { group: 'rbac.authorization.k8s.io', version: 'v1', plural: 'rolebindings', namespaced: true },
  NetworkPolicy: { group: 'networking.k8s.io', version: 'v1', plural: 'networkpolicies', namespaced: true },
  Service: { group: '', version: 'v1', plural: 'services', namespaced: true },
  EndpointSlice: { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices', namespaced: true },
  IngressClass: { group: 'networking.k8s.io', version: 'v1', plural: 'ingressclasses', namespaced: false },
  Ingress: { group: 'networking.k8s.io', version: 'v1', plural: 'ingresses', namespaced: true },
  AdminNetworkPolicy: clusterPolicyKind('v1alpha1', 'adminnetworkpolicies'),
  BaselineAdminNetworkPolicy: clusterPolicyKind('v1alpha1', 'baselineadminnetworkpolicies'),
  ClusterNetworkPolicy: clusterPolicyKind('v1alpha2', 'clusternetworkpolicies'),
  Gateway: gatewayKind('v1', 'gateways'),
  HTTPRoute: gatewayKind('v1', 'httproutes'),
  GRPCRoute: gatewayKind('v1', 'grpcroutes'),
  TLSRoute: gatewayKind('v1alpha2', 'tlsroutes'),
  TCPRoute: gatewayKind('v1alpha2', 'tcproutes'),
  UDPRoute: gatewayKind('v1alpha2', 'udproutes'),
  ReferenceGrant: gatewayKind('v1beta1', 'referencegrants'),
  CiliumNetworkPolicy: pluginPolicyKind('cilium.io', 'v2', 'ciliumnetworkpolicies', true),
  CiliumClusterwideNetworkPolicy: pluginPolicyKind('cilium.io', 'v2', 'ciliumclusterwidenetworkpolicies', false),
  CalicoNetworkPolicy: {
    ...pluginPolicyKind('crd.projectcalico.org', 'v1', 'networkpolicies', true),
    apiKind: 'NetworkPolicy',
  },
  CalicoGlobalNetworkPolicy: {
    ...pluginPolicyKind('crd.projectcalico.org', 'v1', 'globalnetworkpolicies', false),
    apiKind: 'GlobalNetworkPolicy',
  },
  ValidatingWebhookConfiguration: webhookKind('validatingwebhookconfigurations'),
  MutatingWebhookConfiguration: webhookKind('mutatingwebhookconfigurations'),
  KyvernoClusterPolicy: {
    ...enginePolicyKind('kyverno.io', 'v1', 'clusterpolicies'),
    apiKind: 'ClusterPolicy',
  },
  KyvernoPolicy: { ...enginePolicyKind('kyverno.io', 'v1', 'policies', true), apiKind: 'Policy' },
  ImageValidatingPolicy: enginePolicyKind('policies.kyverno.io', 'v1beta1', 'imagevalidatingpolicies'),
  NamespacedImageValidatingPolicy: enginePolicyKind(
    'policies.kyverno.io',
    'v1beta1',
    'namespacedimagevalidatingpolicies',
    true,
  ),
  ClusterImagePolicy: enginePolicyKind('policy.sigstore.dev', 'v1beta1', 'clusterimagepolicies'),
  RatifyVerification: enginePolicyKind('constraints.gatekeeper.sh', 'v1beta1', 'ratifyverification'),
  ClusterAdmissionPolicy: enginePolicyKind('policies.kubewarden.io', 'v1', 'clusteradmissionpolicies'),
  AdmissionPolicy: enginePolicyKind('policies.kubewarden.io', 'v1', 'admissionpolicies', true),
  CertificateSigningRequest: {
    group: 'certificates.k8s.io',
    version: 'v1',
    plural: 'certificatesigningrequests',
    namespaced: false,
    optional: true,
  },
  PeerAuthentication: {
    group: 'security.istio.io',
    version: 'v1',
    plural: 'peerauthentications',
    namespaced: true,
    optional: true,
  },
  PersistentVolume: { group: '', version: 'v1', plural: 'persistentvolumes', namespaced: false },
  PersistentVolumeClaim: { group: '', version: 'v1', plural: 'persistentvolumeclaims', namespaced: true },
  ConfigMap: { group: '', version: 'v1', plural: 'configmaps', namespaced: true, metadataOnly: true },
  Secret: {
    group: '',
    version: 'v1',
    plural: 'secrets',
    namespaced: true,
    metadataOnly: true,
    // No check asks for others: they are neither counted nor named.
    only: { type: TOKEN_SECRET },
  },
  Deployment: { group: 'apps', version: 'v1', plural: 'deployments', namespaced: true },
  StatefulSet: { group: 'apps', version: 'v1', plural: 'statefulsets', namespaced: true },
  DaemonSet: { group: 'apps', version: 'v1', plural: 'daemonsets', namespaced: true },
  CronJob: { group: 'batch', version: 'v1', plural: 'cronjobs', namespaced: true },
  Job: { group: 'batch', version: 'v1', plural: 'jobs', namespaced: true },
  ReplicationController: { group: '', version: 'v1', plural: 'replicationcontrollers', namespaced: true },
  ReplicaSet: { group: 'apps', version: 'v1', plural: 'replicasets', namespaced: true },
  Pod: { group: '', version: 'v1', plural: 'pods', namespaced: true },
} as const satisfies Readonly<Record<string, KindInfo>>;

/** And the cluster itself: a subject as the others are, that every inventory holds and no server serves. */
export const KINDS = {
  ...SERVED,
  Cluster: { group: 'kubeposture.io', version: 'v1alpha1', plural: 'clusters', namespaced: false },
} as const satisfies Readonly<Record<string, KindInfo>>;

/** A kind whose objects the inventory can hold. */
export type Kind = keyof typeof KINDS;

/** The kinds that are served, in the order in which synchronisation starts: all but the cluster itself. */
export const ALL_KINDS = Object.keys(SERVED) as readonly Kind[];

/** The kinds that make pods from a template. */
export const TEMPLATE_KINDS = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Job',
  'CronJob',
] as const satisfies readonly Kind[];

export type TemplateKind = (typeof TEMPLATE_KINDS)[number];

/** The `apiVersion` of a kind as objects spell it: `v1`, `apps/v1`. */
export function apiVersionOf(info: Pick<KindInfo, 'group' | 'version'>): string {
  return info.group === '' ? info.version : `${info.group}/${info.version}`;
}

/** The API group in an `apiVersion`: `''` for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** Whether a word is one of our kinds. */
export function isKind(word: string): word is Kind {
  return Object.hasOwn(KINDS, word);
}

export function isTemplateKind(kind: string): kind is TemplateKind {
  return (TEMPLATE_KINDS as readonly string[]).includes(kind);
}

/** Groups of the past that the same kinds were served under; their paths are the same (Kubernetes deprecated API migration guide). */
const FORMER_GROUPS: Readonly<Record<string, readonly string[]>> = {
  apps: ['extensions'],
  'networking.k8s.io': ['extensions'],
};

/** Our kinds by the word that the API has for them. */
const BY_WORD: ReadonlyMap<string, readonly Kind[]> = Map.groupBy(ALL_KINDS, (kind) => infoOf(kind).apiKind ?? kind);

/** Our kind for an `apiVersion` and `kind` as a manifest states them; undefined when we have none. */
export function kindFor(apiVersion: string, kind: string): Kind | undefined {
  const group = groupOf(apiVersion);
  return BY_WORD.get(kind)?.find((known) => {
    const served = infoOf(known).group;
    return group === served || FORMER_GROUPS[served]?.includes(group) === true;
  });
}

/** What is known of a kind, with all that may be said of one. */
export function infoOf(kind: Kind): KindInfo {
  return KINDS[kind];
}

/** A kind as a live cluster is asked for it. */
export function servedAs(kind: Kind): KindInfo & { readonly kind: Kind; readonly fieldSelector?: string } {
  const { only } = infoOf(kind);
  if (only === undefined) return { kind, ...KINDS[kind] };
  const fieldSelector = Object.entries(only)
    .map(([field, value]) => `${field}=${value}`)
    .join(',');
  return { kind, ...KINDS[kind], fieldSelector };
}
