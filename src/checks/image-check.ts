import { containersOf, named, type ContainerSlot } from '#facts/containers.ts';
import type { Doubt, Problem } from '#model/check.ts';
import type { PodSpec } from '#model/pod.ts';

/** What is wrong with the image of each container; one that states none is in doubt. */
export function* ofEachImage(
  spec: PodSpec,
  judge: (image: string, slot: ContainerSlot) => Iterable<Problem>,
): Iterable<Problem | Doubt> {
  for (const slot of containersOf(spec)) {
    const { image = '' } = slot.container;
    if (image === '') yield { unknown: `${named(slot)} states no image` };
    else yield* judge(image, slot);
  }
}
