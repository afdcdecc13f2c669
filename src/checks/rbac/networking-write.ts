import { WRITE, anyOf, reaching, reachingAny } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import { READ_PODS, aClusterRole, aClusterRoleBinding, aRole, aRoleBinding } from '../samples.ts';

const CHANGE = [...WRITE, 'delete', 'deletecollection'];

export const networkingWrite = defineRightsCheck({
  id: 'KP-RBAC-020',
  name: 'networking-write',
  title: 'Traffic routing or isolation can be changed',
  severity: 'medium',
  why: 'Who changes routes gets the traffic of others, who changes policies gets to where he should not.',
  fix: 'Keep policies under the platform team; deny services/status to humans.',
  refs: [
    'OWASP2022:K03',
    'OWASP2022:K07',
    'OWASP2025:K02',
    'OWASP2025:K05',
    'NSA:N8',
    'NSA:N18',
    'MITRE:T1557',
    'MITRE:T1562.007',
  ],
  aspects: {
    policy: 'network policies',
    routing: 'Services, their endpoints, and routes',
    loadBalancerIP: 'addresses of Services (CVE-2020-8554)',
  },
  rights: [
    {
      aspect: 'policy',
      says: 'change network policies',
      reach: anyOf(reaching(CHANGE, 'networking.k8s.io', 'networkpolicies'), (rule, context) =>
        reachingAny(CHANGE, context.parameters.cniPolicyKinds)(rule, context),
      ),
      severity: { cluster: 'medium', namespace: 'medium' },
      sample: { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['delete'] },
    },
    {
      aspect: 'routing',
      says: 'change Services, endpoints or routes',
      reach: anyOf(
        reaching(CHANGE, '', 'services', 'endpoints'),
        reaching(CHANGE, 'discovery.k8s.io', 'endpointslices'),
        reaching(CHANGE, 'networking.k8s.io', 'ingresses'),
        reaching(
          CHANGE,
          'gateway.networking.k8s.io',
          'gateways',
          'httproutes',
          'grpcroutes',
          'tlsroutes',
          'tcproutes',
          'udproutes',
        ),
        reaching(CHANGE, 'networking.istio.io', 'virtualservices', 'gateways'),
      ),
      severity: { cluster: 'medium', namespace: 'low' },
      sample: { apiGroups: [''], resources: ['services'], verbs: ['update'] },
    },
    {
      aspect: 'loadBalancerIP',
      says: 'claim addresses for Services through their status',
      reach: reaching(['update', 'patch'], '', 'services/status'),
      severity: { cluster: 'medium', namespace: 'medium' },
      sample: { apiGroups: [''], resources: ['services/status'], verbs: ['patch'] },
    },
  ],
  bad: [
    {
      name: 'policy, all at once',
      subject: aRole({ apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['deletecollection'] }),
      world: [aRoleBinding()],
      finds: [{ at: 'rules[0]', aspect: 'policy' }],
      also: ['KP-RBAC-021'],
    },
  ],
  good: [{ name: 'another right', subject: aClusterRole(READ_PODS), world: [aClusterRoleBinding()] }],
});
