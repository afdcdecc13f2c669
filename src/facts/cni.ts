import type { ObjectOf, Pod } from '#model/objects.ts';
import { servingContainersOf } from './containers.ts';
import { isOneOf, parseImage } from './image.ts';

/** A network plugin, known by the image of its agents. */
interface Plugin {
  readonly name: string;
  /** Ends of the repositories of its agents' images. */
  readonly images: readonly string[];
  /** Whether it enforces network policies; a word says why that cannot be told. */
  readonly enforces: boolean | string;
  /** An `ipBlock` never matches the address of a pod: what Kubernetes leaves open, others do as the conformance suite has it. */
  readonly blocksPassPods?: true;
  /** Why it cannot be told whether it encrypts what pods send; absent: it does where the Nodes have keys. */
  readonly encryptionUnseen?: string;
}

const CIPHER_IN_CONFIG = 'whether it encrypts is said in a ConfigMap, whose values are not read';
const BY_CLOUD = 'the cloud may encrypt what its machines send';
const IN_CONFIG = 'whether it enforces policies is said in a ConfigMap, whose values are not read';

/** The first that fits a pod counts: a policy agent beside a plugin comes before the plugin alone. */
const PLUGINS: readonly Plugin[] = [
  { name: 'Calico', images: ['calico/node', 'canal'], enforces: true },
  {
    name: 'Cilium',
    images: ['cilium/cilium', 'gke-release/cilium/cilium', 'gke-release/anetd', 'anetd'],
    enforces: true,
    encryptionUnseen: CIPHER_IN_CONFIG,
    blocksPassPods: true,
  },
  {
    name: 'Antrea',
    images: ['antrea/antrea-agent-ubuntu', 'antrea/antrea-agent-ubi', 'antrea/antrea-ubuntu'],
    enforces: true,
    encryptionUnseen: CIPHER_IN_CONFIG,
  },
  { name: 'kube-router', images: ['cloudnativelabs/kube-router'], enforces: true },
  {
    name: 'OVN-Kubernetes',
    images: ['ovn-kubernetes/ovn-kube-ubuntu', 'ovn-kubernetes', 'openshift/origin-ovn-kubernetes'],
    enforces: true,
    encryptionUnseen: CIPHER_IN_CONFIG,
  },
  {
    name: 'Weave Net',
    images: ['weaveworks/weave-npc'],
    enforces: true,
    encryptionUnseen: 'whether it has a password to encrypt with is not seen',
  },
  {
    name: 'kube-network-policies',
    images: ['networking/kube-network-policies', 'kube-network-policies'],
    enforces: true,
    encryptionUnseen: 'it enforces policies and carries no traffic',
  },
  {
    name: 'Azure NPM',
    images: ['containernetworking/azure-npm', 'azure-npm'],
    enforces: true,
    encryptionUnseen: BY_CLOUD,
  },
  {
    name: 'AWS VPC CNI with its policy agent',
    images: ['amazon/aws-network-policy-agent', 'aws-network-policy-agent'],
    enforces: IN_CONFIG,
    encryptionUnseen: BY_CLOUD,
  },
  { name: 'kindnet', images: ['kindest/kindnetd'], enforces: 'only from kind 0.24 on' },
  {
    name: 'flannel',
    images: ['flannel/flannel', 'coreos/flannel', 'flannel-io/flannel'],
    enforces: false,
    encryptionUnseen: CIPHER_IN_CONFIG,
  },
  { name: 'AWS VPC CNI', images: ['amazon-k8s-cni'], enforces: false, encryptionUnseen: BY_CLOUD },
  {
    name: 'Azure CNI',
    images: ['containernetworking/azure-cns', 'azure-cns', 'azure-cni'],
    enforces: false,
    encryptionUnseen: BY_CLOUD,
  },
];

/** kind 0.24 came with kindnetd of this day, the first that enforces. */
const KINDNET_FROM = 20240813;

export type Recognised = Omit<Plugin, 'images'>;

const PLUGIN_IMAGES = PLUGINS.flatMap(({ images }) => images);

/** The network plugin whose agent a pod is. */
export function pluginOf(pod: Pod): Recognised | undefined {
  const images = servingContainersOf(pod.spec).flatMap(({ image }) => image ?? []);
  // Of thousands of pods a few are one.
  if (!images.some((image) => isOneOf(image, PLUGIN_IMAGES))) return undefined;
  const plugin = PLUGINS.find((each) => images.some((image) => isOneOf(image, each.images)));
  if (plugin === undefined) return undefined;
  const { images: _, ...known } = plugin;
  return plugin.name === 'kindnet' ? { ...known, enforces: kindnetEnforces(images) } : known;
}

function kindnetEnforces(images: readonly string[]): boolean | string {
  const days = images
    .map((image) => /^v(\d{8})-/.exec(parseImage(image).tag ?? '')?.[1])
    .filter((day) => day !== undefined);
  const [day] = days;
  return day === undefined ? 'only from kind 0.24 on' : Number(day) >= KINDNET_FROM;
}

/** k3s and RKE2 bring a policy controller inside their agent. */
export function distributionOf({ status }: ObjectOf<'Node'>): Recognised | undefined {
  const name = /\+(k3s|rke2)/.exec(status?.nodeInfo?.kubeletVersion ?? '')?.[1];
  return name === undefined ? undefined : { name, enforces: true };
}

/** Whether policies are enforced, from all that was recognised: one that enforces is enough; nothing recognised is not known. */
export function enforcement(found: readonly Recognised[]): boolean | undefined {
  if (found.some(({ enforces }) => enforces === true)) return true;
  return found.length > 0 && found.every(({ enforces }) => enforces === false) ? false : undefined;
}

/** Whether an `ipBlock` matches pods, as those of the plugins read it that enforce policies. */
export function blocksSelectPods(found: readonly Recognised[]): boolean {
  const enforcing = found.filter(({ enforces }) => enforces !== false);
  return enforcing.length === 0 || enforcing.some(({ blocksPassPods }) => blocksPassPods !== true);
}
