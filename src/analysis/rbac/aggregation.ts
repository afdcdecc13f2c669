import lodash from 'lodash';
import { selects } from '#facts/selector.ts';
import type { ObjectOf } from '#model/objects.ts';
import type { PolicyRule } from '#model/policy.ts';

type ClusterRole = ObjectOf<'ClusterRole'>;

/**
 * Whose rules an aggregated ClusterRole has: `stored`, as its controller wrote them, which is what the authorizer uses; `unfilled`, computed where
 * none are stored (a manifest that no controller has seen); `computed`, always (a stated cluster without a controller).
 */
export type Aggregation = 'stored' | 'unfilled' | 'computed';

/** Whether an aggregated ClusterRole takes the rules of another one. A selector that is empty takes every role; a role does not take its own. */
export function feeds(contributor: ClusterRole, aggregate: ClusterRole): boolean {
  return (
    contributor.metadata.name !== aggregate.metadata.name &&
    (aggregate.aggregationRule?.clusterRoleSelectors ?? []).some((selector) =>
      selects(selector, contributor.metadata.labels),
    )
  );
}

/** Whether the rules of a ClusterRole are made of those of others. */
export function isComputed({ aggregationRule, rules }: ClusterRole, aggregation: Aggregation): boolean {
  if (aggregationRule === undefined || aggregation === 'stored') return false;
  return aggregation === 'computed' || rules.length === 0;
}

/**
 * The rules of aggregated ClusterRoles as their controller writes them in the end: selector by selector, contributors by name, each rule once.
 * Aggregates of aggregates converge over several rounds, and a ring of them has what comes in from outside the ring.
 */
export function aggregated(
  roles: Iterable<ClusterRole>,
  aggregation: Aggregation,
): ReadonlyMap<string, readonly PolicyRule[]> {
  const byName = [...roles].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const computed = byName.filter((role) => isComputed(role, aggregation));
  const result = new Map<string, readonly PolicyRule[]>(computed.map(({ metadata }) => [metadata.name, []]));
  for (let isMoving = computed.length > 0; isMoving;) {
    isMoving = false;
    for (const role of computed) {
      const rules = union(role, byName, (each) => result.get(each.metadata.name) ?? each.rules);
      isMoving ||= rules.length !== result.get(role.metadata.name)?.length;
      result.set(role.metadata.name, rules);
    }
  }
  return result;
}

function union(
  { metadata, aggregationRule }: ClusterRole,
  byName: readonly ClusterRole[],
  rulesOf: (role: ClusterRole) => readonly PolicyRule[],
): readonly PolicyRule[] {
  const contributors = (aggregationRule?.clusterRoleSelectors ?? []).flatMap((selector) =>
    byName.filter((role) => role.metadata.name !== metadata.name && selects(selector, role.metadata.labels)),
  );
  return lodash.uniqWith(contributors.flatMap(rulesOf), (a, b) => lodash.isEqual(a, b));
}

/** The ClusterRoles from which an aggregated one has a rule, by name; through aggregates of aggregates. Empty where the rule is its own. */
export function originsOf(aggregate: ClusterRole, rule: PolicyRule, roles: Iterable<ClusterRole>): readonly string[] {
  const all = [...roles];
  const seen = new Set([aggregate]);
  for (const each of seen) for (const role of all) if (feeds(role, each)) seen.add(role);
  seen.delete(aggregate);
  return [...seen]
    .filter((role) => role.aggregationRule === undefined && role.rules.some((own) => lodash.isEqual(own, rule)))
    .map(({ metadata }) => metadata.name)
    .sort();
}
