import { KINDS, apiVersionOf, type Kind } from './kinds.ts';
import type { AnyObject, ObjectOf } from './objects.ts';

/** The name of an object: queues carry these, never objects. */
export interface Ref<K extends Kind = Kind> {
  readonly kind: K;
  /** `''` for cluster-scoped kinds. */
  readonly namespace: string;
  readonly name: string;
}

/** What a report is about: usually one of our kinds, but also a top-level owner of a kind that we do not watch. */
export interface Subject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
}

export function refOf<K extends Kind>(object: ObjectOf<K>): Ref<K> {
  return { kind: object.kind, namespace: object.metadata.namespace, name: object.metadata.name };
}

/** The key of an object among those of its kind. Kubernetes names hold no slash (RBAC: no slash either), so it is unambiguous. */
export function keyOf(at: { readonly namespace: string; readonly name: string }): string {
  return at.namespace === '' ? at.name : `${at.namespace}/${at.name}`;
}

export function subjectOf(object: AnyObject): Subject {
  const { namespace, name, uid } = object.metadata;
  const { apiVersion = apiVersionOf(KINDS[object.kind]) } = object;
  return { apiVersion, kind: object.kind, namespace, name, ...(uid === undefined ? {} : { uid }) };
}

/** The identity of a subject as a key: kind, group, namespace, name; not the version, not the uid. */
export function subjectKey(subject: Subject): string {
  const slash = subject.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : `.${subject.apiVersion.slice(0, slash)}`;
  // A kind has no dot; an owner reference may hold anything, and must not pass for another subject.
  const kind = subject.kind.includes('.') ? subject.kind.replaceAll('.', '..') : subject.kind;
  return `${kind}${group}/${subject.namespace}/${subject.name}`;
}

/** `Deployment shop/web`, `ClusterRole x`: how people and messages name a subject. */
export function subjectText(subject: {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}): string {
  return `${subject.kind} ${keyOf(subject)}`;
}
