import { defineRightsCheck } from '../rights.ts';
import { namesText, resourcesText } from '../saying.ts';
import { READ_PODS, aClusterRole, aClusterRoleBinding, aRoleBinding } from '../samples.ts';
import { isOfKubernetes, isWildcardAll } from '#facts/rbac.ts';
import type { PolicyRule } from '#model/policy.ts';
import type { Reach } from '../right.ts';

/** An operator that may do everything with its own kinds alone is limited to them. */
function reachOf({ apiGroups = [] }: PolicyRule): Reach {
  const [group = '', ...others] = apiGroups;
  return others.length === 0 && !isOfKubernetes(group) ? 'limited' : 'all';
}

/** All of a group, or a subresource of all. A star on both sides of the slash matches nothing. */
function isWildcard(resource: string): boolean {
  return resource === '*' || (resource.startsWith('*/') && resource !== '*/*');
}

function patternsIn({ nonResourceURLs = [] }: PolicyRule): readonly string[] {
  return nonResourceURLs.filter((url) => url.endsWith('*'));
}

function targetsText(rule: PolicyRule): string {
  const { nonResourceURLs = [], resources = [] } = rule;
  return resources.length === 0 ? namesText(nonResourceURLs) : resourcesText(rule);
}

function verbsText({ verbs }: PolicyRule): string {
  return verbs.includes('*') ? 'use every verb on' : namesText(verbs);
}

export const wildcardPartial = defineRightsCheck({
  id: 'KP-RBAC-004',
  name: 'wildcard-partial',
  title: 'Wildcard in verbs, resources, groups or URLs',
  severity: 'medium',
  why: 'A star grants what does not exist yet: new resources, subresources and verbs fall under it silently.',
  fix: 'Replace the wildcard; new CRDs and subresources otherwise fall under the grant silently.',
  refs: ['CIS:5.1.3', 'OWASP2022:K03', 'OWASP2025:K02', 'NSA:N18', 'MITRE:T1098.006'],
  aspects: {
    verbs: 'every verb',
    resources: 'every resource of a group',
    apiGroups: 'every group',
    urls: 'every URL under a prefix',
  },
  rights: [
    {
      aspect: 'verbs',
      says: (rule) => `use every verb on ${targetsText(rule)}`,
      reach: (rule) => (isWildcardAll(rule) || !rule.verbs.includes('*') ? undefined : reachOf(rule)),
      severity: { cluster: 'medium', namespace: 'medium', limited: 'low' },
      limited: { apiGroups: ['example.com'], resources: ['widgets'], verbs: ['*'] },
      also: ['KP-RBAC-021'],
      sample: { apiGroups: ['metrics.k8s.io'], resources: ['pods'], verbs: ['*'] },
    },
    {
      aspect: 'resources',
      says: (rule) =>
        `${verbsText(rule)} ${resourcesText({ ...rule, resources: rule.resources?.filter(isWildcard) ?? [] })}`,
      reach: (rule) => (isWildcardAll(rule) || rule.resources?.some(isWildcard) !== true ? undefined : reachOf(rule)),
      severity: { cluster: 'medium', namespace: 'medium', limited: 'low' },
      limited: { apiGroups: ['example.com'], resources: ['*'], verbs: ['get'] },
      sample: { apiGroups: ['metrics.k8s.io'], resources: ['*'], verbs: ['get'] },
    },
    {
      aspect: 'apiGroups',
      says: (rule) => `${verbsText(rule)} ${resourcesText(rule)} in every API group`,
      reach: (rule) => (isWildcardAll(rule) || !(rule.apiGroups?.includes('*') === true) ? undefined : reachOf(rule)),
      severity: { cluster: 'medium', namespace: 'medium' },
      sample: { apiGroups: ['*'], resources: ['widgets'], verbs: ['get'] },
    },
    {
      aspect: 'urls',
      says: (rule) => `${verbsText(rule)} every URL that fits ${namesText(patternsIn(rule))}`,
      reach: (rule) => (patternsIn(rule).length > 0 ? 'all' : undefined),
      severity: { cluster: 'medium', namespace: 'medium' },
      clusterOnly: true,
      sample: { nonResourceURLs: ['/logs/*'], verbs: ['get'] },
    },
  ],
  good: [
    { name: 'another right', subject: aClusterRole(READ_PODS), world: [aClusterRoleBinding()] },
    {
      name: 'what looks like a wildcard and is none',
      subject: aClusterRole({ apiGroups: [''], resources: ['*/*', 'pods/*'], verbs: ['get'] }),
      world: [aClusterRoleBinding()],
    },
    {
      name: 'in a namespace every verb on what has none',
      subject: aRoleBinding({ role: { kind: 'ClusterRole', name: 'web' } }),
      world: [
        aClusterRole(
          { apiGroups: [''], resources: ['nodes'], verbs: ['*'] },
          { nonResourceURLs: ['/metrics'], verbs: ['*'] },
        ),
      ],
    },
  ],
});
