import { isTemplateKind, type TemplateKind } from './kinds.ts';
import type { Pod } from './objects.ts';

const MIRROR = 'kubernetes.io/config.mirror';

/** A pod that the kubelet made from a file: the API object is its mirror. */
export function isMirror(pod: Pod): boolean {
  return Object.hasOwn(pod.metadata.annotations, MIRROR);
}

/** A pod that has run to its end and will not run again. */
export function isFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** The pod that a template would make carries the name `kind/name`: no real pod's name holds a slash. */
export function isTemplate(pod: Pod): boolean {
  return pod.metadata.name.includes('/');
}

export function templatePodName(kind: TemplateKind, name: string): string {
  return `${kind.toLowerCase()}/${name}`;
}

/** The path of the pod template in objects of a kind: what stands before a path inside the pod; `''` for kinds without one. */
export function templatePath(kind: string): string {
  if (!isTemplateKind(kind)) return '';
  return kind === 'CronJob' ? 'spec.jobTemplate.spec.template.' : 'spec.template.';
}
