import { reaching, type Right } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import { aClusterRole, aClusterRoleBinding, anApiServer } from '../samples.ts';

const REQUEST = reaching(['create'], 'certificates.k8s.io', 'certificatesigningrequests');
const APPROVAL = reaching(['update', 'patch'], 'certificates.k8s.io', 'certificatesigningrequests/approval');
const CLIENT_SIGNERS = ['kubernetes.io/*', 'kubernetes.io/kube-apiserver-client'];

/** It asks for the right on the signer. */
const PLUGIN = 'CertificateApproval';

/** Approval asks for the signer too: for all of them, or for one whose certificates the API server takes for users. */
const APPROVE: Right['reach'] = (rule, context) => {
  const reach = reaching(['approve'], 'certificates.k8s.io', 'signers')(rule, context);
  return reach === 'limited' && rule.resourceNames?.some((name) => CLIENT_SIGNERS.includes(name)) !== true
    ? undefined
    : reach;
};

const APPROVING = {
  apiGroups: ['certificates.k8s.io'],
  resources: ['certificatesigningrequests/approval'],
  verbs: ['update'],
};

export const csrApproval = defineRightsCheck({
  id: 'KP-RBAC-015',
  name: 'csr-approval',
  title: 'Client certificates can be approved',
  severity: 'critical',
  why: 'A client certificate for any user and group but one is a signature away, and no binding shows who holds it.',
  fix: 'Limit `approve` to kubelet signers; issue user certificates nowhere.',
  refs: [
    'CIS:5.1.11',
    'OWASP2022:K03',
    'OWASP2022:K06',
    'OWASP2025:K02',
    'OWASP2025:K09',
    'NSA:N17',
    'NSA:N18',
    'MITRE:T1098',
    'MITRE:T1649',
  ],
  aspects: {
    fullChain: 'it requests them too',
    approval: 'somebody else requests them',
  },
  rights: [
    {
      aspect: 'approval',
      says: 'approve client certificates of any user',
      reach: APPROVAL,
      severity: { cluster: 'high', namespace: 'high' },
      clusterOnly: true,
      guard: { plugin: PLUGIN, beside: [APPROVE] },
      together: {
        aspect: 'fullChain',
        says: 'request and approve client certificates of any user',
        beside: [REQUEST],
        severity: { cluster: 'critical', namespace: 'critical' },
        more: [{ apiGroups: ['certificates.k8s.io'], resources: ['certificatesigningrequests'], verbs: ['create'] }],
      },
      more: [{ apiGroups: ['certificates.k8s.io'], resources: ['signers'], verbs: ['approve'] }],
      sample: APPROVING,
    },
  ],
  bad: [
    {
      name: 'approval without a signer, where nobody asks for one',
      subject: aClusterRole(APPROVING),
      world: [aClusterRoleBinding(), anApiServer('--anonymous-auth=false', `--disable-admission-plugins=${PLUGIN}`)],
      finds: [{ at: 'rules[0]', aspect: 'approval', severity: 'high' }],
    },
  ],
  good: [
    { name: 'approval without a signer', subject: aClusterRole(APPROVING), world: [aClusterRoleBinding()] },
    {
      name: 'approval without a signer, where the API server is in sight',
      subject: aClusterRole(APPROVING),
      world: [aClusterRoleBinding(), anApiServer('--anonymous-auth=false')],
      context: { complete: true },
    },
    {
      name: 'a signer of kubelets',
      subject: aClusterRole(APPROVING, {
        apiGroups: ['certificates.k8s.io'],
        resources: ['signers'],
        verbs: ['approve'],
        resourceNames: ['kubernetes.io/kubelet-serving'],
      }),
      world: [aClusterRoleBinding()],
    },
  ],
});
