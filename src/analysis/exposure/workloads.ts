import type { Index, Inventory } from '#model/inventory.ts';
import { isTemplateKind, type TemplateKind } from '#model/kinds.ts';
import { controllerOf } from '#model/metadata.ts';
import type { AnyObject, ObjectOf, Pod } from '#model/objects.ts';
import { isFinished, isTemplate, templatePodName } from '#model/workload.ts';

/** `namespace/Kind/name` of the controller that owner references name, else of the pod itself. */
export function workloadOf(pod: Pod): string {
  const { namespace, name } = pod.metadata;
  const owner = controllerOf(pod);
  return owner === undefined ? `${namespace}/Pod/${name}` : `${namespace}/${owner.kind}/${owner.name}`;
}

function ownerKey(object: AnyObject): readonly string[] {
  const owner = controllerOf(object);
  return owner === undefined ? [] : [`${object.metadata.namespace}/${owner.kind}/${owner.name}`];
}

export const podsByWorkload: Index<'Pod'> = { kind: 'Pod', name: 'workload', of: ownerKey };
const replicaSetsByOwner: Index<'ReplicaSet'> = { kind: 'ReplicaSet', name: 'workload', of: ownerKey };
const jobsByOwner: Index<'Job'> = { kind: 'Job', name: 'workload', of: ownerKey };

export const WORKLOAD_KINDS = ['Pod', 'ReplicaSet', 'Job'] as const;
export type WorkloadKinds = (typeof WORKLOAD_KINDS)[number];

/**
 * The pods of a workload that run, also through its ReplicaSets and Jobs; the pod that its template would make where none runs. Undefined for
 * what is not `namespace/Kind/name`.
 */
export function podsOfWorkload(workload: string, inventory: Inventory<WorkloadKinds>): readonly Pod[] | undefined {
  const [namespace = '', kind = '', name = '', ...rest] = workload.split('/');
  if (namespace === '' || kind === '' || name === '' || rest.length > 0) return undefined;
  if (kind === 'Pod') return [inventory.get({ kind: 'Pod', namespace, name }) ?? []].flat();
  const between: readonly ObjectOf<'ReplicaSet' | 'Job'>[] = [
    ...inventory.by(replicaSetsByOwner, workload),
    ...inventory.by(jobsByOwner, workload),
  ];
  const keys = [workload, ...between.map((each) => `${namespace}/${each.kind}/${each.metadata.name}`)];
  const pods = keys.flatMap((key) => inventory.by(podsByWorkload, key)).filter((pod) => !isFinished(pod));
  const live = pods.filter((pod) => !isTemplate(pod));
  if (live.length > 0) return live;
  return isTemplateKind(kind) ? templateOf(kind, namespace, name, inventory) : [];
}

function templateOf(kind: TemplateKind, namespace: string, name: string, inventory: Inventory<'Pod'>): readonly Pod[] {
  return [inventory.get({ kind: 'Pod', namespace, name: templatePodName(kind, name) }) ?? []].flat();
}
