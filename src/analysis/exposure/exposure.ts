import { NOT_PUBLIC, isWithin, type Stretch } from '#facts/address.ts';
import { servingContainersOf } from '#facts/containers.ts';
import { remembered, type Inventory } from '#model/inventory.ts';
import type { ObjectOf, Pod } from '#model/objects.ts';
import { keyOf, refOf } from '#model/ref.ts';
import { isFinished } from '#model/workload.ts';
import type { Network } from '../network/engine.ts';
import { isProtocol } from '../network/ports.ts';
import { addressesOf, podKey } from '../network/sources.ts';
import type { Endpoint } from '../network/spots.ts';
import { ROUTE_KINDS, backendsOfRoute, routesTo, wayOfRoute } from './gateways.ts';
import {
  backendsOfIngress,
  ingressesByService,
  meansPort,
  serviceKey,
  wayOfIngress,
  type Backend,
} from './ingresses.ts';
import { levelOf, levelOfNodes, waysOfService } from './services.ts';
import {
  serviceNameOf,
  servicesSelecting,
  slicesByAddress,
  slicesByPod,
  slicesByService,
  targetsOf,
  type Service,
  type Target,
  type TargetPort,
} from './targets.ts';
import { wider, type Level, type Outside, type PortOf, type Way, type WayIn } from './ways.ts';
import { WORKLOAD_KINDS } from './workloads.ts';

/** The kinds that exposure follows from. */
const EXPOSURE_KINDS = [
  'Service',
  'EndpointSlice',
  'Ingress',
  'IngressClass',
  'Gateway',
  'Namespace',
  'ReferenceGrant',
  ...ROUTE_KINDS,
  'Node',
  ...WORKLOAD_KINDS,
] as const;
export type ExposureKinds = (typeof EXPOSURE_KINDS)[number];

/** How pods can be reached from outside the cluster. */
export interface Exposure {
  /** The widest; undefined: from within the cluster alone. */
  readonly level: Level | undefined;
  /** In order of kind and name. */
  readonly ways: readonly Way[];
}

/**
 * How some pods, those of one workload, are exposed: what Services, routes and the pods themselves open. Where a network is given, a way counts
 * only as far as the policies on the pods admit it.
 */
export function exposureOf(pods: readonly Pod[], inventory: Inventory<ExposureKinds>, network?: Network): Exposure {
  const alive = new Set(pods.filter((pod) => !isFinished(pod)));
  const through = servicesOf(alive, inventory).flatMap((service) => waysThrough(service, alive, inventory));
  const found = [...through, ...[...alive].flatMap((pod) => ownWays(pod, inventory))];
  const open = found.flatMap(({ way, pod }) => (network === undefined ? way : (admittedWay(way, pod, network) ?? [])));
  const ways = joined(open);
  return { ways, level: ways.map(({ level }) => level).reduce<Level | undefined>(widest, undefined) };
}

function widest(known: Level | undefined, level: Level): Level {
  return known === undefined ? level : wider(known, level);
}

/** One way of each kind and name, as wide as the widest. */
function joined(ways: readonly Way[]): readonly Way[] {
  const found = new Map<string, Way>();
  for (const way of ways) {
    const key = `${way.kind} ${way.ref.kind} ${keyOf(way.ref)}`;
    const known = found.get(key);
    const ports = new Map(
      [...(known?.ports ?? []), ...way.ports].map((port) => [`${port.protocol}/${String(port.port)}`, port]),
    );
    const inOrder = [...ports].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, port]) => port);
    found.set(key, { ...way, level: widest(known?.level, way.level), ports: inOrder });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, way]) => way);
}

interface WayTo {
  readonly way: Way;
  readonly pod: Pod;
}

/** The Services that lead to some of the pods: by their slices, or by their selector where they have none. */
function servicesOf(pods: ReadonlySet<Pod>, inventory: Inventory<ExposureKinds>): readonly Service[] {
  const slices = [...pods].flatMap((pod) => slicesOf(pod, inventory));
  const byKey = new Map(slices.map((slice) => [`${slice.metadata.namespace}/${serviceNameOf(slice) ?? ''}`, slice]));
  const named = [...byKey.values()].flatMap((slice): readonly Service[] => {
    const { namespace } = slice.metadata;
    const service = inventory.get({ kind: 'Service', namespace, name: serviceNameOf(slice) ?? '' });
    return service === undefined ? [] : [service];
  });
  // Pods of one look have the same labels: one of each is asked.
  const looks = new Map([...pods].map((pod) => [pod.metadata.labels, pod]));
  const selecting = [...looks.values()]
    .flatMap((pod) => servicesSelecting(pod, inventory))
    .filter(({ metadata }) => inventory.by(slicesByService, keyOf(metadata)).length === 0);
  return [...new Set([...named, ...selecting])];
}

function slicesOf(pod: Pod, inventory: Inventory<'EndpointSlice'>): readonly ObjectOf<'EndpointSlice'>[] {
  const addressed = pod.spec.hostNetwork === true ? [] : addressesOf(pod);
  return [
    ...inventory.by(slicesByPod, podKey(pod)),
    ...addressed.flatMap((address) => inventory.by(slicesByAddress, address)),
  ];
}

/** How traffic comes to a Service, and the ports of the pods that it goes to. */
interface Entrance {
  readonly direct: readonly WayIn[];
  readonly routes: readonly Routed[];
  readonly ports: ReadonlyMap<Pod | undefined, readonly Target[]>;
}

/** Each pod behind a Service asks for it. */
const entranceOf = remembered('entrances', EXPOSURE_KINDS, (service: Service, inventory): Entrance => {
  const direct = waysOfService(service, inventory);
  const key = keyOf(service.metadata);
  const routes = [...ingressWays(key, inventory), ...routeWays(key, inventory)];
  const targets = direct.length + routes.length === 0 ? [] : targetsOf(service, inventory);
  return { direct, routes, ports: Map.groupBy(targets, ({ pod }) => pod) };
});

function waysThrough(service: Service, pods: ReadonlySet<Pod>, inventory: Inventory<ExposureKinds>): readonly WayTo[] {
  const { direct, routes, ports: behind } = entranceOf(service, inventory);
  const targets = [...pods].flatMap((pod) => (behind.get(pod) ?? []).map(({ ports }) => ({ pod, ports })));
  return targets.flatMap(({ pod, ports }) => {
    const ways = [
      ...direct.map((way) => ({ ...way, ports: ports.map(portOf) })),
      ...routes.map(({ way, backends }) => ({
        ...way,
        ports: ports.filter((port) => backends.some((backend) => meansPort(backend, port))).map(portOf),
      })),
    ];
    return ways.filter((way) => way.ports.length > 0).map((way) => ({ way, pod }));
  });
}

function portOf({ protocol, target }: TargetPort): PortOf {
  return { protocol, port: target };
}

interface Routed {
  readonly way: WayIn;
  readonly backends: readonly Backend[];
}

function ingressWays(service: string, inventory: Inventory<ExposureKinds>): readonly Routed[] {
  return inventory.by(ingressesByService, service).map((ingress) => ({
    way: wayOfIngress(ingress, inventory),
    backends: backendsOfIngress(ingress).filter((backend) => serviceKey(backend) === service),
  }));
}

function routeWays(service: string, inventory: Inventory<ExposureKinds>): readonly Routed[] {
  return routesTo(service, inventory).flatMap((route) => {
    const backends = backendsOfRoute(route, inventory).filter((backend) => serviceKey(backend) === service);
    const way = backends.length === 0 ? undefined : wayOfRoute(route, inventory);
    return way === undefined ? [] : [{ way, backends }];
  });
}

/** What the pod opens by itself: ports of its node, or the network of its node. */
function ownWays(pod: Pod, inventory: Inventory<'Node'>): readonly WayTo[] {
  const isOnHost = pod.spec.hostNetwork === true;
  const open = servingContainersOf(pod.spec)
    .flatMap(({ ports = [] }) => ports)
    .filter(({ hostPort = 0, hostIP = '' }) => hostPort > 0 && (hostIP === '' || levelOf(hostIP) !== undefined));
  const ports = open.flatMap(({ containerPort, protocol = 'TCP' }) =>
    containerPort === undefined ? [] : [{ protocol, port: containerPort }],
  );
  if (ports.length === 0) return [];
  const level = levelOfNodes(inventory, pod.nodeName === undefined ? undefined : [pod.nodeName]);
  const kind = isOnHost ? 'HostNetwork' : 'HostPort';
  return [{ pod, way: { kind, ref: refOf(pod), level, ports, source: { outside: [], isHidden: false } } }];
}

/** What is left of a way once the policies on the pod are asked: narrower, fewer ports, or nothing. */
function admittedWay(way: Way, pod: Pod, network: Network): Way | undefined {
  const answers = way.ports.map((port) => ({ port, level: admitted(way, port, podKey(pod), network) }));
  const level = answers.flatMap((each) => each.level ?? []).reduce<Level | undefined>(widest, undefined);
  if (level === undefined) return undefined;
  return { ...way, level, ports: answers.filter((each) => each.level !== undefined).map(({ port }) => port) };
}

function admitted({ level, source }: Way, port: PortOf, pod: string, network: Network): Level | undefined {
  const { protocol } = port;
  if (!isProtocol(protocol)) return level;
  const at = { protocol, port: port.port };
  if (!('proxies' in source)) return admittedFromOutside(level, source, network.addressesReaching({ pod }, at));
  const doors: readonly Endpoint[] =
    source.proxies.length === 0 ? [{ stranger: true }] : source.proxies.map((proxy) => ({ pod: proxy }));
  return doors.some((door) => network.reaches(door, { pod }, at) === true) ? level : undefined;
}

/** How wide a way is whose callers keep their address, or may have lost it to that of a node: then whom the policy means cannot be told. */
function admittedFromOutside(
  level: Level,
  { outside, isHidden }: Outside,
  reaching: readonly Stretch[],
): Level | undefined {
  const isLost = isHidden && reaching.length > 0;
  const within = reaching.filter((cell) => outside.length === 0 || outside.some((range) => meets(cell, range)));
  if (level !== 'internet') return within.length > 0 || isLost ? level : undefined;
  if (within.some((cell) => !isWithin(cell, NOT_PUBLIC))) return level;
  return isLost ? 'vpc' : undefined;
}

function meets(a: Stretch, b: Stretch): boolean {
  return a.first <= b.last && b.first <= a.last;
}
