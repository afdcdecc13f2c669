import { startedBy } from '#facts/control-plane.ts';
import { containersOf } from '#facts/containers.ts';
import { sides, type Index } from '#model/inventory.ts';
import type { Pod } from '#model/objects.ts';
import { refOf } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';

/** Pods by the control-plane components that they start; whether the namespace is one of the control plane is for the reader to ask. */
const podsByComponent: Index<'Pod'> = {
  kind: 'Pod',
  name: 'control-plane component',
  of: ({ metadata, spec }) =>
    containersOf(spec).flatMap(({ container }) => startedBy(container, metadata.labels)?.component ?? []),
};

const API_SERVER = 'kube-apiserver';

function isApiServer(pod: Pod): boolean {
  return podsByComponent.of(pod).includes(API_SERVER);
}

/** The pods that look like API servers, wherever they run. */
export const apiServersBesidePod = defineRelation({
  subject: 'Pod',
  name: 'kube-apiserver Pods',
  related: (_pod, inventory) => inventory.by(podsByComponent, API_SERVER),
  affected: {
    Pod: (change, inventory) => (sides(change).some(isApiServer) ? inventory.list('Pod').map(refOf) : []),
  },
});

/** The same for a Namespace. */
export const apiServersOfCluster = defineRelation({
  subject: 'Namespace',
  name: 'kube-apiserver Pods',
  related: (_namespace, inventory) => inventory.by(podsByComponent, API_SERVER),
  affected: {
    Pod: (change, inventory) => (sides(change).some(isApiServer) ? inventory.list('Namespace').map(refOf) : []),
  },
});
