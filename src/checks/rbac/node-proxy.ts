import { reaching } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import { READ_PODS, aClusterRole, aClusterRoleBinding } from '../samples.ts';

const READ_KUBELETS = { apiGroups: [''], resources: ['nodes/proxy'], verbs: ['get'] };
const PROXY = reaching(['get', 'create'], '', 'nodes/proxy');

const AS_SHIPPED = { name: 'system:public-info-viewer', labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } };

export const nodeProxy = defineRightsCheck({
  id: 'KP-RBAC-013',
  name: 'node-proxy',
  title: 'Kubelet API reachable through nodes/proxy',
  severity: 'high',
  why: 'The kubelet runs commands in every pod of its node for whoever may get nodes/proxy, and neither admission nor the audit log sees it.',
  fix: 'Replace by the fine-grained kubelet subresources.',
  refs: ['CIS:5.1.10', 'OWASP2022:K03', 'OWASP2025:K02', 'OWASP2025:K06', 'NSA:N18', 'MITRE:T1609', 'MITRE:T1613'],
  aspects: {
    fineGrainedAvailable: 'the fine-grained subresources of nodes would do',
  },
  rights: [
    {
      aspect: 'fineGrainedAvailable',
      says: 'reach kubelets and so run commands in every pod',
      reach: (rule, context) => (context.minor >= 33 ? PROXY(rule, context) : undefined),
      severity: { cluster: 'high', namespace: 'high' },
      clusterOnly: true,
      sample: READ_KUBELETS,
    },
  ],
  older: [
    {
      says: 'reach kubelets and so run commands in every pod',
      reach: (rule, context) => (context.minor < 33 ? PROXY(rule, context) : undefined),
      severity: { cluster: 'high', namespace: 'high' },
      clusterOnly: true,
      sample: READ_KUBELETS,
    },
  ],
  bad: [
    {
      name: 'before there were fine-grained subresources',
      subject: aClusterRole(READ_KUBELETS),
      world: [aClusterRoleBinding()],
      context: { minor: 32 },
      finds: [{ at: 'rules[0]' }],
    },
    {
      name: 'before that, by a role that the cluster ships, widened',
      subject: { ...aClusterRole(READ_KUBELETS), metadata: AS_SHIPPED },
      world: [aClusterRoleBinding({ role: { kind: 'ClusterRole', name: AS_SHIPPED.name } })],
      context: { minor: 32 },
      finds: [{ at: 'rules[0]', aspect: 'tamperedDefault' }],
    },
  ],
  good: [{ name: 'another right', subject: aClusterRole(READ_PODS), world: [aClusterRoleBinding()] }],
});
