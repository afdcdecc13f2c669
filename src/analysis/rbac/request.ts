import type { PolicyRule } from '#model/policy.ts';

/** One question to the authorizer about a resource. `resource` holds the subresource too: `pods/exec`. */
export interface ResourceRequest {
  readonly verb: string;
  /** `''` is the core group. */
  readonly group: string;
  readonly resource: string;
  /** `''` where the request names no object: create, deletecollection, list and watch without a metadata.name selector. */
  readonly name: string;
  /** `''` for cluster-scoped resources and for requests over all namespaces: RoleBindings do not answer these. */
  readonly namespace: string;
}

/** One question about a path that is no resource: `/healthz`. */
export interface UrlRequest {
  readonly verb: string;
  readonly url: string;
}

export type Request = ResourceRequest | UrlRequest;

export function isUrlRequest(request: Request): request is UrlRequest {
  return 'url' in request;
}

/** The namespace whose RoleBindings answer a request; a request for a URL has none. */
export function scopeOf(request: Request): string {
  return isUrlRequest(request) ? '' : request.namespace;
}

/**
 * Whether a rule allows a request, word for word as RuleAllows of the API server does (pkg/apis/rbac/v1/evaluation_helpers.go): `pods/*` is no
 * wildcard, `*` in resourceNames is a name, and a rule without apiGroups matches no resource.
 */
export function allows(rule: PolicyRule, request: Request): boolean {
  if (!isIn(request.verb, rule.verbs)) return false;
  if (isUrlRequest(request)) return (rule.nonResourceURLs ?? []).some((pattern) => coversUrl(pattern, request.url));
  return isNamed(rule, request.name) && allowsResource(rule, request);
}

/** Whether a rule speaks of the resource of a request, whatever its verbs and names. */
export function allowsResource(
  rule: PolicyRule,
  { group, resource }: Pick<ResourceRequest, 'group' | 'resource'>,
): boolean {
  return (
    isIn(group, rule.apiGroups ?? []) && (rule.resources ?? []).some((pattern) => coversResource(pattern, resource))
  );
}

/** Whether a rule is not limited to names, or to this one among others. */
export function isNamed({ resourceNames = [] }: PolicyRule, name: string): boolean {
  return resourceNames.length === 0 || resourceNames.includes(name);
}

export function isIn(word: string, words: readonly string[]): boolean {
  return words.includes('*') || words.includes(word);
}

/** `*` is everything; a slash in front of a star is that subresource of any resource. */
export function coversResource(pattern: string, resource: string): boolean {
  if (pattern === '*' || pattern === resource) return true;
  const slash = resource.indexOf('/');
  return slash >= 0 && pattern === `*${resource.slice(slash)}`;
}

/** The same path, or a pattern that ends in `*` as a prefix: `/healthz/*` does not cover `/healthz`. */
export function coversUrl(pattern: string, url: string): boolean {
  return pattern === '*' || pattern === url || (pattern.endsWith('*') && url.startsWith(pattern.replace(/\*+$/, '')));
}
