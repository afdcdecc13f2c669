import { WRITE, reaching } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import { READ_PODS, aClusterRole, aClusterRoleBinding } from '../samples.ts';

export const admissionOrExtensionWrite = defineRightsCheck({
  id: 'KP-RBAC-016',
  name: 'admission-or-extension-write',
  title: 'Admission or API extensions can be altered',
  severity: 'critical',
  why: 'What stands between a request and its object sees every Secret that is written, and may change every pod.',
  fix: "Leave these objects to cluster administrators and the policy engine's own SA with resourceNames.",
  refs: [
    'CIS:5.1.12',
    'OWASP2022:K03',
    'OWASP2022:K04',
    'OWASP2025:K02',
    'OWASP2025:K04',
    'NSA:N18',
    'MITRE:T1546',
    'MITRE:T1562.001',
    'MITRE:T1557',
  ],
  aspects: {
    mutating: 'every pod and every Secret that is written',
    validating: 'every object that is written is seen and may be refused',
    apiService: 'requests with their tokens go there',
    conversion: 'custom objects are seen and rewritten',
    disable: 'policies go',
  },
  rights: [
    {
      aspect: 'mutating',
      says: 'change webhooks or policies that mutate objects',
      reach: reaching(
        WRITE,
        'admissionregistration.k8s.io',
        'mutatingwebhookconfigurations',
        'mutatingadmissionpolicies',
        'mutatingadmissionpolicybindings',
      ),
      severity: { cluster: 'critical', namespace: 'critical', limited: 'medium' },
      clusterOnly: true,
      sample: {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: ['mutatingwebhookconfigurations'],
        verbs: ['patch'],
      },
    },
    {
      aspect: 'validating',
      says: 'change webhooks or policies that validate objects',
      reach: reaching(
        WRITE,
        'admissionregistration.k8s.io',
        'validatingwebhookconfigurations',
        'validatingadmissionpolicies',
        'validatingadmissionpolicybindings',
      ),
      severity: { cluster: 'high', namespace: 'high', limited: 'medium' },
      clusterOnly: true,
      sample: {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: ['validatingwebhookconfigurations'],
        verbs: ['patch'],
      },
    },
    {
      aspect: 'apiService',
      says: 'change which servers answer for parts of the API',
      reach: reaching(WRITE, 'apiregistration.k8s.io', 'apiservices'),
      severity: { cluster: 'high', namespace: 'high', limited: 'medium' },
      clusterOnly: true,
      sample: { apiGroups: ['apiregistration.k8s.io'], resources: ['apiservices'], verbs: ['patch'] },
    },
    {
      aspect: 'conversion',
      says: 'change how custom resources are converted',
      reach: reaching(WRITE, 'apiextensions.k8s.io', 'customresourcedefinitions'),
      severity: { cluster: 'low', namespace: 'low' },
      clusterOnly: true,
      sample: { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: ['patch'] },
    },
    {
      aspect: 'disable',
      says: 'remove webhooks or policies that validate objects',
      reach: reaching(
        ['delete', 'deletecollection'],
        'admissionregistration.k8s.io',
        'validatingwebhookconfigurations',
        'validatingadmissionpolicies',
        'validatingadmissionpolicybindings',
      ),
      severity: { cluster: 'high', namespace: 'high', limited: 'medium' },
      clusterOnly: true,
      sample: {
        apiGroups: ['admissionregistration.k8s.io'],
        resources: ['validatingwebhookconfigurations'],
        verbs: ['delete'],
      },
    },
  ],
  good: [{ name: 'another right', subject: aClusterRole(READ_PODS), world: [aClusterRoleBinding()] }],
});
