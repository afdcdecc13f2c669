import { reaching } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import { READ_PODS, aClusterRole, aClusterRoleBinding } from '../samples.ts';

export const nodeOrNamespaceMetadataWrite = defineRightsCheck({
  id: 'KP-RBAC-018',
  name: 'node-or-namespace-metadata-write',
  title: 'Node or namespace labels can be changed',
  severity: 'medium',
  why: 'Labels of nodes steer where pods run, labels of namespaces say what Pod Security lets in and what policies select.',
  fix: 'Remove patch on namespaces and nodes; protect `pod-security.kubernetes.io/*` labels with an admission policy.',
  refs: ['OWASP2022:K03', 'OWASP2022:K04', 'OWASP2025:K02', 'OWASP2025:K04', 'NSA:N7', 'NSA:N18', 'MITRE:T1562.001'],
  aspects: {
    node: 'pods are steered to a node of choice',
    namespace: 'Pod Security levels are lifted',
  },
  rights: [
    {
      aspect: 'node',
      says: 'lets change labels and taints of nodes',
      reach: reaching(['update', 'patch'], '', 'nodes', 'nodes/status'),
      severity: { cluster: 'medium', namespace: 'medium' },
      clusterOnly: true,
      sample: { apiGroups: [''], resources: ['nodes'], verbs: ['patch'] },
    },
    {
      aspect: 'namespace',
      says: 'lets change labels of namespaces',
      reach: reaching(['update', 'patch'], '', 'namespaces'),
      severity: { cluster: 'medium', namespace: 'medium' },
      sample: { apiGroups: [''], resources: ['namespaces'], verbs: ['patch'] },
    },
  ],
  good: [{ name: 'another right', subject: aClusterRole(READ_PODS), world: [aClusterRoleBinding()] }],
});
