/**
 * Who may do what, by brute force from the documentation of RBAC (kubernetes.io/docs/reference/access-authn-authz/rbac): every binding is looked at for every
 * question, and nothing is remembered. Slow, and too simple to be wrong in the same way as the index.
 */
import type { Manifest } from '#model/check.ts';

export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

export interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

interface Binding {
  readonly namespace: string;
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly Subject[];
}

export interface Who {
  readonly user: string;
  readonly groups: readonly string[];
}

export type What =
  | { readonly verb: string; readonly url: string }
  | {
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly name: string;
      readonly namespace: string;
    };

interface Aggregate {
  readonly clusterRoleSelectors: readonly { readonly matchLabels?: Readonly<Record<string, string>> }[];
}

/** A cluster as a list of manifests; aggregation is always computed. */
export class NaiveRbac {
  readonly #objects: readonly Manifest[];

  constructor(objects: readonly Manifest[]) {
    this.#objects = objects;
  }

  can(who: Who, what: What): boolean {
    return this.#bindingsFor(what).some(
      (binding) =>
        binding.subjects.some((subject) => isWho(subject, binding.namespace, who)) &&
        (this.#rulesOf(binding) ?? []).some((rule) => permits(rule, what)),
    );
  }

  /** As bindings name them. */
  whoCan(what: What): readonly string[] {
    const names = this.#bindingsFor(what)
      .filter((binding) => (this.#rulesOf(binding) ?? []).some((rule) => permits(rule, what)))
      .flatMap((binding) => binding.subjects.map((subject) => nameOf(subject, binding.namespace)));
    return [...new Set(names.filter((name) => name !== undefined))].sort();
  }

  rulesFor(who: Who, namespace: string): readonly Rule[] {
    return this.#bindingsFor({ verb: '', group: '', resource: '', name: '', namespace })
      .filter((binding) => binding.subjects.some((subject) => isWho(subject, binding.namespace, who)))
      .flatMap((binding) => this.#rulesOf(binding) ?? []);
  }

  /** Whether the server would let somebody bind a role: `bind` on it, or every single right of it. */
  mayBind(who: Who, namespace: string, roleRef: Binding['roleRef']): boolean {
    const resource = roleRef.kind === 'Role' ? 'roles' : 'clusterroles';
    const group = 'rbac.authorization.k8s.io';
    if (this.can(who, { verb: 'bind', group, resource, name: roleRef.name, namespace })) return true;
    const rules = this.#rulesOf({ namespace, roleRef, subjects: [] });
    return rules !== undefined && this.covers(who, namespace, rules);
  }

  covers(who: Who, namespace: string, wanted: readonly Rule[]): boolean {
    const own = this.rulesFor(who, namespace);
    return wanted.every((rule) => splits(rule).every((single) => own.some((each) => coversSingle(each, single))));
  }

  /** Every ClusterRoleBinding, and of a question with a namespace the RoleBindings there. */
  #bindingsFor(what: What): readonly Binding[] {
    const namespace = 'url' in what ? '' : what.namespace;
    return this.#objects
      .filter(({ kind }) => kind === 'ClusterRoleBinding' || (kind === 'RoleBinding' && namespace !== ''))
      .map(bindingOf)
      .filter((binding) => binding.namespace === '' || binding.namespace === namespace);
  }

  #rulesOf({ roleRef: { kind, name }, namespace }: Binding): readonly Rule[] | undefined {
    const role = this.#objects.find((object) => {
      const at = metadataOf(object);
      return object.kind === kind && at.name === name && (kind === 'ClusterRole' || at.namespace === namespace);
    });
    if (role === undefined || (kind === 'Role' && namespace === '')) return undefined;
    return role['aggregationRule'] === undefined ? rulesIn(role) : this.#reached(role).flatMap(rulesIn);
  }

  /** The roles that feed an aggregate, directly or through other aggregates. */
  #reached(aggregate: Manifest): readonly Manifest[] {
    const reached = [aggregate];
    for (const each of reached)
      for (const role of this.#objects)
        if (role.kind === 'ClusterRole' && feeds(role, each) && !reached.includes(role)) reached.push(role);
    return reached.filter((role) => role['aggregationRule'] === undefined);
  }
}

function metadataOf(object: Manifest): {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
} {
  return object.metadata as { readonly name: string };
}

function rulesIn(role: Manifest): readonly Rule[] {
  return (role['rules'] as readonly Rule[] | undefined) ?? [];
}

function bindingOf(object: Manifest): Binding {
  const { roleRef, subjects } = object as unknown as Partial<Binding> & Pick<Binding, 'roleRef'>;
  return { namespace: metadataOf(object).namespace ?? '', roleRef, subjects: subjects ?? [] };
}

function feeds(role: Manifest, aggregate: Manifest): boolean {
  const rule = aggregate['aggregationRule'] as Aggregate | undefined;
  const { name, labels = {} } = metadataOf(role);
  if (rule === undefined || name === metadataOf(aggregate).name) return false;
  return rule.clusterRoleSelectors.some(({ matchLabels = {} }) =>
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value),
  );
}

function homeOf(subject: Subject, bindingNamespace: string): string {
  return subject.namespace === undefined || subject.namespace === '' ? bindingNamespace : subject.namespace;
}

export function isWho(subject: Subject, bindingNamespace: string, { user, groups }: Who): boolean {
  const home = homeOf(subject, bindingNamespace);
  if (subject.kind === 'ServiceAccount')
    return home !== '' && user === ['system', 'serviceaccount', home, subject.name].join(':');
  if (subject.kind === 'User') return subject.name === user;
  return subject.kind === 'Group' && groups.includes(subject.name);
}

function nameOf(subject: Subject, bindingNamespace: string): string | undefined {
  const home = homeOf(subject, bindingNamespace);
  if (subject.kind === 'User' || subject.kind === 'Group') return `${subject.kind}:${subject.name}`;
  return subject.kind === 'ServiceAccount' && home !== '' ? `ServiceAccount:${home}/${subject.name}` : undefined;
}

export function permits(rule: Rule, what: What): boolean {
  if (!rule.verbs.some((verb) => verb === '*' || verb === what.verb)) return false;
  if ('url' in what) return (rule.nonResourceURLs ?? []).some((pattern) => matchesUrl(pattern, what.url));
  const [, subresource] = what.resource.split('/');
  const { apiGroups = [], resources = [], resourceNames = [] } = rule;
  return (
    apiGroups.some((group) => group === '*' || group === what.group) &&
    resources.some(
      (resource) =>
        resource === '*' ||
        resource === what.resource ||
        (subresource !== undefined && resource === `*/${subresource}`),
    ) &&
    (resourceNames.length === 0 || resourceNames.includes(what.name))
  );
}

function matchesUrl(pattern: string, url: string): boolean {
  return pattern.endsWith('*') ? url.startsWith(pattern.slice(0, -1)) : url === pattern;
}

export function splits(rule: Rule): readonly Rule[] {
  const { apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const limits = resourceNames.length === 0 ? [{}] : resourceNames.map((name) => ({ resourceNames: [name] }));
  return rule.verbs.flatMap((verb) => [
    ...nonResourceURLs.map((url) => ({ verbs: [verb], nonResourceURLs: [url] })),
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        limits.map((limit) => ({ verbs: [verb], apiGroups: [group], resources: [resource], ...limit })),
      ),
    ),
  ]);
}

/** One rule must cover the whole of a single right. */
function coversSingle(own: Rule, { verbs: [verb = ''], ...single }: Rule): boolean {
  if (!own.verbs.includes('*') && !own.verbs.includes(verb)) return false;
  const [url] = single.nonResourceURLs ?? [];
  if (url !== undefined)
    return (own.nonResourceURLs ?? []).some(
      (each) => each === url || (each.endsWith('*') && url.startsWith(each.slice(0, -1))),
    );
  const [name] = single.resourceNames ?? [];
  const owned = own.resourceNames ?? [];
  return speaksOf(own, single) && (owned.length === 0 || (name !== undefined && owned.includes(name)));
}

function speaksOf(own: Rule, single: Omit<Rule, 'verbs'>): boolean {
  const [group = '', resource = ''] = [single.apiGroups?.[0], single.resources?.[0]];
  const [, subresource] = resource.split('/');
  const { apiGroups = [], resources = [] } = own;
  return (
    (apiGroups.includes('*') || apiGroups.includes(group)) &&
    (resources.includes('*') ||
      resources.includes(resource) ||
      (subresource !== undefined && resources.includes(`*/${subresource}`)))
  );
}
