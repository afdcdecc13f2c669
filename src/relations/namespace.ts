import type { ChangeOf } from '#model/inventory.ts';
import type { Kind } from '#model/kinds.ts';
import { controllerOf } from '#model/metadata.ts';
import type { AnyObject } from '#model/objects.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation, sameFor, type Relation } from '#model/relation.ts';
import { isTemplate } from '#model/workload.ts';

/** The namespace that an object is in. */
export function namespaceOf({ ref }: ChangeOf<Kind>): readonly Ref<'Namespace'>[] {
  return [{ kind: 'Namespace', namespace: '', name: ref.namespace }];
}

/** The pods of a namespace, and those that its templates would make. */
export const podsOfNamespace = defineRelation({
  subject: 'Namespace',
  name: 'Pods and pod templates of the namespace',
  related: ({ metadata }, inventory) => inventory.list('Pod', metadata.name),
  affected: { Pod: namespaceOf },
});

/** What every cluster has in `default` by itself. */
const GIVEN: ReadonlySet<string> = new Set([
  'Service/kubernetes',
  'EndpointSlice/kubernetes',
  'Endpoints/kubernetes',
  'ConfigMap/kube-root-ca.crt',
  'ServiceAccount/default',
]);

/** Whether somebody put an object there: not the cluster, and not a controller, whose own object is counted. */
function isPut(object: AnyObject): boolean {
  if (GIVEN.has(`${object.kind}/${object.metadata.name}`) || controllerOf(object) !== undefined) return false;
  return object.kind !== 'Pod' || !isTemplate(object);
}

/** The objects of a kind that somebody put into namespace `default`; none for every other namespace. By name: what they say does not matter. */
export function objectsInDefault(kind: Kind): Relation<'Namespace', Ref> {
  return defineRelation({
    subject: 'Namespace',
    name: `${kind} objects in namespace default`,
    related: ({ metadata }, inventory) =>
      metadata.name === 'default' ? inventory.list(kind, 'default').filter(isPut).map(refOf) : [],
    affected: sameFor([kind], (change: ChangeOf<Kind>) =>
      change.ref.namespace === 'default' ? namespaceOf(change) : [],
    ),
  });
}
