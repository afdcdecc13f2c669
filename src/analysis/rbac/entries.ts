import type { AnyBinding } from '#facts/rbac.ts';
import type { RuleEntry } from './rule-table.ts';
import type { Granting, NamedRule, Rights } from './rights.ts';

/** A role that exists, that a binding refers to, or both: bindings may come before their role and outlive it. */
export interface RoleEntry extends Granting {
  readonly kind: 'Role' | 'ClusterRole';
  /** `''` for ClusterRoles. */
  readonly namespace: string;
  readonly name: string;
  /** Whether there is such an object; a shipped role may be assumed without. */
  isTold: boolean;
  /** Undefined while there is no such role. */
  rules: readonly RuleEntry<RoleEntry>[] | undefined;
  /** The atoms that it gives for all names, and those for some. */
  mask: bigint;
  named: readonly NamedRule[];
  /** All of these atoms, for whatever names. */
  reach: bigint;
  /** What of the role could not be read. */
  malformed: readonly string[];
  readonly bindings: Set<BindingEntry>;
}

export interface BindingEntry {
  readonly binding: AnyBinding;
  /** Where it grants: a namespace, or `''` for everywhere. */
  readonly scope: string;
  readonly role: RoleEntry;
  readonly subjects: readonly SubjectEntry[];
}

/** A user, group or service account that some binding names. */
export interface SubjectEntry {
  readonly label: string;
  readonly key: string;
  /** By scope: bindings and not roles, so that deleting one of two that give the same role leaves the other. */
  readonly grants: Map<string, BindingEntry[]>;
  /** What the bindings give together, until one of them changes. */
  rights: Rights | undefined;
}

/** What a change comes to: whose rights it touches, and which roles have other rules now, come or go. */
export interface Touched {
  readonly subjects: Set<SubjectEntry>;
  readonly roles: Set<RoleEntry>;
}

/** `ClusterRole admin`, `Role shop/web`. */
export function roleText({ kind, namespace, name }: Pick<RoleEntry, 'kind' | 'namespace' | 'name'>): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}

/** Roles of both kinds may share a name; no name holds a slash. */
export function roleKey(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

/** What tells a binding from all others. */
export interface BindingKey {
  readonly kind: AnyBinding['kind'];
  readonly metadata: Pick<AnyBinding['metadata'], 'namespace' | 'name'>;
}

export function keyOf({ kind, metadata }: BindingKey): string {
  return `${kind}/${metadata.namespace}/${metadata.name}`;
}
