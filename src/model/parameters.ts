import { IMAGE_SCANNERS, type ImageScanner } from './image-scanners.ts';
import { IMAGE_VERIFIERS, type ImageVerifier } from './image-verifiers.ts';
import { ADVISORIES_DATE, COMPONENT_ADVISORIES, type Advisory } from './advisories.ts';

/** The data tables that judgement rests on and that a cluster's owner may change. */
export interface Parameters {
  /** Tags that name another image tomorrow; lower case, compared whole. */
  readonly floatingTags: readonly string[];
  /** Namespaces of the system; a trailing `*` stands for any rest. */
  readonly systemNamespaces: readonly string[];
  /** Namespaces where privileged pods are at home, beside the system's. */
  readonly privilegedNamespaces: readonly string[];
  readonly controlPlaneNamespaces: readonly string[];
  /** Paths of the node that no pod should see: a path with what holds it; with `/*` at its end, also what lies below it. */
  readonly sensitiveHostPaths: readonly string[];
  /** Sockets of container runtimes: names, which count wherever they lie, and paths, which count with what holds them. */
  readonly runtimeSockets: readonly string[];
  /** Where credentials of clouds lie: whole segments anywhere in a path. */
  readonly cloudCredentialPaths: readonly string[];
  /** Paths of the node that may be read, with what lies below them. */
  readonly hostPathSafeReadOnly: readonly string[];
  /** Registries or repositories that images may come from, by whole segments; empty is not configured. */
  readonly allowedRegistries: readonly string[];
  /** Images at home in the namespaces of the system, beside those of the acceptances: whole segments at the end of the repository. */
  readonly knownSystemComponents: readonly string[];
  /** Registries or repositories that get no updates or are about to vanish. */
  readonly retiredRegistries: readonly string[];
  /** Names that ExternalName Services may be another word for; a leading or trailing `*` stands for any rest; empty is not configured. */
  readonly externalNameAllow: readonly string[];
  /** Services, as `namespace/name`, that are meant to be open to everybody. */
  readonly publicEntryPoints: readonly string[];
  /** Names and addresses of the metadata services of clouds. */
  readonly metadataHosts: readonly string[];
  /** Add-ons that are retired or have known flaws. */
  readonly componentAdvisories: readonly Advisory[];
  /** The day when that table was last held against what is known, `2026-11-21`; empty: it does not age. */
  readonly componentAdvisoriesDate: string;
  /** Products that verify images behind webhooks of their own. */
  readonly imageVerifiers: readonly ImageVerifier[];
  /** Products that look into images. */
  readonly imageScanners: readonly ImageScanner[];
  /** How large an image may be: bytes, LEAST_IMAGE_BYTES or more. */
  readonly maxImageBytes: number;
  /** Resources of extensions whose writer makes pods, as `rollouts.argoproj.io`. */
  readonly podTemplateKinds: readonly string[];
  /** Images that make volumes for the drivers of storage, where they run in the namespaces of the system or in `privilegedNamespaces`: whole segments at the end of the repository. */
  readonly csiProvisioners: readonly string[];
  /** Resources of extensions that are network policies. */
  readonly cniPolicyKinds: readonly string[];
  /** Whether `get` is enough to connect to pods: by the version of the server, or as is said. */
  readonly podConnectByGet: PodConnectByGet;
  /** Whether files are a dump of a whole cluster: what they do not hold does not exist. Of a live cluster it says nothing. */
  readonly inputIsComplete: boolean;
  /** How many applications may share a namespace without being asked why. */
  readonly minOwnersForSplit: number;
  /** How long a debug container may run: seconds, as all durations here. */
  readonly debugMaxAge: number;
  /** How long what something refers to may be on its way. */
  readonly danglingGrace: number;
  /** How long something may be there before anybody uses it. */
  readonly unusedGrace: number;
  /** How long ago a token counts as in use. */
  readonly tokenUseWindow: number;
  /** How long a token that a pod asks for may be good. */
  readonly maxTokenSeconds: number;
}

export const POD_CONNECT_BY_GET = ['auto', 'always', 'never'] as const;
export type PodConnectByGet = (typeof POD_CONNECT_BY_GET)[number];

const DAY = 24 * 3600;

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
  sensitiveHostPaths: [
    '/',
    '/var',
    '/usr',
    '/etc/*',
    '/root/*',
    '/home/*',
    '/boot/*',
    '/dev/*',
    '/proc/*',
    '/sys/*',
    '/run/*',
    '/bin/*',
    '/sbin/*',
    '/lib/*',
    '/lib64/*',
    '/usr/bin/*',
    '/usr/sbin/*',
    '/usr/lib/*',
    '/usr/lib64/*',
    '/usr/libexec/*',
    '/usr/local/bin/*',
    '/usr/local/sbin/*',
    '/var/run/*',
    '/var/log/*',
    '/var/spool/cron/*',
    '/var/lib/kubelet/*',
    '/var/lib/etcd/*',
    '/var/lib/docker/*',
    '/var/lib/containerd/*',
    '/var/lib/containers/*',
    '/var/lib/rancher/*',
    '/var/lib/k0s/*',
    '/opt/cni/bin/*',
  ],
  runtimeSockets: [
    'docker.sock',
    'containerd.sock',
    'crio.sock',
    'cri-dockerd.sock',
    'podman.sock',
    'docker_engine',
    'containerd-containerd',
    '/run/docker.sock',
    '/var/run/docker.sock',
    '/run/containerd/containerd.sock',
    '/var/run/containerd/containerd.sock',
    '/run/k3s/containerd/containerd.sock',
    '/var/run/k3s/containerd/containerd.sock',
    '/run/crio/crio.sock',
    '/var/run/crio/crio.sock',
    '/run/cri-dockerd.sock',
    '/var/run/cri-dockerd.sock',
    '/run/podman/podman.sock',
    '/var/run/podman/podman.sock',
  ],
  cloudCredentialPaths: ['azure.json', '.aws', '.azure', '.config/gcloud', 'cloud.conf'],
  hostPathSafeReadOnly: [
    '/etc/localtime',
    '/etc/timezone',
    '/etc/ssl/certs',
    '/etc/ca-certificates',
    '/lib/modules',
    '/usr/lib/modules',
    '/etc/os-release',
    '/etc/machine-id',
  ],
  allowedRegistries: [],
  knownSystemComponents: [
    'eks/coredns',
    'eks/kube-proxy',
    'mirrored-coredns-coredns',
    'k8s-dns-kube-dns',
    'k8s-dns-dnsmasq-nanny',
    'k8s-dns-sidecar',
    'dns/k8s-dns-node-cache',
    'cpa/cluster-proportional-autoscaler',
    'autoscaling/cluster-autoscaler',
    'autoscaling/addon-resizer',
    'autoscaling/vpa-admission-controller',
    'autoscaling/vpa-recommender',
    'autoscaling/vpa-updater',
    'provider-aws/cloud-controller-manager',
    'provider-os/openstack-cloud-controller-manager',
    'cloud-pv-vsphere/cloud-provider-vsphere',
    'kubernetes/azure-cloud-controller-manager',
    'kubernetes/azure-cloud-node-manager',
    'kas-network-proxy/proxy-agent',
    'kas-network-proxy/proxy-server',
    'node-problem-detector/node-problem-detector',
    'kube-state-metrics/kube-state-metrics',
    'mirrored-metrics-server',
    'sig-storage/csi-attacher',
    'sig-storage/csi-provisioner',
    'sig-storage/csi-resizer',
    'sig-storage/csi-snapshotter',
    'sig-storage/snapshot-controller',
    'rancher/local-path-provisioner',
    'kindest/local-path-provisioner',
    'k8s-minikube/storage-provisioner',
    'rancher/klipper-helm',
    'rancher/klipper-lb',
    'calico/kube-controllers',
    'calico/typha',
    'calico/apiserver',
    'cilium/operator',
    'cilium/operator-generic',
    'cilium/hubble-relay',
    'eks/aws-load-balancer-controller',
    'kube-vip/kube-vip',
  ],
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
  componentAdvisories: COMPONENT_ADVISORIES,
  componentAdvisoriesDate: ADVISORIES_DATE,
  imageVerifiers: IMAGE_VERIFIERS,
  imageScanners: IMAGE_SCANNERS,
  maxImageBytes: 1024 ** 3,
  podTemplateKinds: [
    'rollouts.argoproj.io',
    'workflows.argoproj.io',
    'services.serving.knative.dev',
    'taskruns.tekton.dev',
    'pipelineruns.tekton.dev',
    'jobsets.jobset.x-k8s.io',
    'rayclusters.ray.io',
    'rayjobs.ray.io',
    'sparkapplications.sparkoperator.k8s.io',
    'clonesets.apps.kruise.io',
    'deploymentconfigs.apps.openshift.io',
  ],
  csiProvisioners: [
    'sig-storage/csi-provisioner',
    'k8scsi/csi-provisioner',
    'kubernetes-csi/csi-provisioner',
    'kubernetes-csi/external-provisioner',
    'csi-components/csi-provisioner',
    'longhornio/csi-provisioner',
  ],
  cniPolicyKinds: [
    'ciliumnetworkpolicies.cilium.io',
    'ciliumclusterwidenetworkpolicies.cilium.io',
    'networkpolicies.crd.projectcalico.org',
    'globalnetworkpolicies.crd.projectcalico.org',
    'networkpolicies.projectcalico.org',
    'globalnetworkpolicies.projectcalico.org',
    'adminnetworkpolicies.policy.networking.k8s.io',
    'baselineadminnetworkpolicies.policy.networking.k8s.io',
    'clusternetworkpolicies.policy.networking.k8s.io',
  ],
  podConnectByGet: 'auto',
  inputIsComplete: false,
  minOwnersForSplit: 5,
  debugMaxAge: DAY,
  danglingGrace: 300,
  unusedGrace: 7 * DAY,
  tokenUseWindow: 30 * DAY,
  maxTokenSeconds: DAY,
};

/** The newest minor of Kubernetes whose rules we know: what files are judged by when nobody names a version. */
export const NEWEST_MINOR = 37;
