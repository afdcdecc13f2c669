import type { AnyBinding } from '#facts/rbac.ts';
import { isEveryones } from '#analysis/rbac/shipped.ts';
import { defineCheckOfMany, type Problem } from '#model/check.ts';
import type { PolicyRule } from '#model/policy.ts';
import type { BoundRole } from '#relations/grants.ts';
import { judgesOfBindings } from '../binding-judges.ts';
import { READ_PODS, aClusterRole, aClusterRoleBinding, aRole, aRoleBinding, group, user } from '../samples.ts';

export const anonymousBinding = defineCheckOfMany({
  id: 'KP-RBAC-022',
  name: 'anonymous-binding',
  title: 'Rights for unauthenticated callers',
  severity: 'critical',
  why: 'Nobody has to log in for these rights: whoever reaches the API server has them.',
  fix: 'Delete the binding; use a monitored token for health checks.',
  refs: [
    'OWASP2022:K03',
    'OWASP2022:K06',
    'OWASP2025:K02',
    'OWASP2025:K09',
    'NSA:N17',
    'NSA:N18',
    'MITRE:T1078.001',
    'MITRE:T1190',
  ],
  judges: judgesOfBindings(granted),

  examples: () => ({
    bad: [
      {
        name: 'in the cluster',
        subject: aClusterRoleBinding({ subjects: [group('system:unauthenticated'), user('alice')] }),
        world: [aClusterRole(READ_PODS)],
        finds: [{ at: 'subjects[0]' }],
      },
      {
        name: 'in a namespace',
        subject: aRoleBinding({ subjects: [user('alice'), user('system:anonymous')] }),
        world: [aRole(READ_PODS)],
        finds: [{ at: 'subjects[1]' }],
      },
      {
        name: 'what the cluster says of itself',
        subject: aClusterRoleBinding({
          role: { kind: 'ClusterRole', name: 'system:public-info-viewer' },
          subjects: [group('system:unauthenticated')],
        }),
        finds: [{ at: 'subjects[0]', severity: 'info' }],
      },
      {
        name: 'the cluster-info of kubeadm',
        subject: {
          ...aRoleBinding({
            role: { kind: 'Role', name: 'kubeadm:bootstrap-signer-clusterinfo' },
            subjects: [user('system:anonymous')],
          }),
          metadata: { name: 'kubeadm:bootstrap-signer-clusterinfo', namespace: 'kube-public' },
        },
        world: [
          {
            ...aRole(CLUSTER_INFO),
            metadata: { name: 'kubeadm:bootstrap-signer-clusterinfo', namespace: 'kube-public' },
          },
        ],
        finds: [{ at: 'subjects[0]', severity: 'info' }],
      },
    ],
    good: [{ name: 'somebody', subject: aClusterRoleBinding(), world: [aClusterRole(READ_PODS)] }],
  }),
});

const CLUSTER_INFO = { apiGroups: [''], resources: ['configmaps'], resourceNames: ['cluster-info'], verbs: ['get'] };
const NOBODY = new Set(['User system:anonymous', 'Group system:unauthenticated']);

function* granted(binding: AnyBinding, { rules = [] }: BoundRole): Iterable<Problem> {
  const { kind, name } = binding.roleRef;
  const severity = isDiscovery(binding, rules) ? 'info' : 'critical';
  for (const [index, subject] of binding.subjects.entries()) {
    if (!NOBODY.has(`${subject.kind} ${subject.name}`)) continue;
    yield {
      at: `subjects[${String(index)}]`,
      severity,
      message: `callers without a name have the rights of ${kind} ${name}`,
    };
  }
}

/** What a cluster says to anybody, by content: a role of the same name that gives more is not that. */
function isDiscovery({ roleRef: { kind, name }, metadata }: AnyBinding, rules: readonly PolicyRule[]): boolean {
  if (name === 'system:public-info-viewer') return rules.length > 0 && isEveryones(kind, name, rules);
  return metadata.namespace === 'kube-public' && rules.length > 0 && rules.every(isClusterInfo);
}

function isClusterInfo({ verbs, resources = [], resourceNames = [] }: PolicyRule): boolean {
  return (
    verbs.every((verb) => verb === 'get') &&
    resources.every((resource) => resource === 'configmaps') &&
    resourceNames.length > 0 &&
    resourceNames.every((each) => each === 'cluster-info')
  );
}
