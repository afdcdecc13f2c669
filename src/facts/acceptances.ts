import type { CheckId, Context, Problem } from '#model/check.ts';
import type { Pod } from '#model/objects.ts';
import { fitsAny } from '#model/pattern.ts';
import { isMirror } from '#model/workload.ts';
import { containersOf } from './containers.ts';
import { isOneOf } from './image.ts';
import { isPrivilegedNamespace } from './namespace.ts';

/** A part of the platform that cannot do its work otherwise (checks-catalogue 1.8). */
interface Acceptance {
  readonly reason: string;
  /** Every image of the pod is one of these: whole segments at the end of its repository, below any registry. */
  readonly images: readonly string[];
  /** Only as a static pod of a control-plane namespace; else where privileged pods are at home. */
  readonly isStatic?: true;
  /** The checks, each with the one aspect that is accepted, or `all`. */
  readonly checks: Readonly<Partial<Record<CheckId, string>>>;
}

function all(...checks: readonly CheckId[]): Acceptance['checks'] {
  return Object.fromEntries(checks.map((check) => [check, 'all']));
}

const CONTAINMENT: readonly CheckId[] = [
  'KP-POD-014',
  'KP-POD-015',
  'KP-POD-016',
  'KP-POD-017',
  'KP-POD-018',
  'KP-POD-019',
];

export const ACCEPTANCES: readonly Acceptance[] = [
  {
    reason: 'a static pod of the control plane',
    images: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'],
    isStatic: true,
    checks: all('KP-POD-004', 'KP-POD-006', 'KP-POD-007', 'KP-POD-008', ...CONTAINMENT, 'KP-POD-026', 'KP-POD-027'),
  },
  {
    reason: 'kube-proxy or a CNI agent sets up the network of its node',
    images: [
      'kube-proxy',
      'calico/node',
      'calico/cni',
      'calico/pod2daemon-flexvol',
      'cilium/cilium',
      'antrea/antrea-agent-ubuntu',
      'flannel/flannel',
      'flannel/flannel-cni-plugin',
      'cloudnativelabs/kube-router',
      'weaveworks/weave-kube',
      'weaveworks/weave-npc',
      'kindest/kindnetd',
      'amazon-k8s-cni',
      'amazon-k8s-cni-init',
      'amazon/aws-network-policy-agent',
    ],
    checks: all(
      'KP-POD-001',
      'KP-POD-004',
      'KP-POD-006',
      'KP-POD-007',
      'KP-POD-009',
      'KP-POD-010',
      'KP-POD-012',
      'KP-POD-013',
      ...CONTAINMENT,
    ),
  },
  {
    reason: 'a CSI node plug-in mounts volumes for the pods of its node',
    images: [
      'sig-storage/csi-node-driver-registrar',
      'sig-storage/livenessprobe',
      'sig-storage/hostpathplugin',
      'sig-storage/nfsplugin',
      'sig-storage/smbplugin',
      'ebs-csi-driver/aws-ebs-csi-driver',
      'eks-distro/kubernetes-csi/node-driver-registrar',
      'eks-distro/kubernetes-csi/livenessprobe',
      'cloud-provider-gcp/gcp-compute-persistent-disk-csi-driver',
      'kubernetes-csi/azuredisk-csi',
      'kubernetes-csi/azurefile-csi',
      'cephcsi/cephcsi',
      'csi-secrets-store/driver',
      'provider-os/cinder-csi-plugin',
    ],
    checks: all('KP-POD-001', 'KP-POD-006', 'KP-POD-007', 'KP-POD-009'),
  },
  {
    reason: 'an agent for logs or metrics reads what its node says',
    images: [
      'fluent/fluent-bit',
      'fluent/fluentd',
      'fluent/fluentd-kubernetes-daemonset',
      'grafana/promtail',
      'grafana/alloy',
      'beats/filebeat',
      'timberio/vector',
      'prom/node-exporter',
      'prometheus/node-exporter',
    ],
    checks: { 'KP-POD-004': 'all', 'KP-POD-006': 'readOnly', 'KP-POD-007': 'logDir' },
  },
  {
    reason: 'the DNS or the metrics of the cluster as they are shipped',
    images: ['coredns/coredns', 'metrics-server/metrics-server'],
    checks: all('KP-SA-004', 'KP-NET-002'),
  },
];

/** Why a problem of a pod is accepted without anybody having said so; undefined where it is not. A name alone proves nothing. */
export function acceptanceOf(
  pod: Pod,
  check: CheckId,
  { aspect }: Pick<Problem, 'aspect'>,
  context: Context,
): string | undefined {
  return ACCEPTANCES.find(
    (each) => (each.checks[check] === 'all' || each.checks[check] === (aspect ?? '')) && isOf(pod, each, context),
  )?.reason;
}

/** Whether a pod is a part of the platform of which something is accepted. */
export function isOfPlatform(pod: Pod, context: Context): boolean {
  return ACCEPTANCES.some((each) => isOf(pod, each, context));
}

function isOf(pod: Pod, { images, isStatic }: Acceptance, { parameters }: Context): boolean {
  const { namespace } = pod.metadata;
  const isAtHome =
    isStatic === true
      ? isMirror(pod) && fitsAny(namespace, parameters.controlPlaneNamespaces)
      : isPrivilegedNamespace(namespace, parameters);
  const slots = containersOf(pod.spec);
  return isAtHome && slots.length > 0 && slots.every(({ container }) => isOneOf(container.image ?? '', images));
}
