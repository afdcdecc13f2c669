import type { ObjectOf } from '#model/objects.ts';

export const DIRECTIONS = ['Ingress', 'Egress'] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** The directions that a NetworkPolicy isolates: as stated, else Ingress always and Egress if it has an egress rule. Empty is unstated. */
export function directionsOf({ spec }: ObjectOf<'NetworkPolicy'>): readonly Direction[] {
  const { policyTypes = [] } = spec;
  if (policyTypes.length > 0) return DIRECTIONS.filter((type) => policyTypes.includes(type));
  return (spec.egress ?? []).length > 0 ? DIRECTIONS : ['Ingress'];
}
