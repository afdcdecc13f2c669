import { GUARD_KINDS, type GuardObject } from '#facts/pod-guards.ts';
import type { ChangeOf, Inventory } from '#model/inventory.ts';
import { KINDS } from '#model/kinds.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation, sameFor } from '#model/relation.ts';
import { namespaceOf } from './namespace.ts';

type GuardKind = GuardObject['kind'];

/** The policies of engines that may keep privileged pods out of a namespace; which do, the reader knows. */
export const podGuardsOfNamespace = defineRelation({
  subject: 'Namespace',
  name: 'ValidatingAdmissionPolicies, and policies of Kyverno, Gatekeeper and Kubewarden',
  related: ({ metadata }, inventory: Inventory<GuardKind>) =>
    GUARD_KINDS.flatMap((kind): readonly GuardObject[] =>
      inventory.list(kind, KINDS[kind].namespaced ? metadata.name : undefined),
    ),
  affected: sameFor(
    GUARD_KINDS,
    (change: ChangeOf<GuardKind>, inventory: Inventory<'Namespace' | GuardKind>): readonly Ref<'Namespace'>[] =>
      change.ref.namespace === '' ? inventory.list('Namespace').map(refOf) : namespaceOf(change),
  ),
});
