import type { ObjectOf } from '#model/objects.ts';
import type { PodSpec, Resources } from '#model/pod.ts';
import { containersOf, type ContainerSlot } from './containers.ts';

/** A bound that a container lacks. */
export interface Unbounded {
  readonly aspect: 'memoryLimit' | 'cpuLimit' | 'requests' | 'ephemeralStorage';
  readonly slot: ContainerSlot;
  readonly at: string;
  /** The resources that it is about, in words. */
  readonly what: string;
}

/** From this minor on the resources of a pod as a whole bound its containers, for cpu and memory. */
const POD_LEVEL_MINOR = 34;

/** The bounds that the containers of a pod lack. Zero bounds nothing; a limit stands for the request, since the API server copies it. */
export function unboundedOf(spec: PodSpec, minor: number): readonly Unbounded[] {
  const pod = minor >= POD_LEVEL_MINOR ? (spec.resources ?? {}) : {};
  return containersOf(spec).flatMap((slot) => missingIn(slot, pod));
}

function missingIn(slot: ContainerSlot, pod: Resources): readonly Unbounded[] {
  const { container, at, list } = slot;
  // An ephemeral container cannot have any.
  if (list === 'ephemeralContainers') return [];
  const isPlainInit = list === 'initContainers' && container.restartPolicy !== 'Always';
  const own = container.resources ?? {};
  const isLimited = (name: 'cpu' | 'memory'): boolean => isSome(own.limits?.[name]) || isSome(pod.limits?.[name]);
  const unrequested = (['cpu', 'memory'] as const).filter((name) => !isRequested(name, own) && !isRequested(name, pod));
  const lack = (aspect: Unbounded['aspect'], field: string, what: string): Unbounded => ({
    aspect,
    slot,
    at: `${at}.resources.${field}`,
    what,
  });
  return [
    ...(isLimited('memory') ? [] : [lack('memoryLimit', 'limits.memory', 'memory limit')]),
    ...(isPlainInit || isLimited('cpu') ? [] : [lack('cpuLimit', 'limits.cpu', 'cpu limit')]),
    ...(isPlainInit || unrequested.length === 0
      ? []
      : [lack('requests', 'requests', `${unrequested.join(' and ')} request`)]),
    ...(isPlainInit || isSome(own.limits?.['ephemeral-storage'])
      ? []
      : [lack('ephemeralStorage', 'limits.ephemeral-storage', 'limit of ephemeral storage')]),
  ];
}

function isRequested(name: 'cpu' | 'memory', { limits, requests }: Resources): boolean {
  return isSome(requests?.[name] ?? limits?.[name]);
}

function isSome(amount: string | undefined): boolean {
  return amount === 'some';
}

/** Whether a LimitRange gives containers that say nothing a default. */
export function givesDefaults({ spec }: ObjectOf<'LimitRange'>): boolean {
  return (spec?.limits ?? []).some(
    (limit) => limit.type === 'Container' && (limit.default !== undefined || limit.defaultRequest !== undefined),
  );
}
