import { isSystemNamespace } from '#facts/namespace.ts';
import { anyTarget, reaching } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import { READ_PODS, aClusterRole, aClusterRoleBinding } from '../samples.ts';
import { aTokenSecret } from '../token-samples.ts';

/** Of a cluster only the Secrets with tokens are listed, of files all. */
const OTHERS_UNSEEN =
  'Secrets without the token of a service account are not seen: there may be one of this name in a namespace of the system';

export const secretsRead = defineRightsCheck({
  id: 'KP-RBAC-005',
  name: 'secrets-read',
  title: 'Secrets can be read',
  severity: 'critical',
  why: 'A Secret is a password, a key or a token: whoever reads it is whoever it was made for. To list is to read all of them.',
  fix: 'Drop list/watch, name the secrets, or mount them as files so that no API right is needed.',
  refs: [
    'CIS:5.1.2',
    'OWASP2022:K03',
    'OWASP2022:K08',
    'OWASP2025:K02',
    'OWASP2025:K03',
    'NSA:N15',
    'NSA:N18',
    'MITRE:T1552.007',
    'MITRE:T1528',
  ],
  rights: [
    {
      says: 'read Secrets',
      reach: reaching(['get', 'list', 'watch'], '', 'secrets'),
      severity: { cluster: 'critical', strong: 'high', namespace: 'medium', limited: 'low' },
      named: ({ resourceNames = [] }, namespace, { secret }, { parameters, complete }) => {
        const found = anyTarget(resourceNames, (name) =>
          secret(namespace, name, (each) => isSystemNamespace(each, parameters)),
        );
        const isDoubtful = complete && namespace === '' && !found.answer;
        return isDoubtful ? { ...found, unseen: [...found.unseen, OTHERS_UNSEEN] } : found;
      },
      graveName: { name: 'token', world: [aTokenSecret('web')], also: ['KP-SA-005'] },
      sample: { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] },
    },
  ],
  good: [{ name: 'another right', subject: aClusterRole(READ_PODS), world: [aClusterRoleBinding()] }],
});
