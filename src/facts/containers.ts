import type { Container, PodSpec, SecurityContext } from '#model/pod.ts';

/** A container with the path of its place in the pod. */
export interface ContainerSlot {
  readonly container: Container;
  readonly at: string;
  readonly list: 'containers' | 'initContainers' | 'ephemeralContainers';
}

const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** The last answer: the checks of a pod ask for the same one after another, and a table of all answers would cost memory for every pod. */
let last: { readonly spec: PodSpec; readonly slots: readonly ContainerSlot[] } | undefined;

/** The container set: init, normal and ephemeral containers, exactly what Pod Security admission visits (VisitContainers of k8s.io/pod-security-admission). */
export function containersOf(spec: PodSpec): readonly ContainerSlot[] {
  if (last?.spec !== spec) {
    const slotsIn = (list: ContainerSlot['list']): readonly ContainerSlot[] =>
      (spec[list] ?? []).map((container, index) => ({ container, at: `spec.${list}[${String(index)}]`, list }));
    last = { spec, slots: LISTS.flatMap(slotsIn) };
  }
  return last.slots;
}

/** The containers that serve as long as the pod lives: regular ones first, then sidecars. */
export function servingContainersOf({ containers, initContainers = [] }: PodSpec): readonly Container[] {
  return [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')];
}

/** How messages name a container. */
export function named({ container }: ContainerSlot): string {
  return `container ${container.name === '' ? '(unnamed)' : container.name}`;
}

/** A security context with its path and with what it speaks for. */
interface ContextSlot {
  readonly context: SecurityContext;
  readonly at: string;
  readonly who: string;
  /** The container that it is of; undefined for the pod's. */
  readonly container?: string;
}

/** The pod's own security context and that of each container: where a value at pod level is bad even if every container overrides it. */
export function contextsOf(spec: PodSpec): readonly ContextSlot[] {
  return [
    { context: spec.securityContext ?? {}, at: 'spec.securityContext', who: 'the pod' },
    ...containersOf(spec).map((slot) => ({
      context: slot.container.securityContext ?? {},
      at: `${slot.at}.securityContext`,
      who: named(slot),
      container: slot.container.name,
    })),
  ];
}

/** Whether some container mounts the volume and may write it. */
export function isWritten(spec: PodSpec, volume: string): boolean {
  return containersOf(spec).some(({ container }) =>
    (container.volumeMounts ?? []).some(({ name, readOnly }) => name === volume && readOnly !== true),
  );
}

/** Windows as Pod Security admission knows it: the `os` field alone; it exempts from some restricted controls. */
export function isWindows(spec: PodSpec): boolean {
  return spec.os?.name === 'windows';
}

const WINDOWS_MINOR = 25;

/** Whether the restricted controls that Windows does not have are waived, for servers of this minor version. */
export function isWaivedForWindows(
  { spec }: { readonly spec: PodSpec },
  { minor }: { readonly minor: number },
): boolean {
  return isWindows(spec) && minor >= WINDOWS_MINOR;
}

/** Windows for checks that are no Pod Security control: the node selector counts too. So does the Node, which the relation `windowsNodeOfPod` knows. */
export function runsOnWindows(spec: PodSpec): boolean {
  return isWindows(spec) || spec.nodeSelector['kubernetes.io/os'] === 'windows';
}

/** From this minor on, `hostUsers: false` relaxes the controls on root users (Pod Security Standards, user namespaces). */
const USER_NAMESPACE_MINOR = 35;

/** Whether the pod's user namespace lifts the restricted controls on root users, for servers of this minor version. */
export function rootIsConfined(spec: PodSpec, minor: number): boolean {
  return spec.hostUsers === false && minor >= USER_NAMESPACE_MINOR;
}
