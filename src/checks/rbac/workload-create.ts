import { allowsResource, isIn } from '#analysis/rbac/request.ts';
import type { PolicyRule } from '#model/policy.ts';
import { WRITE, anyOf, reaching, reachingAny } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import { resourcesText } from '../saying.ts';
import { READ_PODS, aClusterRole, aClusterRoleBinding } from '../samples.ts';

function createsPods(rule: PolicyRule): boolean {
  return isIn('create', rule.verbs) && allowsResource(rule, { group: '', resource: 'pods' });
}

export const workloadCreate = defineRightsCheck({
  id: 'KP-RBAC-007',
  name: 'workload-create',
  title: 'Pods or pod controllers can be created',
  severity: 'high',
  why: 'A pod runs as any service account of its namespace and mounts any of its Secrets: who makes pods has all of them, and the node where a privileged pod is let in.',
  fix: 'Move deploy rights to a CI identity per namespace; enforce PSA so that creating a pod does not mean owning the node.',
  refs: ['CIS:5.1.4', 'OWASP2022:K03', 'OWASP2025:K02', 'NSA:N18', 'MITRE:T1610', 'MITRE:T1053.007', 'MITRE:T1543.005'],
  aspects: {
    daemonsets: 'its pods reach every node',
  },
  rights: [
    {
      aspect: 'daemonsets',
      says: 'write DaemonSets (pods on every node)',
      reach: reaching(WRITE, 'apps', 'daemonsets'),
      severity: { cluster: 'high', namespace: 'medium' },
      sample: { apiGroups: ['apps'], resources: ['daemonsets'], verbs: ['create'] },
    },
    {
      says: (rule) => (createsPods(rule) ? 'create pods' : `write what makes pods (${resourcesText(rule)})`),
      reach: anyOf(
        reaching(['create'], '', 'pods'),
        reaching(WRITE, '', 'replicationcontrollers'),
        reaching(WRITE, 'apps', 'deployments', 'statefulsets', 'replicasets'),
        reaching(WRITE, 'batch', 'jobs', 'cronjobs'),
        (rule, context) => reachingAny(WRITE, context.parameters.podTemplateKinds)(rule, context),
      ),
      severity: { cluster: 'high', namespace: 'medium' },
      sample: { apiGroups: [''], resources: ['pods'], verbs: ['create'] },
    },
  ],
  bad: [
    {
      name: 'what makes pods by the word of the configuration',
      subject: aClusterRole({ apiGroups: ['example.org'], resources: ['widgets'], verbs: ['patch'] }),
      world: [aClusterRoleBinding()],
      context: { parameters: { podTemplateKinds: ['widgets.example.org'] } },
      finds: [{ at: 'rules[0]' }],
    },
  ],
  good: [{ name: 'another right', subject: aClusterRole(READ_PODS), world: [aClusterRoleBinding()] }],
});
