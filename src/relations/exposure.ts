import { exposureOf, type Exposure, type ExposureKinds } from '#analysis/exposure/exposure.ts';
import { ROUTE_KINDS, statedBackends, type Route } from '#analysis/exposure/gateways.ts';
import { backendsOfIngress, controllerPods, doors, type Backend } from '#analysis/exposure/ingresses.ts';
import { podsByAddress, selectedBy, serviceNameOf, targetsOf, type Service } from '#analysis/exposure/targets.ts';
import { podsByWorkload, workloadOf } from '#analysis/exposure/workloads.ts';
import type { NetworkKinds } from '#analysis/network/view.ts';
import type { Network } from '#analysis/network/engine.ts';
import { typeOf } from '#facts/service.ts';
import { sides, type ChangeOf, type Index, type Inventory, type View } from '#model/inventory.ts';
import type { Kind } from '#model/kinds.ts';
import type { ObjectOf, Pod } from '#model/objects.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';
import { isEnforced, movesDistributions, movesPlugins, networkIn } from './cni.ts';
import { podsSelectedBy } from './network.ts';

type Kinds = ExposureKinds | NetworkKinds;

/** Pods that open ports of their node. */
const podsWithHostPorts: Index<'Pod'> = {
  kind: 'Pod',
  name: 'host ports',
  of: ({ spec }) =>
    spec.containers.some(({ ports = [] }) => ports.some(({ hostPort = 0 }) => hostPort > 0)) ? ['yes'] : [],
};

/** The pods that look like one, of the same owner: they are judged as one, so they are exposed as one. */
export function alike(pod: Pod, inventory: Inventory<'Pod'>): readonly Pod[] {
  const siblings = inventory
    .by(podsByWorkload, workloadOf(pod))
    .filter(({ spec, metadata }) => spec === pod.spec && metadata.labels === pod.metadata.labels);
  return siblings.length === 0 ? [pod] : siblings;
}

interface Told {
  /** Of every pod that was asked for, and of those alike. */
  of: WeakMap<Pod, Exposure>;
}

/** How pods are exposed, until something changes that this follows from: a check and a trait ask, of each of fifty replicas. */
const exposures: View<OfExposure, Told> = {
  name: 'exposure of pods',
  // Called when all is defined: the kinds are those of the relation.
  get kinds() {
    return exposureOfPod.reads as readonly OfExposure[];
  },
  open: () => ({ of: new WeakMap() }),
  apply: (told) => {
    told.of = new WeakMap();
  },
};

export const exposureOfPod = defineRelation({
  subject: 'Pod',
  name: 'Services, EndpointSlices, Ingresses, Gateways and routes that lead to the pod, and the policies on it',
  related: (pod, inventory: Inventory<OfExposure>): readonly Exposure[] => {
    const told = inventory.view(exposures).of;
    const known = told.get(pod);
    if (known !== undefined) return [known];
    const siblings = alike(pod, inventory);
    const exposure = exposureOf(siblings, inventory, guardIn(inventory));
    for (const sibling of siblings) told.set(sibling, exposure);
    return [exposure];
  },
  affected: {
    Service: (change, inventory) => behindServices(change, inventory),
    EndpointSlice: (change, inventory) => behindSlices(change, inventory),
    Ingress: (change, inventory) => behind(sides(change).flatMap(backendsOfIngress), inventory),
    IngressClass: (_change, inventory) => routed(inventory),
    Gateway: (_change, inventory) => routed(inventory),
    ReferenceGrant: (_change, inventory) => routed(inventory),
    HTTPRoute: behindRoute,
    GRPCRoute: behindRoute,
    TLSRoute: behindRoute,
    TCPRoute: behindRoute,
    UDPRoute: behindRoute,
    Namespace: ({ ref }, inventory) => [...routed(inventory), ...inventory.list('Pod', ref.name).map(refOf)],
    Node: (change, inventory) =>
      movesDistributions(change, inventory) ? inventory.list('Pod').map(refOf) : onNodes(inventory),
    Pod: (change, inventory) => afterPod(change, inventory),
    ReplicaSet: () => [],
    Job: () => [],
    NetworkPolicy: podsSelectedBy,
    AdminNetworkPolicy: podsSelectedBy,
    BaselineAdminNetworkPolicy: podsSelectedBy,
    ClusterNetworkPolicy: podsSelectedBy,
  },
});

function behindServices(change: ChangeOf<'Service'>, inventory: Inventory<Kinds>): readonly Ref<'Pod'>[] {
  const own = sides(change).flatMap((service) => podsBehind(service, inventory));
  // It may be the door of an ingress controller.
  const isDoor = sides(change).some(
    (service) => typeOf(service) !== 'ClusterIP' || (service.spec?.externalIPs ?? []).length > 0,
  );
  return isDoor ? [...own, ...routed(inventory)] : own;
}

function podsBehind(service: Service, inventory: Inventory<Kinds>): readonly Ref<'Pod'>[] {
  const found = targetsOf(service, inventory).flatMap(({ pod }) => pod ?? []);
  return [...found, ...selectedBy(service, inventory)].map(refOf);
}

function behindSlices(change: ChangeOf<'EndpointSlice'>, inventory: Inventory<Kinds>): readonly Ref<'Pod'>[] {
  const named = sides(change).flatMap(({ metadata, endpoints = [] }) =>
    endpoints.flatMap(({ targetRef }): readonly Ref<'Pod'>[] =>
      targetRef?.kind === 'Pod' && targetRef.name !== undefined
        ? [{ kind: 'Pod', namespace: targetRef.namespace ?? metadata.namespace, name: targetRef.name }]
        : [],
    ),
  );
  const services = sides(change).flatMap((slice): readonly Service[] => {
    const name = serviceNameOf(slice);
    const service =
      name === undefined ? undefined : inventory.get({ kind: 'Service', namespace: slice.metadata.namespace, name });
    return service === undefined ? [] : [service];
  });
  const selected = services.flatMap((service) => podsBehind(service, inventory));
  const addressed = sides(change).flatMap((slice) => byAddress(slice, inventory));
  const routes = services.some((service) => typeOf(service) !== 'ClusterIP')
    ? routedIfDoor(sides(change), inventory)
    : [];
  return [...named, ...selected, ...addressed, ...routes];
}

/** Endpoints without a reference may have the address of a pod of any namespace. */
function byAddress({ endpoints = [] }: ObjectOf<'EndpointSlice'>, inventory: Inventory<'Pod'>): readonly Ref<'Pod'>[] {
  return endpoints
    .filter(({ targetRef }) => targetRef === undefined)
    .flatMap(({ addresses = [] }) => addresses)
    .flatMap((ip) => inventory.by(podsByAddress, ip))
    .map(refOf);
}

function routedIfDoor(
  slices: readonly ObjectOf<'EndpointSlice'>[],
  inventory: Inventory<Kinds>,
): readonly Ref<'Pod'>[] {
  const names = new Set(
    slices.flatMap(({ endpoints = [] }) => endpoints.flatMap(({ targetRef }) => targetRef?.name ?? [])),
  );
  const isDoor = inventory.by(controllerPods, 'yes').some(({ metadata }) => names.has(metadata.name));
  return isDoor ? routed(inventory) : [];
}

function behindRoute(change: ChangeOf<Route['kind']>, inventory: Inventory<Kinds>): readonly Ref<'Pod'>[] {
  return behind(sides(change).flatMap(statedBackends), inventory);
}

function behind(backends: readonly Backend[], inventory: Inventory<Kinds>): readonly Ref<'Pod'>[] {
  return backends.flatMap(({ namespace, service: name }) => {
    const service = inventory.get({ kind: 'Service', namespace, name });
    return service === undefined ? [] : podsBehind(service, inventory);
  });
}

/** Every pod behind an Ingress or a route. */
function routed(inventory: Inventory<Kinds>): readonly Ref<'Pod'>[] {
  const routes = ROUTE_KINDS.flatMap((kind): readonly Route[] => inventory.list(kind));
  const backends = [...inventory.list('Ingress').flatMap(backendsOfIngress), ...routes.flatMap(statedBackends)];
  return behind(backends, inventory);
}

/** Every pod that may be reached by a port of a node, or behind a door that may. */
function onNodes(inventory: Inventory<Kinds>): readonly Ref<'Pod'>[] {
  const own = inventory.by(podsWithHostPorts, 'yes').map(refOf);
  return [
    ...own,
    ...inventory.by(doors, 'yes').flatMap((service) => podsBehind(service, inventory)),
    ...routed(inventory),
  ];
}

/** Another pod matters where it is the agent of a network plugin, the pod of an ingress controller, or has an address that a slice names. */
function afterPod(change: ChangeOf<'Pod'>, inventory: Inventory<Kinds>): readonly Ref<'Pod'>[] {
  if (movesPlugins(change, inventory)) return inventory.list('Pod').map(refOf);
  return sides(change).some((pod) => controllerPods.of(pod).length > 0) ? routed(inventory) : [];
}

/** The kinds of `exposureOfPod`. */
export type OfExposure = Kinds | 'ReplicaSet' | 'Job';

/** The network where its policies are enforced for certain; else policies are no guard. */
export function guardIn(inventory: Inventory<Kinds>): Network | undefined {
  return isEnforced(inventory) === true ? networkIn(inventory) : undefined;
}

type Affected<S extends Kind, R extends Kind> = {
  readonly [K in OfExposure]: (change: ChangeOf<K>, inventory: Inventory<OfExposure | S | R>) => readonly Ref<S>[];
};

/** One answer for a change of any kind that exposure follows from; it may look at the kinds `R` too. */
export function onExposure<S extends Kind, R extends Kind = never>(
  of: (change: ChangeOf<Kind>, inventory: Inventory<OfExposure | S | R>) => readonly Ref<S>[],
): Affected<S, R> {
  return Object.fromEntries(exposureOfPod.reads.map((kind) => [kind, of])) as unknown as Affected<S, R>;
}

/** The namespaces of the pods that may be exposed in another way after a change, and of what changed. */
export function namespacesExposed(change: ChangeOf<Kind>, inventory: Inventory<OfExposure>): ReadonlySet<string> {
  const pods = exposureOfPod.affected(change, inventory as Inventory);
  return new Set([change.ref.namespace, ...pods.map(({ namespace }) => namespace)]);
}
