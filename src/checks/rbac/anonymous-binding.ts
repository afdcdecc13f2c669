import { isNobody, placeName, type AnyBinding } from '#facts/rbac.ts';
import { acceptsAnonymous, instanceOf } from '#facts/control-plane.ts';
import { isEveryones, isTampered } from '#analysis/rbac/shipped.ts';
import { defineCheckOfMany, type BadExample, ifKnown, judge, type Context, type Problem } from '#model/check.ts';
import type { Pod } from '#model/objects.ts';
import type { Parameters } from '#model/parameters.ts';
import type { PolicyRule } from '#model/policy.ts';
import { apiServersForClusterRoleBinding, apiServersForRoleBinding } from '#relations/control-plane.ts';
import { NO_ROLE, roleOfClusterRoleBinding, roleOfRoleBinding, type BoundRole } from '#relations/grants.ts';
import {
  READ_PODS,
  aClusterRole,
  aClusterRoleBinding,
  anApiServer,
  aRole,
  aRoleBinding,
  group,
  user,
} from '../samples.ts';

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
  aspects: { tamperedDefault: 'the role is one that the cluster ships, and gives more than it did as it was shipped' },
  judges: [
    judge({
      subject: 'ClusterRoleBinding',
      inputs: { role: roleOfClusterRoleBinding, servers: ifKnown(apiServersForClusterRoleBinding) },
      evaluate: (binding, { role: [role = NO_ROLE], servers }, context) => granted(binding, role, servers, context),
    }),
    judge({
      subject: 'RoleBinding',
      inputs: { role: roleOfRoleBinding, servers: ifKnown(apiServersForRoleBinding) },
      evaluate: (binding, { role: [role = NO_ROLE], servers }, context) => granted(binding, role, servers, context),
    }),
  ],

  examples: () => ({
    bad: [...bad(), ...discovering()],
    good: [{ name: 'somebody', subject: aClusterRoleBinding(), world: [aClusterRole(READ_PODS)] }],
  }),
});

function bad(): readonly BadExample[] {
  return [
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
      name: 'where the API server refuses them',
      subject: aRoleBinding({ subjects: [user('system:anonymous')] }),
      world: [aRole(READ_PODS), anApiServer('--anonymous-auth=false')],
      finds: [{ at: 'subjects[0]' }],
    },
    {
      name: 'in the cluster, where the API server refuses them',
      subject: aClusterRoleBinding({ subjects: [user('system:anonymous')] }),
      world: [aClusterRole(READ_PODS), anApiServer('--anonymous-auth=false')],
      finds: [{ at: 'subjects[0]' }],
    },
  ];
}

function discovering(): readonly BadExample[] {
  return [
    {
      name: 'what the cluster says of itself',
      subject: aClusterRoleBinding({
        role: { kind: 'ClusterRole', name: 'system:public-info-viewer' },
        subjects: [group('system:unauthenticated')],
      }),
      finds: [{ at: 'subjects[0]', severity: 'info' }],
    },
    {
      name: 'the same role, widened',
      subject: aClusterRoleBinding({
        role: { kind: 'ClusterRole', name: 'system:public-info-viewer' },
        subjects: [group('system:unauthenticated')],
      }),
      world: [
        {
          ...aClusterRole(READ_PODS),
          metadata: {
            name: 'system:public-info-viewer',
            labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' },
          },
        },
      ],
      finds: [{ at: 'subjects[0]', aspect: 'tamperedDefault' }],
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
  ];
}

const CLUSTER_INFO = { apiGroups: [''], resources: ['configmaps'], resourceNames: ['cluster-info'], verbs: ['get'] };

function* granted(
  binding: AnyBinding,
  { rules = [], role }: BoundRole,
  servers: readonly Pod[] | undefined,
  { parameters }: Context,
): Iterable<Problem> {
  const { kind, name } = binding.roleRef;
  const aspect = role !== undefined && isTampered(role) ? { aspect: 'tamperedDefault' } : {};
  for (const [index, subject] of binding.subjects.entries()) {
    if (!isNobody(subject)) continue;
    yield {
      at: `subjects[${String(index)}]`,
      severity: isDiscovery(binding, rules) ? 'info' : 'critical',
      message: `whoever does not log in has the rights of ${kind} ${name} ${placeName(binding.metadata.namespace)}; ${isTaken(servers ?? [], parameters)}`,
      ...aspect,
    };
  }
}

/** Whether the API servers take their requests (KP-API-001): one that does is enough. */
function isTaken(servers: readonly Pod[], parameters: Parameters): string {
  const flags = servers.flatMap((pod) => {
    const instance = instanceOf(pod, 'kube-apiserver', parameters);
    return instance === undefined ? [] : [instance.flags];
  });
  const taken = flags.map((each) => (each === undefined ? undefined : acceptsAnonymous(each)));
  if (taken.includes(true)) return 'the API server takes their requests';
  return taken.length === 0 || taken.includes(undefined)
    ? 'whether the API server takes their requests is not known'
    : 'the API server refuses their requests as it is started now';
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
