import { sides, type Index } from '#model/inventory.ts';
import type { ObjectOf } from '#model/objects.ts';
import { refOf } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';
import { alike } from './exposure.ts';

export const podsByNode: Index<'Pod'> = {
  kind: 'Pod',
  name: 'node',
  of: ({ nodeName }) => (nodeName === undefined ? [] : [nodeName]),
};

function isOfWindows(node: ObjectOf<'Node'> | undefined): boolean {
  return node?.metadata.labels['kubernetes.io/os'] === 'windows';
}

/** The Node of a pod, if it runs Windows by its label, and so do those of all pods that look like it. */
export const windowsNodeOfPod = defineRelation({
  subject: 'Pod',
  name: 'operating system of the Node',
  related: (pod, inventory): readonly string[] => {
    const { nodeName } = pod;
    const isWindows = (name: string): boolean => isOfWindows(inventory.get({ kind: 'Node', namespace: '', name }));
    if (nodeName === undefined || !isWindows(nodeName)) return [];
    return alike(pod, inventory).every((each) => each.nodeName === undefined || isWindows(each.nodeName))
      ? [nodeName]
      : [];
  },
  affected: {
    Node: (change, inventory) =>
      sides(change).some(isOfWindows) ? inventory.by(podsByNode, change.ref.name).map(refOf) : [],
    // Pods that look alike have their subject in common, which is judged when one of them moves.
    Pod: () => [],
  },
});
