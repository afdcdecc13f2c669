import { refOf } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';

export const ingressClassesOf = defineRelation({
  subject: 'Ingress',
  name: 'IngressClasses',
  related: (_ingress, inventory) => inventory.list('IngressClass'),
  affected: { IngressClass: (_change, inventory) => inventory.list('Ingress').map(refOf) },
});
