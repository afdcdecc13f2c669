import { anyOf, reaching, type Right } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import { resourcesText } from '../saying.ts';
import { aClusterRole, aClusterRoleBinding, aRole, aRoleBinding } from '../samples.ts';
import { isIn } from '#analysis/rbac/request.ts';
import { isOfKubernetes } from '#facts/rbac.ts';

function unlimited(reach: Right['reach']): Right['reach'] {
  return (rule, context) => (reach(rule, context) === 'all' ? 'all' : undefined);
}

const HOLDS_MANY = reaching(['delete'], '', 'namespaces', 'persistentvolumes', 'persistentvolumeclaims', 'nodes');

const BULK: Right['reach'] = unlimited((rule, context) => {
  const isWide =
    isIn('deletecollection', rule.verbs) || (rule.verbs.includes('delete') && rule.resources?.includes('*') === true);
  const isLimited = (rule.resourceNames ?? []).length > 0;
  if (isWide && !isLimited && (rule.resources ?? []).length > 0 && rule.apiGroups?.some(isOfKubernetes) === true)
    return 'all';
  return HOLDS_MANY(rule, context);
});

export const destructiveOrEvidenceDelete = defineRightsCheck({
  id: 'KP-RBAC-021',
  name: 'destructive-or-evidence-delete',
  title: 'Bulk deletion or removal of evidence',
  severity: 'medium',
  why: 'One request removes everything of a kind, or the events that would tell of it.',
  fix: 'Remove deletecollection; keep event deletion to the API server itself.',
  refs: [
    'OWASP2022:K03',
    'OWASP2022:K05',
    'OWASP2025:K02',
    'OWASP2025:K10',
    'NSA:N18',
    'NSA:N19',
    'MITRE:T1485',
    'MITRE:T1070',
  ],
  aspects: {
    bulk: 'many objects, or what holds many',
    evidence: 'events',
  },
  rights: [
    {
      aspect: 'bulk',
      says: (rule) => `delete ${resourcesText(rule)} in bulk`,
      reach: BULK,
      severity: { cluster: 'medium', namespace: 'low' },
      sample: { apiGroups: [''], resources: ['podtemplates'], verbs: ['deletecollection'] },
    },
    {
      aspect: 'evidence',
      says: 'delete events',
      reach: unlimited(
        anyOf(
          reaching(['delete', 'deletecollection'], '', 'events'),
          reaching(['delete', 'deletecollection'], 'events.k8s.io', 'events'),
        ),
      ),
      severity: { cluster: 'medium', namespace: 'low' },
      sample: { apiGroups: [''], resources: ['events'], verbs: ['delete'] },
    },
  ],
  good: [
    {
      name: 'custom resources of its own',
      subject: aClusterRole({ apiGroups: ['example.com'], resources: ['widgets'], verbs: ['deletecollection'] }),
      world: [aClusterRoleBinding()],
    },
    {
      name: 'in a namespace what has none',
      subject: aRole(
        { apiGroups: [''], resources: ['nodes', 'persistentvolumes'], verbs: ['delete', 'deletecollection'] },
        { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: ['deletecollection'] },
      ),
      world: [aRoleBinding()],
    },
    {
      name: 'one object',
      subject: aClusterRole({ apiGroups: [''], resources: ['namespaces'], resourceNames: ['web'], verbs: ['delete'] }),
      world: [aClusterRoleBinding()],
    },
  ],
});
