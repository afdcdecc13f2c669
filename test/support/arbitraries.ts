/** Small worlds for laws: few names, so that objects meet each other often. */
import fc from 'fast-check';
import type { Manifest } from '#model/check.ts';
import { KINDS, apiVersionOf, type Kind } from '#model/kinds.ts';

type Fields = Readonly<Record<string, unknown>>;

const namespace = fc.constantFrom('a', 'b', 'kube-system');
const name = fc.constantFrom('x', 'y');
const label = fc.constantFrom('p', 'q');
const labels = fc.record({ app: label, tier: label }, { requiredKeys: [] });

function of(
  kind: Kind,
  fields: fc.Arbitrary<Fields>,
  metadata: fc.Arbitrary<Fields> = fc.constant({}),
): fc.Arbitrary<Manifest> {
  return fc.tuple(namespace, name, fields, metadata).map(([ns, named, rest, more]) => ({
    apiVersion: apiVersionOf(KINDS[kind]),
    kind,
    metadata: { name: named, ...(KINDS[kind].namespaced ? { namespace: ns } : {}), ...more },
    ...rest,
  }));
}

const selector = fc.oneof(
  fc.constant({}),
  fc.record({ matchLabels: labels }),
  fc
    .tuple(
      fc.constantFrom('app', 'tier'),
      fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist', 'Odd'),
      fc.subarray(['p', 'q']),
    )
    .map(([key, operator, values]) => ({ matchExpressions: [{ key, operator, values }] })),
);

const container = fc
  .record({
    image: fc.constantFrom('web:1', 'web', 'web:latest', 'kube-apiserver:v1'),
    privileged: fc.option(fc.boolean(), { nil: undefined }),
    env: fc.constantFrom([], [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }]),
    drop: fc.constantFrom([], ['ALL']),
    args: fc.constantFrom(undefined, ['--anonymous-auth=false'], ['--admission-control-config-file=/f']),
  })
  .map(({ image, privileged, env, drop, args }) => ({
    name: 'app',
    image,
    env,
    args,
    securityContext: { privileged, capabilities: { drop } },
  }));

const podSpec = fc
  .record({
    containers: fc.array(container, { minLength: 1, maxLength: 2 }),
    serviceAccountName: fc.constantFrom(undefined, 'x', 'y'),
    automountServiceAccountToken: fc.constantFrom(undefined, true, false),
    hostNetwork: fc.constantFrom(undefined, true),
    volumes: fc.constantFrom(
      [],
      [{ name: 'v', persistentVolumeClaim: { claimName: 'x' } }],
      [{ name: 'v', hostPath: { path: '/' } }],
    ),
  })
  .map((spec): Fields => spec);

const template = fc.record({ metadata: fc.record({ labels }), spec: podSpec });

function owner(kind: string, apiVersion: string): fc.Arbitrary<Fields> {
  return name.map((named) => ({ ownerReferences: [{ apiVersion, kind, name: named, controller: true }] }));
}

const noOwner = fc.constant<Fields>({});
const podOwner = fc.oneof(
  noOwner,
  owner('ReplicaSet', 'apps/v1'),
  owner('Job', 'batch/v1'),
  owner('Rollout', 'argoproj.io/v1alpha1'),
);
const rsOwner = fc.oneof(noOwner, owner('Deployment', 'apps/v1'), owner('Rollout', 'argoproj.io/v1alpha1'));

const rule = fc.record({
  verbs: fc.constantFrom(['*'], ['get']),
  apiGroups: fc.constantFrom(['*'], [''], ['apps']),
  resources: fc.constantFrom(['*'], ['pods']),
});
const rules = fc.array(rule, { maxLength: 2 });
const subject = fc.oneof(
  fc.tuple(namespace, name).map(([ns, named]) => ({ kind: 'ServiceAccount', namespace: ns, name: named })),
  fc
    .constantFrom('system:authenticated', 'system:serviceaccounts:a', 'ops')
    .map((group) => ({ kind: 'Group', name: group })),
  fc.constantFrom('alice', 'system:serviceaccount:a:x').map((user) => ({ kind: 'User', name: user })),
);
const subjects = fc.array(subject, { maxLength: 2 });
const clusterRoleName = fc.constantFrom('x', 'y', 'cluster-admin', 'system:discovery');

export const manifest: fc.Arbitrary<Manifest> = fc.oneof(
  {
    weight: 6,
    arbitrary: of(
      'Pod',
      fc.record({ spec: podSpec, status: fc.record({ phase: fc.constantFrom('Running', 'Succeeded') }) }),
      fc.tuple(podOwner, labels).map(([owned, worn]) => ({ ...owned, labels: worn })),
    ),
  },
  { weight: 2, arbitrary: of('ReplicaSet', fc.record({ spec: fc.record({ template }) }), rsOwner) },
  { weight: 3, arbitrary: of('Deployment', fc.record({ spec: fc.record({ template }) })) },
  of('StatefulSet', fc.record({ spec: fc.record({ template }) }), rsOwner),
  of('Job', fc.record({ spec: fc.record({ template }) }), fc.oneof(noOwner, owner('CronJob', 'batch/v1'))),
  of('CronJob', fc.record({ spec: fc.record({ jobTemplate: fc.record({ spec: fc.record({ template }) }) }) })),
  {
    weight: 3,
    arbitrary: of(
      'NetworkPolicy',
      fc.record({
        spec: fc.record({ podSelector: selector, policyTypes: fc.constantFrom(['Ingress'], ['Egress'], undefined) }),
      }),
    ),
  },
  of(
    'Namespace',
    fc.constant({}),
    fc
      .tuple(namespace, fc.constantFrom('baseline', 'privileged', 'odd'))
      .map(([ns, level]) => ({ name: ns, labels: { 'pod-security.kubernetes.io/enforce': level } })),
  ),
  of('ServiceAccount', fc.record({ automountServiceAccountToken: fc.constantFrom(undefined, true, false) })),
  of('Role', fc.record({ rules })),
  of(
    'ClusterRole',
    fc.record({
      rules,
      aggregationRule: fc.constantFrom(undefined, { clusterRoleSelectors: [{ matchLabels: { app: 'p' } }] }),
    }),
    fc.tuple(clusterRoleName, labels).map(([named, worn]) => ({ name: named, labels: worn })),
  ),
  of(
    'RoleBinding',
    fc.record({
      roleRef: fc.record({ kind: fc.constantFrom('Role', 'ClusterRole'), name: clusterRoleName }),
      subjects,
    }),
  ),
  of(
    'ClusterRoleBinding',
    fc.record({ roleRef: fc.record({ kind: fc.constant('ClusterRole'), name: clusterRoleName }), subjects }),
  ),
  of('PersistentVolumeClaim', fc.record({ spec: fc.record({ volumeName: name }) })),
  of('PersistentVolume', fc.record({ spec: fc.constantFrom({ local: { path: '/mnt' } }, { csi: {} }) })),
);

/** One step of a history. */
export interface Step {
  readonly put?: Manifest;
  readonly remove?: Manifest;
}

export const history: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: manifest.map((put): Step => ({ put })) },
    manifest.map((remove): Step => ({ remove })),
  ),
  { maxLength: 40 },
);
