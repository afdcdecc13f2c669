import type { PodSpec } from '#model/pod.ts';
import { containersOf, named } from './containers.ts';

/** A place that should say `runAsNonRoot: true` and does not. */
export interface Unenforced {
  readonly at: string;
  readonly message: string;
  /** A user id above 0 is set there anyway. */
  readonly isUidSet: boolean;
}

/** What breaks `runAsNonRoot` of the restricted level: a bad value at pod level fails even where every container overrides it. */
export function unenforcedNonRoot(spec: PodSpec): readonly Unenforced[] {
  const pod = spec.securityContext;
  const slots = containersOf(spec).map((slot) => ({ slot, own: slot.container.securityContext }));
  const isUidSet = (own: (typeof slots)[number]['own']): boolean => (own?.runAsUser ?? pod?.runAsUser ?? 0) > 0;
  const ofPod = {
    at: 'spec.securityContext.runAsNonRoot',
    message: 'the pod says runAsNonRoot: false',
    isUidSet: slots.every(({ own }) => isUidSet(own)),
  };
  const ofContainers = slots
    .filter(({ own }) => (own?.runAsNonRoot ?? pod?.runAsNonRoot) !== true)
    .map(({ slot, own }) => ({
      at: `${slot.at}.securityContext.runAsNonRoot`,
      message: `${named(slot)} ${own?.runAsNonRoot === false ? 'says runAsNonRoot: false' : 'may run as root'}`,
      isUidSet: isUidSet(own),
    }));
  return pod?.runAsNonRoot === false ? [ofPod, ...ofContainers] : ofContainers;
}
