import { INGRESS_CONTROLLERS, runs, type IngressController } from '#facts/ingress-controllers.ts';
import { typeOf } from '#facts/service.ts';
import type { Index, Inventory } from '#model/inventory.ts';
import type { ObjectOf } from '#model/objects.ts';
import { keyOf, refOf } from '#model/ref.ts';
import { podKey } from '../network/sources.ts';
import { levelOfService } from './services.ts';
import { selectedBy, targetsOf, type Service, type TargetKinds } from './targets.ts';
import { wider, type Level, type WayIn } from './ways.ts';

export type Ingress = ObjectOf<'Ingress'>;
export const OLD_CLASS = 'kubernetes.io/ingress.class';

/** A backend: a Service of the Ingress's own namespace, and which of its ports; undefined is every one. */
export interface Backend {
  readonly service: string;
  readonly namespace: string;
  readonly port: number | string | undefined;
  /** Where it stands in the object. */
  readonly at: string;
}

type Stated = NonNullable<NonNullable<Ingress['spec']>['defaultBackend']>;

function backendOf(stated: Stated | undefined, namespace: string, at: string): readonly Backend[] {
  if (stated === undefined) return [];
  const { service: { name, port } = {}, serviceName, servicePort } = stated;
  const service = name ?? serviceName ?? '';
  return service === '' ? [] : [{ service, namespace, port: port?.number ?? port?.name ?? servicePort, at }];
}

/** Every backend of an Ingress, the default one among them. */
export function backendsOfIngress({ metadata, spec }: Ingress): readonly Backend[] {
  const { namespace } = metadata;
  const paths = (spec?.rules ?? []).flatMap(({ http }, rule) =>
    (http?.paths ?? []).flatMap(({ backend }, path) =>
      backendOf(backend, namespace, `spec.rules[${String(rule)}].http.paths[${String(path)}].backend`),
    ),
  );
  return [...backendOf(spec?.defaultBackend ?? spec?.backend, namespace, 'spec.defaultBackend'), ...paths];
}

export const ingressesByService: Index<'Ingress'> = {
  kind: 'Ingress',
  name: 'backends',
  of: (ingress) => [...new Set(backendsOfIngress(ingress).map(({ namespace, service }) => `${namespace}/${service}`))],
};

/** The controllers that an Ingress may mean: by its class, the old annotation, else the default class; none where nothing names one. */
export function controllersOf(
  ingress: Pick<Ingress, 'metadata' | 'spec'>,
  classes: readonly ObjectOf<'IngressClass'>[],
): readonly IngressController[] {
  const named = ingress.spec?.ingressClassName ?? ingress.metadata.annotations[OLD_CLASS];
  const chosen = classes.filter(({ metadata }) =>
    named === undefined ? metadata.annotations[DEFAULT_CLASS] === 'true' : metadata.name === named,
  );
  const controllers = chosen.flatMap(({ spec }) => spec?.controller ?? []);
  return INGRESS_CONTROLLERS.filter((row) =>
    controllers.length > 0
      ? row.controllers.some((controller) => controllers.includes(controller))
      : named !== undefined && row.classes.includes(named),
  );
}

export const DEFAULT_CLASS = 'ingressclass.kubernetes.io/is-default-class';

/** Pods of ingress controllers. */
export const controllerPods: Index<'Pod'> = {
  kind: 'Pod',
  name: 'ingress controller',
  of: (pod) => (INGRESS_CONTROLLERS.some((row) => runs(pod, row)) ? ['yes'] : []),
};

/** Services that open more than their address in the cluster: one of them may be the door of an ingress controller. */
export const doors: Index<'Service'> = {
  kind: 'Service',
  name: 'open to nodes or beyond',
  of: (service) => (typeOf(service) === 'ClusterIP' ? [] : ['yes']),
};

export type EntranceKinds = 'IngressClass' | 'Service' | 'Node' | TargetKinds;

/** How an Ingress lets traffic in: by the Service of its controller, where that can be found. */
export function wayOfIngress(ingress: Ingress, inventory: Inventory<EntranceKinds>): WayIn {
  const rows = controllersOf(ingress, inventory.list('IngressClass'));
  const pods = inventory.by(controllerPods, 'yes').filter((pod) => rows.some((row) => runs(pod, row)));
  const keys = pods.map(podKey);
  const levels = inventory
    .by(doors, 'yes')
    .filter((service) => leadsTo(service, keys, inventory))
    .flatMap((service) => levelOfService(service, inventory) ?? []);
  const level = levels.reduce<Level | undefined>(
    (widest, each) => (widest === undefined ? each : wider(widest, each)),
    undefined,
  );
  const ref = refOf(ingress);
  return level === undefined
    ? { kind: 'Ingress', ref, level: 'internet', assumed: ASSUMED, source: { proxies: keys } }
    : { kind: 'Ingress', ref, level, source: { proxies: keys } };
}

const ASSUMED = 'the Service of the ingress controller is not known: it is taken for a public one';

function leadsTo(service: Service, pods: readonly string[], inventory: Inventory<EntranceKinds>): boolean {
  if (pods.length === 0) return false;
  return (
    targetsOf(service, inventory).some(({ pod }) => pod !== undefined && pods.includes(podKey(pod))) ||
    selectedBy(service, inventory).some((pod) => pods.includes(podKey(pod)))
  );
}

/** Whether a backend means a port of its Service. */
export function meansPort(
  { port }: Backend,
  stated: { readonly port: number | undefined; readonly name: string | undefined },
): boolean {
  return port === undefined || port === stated.port || port === stated.name;
}

export function serviceKey({ namespace, service }: Backend): string {
  return keyOf({ namespace, name: service });
}
