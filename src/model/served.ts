/** Under which name and version a group serves a kind. */
export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

/** One kind of the API: where the server keeps it. */
export interface KindInfo extends GroupVersion {
  /** Where servers of another age keep it, with the fields that we read in the same places: the best first, after the one above. */
  readonly also?: readonly GroupVersion[];
  readonly plural: string;
  readonly namespaced: boolean;
  /** Live clusters are asked for PartialObjectMetadata only: values never enter the process. */
  readonly metadataOnly?: true;
  /** Live clusters are asked only for what has these values: metadata do not say them, the server knows. */
  readonly only?: Readonly<Record<string, string>>;
  /** The kind as the API spells it, where two groups have one of that name. */
  readonly apiKind?: string;
  /** Objects that are asked for at once where lists come in pages: fewer than usual of large ones. */
  readonly pageSize?: number;
  /** Comes with an extension: where the server does not serve it, there are none of it. */
  readonly optional?: true;
  /** Live clusters are not asked for objects of it: what there is, discovery tells to everybody. */
  readonly discovered?: true;
}

function clusterPolicyKind(version: string, plural: string): KindInfo {
  return { group: 'policy.networking.k8s.io', version, plural, namespaced: false, optional: true };
}

const GATEWAY = 'gateway.networking.k8s.io';

/** Their fields have kept their places from v1alpha2 on; `older` are the versions that there were, the newest first. */
function gatewayKind(plural: string, ...older: readonly string[]): KindInfo {
  const also = older.map((version) => ({ group: GATEWAY, version }));
  return { group: GATEWAY, version: 'v1', also, plural, namespaced: true, optional: true };
}

/** Calico keeps its policies as CRDs of its own group; from 3.32 on it can do without them and serve these alone. */
const CALICO_V3: readonly GroupVersion[] = [{ group: 'projectcalico.org', version: 'v3' }];

function pluginPolicyKind(group: string, version: string, plural: string, namespaced: boolean): KindInfo {
  return { group, version, plural, namespaced, optional: true, metadataOnly: true };
}

/** Of an installation that is older than exceptions there are none. */
function exceptionKind(plural: string): Omit<KindInfo, 'namespaced'> {
  return { group: 'kubeposture.io', version: 'v1alpha1', plural, optional: true };
}

/** A server without them, as one before 1.30 and that of the demo are, asks none. */
function guardKind(plural: string): KindInfo {
  return { group: 'admissionregistration.k8s.io', version: 'v1', plural, namespaced: false, optional: true };
}

/** A policy of an engine that guards admission, in the versions whose fields are the same, the newest first. */
function enginePolicyKind(
  group: string,
  [version, ...older]: readonly [string, ...string[]],
  plural: string,
): KindInfo {
  const also = older.map((each) => ({ group, version: each }));
  return { group, version, also, plural, namespaced: false, optional: true };
}

/** A kind of which only counts that there is one, where files show it: no cluster is asked for it. */
function countedKind(group: string, version: string, plural: string): KindInfo {
  return { group, version, plural, namespaced: true, metadataOnly: true };
}

/** A report of trivy-operator on an image: up to a megabyte each. */
function trivyKind(plural: string): KindInfo {
  return {
    group: 'aquasecurity.github.io',
    version: 'v1alpha1',
    plural,
    namespaced: true,
    optional: true,
    pageSize: 20,
  };
}

/** The type of the Secrets that hold a token of a service account. */
export const TOKEN_SECRET = 'kubernetes.io/service-account-token';

/** Every kind that a server may serve, in the order in which synchronisation starts: small and much-joined kinds first, pods and what others report of them last. */
export const SERVED = {
  Namespace: { group: '', version: 'v1', plural: 'namespaces', namespaced: false },
  // A resource that the API has beside the core group: as discovery tells it, and in files as a CustomResourceDefinition brings it.
  ApiResource: {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    plural: 'customresourcedefinitions',
    namespaced: false,
    apiKind: 'CustomResourceDefinition',
    discovered: true,
  },
  Node: { group: '', version: 'v1', plural: 'nodes', namespaced: false },
  LimitRange: { group: '', version: 'v1', plural: 'limitranges', namespaced: true },
  ResourceQuota: { group: '', version: 'v1', plural: 'resourcequotas', namespaced: true },
  SecurityException: { ...exceptionKind('securityexceptions'), namespaced: true },
  ClusterSecurityException: { ...exceptionKind('clustersecurityexceptions'), namespaced: false },
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
  Gateway: gatewayKind('gateways', 'v1beta1', 'v1alpha2'),
  HTTPRoute: gatewayKind('httproutes', 'v1beta1', 'v1alpha2'),
  GRPCRoute: gatewayKind('grpcroutes', 'v1alpha2'),
  TLSRoute: gatewayKind('tlsroutes', 'v1alpha3', 'v1alpha2'),
  TCPRoute: gatewayKind('tcproutes', 'v1alpha2'),
  UDPRoute: gatewayKind('udproutes', 'v1alpha2'),
  ReferenceGrant: gatewayKind('referencegrants', 'v1beta1', 'v1alpha2'),
  CiliumNetworkPolicy: pluginPolicyKind('cilium.io', 'v2', 'ciliumnetworkpolicies', true),
  CiliumClusterwideNetworkPolicy: pluginPolicyKind('cilium.io', 'v2', 'ciliumclusterwidenetworkpolicies', false),
  CalicoNetworkPolicy: {
    ...pluginPolicyKind('crd.projectcalico.org', 'v1', 'networkpolicies', true),
    also: CALICO_V3,
    apiKind: 'NetworkPolicy',
  },
  CalicoGlobalNetworkPolicy: {
    ...pluginPolicyKind('crd.projectcalico.org', 'v1', 'globalnetworkpolicies', false),
    also: CALICO_V3,
    apiKind: 'GlobalNetworkPolicy',
  },
  ValidatingWebhookConfiguration: guardKind('validatingwebhookconfigurations'),
  MutatingWebhookConfiguration: guardKind('mutatingwebhookconfigurations'),
  ValidatingAdmissionPolicy: guardKind('validatingadmissionpolicies'),
  ValidatingAdmissionPolicyBinding: guardKind('validatingadmissionpolicybindings'),
  K8sPSPPrivilegedContainer: enginePolicyKind(
    'constraints.gatekeeper.sh',
    ['v1beta1', 'v1alpha1'],
    'k8spspprivilegedcontainer',
  ),
  KyvernoClusterPolicy: {
    ...enginePolicyKind('kyverno.io', ['v1', 'v2beta1'], 'clusterpolicies'),
    apiKind: 'ClusterPolicy',
  },
  KyvernoPolicy: {
    ...enginePolicyKind('kyverno.io', ['v1', 'v2beta1'], 'policies'),
    namespaced: true,
    apiKind: 'Policy',
  },
  ImageValidatingPolicy: enginePolicyKind(
    'policies.kyverno.io',
    ['v1', 'v1beta1', 'v1alpha1'],
    'imagevalidatingpolicies',
  ),
  NamespacedImageValidatingPolicy: {
    ...enginePolicyKind('policies.kyverno.io', ['v1', 'v1beta1'], 'namespacedimagevalidatingpolicies'),
    namespaced: true,
  },
  ClusterImagePolicy: enginePolicyKind('policy.sigstore.dev', ['v1beta1', 'v1alpha1'], 'clusterimagepolicies'),
  RatifyVerification: enginePolicyKind('constraints.gatekeeper.sh', ['v1beta1', 'v1alpha1'], 'ratifyverification'),
  ClusterAdmissionPolicy: enginePolicyKind('policies.kubewarden.io', ['v1', 'v1alpha2'], 'clusteradmissionpolicies'),
  AdmissionPolicy: {
    ...enginePolicyKind('policies.kubewarden.io', ['v1', 'v1alpha2'], 'admissionpolicies'),
    namespaced: true,
  },
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
    also: [{ group: 'security.istio.io', version: 'v1beta1' }],
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
  DeploymentConfig: {
    group: 'apps.openshift.io',
    version: 'v1',
    plural: 'deploymentconfigs',
    namespaced: true,
    optional: true,
  },
  CronJob: { group: 'batch', version: 'v1', plural: 'cronjobs', namespaced: true },
  Job: { group: 'batch', version: 'v1', plural: 'jobs', namespaced: true },
  ReplicationController: { group: '', version: 'v1', plural: 'replicationcontrollers', namespaced: true },
  ReplicaSet: { group: 'apps', version: 'v1', plural: 'replicasets', namespaced: true },
  Pod: { group: '', version: 'v1', plural: 'pods', namespaced: true },
  PodTemplate: countedKind('', 'v1', 'podtemplates'),
  Endpoints: countedKind('', 'v1', 'endpoints'),
  HorizontalPodAutoscaler: countedKind('autoscaling', 'v2', 'horizontalpodautoscalers'),
  PodDisruptionBudget: countedKind('policy', 'v1', 'poddisruptionbudgets'),
  Lease: countedKind('coordination.k8s.io', 'v1', 'leases'),
  CSIStorageCapacity: countedKind('storage.k8s.io', 'v1', 'csistoragecapacities'),
  VulnerabilityReport: trivyKind('vulnerabilityreports'),
  ExposedSecretReport: trivyKind('exposedsecretreports'),
  SbomReport: { ...trivyKind('sbomreports'), metadataOnly: true },
  VulnerabilityManifestSummary: {
    group: 'spdx.softwarecomposition.kubescape.io',
    version: 'v1beta1',
    plural: 'vulnerabilitymanifestsummaries',
    namespaced: true,
    optional: true,
  },
} as const satisfies Readonly<Record<string, KindInfo>>;
