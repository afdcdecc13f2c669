import { isHeadless, typeOf } from '#facts/service.ts';
import { selects } from '#facts/selector.ts';
import type { Index, Inventory, View } from '#model/inventory.ts';
import type { ObjectOf, Pod } from '#model/objects.ts';
import { keyOf } from '#model/ref.ts';
import { isFinished, isTemplate } from '#model/workload.ts';
import { addressesOf, namedPortsOf } from '../network/sources.ts';
import { WORKLOAD_KINDS, podsOfWorkload, workloadOf, type WorkloadKinds } from './workloads.ts';

export type Service = ObjectOf<'Service'>;
type EndpointSlice = ObjectOf<'EndpointSlice'>;
type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number];

const SERVICE_NAME = 'kubernetes.io/service-name';

/** A port of a Service and the port of a pod behind it. */
export interface TargetPort {
  readonly protocol: string;
  /** Of the Service. */
  readonly port: number | undefined;
  readonly name: string | undefined;
  /** Of the pod. */
  readonly target: number;
}

/** What stands behind a Service: a pod, or an address that no pod has. */
export interface Target {
  readonly pod?: Pod;
  readonly ip?: string;
  readonly ports: readonly TargetPort[];
}

export const slicesByService: Index<'EndpointSlice'> = {
  kind: 'EndpointSlice',
  name: 'service',
  of: (slice) => {
    const name = serviceNameOf(slice);
    return name === undefined ? [] : [`${slice.metadata.namespace}/${name}`];
  },
};

/** The Service that a slice is of. */
export function serviceNameOf({ metadata }: EndpointSlice): string | undefined {
  return metadata.labels[SERVICE_NAME];
}

export const slicesByPod: Index<'EndpointSlice'> = {
  kind: 'EndpointSlice',
  name: 'pods',
  of: (slice) => [...new Set((slice.endpoints ?? []).flatMap((endpoint) => podKeyOf(endpoint, slice) ?? []))],
};

/** Slices by the addresses of their endpoints: what a slice made by hand names may be a pod of any namespace. */
export const slicesByAddress: Index<'EndpointSlice'> = {
  kind: 'EndpointSlice',
  name: 'addresses',
  of: ({ endpoints = [] }) => [...new Set(endpoints.flatMap(({ addresses = [] }) => addresses))],
};

export const podsByAddress: Index<'Pod'> = {
  kind: 'Pod',
  name: 'addresses',
  of: (pod) => (pod.spec.hostNetwork === true ? [] : addressesOf(pod)),
};

type Endpoint = NonNullable<EndpointSlice['endpoints']>[number];

function podKeyOf({ targetRef }: Endpoint, { metadata }: EndpointSlice): string | undefined {
  return targetRef?.kind === 'Pod' && targetRef.name !== undefined
    ? `${targetRef.namespace ?? metadata.namespace}/${targetRef.name}`
    : undefined;
}

/** The kinds that targets follow from. */
export type TargetKinds = 'EndpointSlice' | WorkloadKinds;

/**
 * What stands behind a Service: the endpoints of its slices that are ready or serving. Where it has no slice, as in files, the pods that its
 * selector picks.
 */
export function targetsOf(service: Service, inventory: Inventory<TargetKinds>): readonly Target[] {
  if (typeOf(service) === 'ExternalName') return [];
  const slices = inventory.by(slicesByService, keyOf(service.metadata));
  return slices.length > 0
    ? slices.flatMap((slice) => targetsOfSlice(slice, service, inventory))
    : selectedBy(service, inventory).map((pod) => ({ pod, ports: portsOn(pod, service) }));
}

/** Services by the first pair of their selector: a pod asks for each of its labels. */
const servicesByPair: Index<'Service'> = {
  kind: 'Service',
  name: 'first pair of the selector',
  of: ({ metadata, spec }) =>
    Object.entries(spec?.selector ?? {})
      .slice(0, 1)
      .map(pairIn(metadata.namespace)),
};

function pairIn(namespace: string): (pair: readonly [string, string]) => string {
  return ([key, value]) => `${namespace}/${key}=${value}`;
}

/** The Services of a pod's namespace whose selector picks it by its labels. */
export function servicesSelecting({ metadata }: Pod, inventory: Inventory<'Service'>): readonly Service[] {
  return Object.entries(metadata.labels)
    .map(pairIn(metadata.namespace))
    .flatMap((pair) => inventory.by(servicesByPair, pair))
    .filter(({ spec }) => selects({ matchLabels: spec?.selector ?? {} }, metadata.labels));
}

type Selections = Map<string, WeakMap<Service, readonly Pod[]>>;

/** What Services select, by namespace, until something changes there: the exposure of each pod asks for that of every Service near it. */
const selections: View<WorkloadKinds, Selections> = {
  name: 'pods that Services select',
  kinds: WORKLOAD_KINDS,
  open: () => new Map(),
  apply: (known, { ref }) => {
    known.delete(ref.namespace);
  },
};

/** The pods that the selector of a Service picks; an empty one picks none. A template counts where no pod of it runs. */
export function selectedBy(service: Service, inventory: Inventory<WorkloadKinds>): readonly Pod[] {
  const { namespace } = service.metadata;
  const known = inventory.view(selections);
  const near = known.get(namespace) ?? new WeakMap<Service, readonly Pod[]>();
  known.set(namespace, near);
  const pods = near.get(service) ?? selected(service, inventory);
  near.set(service, pods);
  return pods;
}

function selected({ metadata, spec }: Service, inventory: Inventory<WorkloadKinds>): readonly Pod[] {
  const { selector = {} } = spec ?? {};
  if (Object.keys(selector).length === 0) return [];
  return inventory
    .list('Pod', metadata.namespace)
    .filter((pod) => !isFinished(pod) && selects({ matchLabels: selector }, pod.metadata.labels))
    .filter((pod) => !isTemplate(pod) || podsOfWorkload(workloadOf(pod), inventory)?.includes(pod) === true);
}

function portsOn(pod: Pod, service: Service): readonly TargetPort[] {
  return (service.spec?.ports ?? []).flatMap((port) => {
    const target = isHeadless(service) ? port.port : targetOn(pod, port);
    return target === undefined ? [] : [{ protocol: port.protocol ?? 'TCP', port: port.port, name: port.name, target }];
  });
}

/** The port of a pod that a Service port leads to: a number, a name that the pod resolves, else the port itself. */
function targetOn(pod: Pod, { port, targetPort, protocol = 'TCP' }: ServicePort): number | undefined {
  if (typeof targetPort === 'string')
    return namedPortsOf(pod).find((named) => named.name === targetPort && named.protocol === protocol)?.port;
  return targetPort ?? port;
}

function targetsOfSlice(slice: EndpointSlice, service: Service, inventory: Inventory<'Pod'>): readonly Target[] {
  const ports = (slice.ports ?? []).flatMap(({ name = '', protocol = 'TCP', port }) => {
    const stated = (service.spec?.ports ?? []).find((each) => (each.name ?? '') === name);
    return port === undefined ? [] : [{ protocol, port: stated?.port, name: stated?.name, target: port }];
  });
  return (slice.endpoints ?? []).filter(isServing).flatMap((endpoint): readonly Target[] => {
    const key = podKeyOf(endpoint, slice);
    if (key !== undefined) {
      const [namespace = '', name = ''] = key.split('/');
      const pod = inventory.get({ kind: 'Pod', namespace, name });
      if (pod !== undefined) return [{ pod, ports }];
    }
    return (endpoint.addresses ?? []).map((ip) => {
      const [pod] = inventory.by(podsByAddress, ip).filter((each) => !isFinished(each));
      return pod === undefined ? { ip, ports } : { pod, ports };
    });
  });
}

function isServing({ conditions }: Endpoint): boolean {
  return conditions?.ready !== false || conditions.serving === true;
}
