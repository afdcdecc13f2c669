import { imagesOf } from '#facts/image.ts';
import { VERIFIER_KINDS, type VerifierObject } from '#facts/image-verifiers.ts';
import { TO_CLUSTER } from '#model/cluster.ts';
import type { ChangeOf, Inventory } from '#model/inventory.ts';
import { KINDS } from '#model/kinds.ts';
import type { Pod } from '#model/objects.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation, sameFor } from '#model/relation.ts';
import lodash from 'lodash';
import { namespaceOf } from './namespace.ts';

type VerifierKind = VerifierObject['kind'];

function verifiersIn(inventory: Inventory<VerifierKind>, namespace?: string): readonly VerifierObject[] {
  return VERIFIER_KINDS.flatMap((kind): readonly VerifierObject[] =>
    inventory.list(kind, KINDS[kind].namespaced ? namespace : undefined),
  );
}

/** What may verify the images of a namespace: policies of engines and webhooks; which do, the reader knows. */
export const verifiersOfNamespace = defineRelation({
  subject: 'Namespace',
  name: 'webhook configurations, and policies of Kyverno, Sigstore, Ratify and Kubewarden',
  related: ({ metadata }, inventory: Inventory<VerifierKind>) => verifiersIn(inventory, metadata.name),
  affected: sameFor(
    VERIFIER_KINDS,
    (change: ChangeOf<VerifierKind>, inventory: Inventory<'Namespace' | VerifierKind>): readonly Ref<'Namespace'>[] =>
      change.ref.namespace === '' ? inventory.list('Namespace').map(refOf) : namespaceOf(change),
  ),
});

export const verifiersOfCluster = defineRelation({
  subject: 'Cluster',
  name: 'webhook configurations, and policies of Kyverno, Sigstore, Ratify and Kubewarden',
  related: (_cluster, inventory: Inventory<VerifierKind>) => verifiersIn(inventory),
  affected: sameFor(VERIFIER_KINDS, () => TO_CLUSTER),
});

/** What a verifier sees of a pod. */
function seenOf(pod: Pod | undefined): readonly unknown[] {
  return pod === undefined ? [] : [pod.metadata.labels, imagesOf(pod.spec).map(({ image }) => image)];
}

/** The pods of a namespace with what they run; what becomes of them does not matter. */
export const imagesOfNamespace = defineRelation({
  subject: 'Namespace',
  name: 'images of its Pods and pod templates',
  related: ({ metadata }, inventory) => inventory.list('Pod', metadata.name),
  affected: {
    Pod: (change) => (lodash.isEqual(seenOf(change.before), seenOf(change.after)) ? [] : namespaceOf(change)),
  },
});

/** The Namespaces in which there are pods, or templates of pods. */
export const namespacesInUse = defineRelation({
  subject: 'Cluster',
  name: 'Namespaces that have Pods',
  related: (_cluster, inventory) =>
    inventory.list('Namespace').filter(({ metadata }) => inventory.size('Pod', metadata.name) > 0),
  affected: {
    Namespace: () => TO_CLUSTER,
    // The first that comes, or the last that goes.
    Pod: ({ ref }, inventory) => (inventory.size('Pod', ref.namespace) <= 1 ? TO_CLUSTER : []),
  },
});
