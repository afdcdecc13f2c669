import type { PolicyRule } from '#model/policy.ts';
import { FULL_AUTHORITY, uncovered } from './cover.ts';
import { MASTERS, type Identity } from './identity.ts';
import type { RbacIndex } from './rbac-index.ts';
import { rulesOf } from './rights.ts';

const RBAC = 'rbac.authorization.k8s.io';

/** A role as a binding names it; the namespace of a Role is that of the binding. */
export interface RoleRef {
  readonly kind: 'Role' | 'ClusterRole';
  readonly name: string;
}

/** What the escalation check of the API server says, beside the right to write the object at all. */
export type Passage =
  | { readonly passes: true }
  /** What the caller lacks, as single rules; without them the role does not exist. */
  | { readonly passes: false; readonly lacks: readonly PolicyRule[] }
  | { readonly unknown: readonly string[] };

/**
 * Whether the API server lets an identity write a binding of a role in a namespace, `''` for a ClusterRoleBinding: it may `bind` the role there,
 * or it holds every right of the role (pkg/registry/rbac/rolebinding/policybased).
 */
export function mayBind(index: RbacIndex, identity: Identity, namespace: string, role: RoleRef): Passage {
  if (isAbove(identity)) return { passes: true };
  const resource = role.kind === 'Role' ? 'roles' : 'clusterroles';
  const bind = index.can(identity, { verb: 'bind', group: RBAC, resource, name: role.name, namespace });
  if ('allowed' in bind && bind.allowed) return { passes: true };
  const entry = index.state.role(role.kind, role.kind === 'Role' ? namespace : '', role.name);
  if (entry?.rules === undefined) return 'unknown' in bind ? bind : { passes: false, lacks: [] };
  return holds(index, identity, namespace, rulesOf(entry));
}

/** A role to be written: new where no such role exists. */
export interface RoleEdit extends RoleRef {
  readonly namespace: string;
  readonly rules: readonly PolicyRule[];
  /** It has an aggregationRule, or had one: that takes every right there is. */
  readonly aggregates: boolean;
}

/**
 * Whether the API server lets an identity write a role: it may `escalate` it, or it holds every right that the role has then
 * (pkg/registry/rbac/role/policybased).
 */
export function mayEditRole(index: RbacIndex, identity: Identity, edit: RoleEdit): Passage {
  if (isAbove(identity)) return { passes: true };
  const { kind, namespace, name, rules, aggregates } = edit;
  const resource = kind === 'Role' ? 'roles' : 'clusterroles';
  const exists = index.state.role(kind, namespace, name)?.rules !== undefined;
  // A POST carries no name: a right to escalate named roles does not help it.
  const escalate = { verb: 'escalate', group: RBAC, resource, name: exists ? name : '', namespace };
  const decision = index.can(identity, escalate);
  if ('allowed' in decision && decision.allowed) return { passes: true };
  return holds(index, identity, namespace, aggregates ? [...rules, ...FULL_AUTHORITY] : rules);
}

/** Whether an identity holds every right of some rules in a namespace, `''` for everywhere. */
export function holds(index: RbacIndex, identity: Identity, namespace: string, rules: readonly PolicyRule[]): Passage {
  const lacks = uncovered(index.rulesFor(identity, namespace), rules);
  if (lacks.length === 0) return { passes: true };
  const unknown = index.doubtsAbout(identity, namespace);
  return unknown.length > 0 ? { unknown } : { passes: false, lacks };
}

/** Members of system:masters are never checked. */
function isAbove({ groups }: Identity): boolean {
  return groups.includes(MASTERS);
}
