import type { ChangeOf, Inventory } from '#model/inventory.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';
import { namespaceOf } from './namespace.ts';

export const limitRangesOfPod = defineRelation({
  subject: 'Pod',
  name: 'LimitRanges of its namespace',
  related: ({ metadata }, inventory) => inventory.list('LimitRange', metadata.namespace),
  affected: { LimitRange: ({ ref }, inventory) => inventory.list('Pod', ref.namespace).map(refOf) },
});

export const limitRangesOfNamespace = defineRelation({
  subject: 'Namespace',
  name: 'LimitRanges of the namespace',
  related: ({ metadata }, inventory) => inventory.list('LimitRange', metadata.name),
  affected: { LimitRange: namespaceOf },
});

export const quotasOfNamespace = defineRelation({
  subject: 'Namespace',
  name: 'ResourceQuotas of the namespace',
  related: ({ metadata }, inventory) => inventory.list('ResourceQuota', metadata.name),
  affected: { ResourceQuota: namespaceOf },
});

export const limitRangesBeside = defineRelation({
  subject: 'LimitRange',
  name: 'LimitRanges of the same namespace',
  related: ({ metadata }, inventory) => inventory.list('LimitRange', metadata.namespace),
  affected: { LimitRange: (change, inventory) => neighbours('LimitRange', change, inventory) },
});

export const quotasBeside = defineRelation({
  subject: 'ResourceQuota',
  name: 'ResourceQuotas of the same namespace',
  related: ({ metadata }, inventory) => inventory.list('ResourceQuota', metadata.namespace),
  affected: { ResourceQuota: (change, inventory) => neighbours('ResourceQuota', change, inventory) },
});

/** All objects of a kind in the namespace of the one that changed. */
function neighbours<K extends 'LimitRange' | 'ResourceQuota'>(
  kind: K,
  { ref }: ChangeOf<K>,
  inventory: Inventory<K>,
): readonly Ref<K>[] {
  return inventory.list(kind, ref.namespace).map(refOf);
}
