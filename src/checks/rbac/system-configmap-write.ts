import { AUTH_MAP } from '#analysis/rbac/primitives.ts';
import type { Examples } from '#model/check.ts';
import { WRITE, reaching, type Right } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import { aClusterRole, aClusterRoleBinding, aRole, aRoleBinding, user } from '../samples.ts';

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

/** It maps roles of the cloud to groups, system:masters among them. */
const MAP = {
  says: 'change who is an administrator on EKS',
  severity: { cluster: 'critical', namespace: 'critical' },
} as const;
const ONLY_IN = [AUTH_MAP.namespace];
const UPDATE = { apiGroups: [''], resources: ['configmaps'], verbs: ['update'] };

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
      says: 'change system ConfigMaps',
      reach: named((name) => SYSTEM.includes(name)),
      onEks: {
        ...MAP,
        says: `${MAP.says} (in ConfigMap ${AUTH_MAP.name})`,
        reach: (rule, context) => (WRITES(rule, context) === 'all' ? 'all' : undefined),
        onlyIn: ONLY_IN,
        sample: UPDATE,
      },
      severity: { cluster: 'high', namespace: 'high' },
      onlyIn: ONLY_IN,
      sample: UPDATE,
    },
    {
      ...MAP,
      example: AUTH_MAP.name,
      reach: (rule, context) =>
        rule.resourceNames?.includes(AUTH_MAP.name) === true ? WRITES(rule, context) : undefined,
      onlyIn: ONLY_IN,
      sample: { ...UPDATE, resourceNames: [AUTH_MAP.name] },
    },
  ],
  bad: onEks(),
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

/** All ConfigMaps there, and so the one that EKS reads. */
function onEks(): Examples['bad'] {
  const node = {
    kind: 'Node',
    metadata: { name: 'one' },
    status: { nodeInfo: { kubeletVersion: 'v1.33.1-eks-1de2ab1' } },
  } as const;
  const subjects = [user('alice')];
  const metadata = { name: 'web', namespace: AUTH_MAP.namespace };
  return [
    {
      name: 'everywhere on EKS',
      subject: aClusterRole(UPDATE),
      world: [aClusterRoleBinding({ subjects }), node],
      finds: [{ at: 'rules[0]', severity: 'critical' }],
    },
    {
      name: 'in kube-system on EKS',
      subject: { ...aRole(UPDATE), metadata },
      world: [{ ...aRoleBinding({ subjects }), metadata }, node],
      finds: [{ at: 'rules[0]', severity: 'critical' }],
    },
    {
      name: 'a ClusterRole in kube-system on EKS',
      subject: { ...aRoleBinding({ role: { kind: 'ClusterRole', name: 'web' }, subjects }), metadata },
      world: [aClusterRole(UPDATE), node],
      finds: [{ at: 'roleRef', severity: 'critical' }],
    },
  ];
}
