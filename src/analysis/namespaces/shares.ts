import type { View } from '#model/inventory.ts';
import { controllerOf } from '#model/metadata.ts';
import type { Pod } from '#model/objects.ts';
import { isFinished, isTemplate } from '#model/workload.ts';

/** What runs in one namespace. */
export interface Share {
  readonly pods: number;
  /** How many pods each application has: the whole that labels name, else what controls the pod. */
  readonly apps: ReadonlyMap<string, number>;
}

/** What runs where, by namespace. */
export type Shares = ReadonlyMap<string, Share>;

interface Counted {
  pods: number;
  readonly apps: Map<string, number>;
}

/** The application that a pod counts for; none for one that does not run. */
export function appOf(pod: Pod | undefined): string | undefined {
  if (pod === undefined || isTemplate(pod) || isFinished(pod)) return undefined;
  const { labels, namespace, name } = pod.metadata;
  const stated = labels['app.kubernetes.io/part-of'] ?? labels['app.kubernetes.io/instance'];
  if (stated !== undefined) return stated;
  const owner = controllerOf(pod) ?? { kind: 'Pod', name };
  // The ReplicaSets of a Deployment differ by the hash alone.
  return `${namespace}/${owner.kind}/${owner.name.replace(`-${labels['pod-template-hash'] ?? ''}`, '')}`;
}

function count(shares: Map<string, Counted>, pod: Pod | undefined, by: 1 | -1): void {
  const app = appOf(pod);
  if (pod === undefined || app === undefined) return;
  const { namespace } = pod.metadata;
  const share = shares.get(namespace) ?? { pods: 0, apps: new Map<string, number>() };
  shares.set(namespace, share);
  share.pods += by;
  const left = (share.apps.get(app) ?? 0) + by;
  if (left === 0) share.apps.delete(app);
  else share.apps.set(app, left);
  if (share.pods === 0) shares.delete(namespace);
}

/** How the pods that run are spread over namespaces. */
export const SHARES: View<'Pod', Shares> = {
  name: 'pods by namespace',
  kinds: ['Pod'],
  open: (inventory) => {
    const shares = new Map<string, Counted>();
    for (const pod of inventory.list('Pod')) count(shares, pod, 1);
    return shares;
  },
  apply: (shares, change) => {
    if (change.ref.kind !== 'Pod') return;
    count(shares as Map<string, Counted>, change.before as Pod | undefined, -1);
    count(shares as Map<string, Counted>, change.after as Pod | undefined, 1);
  },
};
