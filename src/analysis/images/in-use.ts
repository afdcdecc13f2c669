import { containersOf } from '#facts/containers.ts';
import type { View } from '#model/inventory.ts';
import type { Pod } from '#model/objects.ts';

/** How many pods run each image, as their specs spell it. */
export type ImagesInUse = ReadonlyMap<string, number>;

function count(uses: Map<string, number>, pod: Pod | undefined, by: 1 | -1): void {
  if (pod === undefined) return;
  for (const image of new Set(containersOf(pod.spec).flatMap(({ container }) => container.image ?? []))) {
    const left = (uses.get(image) ?? 0) + by;
    if (left === 0) uses.delete(image);
    else uses.set(image, left);
  }
}

/** The images of all pods, and of those that templates would make. */
export const IMAGES_IN_USE: View<'Pod', ImagesInUse> = {
  name: 'images in use',
  kinds: ['Pod'],
  open: (inventory) => {
    const uses = new Map<string, number>();
    for (const pod of inventory.list('Pod')) count(uses, pod, 1);
    return uses;
  },
  apply: (uses, change) => {
    if (change.ref.kind !== 'Pod') return;
    count(uses as Map<string, number>, change.before as Pod | undefined, -1);
    count(uses as Map<string, number>, change.after as Pod | undefined, 1);
  },
};
