import type { PolicyRule } from '#model/policy.ts';
import type { AnyRole } from './rbac.ts';
import table from './shipped-roles.json' with { type: 'json' };

/** A role that the API server makes by itself (bootstrap policy), as kube-apiserver 1.36 ships it; the cluster suite compares. */
interface ShippedRole {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly rules: readonly PolicyRule[];
}

const SHIPPED: readonly ShippedRole[] = table;
const BY_NAME = new Map(SHIPPED.map((role) => [keyed(role.kind, role.namespace ?? '', role.name), role.rules]));

/** Shipped roles that every service account holds through shipped bindings: their rights are nothing beyond the default. */
const EVERYONES = new Set([
  'system:discovery',
  'system:basic-user',
  'system:public-info-viewer',
  'system:service-account-issuer-discovery',
]);

function keyed(kind: string, namespace: string, name: string): string {
  return `${kind}/${namespace}/${name}`;
}

/** The rules of a shipped role; undefined for a name that is not shipped. In files shipped roles count as present. */
export function shippedRules(kind: string, namespace: string, name: string): readonly PolicyRule[] | undefined {
  return BY_NAME.get(keyed(kind, namespace, name));
}

/**
 * Whether a role is a default, by content: shipped name, bootstrap label, and no rule wider than a shipped one. The prefix `system:`
 * proves nothing, anyone may use it.
 */
export function isShipped(role: AnyRole): boolean {
  const { name, namespace, labels } = role.metadata;
  const shipped = shippedRules(role.kind, namespace, name);
  if (shipped === undefined || labels['kubernetes.io/bootstrapping'] !== 'rbac-defaults') return false;
  return role.rules.every((rule) => shipped.some((wide) => covers(wide, rule)));
}

/** Whether a role with these rules gives a service account nothing that not every account has: one of those roles, and not widened. */
export function isEveryones(kind: string, name: string, rules: readonly PolicyRule[]): boolean {
  const shipped = EVERYONES.has(name) ? shippedRules(kind, '', name) : undefined;
  return shipped !== undefined && rules.every((rule) => shipped.some((wide) => covers(wide, rule)));
}

function covers(wide: PolicyRule, narrow: PolicyRule): boolean {
  return (
    within(narrow.verbs, wide.verbs) &&
    within(narrow.apiGroups, wide.apiGroups) &&
    within(narrow.resources, wide.resources) &&
    within(narrow.nonResourceURLs, wide.nonResourceURLs) &&
    (wide.resourceNames === undefined || (isRestricted(narrow) && within(narrow.resourceNames, wide.resourceNames)))
  );
}

/** An empty list of names restricts nothing. */
function isRestricted({ resourceNames = [] }: PolicyRule): boolean {
  return resourceNames.length > 0;
}

function within(words: readonly string[] = [], allowed: readonly string[] = []): boolean {
  return allowed.includes('*') || words.every((word) => allowed.includes(word));
}
