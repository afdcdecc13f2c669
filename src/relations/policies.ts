import { selects } from '#facts/selector.ts';
import { sides } from '#model/inventory.ts';
import { refOf } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';

export const policiesSelectingPod = defineRelation({
  subject: 'Pod',
  name: 'NetworkPolicies that select the pod',
  related: (pod, inventory) =>
    inventory
      .list('NetworkPolicy', pod.metadata.namespace)
      .filter(({ spec }) => selects(spec.podSelector, pod.metadata.labels)),
  affected: {
    NetworkPolicy: (change, inventory) =>
      inventory
        .list('Pod', change.ref.namespace)
        .filter((pod) => sides(change).some(({ spec }) => selects(spec.podSelector, pod.metadata.labels)))
        .map(refOf),
  },
});
