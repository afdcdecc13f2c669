import { WRITE, reaching, type Right } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import { aClusterRole, aClusterRoleBinding } from '../samples.ts';

const WRITES = reaching(WRITE, '', 'configmaps');
const SYSTEM = [
  'coredns',
  'kube-proxy',
  'kubeadm-config',
  'kubelet-config',
  'extension-apiserver-authentication',
  'cluster-info',
];

/** All of them, or one of these: the ConfigMap of a controller's own election is its own. */
function named(isMeant: (name: string) => boolean): Right['reach'] {
  return (rule, context) => {
    const reach = WRITES(rule, context);
    return reach === 'limited' && rule.resourceNames?.some(isMeant) !== true ? undefined : reach;
  };
}

export const systemConfigmapWrite = defineRightsCheck({
  id: 'KP-RBAC-019',
  name: 'system-configmap-write',
  title: 'kube-system ConfigMaps can be changed',
  severity: 'high',
  why: 'The system reads its configuration there: DNS answers, proxy rules, and on EKS who is an administrator.',
  fix: 'Name the one ConfigMap the controller needs.',
  refs: ['OWASP2022:K03', 'OWASP2025:K02', 'OWASP2025:K08', 'NSA:N10', 'NSA:N18', 'MITRE:T1557', 'MITRE:T1098'],
  rights: [
    {
      says: 'lets change ConfigMaps of the system',
      reach: named((name) => SYSTEM.includes(name)),
      severity: { cluster: 'high', namespace: 'high' },
      onlyIn: ['kube-system'],
      sample: { apiGroups: [''], resources: ['configmaps'], verbs: ['update'] },
    },
    {
      example: 'aws-auth',
      says: 'lets change who is an administrator on EKS',
      reach: (rule, context) => (rule.resourceNames?.includes('aws-auth') === true ? WRITES(rule, context) : undefined),
      severity: { cluster: 'critical', namespace: 'critical' },
      onlyIn: ['kube-system'],
      sample: { apiGroups: [''], resources: ['configmaps'], verbs: ['update'], resourceNames: ['aws-auth'] },
    },
  ],
  good: [
    {
      name: 'the ConfigMap of its own election',
      subject: aClusterRole({
        apiGroups: [''],
        resources: ['configmaps'],
        resourceNames: ['web-leader'],
        verbs: ['update'],
      }),
      world: [aClusterRoleBinding()],
    },
  ],
});
