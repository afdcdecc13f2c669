/** The data tables that judgement rests on and that a cluster's owner may change (checks-catalogue 1.7). */
export interface Parameters {
  /** Tags that name another image tomorrow; lower case, compared whole. */
  readonly floatingTags: readonly string[];
  /** Namespaces of the system; a trailing `*` stands for any rest. */
  readonly systemNamespaces: readonly string[];
  /** Namespaces where privileged pods are at home, beside the system's. */
  readonly privilegedNamespaces: readonly string[];
  readonly controlPlaneNamespaces: readonly string[];
  /** Registries or repositories that images may come from, by whole segments; empty is not configured. */
  readonly allowedRegistries: readonly string[];
  /** Registries or repositories that get no updates or are about to vanish. */
  readonly retiredRegistries: readonly string[];
  /** Names that ExternalName Services may be another word for; a leading or trailing `*` stands for any rest; empty is not configured. */
  readonly externalNameAllow: readonly string[];
  /** Services, as `namespace/name`, that are meant to be open to everybody. */
  readonly publicEntryPoints: readonly string[];
  /** Names and addresses of the metadata services of clouds. */
  readonly metadataHosts: readonly string[];
}

export const DEFAULT_PARAMETERS: Parameters = {
  floatingTags: ['latest', 'stable', 'main', 'master', 'edge', 'nightly', 'dev'],
  systemNamespaces: [
    'kube-system',
    'kube-public',
    'kube-node-lease',
    'openshift-*',
    'cattle-*',
    'gke-*',
    'calico-system',
    'tigera-operator',
    'kube-flannel',
  ],
  privilegedNamespaces: [],
  controlPlaneNamespaces: [
    'kube-system',
    'openshift-kube-apiserver',
    'openshift-kube-controller-manager',
    'openshift-kube-scheduler',
    'openshift-etcd',
  ],
  allowedRegistries: [],
  retiredRegistries: [
    'k8s.gcr.io',
    'gcr.io/google_containers',
    'gcr.io/google-containers',
    'docker.pkg.github.com',
    'docker.io/bitnamilegacy',
  ],
  externalNameAllow: [],
  publicEntryPoints: [],
  metadataHosts: [
    '169.254.169.254',
    'fd00:ec2::254',
    '168.63.129.16',
    '100.100.100.200',
    'metadata.google.internal',
    'metadata.azure.internal',
  ],
};

/** The newest minor of Kubernetes whose rules we know: what files are judged by when nobody names a version. */
export const NEWEST_MINOR = 37;
