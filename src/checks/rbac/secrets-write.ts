import { WRITE, reaching, type Right } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import { READ_PODS, aClusterRole, aClusterRoleBinding, aRole, aRoleBinding, strongAccount, user } from '../samples.ts';

const CREATES = reaching(['create'], '', 'secrets');
const WRITES = reaching(WRITE, '', 'secrets');
/** One Secret by its name is not the new one. */
const READS: Right['reach'] = (rule, context) =>
  reaching(['get', 'list', 'watch'], '', 'secrets')(rule, context) === 'all' ? 'all' : undefined;

const OTHER = { name: 'other', namespace: 'shop' };

export const secretsWrite = defineRightsCheck({
  id: 'KP-RBAC-006',
  name: 'secrets-write',
  title: 'Secrets can be created or changed',
  severity: 'high',
  why: 'Who writes Secrets changes what others log in with; who also reads them makes a token of any service account of the namespace.',
  fix: 'Remove write; let an operator with a narrow role write the few secrets needed.',
  refs: [
    'CIS:5.1.2',
    'CIS:5.1.13',
    'OWASP2022:K03',
    'OWASP2022:K08',
    'OWASP2025:K02',
    'OWASP2025:K03',
    'NSA:N15',
    'NSA:N18',
    'MITRE:T1528',
    'MITRE:T1098',
  ],
  aspects: {
    mint: 'with the right to read, it makes tokens of service accounts',
  },
  rights: [
    {
      says: 'write Secrets',
      reach: WRITES,
      severity: { cluster: 'high', namespace: 'medium', limited: 'low' },
      together: {
        aspect: 'mint',
        says: 'make tokens of any service account by creating and reading Secrets',
        reach: CREATES,
        beside: [READS],
        severity: { cluster: 'critical', namespace: 'medium' },
        also: ['KP-RBAC-005'],
        sample: { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
        more: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
      },
      sample: { apiGroups: [''], resources: ['secrets'], verbs: ['update'] },
    },
  ],
  bad: [
    {
      name: 'mint, by what one of them has in a namespace where an account lives that is as good as cluster-admin',
      subject: aClusterRole({ apiGroups: [''], resources: ['secrets'], verbs: ['create'] }),
      world: [
        aClusterRoleBinding({ subjects: [user('bob')] }),
        aRoleBinding({ role: { kind: 'ClusterRole', name: 'web' }, subjects: [user('alice')] }),
        { ...aRole({ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }), metadata: OTHER },
        aRoleBinding({ role: { kind: 'Role', name: 'other' }, subjects: [user('alice')], metadata: OTHER }),
        ...strongAccount('shop'),
      ],
      finds: [{ at: 'rules[0]', aspect: 'mint', severity: 'critical' }],
      also: ['KP-RBAC-002', 'KP-RBAC-005', 'KP-RBAC-011'],
    },
  ],
  good: [
    { name: 'another right', subject: aClusterRole(READ_PODS), world: [aClusterRoleBinding()] },
    {
      name: 'a create carries no name',
      subject: aClusterRole({ apiGroups: [''], resources: ['secrets'], resourceNames: ['web'], verbs: ['create'] }),
      world: [aClusterRoleBinding()],
    },
  ],
});
