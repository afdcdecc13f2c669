import type { ObjectOf } from '#model/objects.ts';

export type Direction = 'Ingress' | 'Egress';

/** The directions that a NetworkPolicy isolates: as stated, else Ingress always and Egress if it has an egress rule. Empty is unstated. */
export function directionsOf({ spec }: ObjectOf<'NetworkPolicy'>): readonly Direction[] {
  const { policyTypes = [] } = spec;
  if (policyTypes.length > 0) return (['Ingress', 'Egress'] as const).filter((type) => policyTypes.includes(type));
  return (spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}
