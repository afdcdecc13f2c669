import { exposureOf } from '#analysis/exposure/exposure.ts';
import { selects } from '#facts/selector.ts';
import type { Inventory } from '#model/inventory.ts';
import type { ObjectOf } from '#model/objects.ts';
import { refOf } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';
import { isFinished } from '#model/workload.ts';
import { namespacesExposed, onExposure, type OfExposure } from './exposure.ts';

/** Whether the pods of a policy are there to be reached by everybody. */
export interface Front {
  readonly allPublic: boolean;
}

/** Each pod that the policy selects is behind a load balancer, an Ingress or a route. Asked only of a policy that speaks of addresses. */
export const frontsOfPolicy = defineRelation({
  subject: 'NetworkPolicy',
  name: 'pods that the policy selects, and how they are meant to be reached from outside',
  related: (policy, inventory: Inventory<OfExposure>): readonly Front[] => {
    if (!speaksOfAddresses(policy)) return [];
    const pods = inventory
      .list('Pod', policy.metadata.namespace)
      .filter((pod) => !isFinished(pod) && selects(policy.spec.podSelector, pod.metadata.labels));
    const isFront = (pod: (typeof pods)[number]): boolean =>
      exposureOf([pod], inventory).ways.some(
        ({ kind }) => kind === 'LoadBalancer' || kind === 'Ingress' || kind.endsWith('Route'),
      );
    return [{ allPublic: pods.length > 0 && pods.every(isFront) }];
  },
  affected: onExposure<'NetworkPolicy'>((change, inventory) => {
    const namespaces = namespacesExposed(change, inventory);
    return inventory
      .list('NetworkPolicy')
      .filter((policy) => namespaces.has(policy.metadata.namespace) && speaksOfAddresses(policy))
      .map(refOf);
  }),
});

function speaksOfAddresses({ spec }: ObjectOf<'NetworkPolicy'>): boolean {
  return (spec.ingress ?? []).some(({ from = [] }) => from.some(({ ipBlock }) => ipBlock !== undefined));
}
