import { WRITE, reaching } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import { READ_PODS, aClusterRole, aClusterRoleBinding } from '../samples.ts';

export const persistentVolumeCreate = defineRightsCheck({
  id: 'KP-RBAC-017',
  name: 'persistent-volume-create',
  title: 'Persistent volumes can be created',
  severity: 'high',
  why: 'A persistent volume names a path of a node, and Pod Security does not look behind the claim.',
  fix: 'Use dynamic provisioning; forbid hostPath/local PVs by admission policy.',
  refs: ['CIS:5.1.9', 'OWASP2022:K03', 'OWASP2025:K02', 'NSA:N18', 'MITRE:T1611'],
  rights: [
    {
      says: 'lets create persistent volumes, of any path of a node',
      reach: reaching(WRITE, '', 'persistentvolumes'),
      severity: { cluster: 'high', namespace: 'high' },
      clusterOnly: true,
      sample: { apiGroups: [''], resources: ['persistentvolumes'], verbs: ['create'] },
    },
  ],
  good: [{ name: 'another right', subject: aClusterRole(READ_PODS), world: [aClusterRoleBinding()] }],
});
