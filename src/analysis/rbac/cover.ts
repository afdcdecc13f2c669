import type { PolicyRule } from '#model/policy.ts';
import { coversUrl, isIn } from './request.ts';

/** A role as wide as rights can be: what the server asks of whoever sets an aggregationRule. */
export const FULL_AUTHORITY: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/**
 * The single rights of `wanted` that no one rule of `owned` covers, as validation.Covers of the API server computes them. Syntactic: each single
 * (verb, group, resource, name) or (verb, URL) needs one owner rule that covers all of it; rights of two rules do not add up.
 */
export function uncovered(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] {
  return wanted.flatMap(singles).filter((single) => !owned.some((rule) => covers(rule, single)));
}

/** A rule broken into rules of one verb, one group, one resource and at most one name, or of one verb and one URL. */
export function singles(rule: PolicyRule): readonly PolicyRule[] {
  const { verbs, apiGroups = [], resources = [], nonResourceURLs = [], resourceNames = [] } = rule;
  const named = resourceNames.length === 0 ? [{}] : resourceNames.map((name) => ({ resourceNames: [name] }));
  const ofResources = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) =>
        named.map((names) => ({ verbs: [verb], apiGroups: [group], resources: [resource], ...names })),
      ),
    ),
  );
  const ofUrls = verbs.flatMap((verb) => nonResourceURLs.map((url) => ({ verbs: [verb], nonResourceURLs: [url] })));
  return [...ofResources, ...ofUrls];
}

function covers(owner: PolicyRule, single: PolicyRule): boolean {
  return (
    single.verbs.every((verb) => isIn(verb, owner.verbs)) &&
    (single.apiGroups ?? []).every((group) => isIn(group, owner.apiGroups ?? [])) &&
    (single.resources ?? []).every((resource) => hasResource(owner.resources ?? [], resource)) &&
    (single.nonResourceURLs ?? []).every((url) => (owner.nonResourceURLs ?? []).some((own) => coversUrl(own, url))) &&
    coversNames(owner.resourceNames ?? [], single.resourceNames ?? [])
  );
}

/** All names listed one by one are not all names. */
function coversNames(owned: readonly string[], wanted: readonly string[]): boolean {
  return owned.length === 0 || (wanted.length > 0 && wanted.every((name) => owned.includes(name)));
}

function hasResource(owned: readonly string[], wanted: string): boolean {
  if (isIn(wanted, owned)) return true;
  const slash = wanted.indexOf('/');
  return slash >= 0 && owned.includes(`*${wanted.slice(slash)}`);
}
