import { refOf } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';

export const limitRangesOfPod = defineRelation({
  subject: 'Pod',
  name: 'LimitRanges of its namespace',
  related: ({ metadata }, inventory) => inventory.list('LimitRange', metadata.namespace),
  affected: { LimitRange: ({ ref }, inventory) => inventory.list('Pod', ref.namespace).map(refOf) },
});
