import type { PolicyRule } from '#model/policy.ts';
import { maskOfRule } from './atoms.ts';
import { allows, isNamed, isUrlRequest, type Request } from './request.ts';

/** One of the different rules that there are, shared by the roles that hold it. */
export interface RuleEntry<R = object> {
  readonly rule: PolicyRule;
  /** The atoms that it speaks of; for all names unless the rule is limited to some. */
  readonly mask: bigint;
  readonly key: string;
  /** The roles that hold it, with how often each does. */
  readonly roles: Map<R, number>;
}

function keyOfRule({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): string {
  return JSON.stringify([verbs, apiGroups, resources, resourceNames, nonResourceURLs]);
}

/** Under which words a rule is filed: each of its verbs, groups and resources together, or that it speaks of URLs. */
function* wordsOf({ verbs, apiGroups = [], resources = [], nonResourceURLs = [] }: PolicyRule): Iterable<string> {
  for (const group of apiGroups)
    for (const resource of resources) for (const verb of verbs) yield `${verb}|${group}|${resource}`;
  if (nonResourceURLs.length > 0) yield URLS;
}

const URLS = 'url';

/** The words under which rules may be filed that allow a request: twelve at most. */
function* wordsFor(request: Request): Iterable<string> {
  if (isUrlRequest(request)) {
    yield URLS;
    return;
  }
  const { verb, group, resource } = request;
  const slash = resource.indexOf('/');
  const patterns = [resource, '*', ...(slash < 0 ? [] : [`*${resource.slice(slash)}`])];
  for (const word of new Set([verb, '*']))
    for (const each of new Set([group, '*']))
      for (const pattern of new Set(patterns)) yield `${word}|${each}|${pattern}`;
}

/** Every different rule once, found by what it speaks of. A rule is forgotten with the last role that holds it. */
export class RuleTable<R extends object> {
  readonly #makers: readonly string[];
  readonly #rules = new Map<string, RuleEntry<R>>();
  readonly #postings = new Map<string, Set<RuleEntry<R>>>();

  /** `makers` are the resources of extensions whose writer makes pods. */
  constructor(makers: readonly string[]) {
    this.#makers = makers;
  }

  get size(): number {
    return this.#rules.size;
  }

  hold(rule: PolicyRule, role: R): RuleEntry<R> {
    const key = keyOfRule(rule);
    const entry =
      this.#rules.get(key) ?? this.#file({ rule, key, mask: maskOfRule(rule, this.#makers), roles: new Map() });
    entry.roles.set(role, (entry.roles.get(role) ?? 0) + 1);
    return entry;
  }

  #file(entry: RuleEntry<R>): RuleEntry<R> {
    this.#rules.set(entry.key, entry);
    for (const word of wordsOf(entry.rule)) {
      const filed = this.#postings.get(word);
      if (filed === undefined) this.#postings.set(word, new Set([entry]));
      else filed.add(entry);
    }
    return entry;
  }

  release(entry: RuleEntry<R>, role: R): void {
    const count = (entry.roles.get(role) ?? 0) - 1;
    if (count > 0) entry.roles.set(role, count);
    else entry.roles.delete(role);
    if (entry.roles.size > 0) return;
    this.#rules.delete(entry.key);
    for (const word of wordsOf(entry.rule)) {
      const filed = this.#postings.get(word);
      filed?.delete(entry);
      if (filed?.size === 0) this.#postings.delete(word);
    }
  }

  /** The rules that allow a request; one may come more than once. */
  *rulesFor(request: Request): Iterable<RuleEntry<R>> {
    for (const word of wordsFor(request))
      for (const entry of this.#postings.get(word) ?? []) if (isMet(entry.rule, request)) yield entry;
  }
}

/** Whether a rule allows a request under one of whose words it is filed: that settles verb, group and resource. */
function isMet(rule: PolicyRule, request: Request): boolean {
  return isUrlRequest(request) ? allows(rule, request) : isNamed(rule, request.name);
}
