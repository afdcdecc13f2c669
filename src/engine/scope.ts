import type { Subject } from '#model/ref.ts';

/** The namespace that a subject counts in: its own, `''` for the cluster. A Namespace counts in itself. */
export function scopeOf(subject: Subject): string {
  return subject.kind === 'Namespace' && subject.apiVersion === 'v1' ? subject.name : subject.namespace;
}
