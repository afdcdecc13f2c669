import type { AnyRole } from '#facts/rbac.ts';
import { isMarkedDefault, shippedRules } from '#facts/shipped.ts';
import type { PolicyRule } from '#model/policy.ts';
import { uncovered } from './cover.ts';

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
