import { httpRoutesByService, statedBackends } from '#analysis/exposure/gateways.ts';
import { backendsOfIngress, ingressesByService, type Backend } from '#analysis/exposure/ingresses.ts';
import { levelOfNodes } from '#analysis/exposure/services.ts';
import { servicesSelecting } from '#analysis/exposure/targets.ts';
import type { Level } from '#analysis/exposure/ways.ts';
import { selects } from '#facts/selector.ts';
import { hasNodePorts } from '#facts/service.ts';
import { sides, type ChangeOf, type Inventory } from '#model/inventory.ts';
import type { ObjectOf, Pod } from '#model/objects.ts';
import { keyOf, refOf, type Ref } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';

/** A Service without a selector selects no pod: somebody else says where it leads. */
function leadsTo({ spec }: ObjectOf<'Service'>, pod: Pod): boolean {
  const matchLabels = spec?.selector ?? {};
  return Object.keys(matchLabels).length > 0 && selects({ matchLabels }, pod.metadata.labels);
}

export const servicesSelectingPod = defineRelation({
  subject: 'Pod',
  name: 'Services that select the pod',
  related: (pod, inventory) => servicesSelecting(pod, inventory),
  affected: {
    Service: (change, inventory) =>
      inventory
        .list('Pod', change.ref.namespace)
        .filter((pod) => sides(change).some((service) => leadsTo(service, pod)))
        .map(refOf),
  },
});

/** What nodes make of a port that is open on all of them. */
export interface NodesSeen {
  readonly level: Level;
}

export const nodesOfService = defineRelation({
  subject: 'Service',
  name: 'addresses of the Nodes',
  related: (_service, inventory): readonly NodesSeen[] =>
    inventory.size('Node') === 0 ? [] : [{ level: levelOfNodes(inventory) }],
  affected: {
    Node: (change, inventory) =>
      movesNodes(change, inventory) ? inventory.list('Service').filter(hasNodePorts).map(refOf) : [],
  },
});

/** Whether a change of a node changes what ports of nodes are open to. */
function movesNodes({ before, after }: ChangeOf<'Node'>, inventory: Inventory<'Node'>): boolean {
  const words = (node: ObjectOf<'Node'> | undefined): string => JSON.stringify(node?.status?.addresses);
  return before === undefined || after === undefined || words(before) !== words(after) || inventory.size('Node') < 2;
}

export const routesToService = defineRelation({
  subject: 'Service',
  name: 'Ingresses and HTTPRoutes that have the Service as backend',
  related: ({ metadata }, inventory) => [
    ...inventory.by(ingressesByService, keyOf(metadata)),
    ...inventory.by(httpRoutesByService, keyOf(metadata)),
  ],
  affected: {
    Ingress: (change) => sides(change).flatMap(backendsOfIngress).map(serviceRef),
    HTTPRoute: (change) => sides(change).flatMap(statedBackends).map(serviceRef),
  },
});

function serviceRef({ namespace, service: name }: Backend): Ref<'Service'> {
  return { kind: 'Service', namespace, name };
}
