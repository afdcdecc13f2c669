import type { ObjectOf } from '#model/objects.ts';
import type { PolicyRule, RbacSubject } from '#model/policy.ts';

export type AnyRole = ObjectOf<'Role'> | ObjectOf<'ClusterRole'>;
/** What grants a role: in a namespace, or everywhere. */
export type BindingKind = 'RoleBinding' | 'ClusterRoleBinding';
export type AnyBinding = ObjectOf<'RoleBinding'> | ObjectOf<'ClusterRoleBinding'>;

const EVERY_VERB = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'] as const;

/**
 * Whether one rule grants every verb on every resource: `*` or the full set of verbs, `*` in resources, `*` or the core group. The core group
 * alone is as good as all: it holds pods, secrets and service account tokens. A list of names restricts it.
 */
export function isWildcardAll(rule: PolicyRule): boolean {
  const everyVerb = rule.verbs.includes('*') || EVERY_VERB.every((verb) => rule.verbs.includes(verb));
  const groups = rule.apiGroups ?? [];
  return (
    everyVerb &&
    (rule.resources ?? []).includes('*') &&
    (groups.includes('*') || groups.includes('')) &&
    (rule.resourceNames ?? []).length === 0
  );
}

const OLD_GROUPS = ['*', '', 'apps', 'batch', 'autoscaling', 'policy', 'extensions'];

/** Whether a group is one of Kubernetes itself, not of an operator. */
export function isOfKubernetes(group: string): boolean {
  return OLD_GROUPS.includes(group) || (group.endsWith('.k8s.io') && !group.endsWith('.x-k8s.io'));
}

/** A service account as bindings may mean it. */
export interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** `User alice`, `ServiceAccount shop/web`: how messages name a binding's subject. */
export function subjectName(subject: RbacSubject, bindingNamespace: string): string {
  if (subject.kind !== 'ServiceAccount') return `${subject.kind} ${subject.name}`;
  return `ServiceAccount ${homeOf(subject, bindingNamespace)}/${subject.name}`;
}

/** `in namespace shop`, `in the whole cluster`: how messages name where a binding grants. */
export function placeName(namespace: string): string {
  return namespace === '' ? 'in the whole cluster' : `in namespace ${namespace}`;
}

/** The namespace of a service account that a binding names: in a RoleBinding that of the binding, where none is said. */
export function homeOf({ namespace = '' }: RbacSubject, bindingNamespace: string): string {
  return namespace === '' ? bindingNamespace : namespace;
}

/** Whether a subject stands for callers without a name. */
export function isNobody({ kind, name }: RbacSubject): boolean {
  return (kind === 'User' && name === 'system:anonymous') || (kind === 'Group' && name === 'system:unauthenticated');
}
