import { runningDigestsOf } from '#facts/image.ts';
import { sides, type Index, type Inventory } from '#model/inventory.ts';
import { controllerOf } from '#model/metadata.ts';
import type { Pod } from '#model/objects.ts';
import { refOf } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';
import { podsByNode } from './nodes.ts';

/** What a container of a pod runs: which image it was told, and which content that was. */
export interface Running {
  readonly container: string;
  readonly image: string;
  readonly digest: string;
  /** Of the node; undefined where nobody knows it. */
  readonly architecture: string | undefined;
}

export const podsByController: Index<'Pod'> = { kind: 'Pod', name: 'controller', of: controllerKey };

function controllerKey(pod: Pod): readonly string[] {
  const controller = controllerOf(pod);
  return controller === undefined ? [] : [`${pod.metadata.namespace}/${controller.kind}/${controller.name}`];
}

/** The pods of the same controller, of which there is one for each generation; a pod without one is alone. */
function siblings(pod: Pod, inventory: Inventory<'Pod'>): readonly Pod[] {
  const [key] = controllerKey(pod);
  return key === undefined ? [pod] : inventory.by(podsByController, key);
}

function runningIn(pod: Pod, inventory: Inventory<'Node'>): readonly Running[] {
  const node =
    pod.nodeName === undefined ? undefined : inventory.get({ kind: 'Node', namespace: '', name: pod.nodeName });
  const architecture = node?.status?.nodeInfo?.architecture;
  return runningDigestsOf(pod).map((each) => ({ ...each, architecture }));
}

export const imagesOfSiblings = defineRelation({
  subject: 'Pod',
  name: 'images that the Pods of the same controller run, with the architecture of their Nodes',
  related: (pod, inventory) => siblings(pod, inventory).flatMap((each) => runningIn(each, inventory)),
  affected: {
    Pod: (change, inventory) =>
      sides(change)
        .flatMap((pod) => siblings(pod, inventory))
        .map(refOf),
    Node: ({ ref }, inventory) =>
      inventory
        .by(podsByNode, ref.name)
        .flatMap((pod) => siblings(pod, inventory))
        .map(refOf),
  },
});
