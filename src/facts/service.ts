import type { ObjectOf } from '#model/objects.ts';

type Service = ObjectOf<'Service'>;

/** The annotations by which clouds make a load balancer internal, with the values that do; `undefined`: any value but `false`. */
const INTERNAL: Readonly<Record<string, readonly string[] | undefined>> = {
  'service.beta.kubernetes.io/aws-load-balancer-internal': undefined,
  'service.beta.kubernetes.io/aws-load-balancer-scheme': ['internal'],
  'networking.gke.io/load-balancer-type': ['internal'],
  'cloud.google.com/load-balancer-type': ['internal'],
  'service.beta.kubernetes.io/azure-load-balancer-internal': ['true'],
  'service.beta.kubernetes.io/openstack-internal-load-balancer': ['true'],
  'service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type': ['intranet'],
  'service.beta.kubernetes.io/oci-load-balancer-internal': ['true'],
  'service.beta.kubernetes.io/do-loadbalancer-network': ['internal'],
  'service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type': ['private'],
  'load-balancer.hetzner.cloud/disable-public-network': ['true'],
};

/** The old spelling of loadBalancerSourceRanges. */
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';

/** Whether an annotation keeps the load balancer inside the private network of the cloud. */
export function isInternal({ metadata }: Service): boolean {
  return Object.entries(INTERNAL).some(([key, values]) => {
    const value = metadata.annotations[key]?.toLowerCase();
    return value !== undefined && (values === undefined ? value !== 'false' : values.includes(value));
  });
}

/** The addresses that a load balancer lets in; empty is everybody. */
export function sourceRangesOf({ metadata, spec }: Service): readonly string[] {
  const stated = spec?.loadBalancerSourceRanges ?? [];
  if (stated.length > 0) return stated;
  const noted = (metadata.annotations[SOURCE_RANGES] ?? '').split(',').map((range) => range.trim());
  return noted.filter((range) => range !== '');
}

export function typeOf({ spec }: Service): string {
  return spec?.type ?? 'ClusterIP';
}

export function isHeadless({ spec }: Service): boolean {
  return spec?.clusterIP === 'None';
}

/** Whether the Service has a port open on every node. */
export function hasNodePorts(service: Service): boolean {
  const type = typeOf(service);
  return type === 'NodePort' || (type === 'LoadBalancer' && service.spec?.allocateLoadBalancerNodePorts !== false);
}
