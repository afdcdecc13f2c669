import { selects } from '#facts/selector.ts';
import { sides } from '#model/inventory.ts';
import type { ObjectOf, Pod } from '#model/objects.ts';
import { refOf } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';

/** A Service without a selector selects no pod: somebody else says where it leads. */
function leadsTo({ spec }: ObjectOf<'Service'>, pod: Pod): boolean {
  const matchLabels = spec?.selector ?? {};
  return Object.keys(matchLabels).length > 0 && selects({ matchLabels }, pod.metadata.labels);
}

export const servicesSelectingPod = defineRelation({
  subject: 'Pod',
  name: 'Services that select the pod',
  related: (pod, inventory) =>
    inventory.list('Service', pod.metadata.namespace).filter((service) => leadsTo(service, pod)),
  affected: {
    Service: (change, inventory) =>
      inventory
        .list('Pod', change.ref.namespace)
        .filter((pod) => sides(change).some((service) => leadsTo(service, pod)))
        .map(refOf),
  },
});
