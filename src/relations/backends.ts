import { httpRoutesByService, statedBackends } from '#analysis/exposure/gateways.ts';
import { backendsOfIngress, ingressesByService, meansPort, type Backend } from '#analysis/exposure/ingresses.ts';
import { serviceNameOf, selectedBy, targetsOf, type TargetKinds } from '#analysis/exposure/targets.ts';
import { selects } from '#facts/selector.ts';
import { isHeadless, typeOf } from '#facts/service.ts';
import { sides, type ChangeOf, type Inventory } from '#model/inventory.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';

/** A backend that an object names, and whether it is there. */
export interface BackendState {
  readonly at: string;
  /** How messages name it. */
  readonly text: string;
  readonly isThere: boolean;
  /** Some Service of its namespace is known. */
  readonly near: boolean;
}

function stateOf(backend: Backend, inventory: Inventory<'Service'>): BackendState {
  const { namespace, service: name, port, at } = backend;
  const service = inventory.get({ kind: 'Service', namespace, name });
  const hasPort = (service?.spec?.ports ?? []).some((each) => meansPort(backend, { port: each.port, name: each.name }));
  const what =
    service === undefined || port === undefined
      ? `Service ${namespace}/${name}`
      : `port ${String(port)} of Service ${namespace}/${name}`;
  return {
    at,
    text: what,
    isThere: service !== undefined && hasPort,
    near: inventory.size('Service', namespace) > 0,
  };
}

/** The first and the last Service of a namespace change what files say of backends there. */
function isAlone(change: ChangeOf<'Service'>, inventory: Inventory<'Service'>): boolean {
  return inventory.size('Service', change.ref.namespace) <= 1;
}

export const backendsOfIngressObject = defineRelation({
  subject: 'Ingress',
  name: 'Services that the Ingress has as backends',
  related: (ingress, inventory) => backendsOfIngress(ingress).map((backend) => stateOf(backend, inventory)),
  affected: {
    Service: (change, inventory) => [
      ...inventory.by(ingressesByService, `${change.ref.namespace}/${change.ref.name}`).map(refOf),
      ...(isAlone(change, inventory) ? inventory.list('Ingress').map(refOf) : []),
    ],
  },
});

export const backendsOfHttpRoute = defineRelation({
  subject: 'HTTPRoute',
  name: 'Services that the route has as backends',
  related: (route, inventory) => statedBackends(route).map((backend) => stateOf(backend, inventory)),
  affected: {
    Service: (change, inventory) => [
      ...inventory.by(httpRoutesByService, `${change.ref.namespace}/${change.ref.name}`).map(refOf),
      ...(isAlone(change, inventory) ? inventory.list('HTTPRoute').map(refOf) : []),
    ],
  },
});

/** What stands behind a Service that should lead somewhere. */
export interface Endpoints {
  readonly at: string;
  readonly targets: number;
  /** Some pod of the namespace is known. */
  readonly near: boolean;
}

export const endpointsOfService = defineRelation({
  subject: 'Service',
  name: 'EndpointSlices of the Service and the pods that it selects',
  related: (service, inventory: Inventory<TargetKinds>): readonly Endpoints[] => {
    if (typeOf(service) === 'ExternalName' || isHeadless(service)) return [];
    const hasSelector = Object.keys(service.spec?.selector ?? {}).length > 0;
    const targets = targetsOf(service, inventory).length;
    const selected = selectedBy(service, inventory).length;
    return [
      {
        at: hasSelector ? 'spec.selector' : 'metadata.name',
        // Pods that are not ready are there all the same: a Service that waits for them dangles nowhere.
        targets: hasSelector ? Math.max(targets, selected) : targets,
        near: inventory.size('Pod', service.metadata.namespace) > 0,
      },
    ];
  },
  affected: {
    EndpointSlice: (change) =>
      sides(change).flatMap((slice): readonly Ref<'Service'>[] => {
        const name = serviceNameOf(slice);
        return name === undefined ? [] : [{ kind: 'Service', namespace: slice.metadata.namespace, name }];
      }),
    Pod: (change, inventory) => servicesNear(change, inventory),
    // They stand between a template and its pods: whether one or the other counts, some pod is there.
    ReplicaSet: () => [],
    Job: () => [],
  },
});

/** The Services that select the pod; the first and the last pod of a namespace change what files say of all its Services. */
function servicesNear(change: ChangeOf<'Pod'>, inventory: Inventory<'Service' | 'Pod'>): readonly Ref<'Service'>[] {
  const services = inventory.list('Service', change.ref.namespace);
  const isAny = inventory.size('Pod', change.ref.namespace) <= 1;
  return services
    .filter(
      ({ spec }) =>
        isAny || sides(change).some((pod) => selects({ matchLabels: spec?.selector ?? {} }, pod.metadata.labels)),
    )
    .map(refOf);
}
