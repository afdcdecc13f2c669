import type { AnyBinding, AnyRole, BindingKind } from '#facts/rbac.ts';
import type { Inventory } from '#model/inventory.ts';
import type { PolicyRule } from '#model/policy.ts';
import { refOf, subjectText } from '#model/ref.ts';
import { namedBy } from './identity.ts';

/** What manifests say of roles and bindings and no API server takes, and what becomes of it (pkg/apis/rbac/validation): an object and a note a line. */
export function notesOn({ list }: Inventory<'Role' | 'ClusterRole' | BindingKind>): readonly string[] {
  const roles: readonly AnyRole[] = [...list('ClusterRole'), ...list('Role')];
  const bindings: readonly AnyBinding[] = [...list('ClusterRoleBinding'), ...list('RoleBinding')];
  return [
    ...roles.flatMap((role) => [...notesOnRole(role)].map((note) => `${subjectText(refOf(role))}: ${note}`)),
    ...bindings.flatMap((each) => [...notesOnBinding(each)].map((note) => `${subjectText(refOf(each))}: ${note}`)),
  ];
}

function* notesOnRole({ kind, rules }: AnyRole): Iterable<string> {
  for (const [index, rule] of rules.entries())
    for (const note of notesOnRule(rule, kind)) yield `rules[${String(index)}] ${note}`;
}

function* notesOnRule(rule: PolicyRule, kind: AnyRole['kind']): Iterable<string> {
  const { verbs, apiGroups = [], resources = [], nonResourceURLs = [] } = rule;
  if (verbs.length === 0) yield 'has no verbs: it grants nothing';
  if (resources.length > 0 && apiGroups.length === 0) yield 'has no apiGroups: its resources match none';
  if (nonResourceURLs.length > 0 && kind === 'Role') yield 'has URLs: a Role does not grant them';
  if (nonResourceURLs.length > 0 && resources.length > 0) yield 'has resources and URLs: both are read';
}

function* notesOnBinding({ kind, metadata, roleRef, subjects }: AnyBinding): Iterable<string> {
  if (kind === 'ClusterRoleBinding' && roleRef.kind === 'Role') yield 'refers to a Role: it grants nothing';
  for (const [index, subject] of subjects.entries()) {
    if (namedBy(subject, metadata.namespace) !== undefined) continue;
    const isHomeless = subject.kind === 'ServiceAccount' && subject.name !== '';
    yield `subjects[${String(index)}] ${isHomeless ? 'has no namespace' : 'is no user, group or service account'}: it is nobody`;
  }
}
