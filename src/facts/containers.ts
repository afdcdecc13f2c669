import type { Container, PodSpec } from '#model/pod.ts';

/** A container with the path of its place in the pod. */
export interface ContainerSlot {
  readonly container: Container;
  readonly at: string;
  readonly list: 'containers' | 'initContainers' | 'ephemeralContainers';
}

const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** The container set: init, normal and ephemeral containers, exactly what Pod Security admission visits (checks-catalogue 1.3). */
export function containersOf(spec: PodSpec): readonly ContainerSlot[] {
  return LISTS.flatMap((list) =>
    (spec[list] ?? []).map((container, index) => ({ container, at: `spec.${list}[${String(index)}]`, list })),
  );
}

/** How messages name a container. */
export function named({ container }: ContainerSlot): string {
  return `container ${container.name === '' ? '(unnamed)' : container.name}`;
}

/** Windows as Pod Security admission knows it: the `os` field alone; it exempts from some restricted controls. */
export function isWindows(spec: PodSpec): boolean {
  return spec.os?.name === 'windows';
}

/** Windows for checks that are no Pod Security control: the node selector counts too (checks-catalogue 1.3). */
export function runsOnWindows(spec: PodSpec): boolean {
  return isWindows(spec) || spec.nodeSelector['kubernetes.io/os'] === 'windows';
}

/** From this minor on, `hostUsers: false` relaxes the controls on root users (checks-catalogue 1.3). */
const USER_NAMESPACE_MINOR = 35;

/** Whether the pod's user namespace lifts the restricted controls on root users, for servers of this minor version. */
export function rootIsConfined(spec: PodSpec, minor: number): boolean {
  return spec.hostUsers === false && minor >= USER_NAMESPACE_MINOR;
}
