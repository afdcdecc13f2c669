import { anyTarget, reaching } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import { READ_PODS, aClusterRole, aClusterRoleBinding, strongAccount } from '../samples.ts';
import { TRIPPED_BY_NEIGHBOUR as NEIGHBOUR } from '../rights-examples.ts';

export const saTokenCreate = defineRightsCheck({
  id: 'KP-RBAC-014',
  name: 'sa-token-create',
  title: 'Tokens of other service accounts can be issued',
  severity: 'critical',
  why: 'A token of a service account is the service account, for as long as the token lasts.',
  fix: 'Name the service accounts; let pods use projected tokens instead.',
  refs: [
    'CIS:5.1.13',
    'OWASP2022:K03',
    'OWASP2022:K06',
    'OWASP2025:K02',
    'OWASP2025:K09',
    'NSA:N17',
    'NSA:N18',
    'MITRE:T1528',
    'MITRE:T1550.001',
  ],
  rights: [
    {
      says: 'issue tokens of service accounts',
      reach: reaching(['create'], '', 'serviceaccounts/token'),
      severity: { cluster: 'critical', namespace: 'high', limited: 'low' },
      named: ({ resourceNames = [] }, namespace, { account }) =>
        anyTarget(resourceNames, (name) => account(namespace, name)),
      graveName: { name: 'robot', world: strongAccount('shop'), also: NEIGHBOUR, inNamespace: 'critical' },
      sample: { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] },
    },
  ],
  good: [{ name: 'another right', subject: aClusterRole(READ_PODS), world: [aClusterRoleBinding()] }],
});
