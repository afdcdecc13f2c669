import type { AnyRole } from '#facts/rbac.ts';
import { isMarkedDefault, shippedRules } from '#facts/shipped.ts';
import type { PolicyRule } from '#model/policy.ts';
import { maskOfRule } from './atoms.ts';
import { uncovered } from './cover.ts';
import { masksOf, type Granting } from './rights.ts';

const ASSUMED = new Map<string, Granting>();

/** A shipped role as the API server makes it, for where nothing tells of it: always the same object, since what is granted twice is held once. */
export function assumedRole(kind: 'Role' | 'ClusterRole', namespace: string, name: string): Granting | undefined {
  const key = `${kind}/${namespace}/${name}`;
  const known = ASSUMED.get(key);
  const rules = known === undefined ? shippedRules(kind, namespace, name) : undefined;
  if (rules === undefined) return known;
  const entries = rules.map((rule) => ({ rule, mask: maskOfRule(rule, []) }));
  const made: Granting = { kind, name, rules: entries, ...masksOf(entries) };
  ASSUMED.set(key, made);
  return made;
}

/** Shipped roles that every service account holds through shipped bindings: their rights are nothing beyond the default. */
const EVERYONES = new Set([
  'system:discovery',
  'system:basic-user',
  'system:public-info-viewer',
  'system:service-account-issuer-discovery',
]);

/**
 * Whether a role is a default, by content: shipped name, bootstrap label, and no right beyond the shipped ones. The prefix `system:` proves
 * nothing, anyone may use it.
 */
export function isShipped(role: AnyRole): boolean {
  return isMarkedDefault(role) && isAsShipped({ kind: role.kind, ...role.metadata }, role.rules);
}

/** Whether a role is marked as a default, has the name of one, and gives more: somebody has widened it. */
export function isTampered(role: AnyRole): boolean {
  const { kind, metadata } = role;
  return (
    isMarkedDefault(role) && shippedRules(kind, metadata.namespace, metadata.name) !== undefined && !isShipped(role)
  );
}

/** Whether a role of a shipped name gives no right beyond the shipped ones. */
export function isAsShipped(
  { kind, namespace, name }: { readonly kind: string; readonly namespace: string; readonly name: string },
  rules: readonly PolicyRule[],
): boolean {
  const shipped = shippedRules(kind, namespace, name);
  return shipped !== undefined && uncovered(shipped, rules).length === 0;
}

/** Whether a role with these rules gives a service account nothing that not every account has: one of those roles, and not widened. */
export function isEveryones(kind: string, name: string, rules: readonly PolicyRule[]): boolean {
  return EVERYONES.has(name) && isAsShipped({ kind, namespace: '', name }, rules);
}
