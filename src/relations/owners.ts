import lodash from 'lodash';
import { sides, type ChangeOf, type Index, type Inventory } from '#model/inventory.ts';
import { TEMPLATE_KINDS, isTemplateKind, kindFor, type TemplateKind } from '#model/kinds.ts';
import { controllerOf } from '#model/metadata.ts';
import type { AnyObject, ObjectOf, Pod } from '#model/objects.ts';
import { refOf } from '#model/ref.ts';
import { defineRelation, sameFor } from '#model/relation.ts';

type Workload = ObjectOf<TemplateKind>;

/** No chain of controllers in real life is longer; a hostile one may be a ring. */
const LEVELS_AT_MOST = 5;

/** The workloads above a pod, the nearest first, as far as we hold the line. */
export function workloadsAbove(pod: Pod, inventory: Inventory<TemplateKind>): readonly Workload[] {
  const above: Workload[] = [];
  for (let here: AnyObject = pod; above.length < LEVELS_AT_MOST;) {
    const owner = controllerOf(here);
    const kind = owner === undefined ? undefined : kindFor(owner.apiVersion, owner.kind);
    if (owner === undefined || kind === undefined || !isTemplateKind(kind)) break;
    const found = inventory.get({ kind, namespace: pod.metadata.namespace, name: owner.name });
    if (found === undefined) break;
    above.push(found);
    here = found;
  }
  return above;
}

/** The namespaces that Kubernetes itself makes for its own parts. */
export const PARTS_OF_KUBERNETES: ReadonlySet<string> = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

const podsOfKubernetes: Index<'Pod'> = {
  kind: 'Pod',
  name: 'namespace of Kubernetes itself',
  of: ({ metadata: { namespace } }) => (PARTS_OF_KUBERNETES.has(namespace) ? [namespace] : []),
};

/** Whether only what a workload runs and how it fares has changed, and neither its labels nor who owns it. */
function isAsMarked(change: ChangeOf<TemplateKind>): boolean {
  const [one, other, ...more] = sides(change).map(({ metadata }) => [metadata.labels, metadata.ownerReferences]);
  return other !== undefined && more.length === 0 && lodash.isEqual(one, other);
}

/** The workloads above a pod in the namespaces that Kubernetes makes for its own parts; none elsewhere. */
export const workloadsOfSystemPod = defineRelation({
  subject: 'Pod',
  name: 'workloads that the Pod is a part of, in the namespaces of Kubernetes itself',
  related: (pod, inventory: Inventory<TemplateKind>) =>
    PARTS_OF_KUBERNETES.has(pod.metadata.namespace) ? workloadsAbove(pod, inventory) : [],
  affected: sameFor(TEMPLATE_KINDS, (change: ChangeOf<TemplateKind>, inventory: Inventory<'Pod'>) =>
    isAsMarked(change) ? [] : inventory.by(podsOfKubernetes, change.ref.namespace).map(refOf),
  ),
});
