import { exposureOf } from '#analysis/exposure/exposure.ts';
import { statedBackends, type Route } from '#analysis/exposure/gateways.ts';
import { backendsOfIngress, type Backend, type Ingress } from '#analysis/exposure/ingresses.ts';
import { waysOfService } from '#analysis/exposure/services.ts';
import { targetsOf, type Service } from '#analysis/exposure/targets.ts';
import type { Level } from '#analysis/exposure/ways.ts';
import { interfaceOn } from '#facts/interfaces.ts';
import type { Inventory } from '#model/inventory.ts';
import type { Pod } from '#model/objects.ts';
import { keyOf, refOf, type Ref } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';
import { guardIn, namespacesExposed, onExposure, type OfExposure } from './exposure.ts';

/** An administrative interface that is open to the outside. */
export interface OpenInterface {
  readonly name: string;
  readonly level: Level;
  readonly needsLogin: boolean;
  readonly port: number;
  readonly pod: Ref;
}

/** The interfaces that the ways of one object lead to, each once, on the pod that comes first. */
function opened(by: Ref, services: readonly Service[], inventory: Inventory<OfExposure>): readonly OpenInterface[] {
  const all = services.flatMap((service) => {
    const pods = targetsOf(service, inventory).flatMap(({ pod }) => pod ?? []);
    return byName(pods).flatMap((pod) => openedOn(pod, by, service.metadata.name, inventory));
  });
  return [...new Map(all.toReversed().map((each) => [`${each.name} ${String(each.port)}`, each])).values()].reverse();
}

function openedOn(pod: Pod, by: Ref, service: string, inventory: Inventory<OfExposure>): readonly OpenInterface[] {
  const { ways } = exposureOf([pod], inventory, guardIn(inventory));
  return ways
    .filter(({ ref }) => ref.kind === by.kind && keyOf(ref) === keyOf(by))
    .flatMap(({ level, ports }) => ports.map(({ port }) => ({ level, port, row: interfaceOn(pod, port, service) })))
    .flatMap(({ level, port, row }) =>
      row === undefined ? [] : [{ name: row.name, level, needsLogin: row.needsLogin, port, pod: refOf(pod) }],
    );
}

function byName(pods: readonly Pod[]): readonly Pod[] {
  // Pods of one look are one: of ten replicas the first by name is asked.
  const looks = new Map<object, Pod>();
  for (const pod of [...pods].sort((a, b) => (keyOf(a.metadata) < keyOf(b.metadata) ? 1 : -1)))
    looks.set(pod.spec, pod);
  return [...looks.values()].reverse();
}

function servicesBehind(backends: readonly Backend[], inventory: Inventory<'Service'>): readonly Service[] {
  const keys = new Map(backends.map(({ namespace, service: name }) => [`${namespace}/${name}`, { namespace, name }]));
  return [...keys.values()].flatMap((at) => inventory.get({ kind: 'Service', ...at }) ?? []);
}

export const interfacesOfService = defineRelation({
  subject: 'Service',
  name: 'pods behind the Service, and how it opens them to the outside',
  // Most open nothing by themselves, and need not be asked where they lead.
  related: (service, inventory: Inventory<OfExposure>) =>
    waysOfService(service, inventory).length === 0 ? [] : opened(refOf(service), [service], inventory),
  affected: onExposure<'Service'>((change, inventory) => {
    const namespaces = namespacesExposed(change, inventory);
    return inventory
      .list('Service')
      .filter(({ metadata }) => namespaces.has(metadata.namespace))
      .map(refOf);
  }),
});

export const interfacesOfIngress = defineRelation({
  subject: 'Ingress',
  name: 'pods behind the Ingress, and how it opens them to the outside',
  related: (ingress: Ingress, inventory: Inventory<OfExposure>) =>
    opened(refOf(ingress), servicesBehind(backendsOfIngress(ingress), inventory), inventory),
  affected: onExposure<'Ingress'>((change, inventory) => {
    const namespaces = namespacesExposed(change, inventory);
    return inventory
      .list('Ingress')
      .filter(({ metadata }) => namespaces.has(metadata.namespace))
      .map(refOf);
  }),
});

export const interfacesOfHttpRoute = defineRelation({
  subject: 'HTTPRoute',
  name: 'pods behind the route, and how it opens them to the outside',
  related: (route: Route & { readonly kind: 'HTTPRoute' }, inventory: Inventory<OfExposure>) =>
    opened(refOf(route), servicesBehind(statedBackends(route), inventory), inventory),
  affected: onExposure<'HTTPRoute'>((change, inventory) => {
    const namespaces = namespacesExposed(change, inventory);
    return inventory
      .list('HTTPRoute')
      .filter((route) => statedBackends(route).some(({ namespace }) => namespaces.has(namespace)))
      .map(refOf);
  }),
});
