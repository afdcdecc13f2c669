import { reaching } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import { READ_PODS, aClusterRole, aClusterRoleBinding } from '../samples.ts';

export const runningPodTamper = defineRightsCheck({
  id: 'KP-RBAC-009',
  name: 'running-pod-tamper',
  title: 'Running pods can be altered',
  severity: 'high',
  why: 'A pod that runs already has an identity and a place; who changes its image or adds a container to it takes them over.',
  fix: 'Remove patch on pods; reserve ephemeralcontainers for a support role.',
  refs: ['CIS:5.1.4', 'OWASP2022:K03', 'OWASP2025:K02', 'NSA:N18', 'MITRE:T1609', 'MITRE:T1525'],
  aspects: {
    ephemeral: 'a container with a security context of its own',
    image: 'other code in a running container',
    status: 'labels and readiness pull the traffic of Services',
  },
  rights: [
    {
      aspect: 'ephemeral',
      says: 'add containers to running pods',
      reach: reaching(['update', 'patch'], '', 'pods/ephemeralcontainers'),
      severity: { cluster: 'high', namespace: 'medium' },
      sample: { apiGroups: [''], resources: ['pods/ephemeralcontainers'], verbs: ['patch'] },
    },
    {
      aspect: 'image',
      says: 'change the image of running pods',
      reach: reaching(['update', 'patch'], '', 'pods'),
      severity: { cluster: 'high', namespace: 'medium' },
      sample: { apiGroups: [''], resources: ['pods'], verbs: ['patch'] },
    },
    {
      aspect: 'status',
      says: 'change the status of pods',
      reach: reaching(['update', 'patch'], '', 'pods/status'),
      severity: { cluster: 'low', namespace: 'low' },
      sample: { apiGroups: [''], resources: ['pods/status'], verbs: ['patch'] },
    },
  ],
  good: [{ name: 'another right', subject: aClusterRole(READ_PODS), world: [aClusterRoleBinding()] }],
});
