import { selects } from '#facts/selector.ts';
import type { Index, Inventory } from '#model/inventory.ts';
import type { ObjectOf } from '#model/objects.ts';
import { refOf } from '#model/ref.ts';
import { namespaceLabels } from '../network/sources.ts';
import type { Backend } from './ingresses.ts';
import { levelOf } from './services.ts';
import { wider, type Level, type WayIn } from './ways.ts';

export const ROUTE_KINDS = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'] as const;
export type RouteKind = (typeof ROUTE_KINDS)[number];
export type Route = ObjectOf<RouteKind>;
export type Gateway = ObjectOf<'Gateway'>;
type Listener = NonNullable<NonNullable<Gateway['spec']>['listeners']>[number];
type Parent = NonNullable<NonNullable<Route['spec']>['parentRefs']>[number];

const GROUP = 'gateway.networking.k8s.io';
const DEFAULT_WEIGHT = 1;

/** The protocols of listeners that a kind of route fits. */
const FITTING: Readonly<Record<RouteKind, readonly string[]>> = {
  HTTPRoute: ['HTTP', 'HTTPS'],
  GRPCRoute: ['HTTP', 'HTTPS'],
  TLSRoute: ['TLS'],
  TCPRoute: ['TCP', 'TLS'],
  UDPRoute: ['UDP'],
};

export type GatewayKinds = 'Gateway' | 'Namespace' | 'ReferenceGrant';

/** The backends of a route that get traffic: Services with a weight, in other namespaces only where a ReferenceGrant lets them be named. */
export function backendsOfRoute(route: Route, inventory: Inventory<'ReferenceGrant'>): readonly Backend[] {
  const { namespace: own } = route.metadata;
  return statedBackends(route).filter(
    ({ namespace, service }) =>
      namespace === own || inventory.list('ReferenceGrant', namespace).some((grant) => lets(grant, route, service)),
  );
}

/** The backends that a route names, granted or not. */
export function statedBackends({ metadata, spec }: Route): readonly Backend[] {
  return (spec?.rules ?? []).flatMap(({ backendRefs = [] }, rule) =>
    backendRefs.flatMap(
      ({ group = '', kind = 'Service', namespace = metadata.namespace, name, port, weight = DEFAULT_WEIGHT }, index) =>
        group === '' && kind === 'Service' && weight > 0
          ? [{ service: name, namespace, port, at: `spec.rules[${String(rule)}].backendRefs[${String(index)}]` }]
          : [],
    ),
  );
}

function lets({ spec }: ObjectOf<'ReferenceGrant'>, route: Route, service: string): boolean {
  const from = (spec?.from ?? []).some(
    ({ group = '', kind, namespace }) =>
      group === GROUP && kind === route.kind && namespace === route.metadata.namespace,
  );
  return (
    from &&
    (spec?.to ?? []).some(
      ({ group = '', kind, name }) => group === '' && kind === 'Service' && (name ?? service) === service,
    )
  );
}

const servicesOf = (route: Route): readonly string[] => [
  ...new Set(statedBackends(route).map(({ namespace, service }) => `${namespace}/${service}`)),
];

/** Routes by the Services that they name. */
const BY_SERVICE = {
  HTTPRoute: { kind: 'HTTPRoute', name: 'backends', of: servicesOf },
  GRPCRoute: { kind: 'GRPCRoute', name: 'backends', of: servicesOf },
  TLSRoute: { kind: 'TLSRoute', name: 'backends', of: servicesOf },
  TCPRoute: { kind: 'TCPRoute', name: 'backends', of: servicesOf },
  UDPRoute: { kind: 'UDPRoute', name: 'backends', of: servicesOf },
} as const satisfies { readonly [K in RouteKind]: Index<K> };

export const httpRoutesByService: Index<'HTTPRoute'> = BY_SERVICE.HTTPRoute;

/** The routes of every kind that name a Service. */
export function routesTo(service: string, inventory: Inventory<RouteKind>): readonly Route[] {
  return [
    ...inventory.by(BY_SERVICE.HTTPRoute, service),
    ...inventory.by(BY_SERVICE.GRPCRoute, service),
    ...inventory.by(BY_SERVICE.TLSRoute, service),
    ...inventory.by(BY_SERVICE.TCPRoute, service),
    ...inventory.by(BY_SERVICE.UDPRoute, service),
  ];
}

/** What a parent of a route is: a Gateway that takes it, one that is not there, or one that refuses it. */
function gatewayOf(parent: Parent, route: Route, inventory: Inventory<GatewayKinds>): Gateway | 'unknown' | undefined {
  const { group = GROUP, kind = 'Gateway', namespace = route.metadata.namespace, name } = parent;
  // A Service as parent is a mesh's business: traffic inside the cluster.
  if (group !== GROUP || kind !== 'Gateway') return undefined;
  const gateway = inventory.get({ kind: 'Gateway', namespace, name });
  if (gateway === undefined) return 'unknown';
  const { listeners = [] } = gateway.spec ?? {};
  return listeners.some((listener) => takes(listener, gateway, { parent, route, inventory })) ? gateway : undefined;
}

interface Asking {
  readonly parent: Parent;
  readonly route: Route;
  readonly inventory: Inventory<GatewayKinds>;
}

function takes(listener: Listener, gateway: Gateway, { parent, route, inventory }: Asking): boolean {
  const { sectionName = '', port } = parent;
  return (
    (sectionName === '' || sectionName === listener.name) &&
    (port === undefined || port === listener.port) &&
    FITTING[route.kind].includes(listener.protocol ?? 'HTTP') &&
    allowsKind(listener, route) &&
    allowsNamespace(listener, gateway, route, inventory) &&
    sharesHost(listener.hostname, route.spec?.hostnames ?? [])
  );
}

function allowsKind({ allowedRoutes }: Listener, route: Route): boolean {
  const kinds = allowedRoutes?.kinds ?? [];
  return kinds.length === 0 || kinds.some(({ group = GROUP, kind }) => group === GROUP && kind === route.kind);
}

function allowsNamespace(
  { allowedRoutes }: Listener,
  gateway: Gateway,
  { metadata: { namespace } }: Route,
  inventory: Inventory<'Namespace'>,
): boolean {
  const { from = 'Same', selector } = allowedRoutes?.namespaces ?? {};
  if (from === 'All') return true;
  if (from === 'Same') return namespace === gateway.metadata.namespace;
  if (from !== 'Selector' || selector === undefined) return false;
  return selects(
    selector,
    namespaceLabels(namespace, inventory.get({ kind: 'Namespace', namespace: '', name: namespace })),
  );
}

/** Whether a listener's host name and those of a route have one in common; absent is any. `*.a` covers any names below `a`. */
export function sharesHost(listener = '', hosts: readonly string[]): boolean {
  return (
    listener === '' || hosts.length === 0 || hosts.some((host) => covers(listener, host) || covers(host, listener))
  );
}

function covers(pattern: string, host: string): boolean {
  return pattern === host || (pattern.startsWith('*.') && host.replace(/^\*/, '').endsWith(pattern.slice(1)));
}

/** How a route lets traffic in; undefined where no Gateway takes it. */
export function wayOfRoute(route: Route, inventory: Inventory<GatewayKinds>): WayIn | undefined {
  const gateways = (route.spec?.parentRefs ?? []).flatMap((parent) => gatewayOf(parent, route, inventory) ?? []);
  if (gateways.length === 0) return undefined;
  const known = gateways.flatMap((gateway) => (gateway === 'unknown' ? [] : levelsOf(gateway)));
  const isAssumed = gateways.some((gateway) => gateway === 'unknown' || levelsOf(gateway).length === 0);
  const level = known.reduce<Level>(wider, isAssumed ? 'internet' : 'node');
  const ref = refOf(route);
  return {
    kind: route.kind,
    ref,
    level,
    ...(isAssumed ? { assumed: 'a Gateway is not known, or has no address yet: it is taken for a public one' } : {}),
    source: { proxies: [] },
  };
}

function levelsOf({ spec, status }: Gateway): readonly Level[] {
  const stated = (status?.addresses ?? []).length > 0 ? status?.addresses : spec?.addresses;
  return (stated ?? []).flatMap(({ value = '' }) => levelOf(value) ?? []);
}
