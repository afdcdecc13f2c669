import { flag, list, map, moment, number, or, struct, text, type Reader, type Shaped } from './shape.ts';

const NONE: Readonly<Record<string, string>> = Object.freeze(Object.create(null) as Record<string, string>);

/** By these a service account is a role of a cloud: Amazon, Google, Azure, Alibaba. */
export const CLOUD_IDENTITIES = [
  'eks.amazonaws.com/role-arn',
  'iam.gke.io/gcp-service-account',
  'azure.workload.identity/client-id',
  'pod-identity.alibabacloud.com/role-name',
] as const;

/** Network plugins that encrypt with WireGuard write the public key of a Node on it: Calico, and Cilium where it annotates Nodes. */
export const WIREGUARD_KEYS = ['projectcalico.org/WireguardPublicKey', 'network.cilium.io/wg-pub-key'] as const;

/** Kubescape: the image that a summary is about. */
export const SCANNED_IMAGE = 'kubescape.io/image-id';

/** Of a PersistentVolume: the driver whose provisioner made it. */
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';

/** The annotations that some check or the ownership rules read; every other annotation stops at the shrinker. */
export const KEPT_ANNOTATIONS = [
  ...CLOUD_IDENTITIES,
  'kubernetes.io/service-account.name',
  'kubernetes.io/config.mirror',
  'kubeposture.io/cluster-scope-reason',
  'kubernetes.io/ingress.class',
  'ingressclass.kubernetes.io/is-default-class',
  'service.beta.kubernetes.io/aws-load-balancer-internal',
  'service.beta.kubernetes.io/aws-load-balancer-scheme',
  'networking.gke.io/load-balancer-type',
  'cloud.google.com/load-balancer-type',
  'service.beta.kubernetes.io/azure-load-balancer-internal',
  'service.beta.kubernetes.io/openstack-internal-load-balancer',
  'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type',
  'service.beta.kubernetes.io/oci-load-balancer-internal',
  'service.beta.kubernetes.io/do-loadbalancer-network',
  'service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type',
  'load-balancer.hetzner.cloud/disable-public-network',
  'service.beta.kubernetes.io/load-balancer-source-ranges',
  'alb.ingress.kubernetes.io/certificate-arn',
  'networking.gke.io/managed-certificates',
  'ingress.gcp.kubernetes.io/pre-shared-cert',
  'appgw.ingress.kubernetes.io/appgw-ssl-certificate',
  ...WIREGUARD_KEYS,
  SCANNED_IMAGE,
  PROVISIONED_BY,
  'linkerd.io/inject',
  'config.linkerd.io/default-inbound-policy',
] as const;
/** Beside AppArmor, what ingress controllers copy into the configuration of their proxy. */
const KEPT_ANNOTATION_PREFIXES = [
  'container.apparmor.security.beta.kubernetes.io/',
  'nginx.ingress.kubernetes.io/',
  'nginx.org/',
  'nginx.com/',
  'haproxy-ingress.github.io/',
  'haproxy.org/',
];

/** The value of a label: null is the empty string here, as the API server reads it; so is, with a note, what is no string. */
const value = or(text, '');

/** A map of labels; absent is empty. */
export const labels = or(map(value), NONE);

export const annotations = or(
  map(
    value,
    (key) =>
      (KEPT_ANNOTATIONS as readonly string[]).includes(key) ||
      KEPT_ANNOTATION_PREFIXES.some((prefix) => key.startsWith(prefix)),
  ),
  NONE,
);

const ownerReference = struct({
  apiVersion: or(text, ''),
  kind: or(text, ''),
  name: or(text, ''),
  uid: text,
  controller: flag,
});

/** Who made an object and manages it. */
export type OwnerReference = Shaped<typeof ownerReference>;

export const metadata = struct({
  name: or(text, ''),
  generateName: text,
  /** `''` for cluster-scoped objects. */
  namespace: or(text, ''),
  uid: text,
  creationTimestamp: moment,
  /** Counts the changes of what is neither metadata nor status. */
  generation: number,
  labels,
  annotations,
  ownerReferences: list(ownerReference),
});

export type Metadata = Shaped<typeof metadata>;

/** The metadata of kinds of which there are many and whose labels hardly anybody reads: with these labels alone. */
export function labelsAmong(names: readonly string[]): Reader<Metadata | undefined> {
  const few = or(
    map(value, (key) => names.includes(key)),
    NONE,
  );
  return struct({ name: or(text, ''), namespace: or(text, ''), labels: few, annotations });
}

export const unlabelled = labelsAmong([]);

/** The owner that manages the object, if one does: at most one reference has `controller: true`. */
export function controllerOf(object: { readonly metadata: Metadata }): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}
