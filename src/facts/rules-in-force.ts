import lodash from 'lodash';
import type { PolicyRule } from '#model/policy.ts';
import { hasNoNamespace } from './api-resources.ts';

/** What a Role or a RoleBinding may allow on the Namespace object that it is in: such requests carry its name as their namespace. */
const OF_ITS_NAMESPACE = ['get', 'update', 'patch', 'delete'];

/**
 * What is left of a rule where it is granted, `''` for everywhere. In a namespace it grants no URLs and no resources without a namespace: requests for
 * these carry none. The two exceptions are the Namespace itself, and `bind` on ClusterRoles, which the API server asks for in the namespace of the
 * RoleBinding (pkg/registry/rbac).
 */
export function inForce(rule: PolicyRule, namespace: string): readonly PolicyRule[] {
  if (namespace === '') return [rule];
  const { placed, others, isWhole } = partsOf(rule);
  if (isWhole) return [rule];
  const { apiGroups = [], resourceNames = [] } = rule;
  const part = (some: readonly string[], verbs: readonly string[]): readonly PolicyRule[] =>
    some.length === 0 || verbs.length === 0 ? [] : [{ apiGroups, resourceNames, resources: some, verbs }];
  const isOwn = resourceNames.length === 0 || resourceNames.includes(namespace);
  const ofNamespaces = (isSub: boolean): readonly string[] =>
    isOwn ? others.filter((each) => (isSub ? each.startsWith('namespaces/') : each === 'namespaces')) : [];
  return [
    ...part(placed, rule.verbs),
    ...part(ofNamespaces(false), only(OF_ITS_NAMESPACE, rule.verbs)),
    ...part(ofNamespaces(true), rule.verbs),
    ...part(
      others.filter((each) => each === 'clusterroles'),
      only(['bind'], rule.verbs),
    ),
  ];
}

interface Parts {
  /** Its resources that have a namespace, or may have one, and the others. */
  readonly placed: readonly string[];
  readonly others: readonly string[];
  /** Whether a namespace takes nothing away from it. */
  readonly isWhole: boolean;
}

/** A rule is asked about for every right and every binding. */
const known = new WeakMap<PolicyRule, Parts>();

function partsOf(rule: PolicyRule): Parts {
  const found = known.get(rule);
  if (found !== undefined) return found;
  const { nonResourceURLs = [], resources = [], apiGroups = [] } = rule;
  const [placed, others] = lodash.partition(resources, (resource) =>
    apiGroups.some((group) => !hasNoNamespace(group, resource)),
  );
  const parts = { placed, others, isWhole: others.length === 0 && nonResourceURLs.length === 0 };
  known.set(rule, parts);
  return parts;
}

function only(allowed: readonly string[], verbs: readonly string[]): readonly string[] {
  return verbs.includes('*') ? allowed : allowed.filter((verb) => verbs.includes(verb));
}
