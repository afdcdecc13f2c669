/** Small worlds for laws: few names, so that objects meet each other often. */
import fc from 'fast-check';
import { ago } from '#checks/samples.ts';
import type { Manifest } from '#model/check.ts';
import { KINDS, apiVersionOf, type Kind } from '#model/kinds.ts';
import * as images from './image-worlds.ts';
import * as network from './network-worlds.ts';
import * as routing from './routing-worlds.ts';

type Fields = Readonly<Record<string, unknown>>;

const DAY = 24 * 3600;

const namespace = fc.oneof({ weight: 4, arbitrary: fc.constant('a') }, fc.constantFrom('b', 'kube-system'));
const name = fc.oneof({ weight: 3, arbitrary: fc.constant('x') }, fc.constant('y'));
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
    resources: fc.constantFrom(undefined, { limits: { memory: '1Gi' } }),
    image: fc.constantFrom('web:1', 'web', 'web:latest', 'kube-apiserver:v1'),
    privileged: fc.option(fc.boolean(), { nil: undefined }),
    env: fc.constantFrom([], [{ name: 'A', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }]),
    drop: fc.constantFrom([], ['ALL']),
    args: fc.constantFrom(undefined, ['--anonymous-auth=false'], ['--admission-control-config-file=/f']),
  })
  .map(({ resources, image, privileged, env, drop, args }) => ({
    name: 'app',
    resources,
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
/** Rights with which one account leads to another. */
const leadingRule = fc
  .constantFrom(['impersonate', 'users'], ['create', 'serviceaccounts/token'], ['create', 'pods'], ['get', 'secrets'])
  .map(([verb, resource]) => ({ verbs: [verb], apiGroups: [''], resources: [resource] }));
const rules = fc.oneof(fc.constant([]), fc.array(rule, { maxLength: 2 }));
const subject = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ kind: 'ServiceAccount', namespace: 'a', name: 'x' }) },
  fc.tuple(namespace, name).map(([ns, named]) => ({ kind: 'ServiceAccount', namespace: ns, name: named })),
  fc
    .constantFrom('system:authenticated', 'system:serviceaccounts:a', 'ops')
    .map((group) => ({ kind: 'Group', name: group })),
  fc.constantFrom('alice', 'system:serviceaccount:a:x').map((user) => ({ kind: 'User', name: user })),
);
const subjects = fc.array(subject, { maxLength: 2 });
const clusterRoleName = fc.oneof({ weight: 6, arbitrary: name }, fc.constantFrom('cluster-admin', 'system:discovery'));

const pod = of(
  'Pod',
  fc.record({ spec: podSpec, status: fc.record({ phase: fc.constantFrom('Running', 'Succeeded') }) }),
  fc.tuple(podOwner, labels).map(([owned, worn]) => ({ ...owned, labels: worn })),
);
/** A pod that runs, has no owner and mounts its token by default: whatever its relations say shows. */
const plainPod = of(
  'Pod',
  fc
    .constantFrom([], [{ name: 'v', persistentVolumeClaim: { claimName: 'x' } }])
    .map((volumes) => ({ spec: { containers: [{ name: 'app', image: 'web:1' }], serviceAccountName: 'x', volumes } })),
  labels.map((worn) => ({ labels: worn })),
);
/** A pod with a container for debugging, and since when that runs. */
const debuggedPod = of(
  'Pod',
  fc.constantFrom(1, 80_000, 90_000, -50_000).map((age) => ({
    spec: { containers: [{ name: 'app' }], ephemeralContainers: [{ name: 'debug' }] },
    status: { ephemeralContainerStatuses: [{ name: 'debug', state: { running: { startedAt: ago(age) } } }] },
  })),
  fc.oneof(noOwner, owner('ReplicaSet', 'apps/v1')),
);
const withTemplate = fc.record({ spec: fc.record({ template }) });
const replicaSet = of('ReplicaSet', withTemplate, rsOwner);
const deployment = of('Deployment', withTemplate);
const statefulSet = of('StatefulSet', withTemplate, rsOwner);
const job = of('Job', withTemplate, fc.oneof(noOwner, owner('CronJob', 'batch/v1')));
const cronJob = of(
  'CronJob',
  fc.record({ spec: fc.record({ jobTemplate: fc.record({ spec: fc.record({ template }) }) }) }),
);
const policyTypes = fc.constantFrom(['Ingress'], ['Egress'], undefined);
const networkPolicy = of('NetworkPolicy', fc.record({ spec: fc.record({ podSelector: selector, policyTypes }) }));
const aNamespace = of(
  'Namespace',
  fc.constant({}),
  fc
    .tuple(
      namespace,
      fc.constantFrom('baseline', 'privileged', 'restricted', 'odd'),
      fc.constantFrom('latest', 'v1.20', 'v1.36'),
    )
    .map(([ns, level, version]) => ({
      name: ns,
      labels: { 'pod-security.kubernetes.io/enforce': level, 'pod-security.kubernetes.io/enforce-version': version },
    })),
);
/** A pod of one of the three levels. */
const levelledPod = of(
  'Pod',
  fc.record({
    spec: fc
      .constantFrom<Fields>({}, { hostPID: true }, { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
      .map(({ hostPID, ...securityContext }) => ({
        hostPID,
        securityContext,
        containers: [
          { name: 'app', securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } },
        ],
      })),
    status: fc.constantFrom({ phase: 'Running' }, { phase: 'Failed' }),
  }),
);
const resourceQuota = of(
  'ResourceQuota',
  fc.record({
    spec: fc.constantFrom<Fields>(
      { hard: { pods: '9', cpu: '1', memory: '1Gi' } },
      { hard: { 'limits.cpu': '1', 'limits.memory': '1Gi' } },
      { hard: { pods: '9', cpu: '1', memory: '1Gi' }, scopes: ['BestEffort'] },
    ),
  }),
);
const OWNED_BY_X = [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'x', controller: true }];
/** An object of some kind in the namespace that nobody should use, or that namespace. */
const inDefault = fc
  .tuple(
    fc.constantFrom<Kind>('Namespace', 'Pod', 'Deployment', 'Service', 'EndpointSlice', 'Secret', 'Role'),
    fc.constantFrom('x', 'kubernetes'),
    fc.oneof(fc.constant<Fields>({}), fc.constant<Fields>({ ownerReferences: OWNED_BY_X })),
  )
  .map(([kind, named, more]): Manifest => ({
    apiVersion: apiVersionOf(KINDS[kind]),
    kind,
    metadata: { ...more, ...(kind === 'Namespace' ? { name: 'default' } : { name: named, namespace: 'default' }) },
  }));
const serviceAccount = of(
  'ServiceAccount',
  fc.record({ automountServiceAccountToken: fc.constantFrom(undefined, true, false) }),
);
/** An account of a cloud, the replicas that run as it, what is above these, and what leads to them. */
const cloud = fc.oneof(
  of(
    'ServiceAccount',
    fc.constant({}),
    fc.constantFrom<Fields>({}, { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/x' }).map((annotations) => ({
      name: 'x',
      namespace: 'a',
      annotations,
    })),
  ),
  of(
    'Pod',
    fc.constant({
      spec: { serviceAccountName: 'x', containers: [{ name: 'app', image: 'web:1', ports: [{ containerPort: 80 }] }] },
    }),
    owner('ReplicaSet', 'apps/v1').map((owned) => ({ namespace: 'a', labels: { app: 'p' }, ...owned })),
  ),
  of(
    'ReplicaSet',
    fc.constant({}),
    fc.oneof(noOwner, fc.constant({ ownerReferences: OWNED_BY_X })).map((owned) => ({ namespace: 'a', ...owned })),
  ),
  of(
    'Service',
    fc
      .constantFrom('LoadBalancer', 'ClusterIP')
      .map((type) => ({ spec: { type, selector: { app: 'p' }, ports: [{ port: 80 }] } })),
    fc.constant({ namespace: 'a' }),
  ),
);
const role = of('Role', fc.record({ rules }));
const aggregationRule = fc.constantFrom(undefined, { clusterRoleSelectors: [{ matchLabels: { app: 'p' } }] });
const clusterRole = of(
  'ClusterRole',
  fc.record({ rules, aggregationRule }),
  fc.tuple(clusterRoleName, labels).map(([named, worn]) => ({ name: named, labels: worn })),
);
const roleRef = fc.record({ kind: fc.constantFrom('Role', 'ClusterRole'), name: clusterRoleName });
const roleBinding = of('RoleBinding', fc.record({ roleRef, subjects }));
const clusterRoleRef = fc.record({ kind: fc.constant('ClusterRole'), name: clusterRoleName });
const clusterRoleBinding = of('ClusterRoleBinding', fc.record({ roleRef: clusterRoleRef, subjects }));
/** Few objects, so that accounts often come to strength and lose it: by their own bindings, and by what those beside them are. */
const inA = fc.constant({ name: 'x', namespace: 'a' });
const leading = fc.constantFrom('x', 'y').map((named) => ({ name: named }));
const leadingRules = fc.record({ rules: fc.array(leadingRule, { minLength: 1, maxLength: 2 }) });
const leadingRef = fc.constantFrom('x', 'y').map((named) => ({ kind: 'ClusterRole', name: named }));
const leadingSubjects = fc.constantFrom(
  [{ kind: 'ServiceAccount', namespace: 'a', name: 'x' }],
  [{ kind: 'ServiceAccount', namespace: 'a', name: 'y' }],
  [{ kind: 'Group', name: 'system:serviceaccounts:a' }],
);
const leadingGrant = fc.record({ roleRef: leadingRef, subjects: leadingSubjects });
const strengths = fc.oneof(
  of(
    'ServiceAccount',
    fc.constant({}),
    fc.constantFrom('x', 'y').map((named) => ({ name: named, namespace: 'a' })),
  ),
  of('ClusterRole', leadingRules, leading),
  of('ClusterRoleBinding', leadingGrant, leading),
  of('RoleBinding', leadingGrant, inA),
  of('Role', leadingRules, inA),
);
/** One role that is more with another one, and whom both may be bound to. */
const CSRS = 'certificates.k8s.io';
const ruleOf = (verb: string, group: string, resource: string): Fields => ({
  verbs: [verb],
  apiGroups: [group],
  resources: [resource],
});
const half = (named: string, ...rules: readonly Fields[]): fc.Arbitrary<Manifest> =>
  of(
    'ClusterRole',
    fc.constantFrom(...rules).map((each) => ({ rules: [each] })),
    fc.constant({ name: named }),
  );
const APPROVING = ruleOf('approve', CSRS, 'signers');
const REQUESTING = ruleOf('create', CSRS, 'certificatesigningrequests');
const halfSubjects = fc.constantFrom(
  [{ kind: 'ServiceAccount', namespace: 'a', name: 'x' }],
  [{ kind: 'Group', name: 'system:serviceaccounts:a' }],
);
const halfGrant = (named: string): fc.Arbitrary<Fields> =>
  halfSubjects.map((who) => ({ roleRef: { kind: 'ClusterRole', name: named }, subjects: who }));
const halves = fc.oneof(
  half('x', ruleOf('create', '', 'secrets'), ruleOf('update', CSRS, 'certificatesigningrequests/approval')),
  half('y', ruleOf('get', '', 'secrets'), APPROVING, REQUESTING),
  of('ClusterRoleBinding', halfGrant('x'), fc.constant({ name: 'x' })),
  of('ClusterRoleBinding', halfGrant('y'), fc.constant({ name: 'y' })),
  of('RoleBinding', halfGrant('x'), inA),
  of('RoleBinding', halfGrant('y'), fc.constant({ name: 'y', namespace: 'a' })),
);
/** A role that names something, and what that comes to: a Secret, a role, somebody. */
const naming = (resource: string, verb: string, group = ''): Fields => ({
  ...ruleOf(verb, group, resource),
  resourceNames: ['z'],
});
const R = 'rbac.authorization.k8s.io';
const namers = fc.oneof(
  half('x', naming('secrets', 'get'), naming('roles', 'bind', R), naming('clusterroles', 'bind', R)),
  half('x', naming('users', 'impersonate'), naming('groups', 'impersonate'), naming('serviceaccounts', 'impersonate')),
  of('ClusterRoleBinding', halfGrant('x'), fc.constant({ name: 'x' })),
  of('RoleBinding', halfGrant('x'), inA),
);
const IN_A = { name: 'z', namespace: 'a' };
const strongRules = fc.constantFrom(
  { rules: [ruleOf('*', '*', '*')] },
  { rules: [ruleOf('get', '', 'secrets')] },
  { rules: [] },
);
const meantNames = fc.oneof(
  of(
    'Secret',
    fc.constantFrom({ type: 'kubernetes.io/service-account-token' }, { type: 'Opaque' }),
    fc.constantFrom('a', 'kube-system').map((at) => ({
      ...IN_A,
      namespace: at,
      annotations: { 'kubernetes.io/service-account.name': 'z' },
    })),
  ),
  of('ClusterRole', strongRules, fc.constant({ name: 'z' })),
  of('Role', strongRules, fc.constant(IN_A)),
  of('ServiceAccount', fc.constant({}), fc.constant(IN_A)),
  of(
    'ClusterRoleBinding',
    fc
      .constantFrom({ kind: 'User' }, { kind: 'Group' }, { kind: 'ServiceAccount', namespace: 'a' })
      .map((who) => ({ roleRef: { kind: 'ClusterRole', name: 'z' }, subjects: [{ ...who, name: 'z' }] })),
    fc.constant({ name: 'z' }),
  ),
  of(
    'Node',
    fc
      .constantFrom('v1.36.1', 'v1.36.1-eks-1de2ab1')
      .map((kubeletVersion) => ({ status: { nodeInfo: { kubeletVersion } } })),
  ),
);
const targets = fc.oneof(namers, meantNames);
/** Bindings that come before what they refer to, of accounts that may be all there is in their namespace. */
const aged = fc.constantFrom({}, { creationTimestamp: ago(0) }, { creationTimestamp: ago(200) });
const missing = fc.constantFrom(
  ...['x', 'default'].flatMap((named) => [
    { kind: 'ServiceAccount', namespace: 'a', name: named },
    { kind: 'User', name: `system:serviceaccount:a:${named}` },
  ]),
);
const danglingSubjects = fc.array(missing, { minLength: 1, maxLength: 2 });
const accountInA = of(
  'ServiceAccount',
  fc.constant({}),
  fc.constantFrom('x', 'y', 'default').map((named) => ({ name: named, namespace: 'a' })),
);
const danglingInCluster = of(
  'ClusterRoleBinding',
  fc.record({ roleRef: leadingRef, subjects: danglingSubjects }),
  aged,
);
const dangling = fc.oneof(
  accountInA,
  of('Namespace', fc.constant({}), fc.constant({ name: 'a' })),
  of(
    'ClusterRole',
    leadingRules,
    fc.tuple(leading, aged, labels).map(([named, age, worn]) => ({ ...named, ...age, labels: worn })),
  ),
  of('ClusterRole', fc.record({ aggregationRule }), fc.constant({ name: 'all' })),
  of(
    'Role',
    leadingRules,
    fc.tuple(inA, aged).map(([at, age]) => ({ ...at, ...age })),
  ),
  danglingInCluster,
  of('ClusterRoleBinding', fc.constant({ roleRef: { kind: 'ClusterRole', name: 'all' }, subjects: [] })),
  of(
    'RoleBinding',
    fc.record({ roleRef, subjects: danglingSubjects }),
    fc.tuple(inA, aged).map(([at, age]) => ({ ...at, ...age })),
  ),
  plainPod,
);
/** Tokens of an account that comes to strength and loses it. */
const longToken = { name: 'v', projected: { sources: [{ serviceAccountToken: { expirationSeconds: 1_000_000 } }] } };
const tokenOfX = { namespace: 'a', annotations: { 'kubernetes.io/service-account.name': 'x' } };
const onlyX = fc.constant({ name: 'x' });
const grantOfX = {
  roleRef: { kind: 'ClusterRole', name: 'x' },
  subjects: [{ kind: 'ServiceAccount', namespace: 'a', name: 'x' }],
};
const impersonating = { rules: [{ verbs: ['impersonate'], apiGroups: [''], resources: ['users'] }] };
const tokens = fc.oneof(
  of('ServiceAccount', fc.constant({}), inA),
  of('Secret', fc.constant({ type: 'kubernetes.io/service-account-token' }), fc.constant({ ...tokenOfX, name: 'x' })),
  of('Pod', fc.constant({ spec: { serviceAccountName: 'x', volumes: [longToken] } }), inA),
  of('ClusterRole', fc.constant(impersonating), onlyX),
  of('ClusterRoleBinding', fc.constant(grantOfX), onlyX),
);
/** A week-old account, with a Secret that may be its token and be in use, and rights. */
const lastUsed = fc.constantFrom(1, 60).map((days) => ({
  ...tokenOfX,
  labels: { 'kubernetes.io/legacy-token-last-used': ago(days * DAY).slice(0, 10) },
}));
const aWeekOld = of(
  'ServiceAccount',
  fc.constantFrom<Fields>({}, { secrets: [{ name: 'x' }] }),
  inA.map((at) => ({ ...at, creationTimestamp: ago(8 * DAY) })),
);
const token = of(
  'Secret',
  fc.constant({ type: 'kubernetes.io/service-account-token' }),
  lastUsed.map((worn) => ({ ...worn, name: 'x' })),
);
const idle = fc.oneof(aWeekOld, token, of('ClusterRoleBinding', fc.constant(grantOfX), onlyX));
/** The same account in use: by pods that have its token, that name its Secret, or that are made from a template. */
const mounting = { volumes: [{ name: 'v', secret: { secretName: 'x' } }], automountServiceAccountToken: false };
const inUse = fc.oneof(
  of('ServiceAccount', fc.constant({}), fc.constant({ name: 'z', namespace: 'a' })),
  aWeekOld,
  token,
  of(
    'Pod',
    fc.constantFrom<Fields>({}, mounting).map((spec) => ({ spec: { serviceAccountName: 'x', ...spec } })),
    fc.constantFrom<Fields>({}, { ownerReferences: OWNED_BY_X }).map((owned) => ({ namespace: 'a', ...owned })),
  ),
);
/** Pods of few applications in two namespaces, one of which nearly all may share. */
const crowd = fc.oneof(
  {
    weight: 5,
    arbitrary: of(
      'Pod',
      fc.constant({ spec: { containers: [] } }),
      fc
        .tuple(fc.constantFrom('a', 'a', 'b'), fc.constantFrom('1', '2', '3', '4', '5', '6', '7'))
        .map(([ns, each]) => ({ name: each, namespace: ns, labels: { 'app.kubernetes.io/part-of': each } })),
    ),
  },
  of(
    'Namespace',
    fc.constant({}),
    fc.constantFrom('a', 'b').map((named) => ({ name: named })),
  ),
);
const onlyA = fc.constant({ name: 'a' });
const listening = { spec: { containers: [{ name: 'app', ports: [{ containerPort: 80 }] }] } };
/** A namespace with an account that comes to strength, and a door that comes and goes. */
const mixed = fc.oneof(
  of('Namespace', fc.constant({}), onlyA),
  of('ServiceAccount', fc.constant({}), inA),
  of('ClusterRole', fc.constant(impersonating), onlyX),
  of('ClusterRoleBinding', fc.constant(grantOfX), onlyX),
  of('Pod', fc.constant(listening), fc.constant({ name: 'x', namespace: 'a', labels: { app: 'p' } })),
  {
    weight: 4,
    arbitrary: of(
      'Service',
      fc
        .constantFrom('LoadBalancer', 'ClusterIP')
        .map((type) => ({ spec: { type, selector: { app: 'p' }, ports: [{ port: 80 }] } })),
      inA,
    ),
  },
);
/** A controller that is as good as cluster-admin by what the API server gives it, and what somebody may add. */
const CONTROLLER = { kind: 'ServiceAccount', name: 'clusterrole-aggregation-controller', namespace: 'kube-system' };
const SHIPPED = 'system:controller:clusterrole-aggregation-controller';
const shippedOrNot = fc
  .constantFrom('rbac-defaults', 'mine')
  .map((mark) => ({ name: SHIPPED, labels: { 'kubernetes.io/bootstrapping': mark } }));
const escalating = {
  apiGroups: ['rbac.authorization.k8s.io'],
  resources: ['clusterroles'],
  verbs: ['escalate', 'update'],
};
const controllers = fc.oneof(
  of('ServiceAccount', fc.constant({}), fc.constant({ name: CONTROLLER.name, namespace: CONTROLLER.namespace })),
  of('ClusterRole', fc.oneof(fc.constant({ rules: [escalating] }), leadingRules), shippedOrNot),
  of(
    'ClusterRoleBinding',
    fc.constantFrom([CONTROLLER], [{ kind: 'Group', name: 'system:serviceaccounts:kube-system' }]).map((named) => ({
      roleRef: { kind: 'ClusterRole', name: SHIPPED },
      subjects: named,
    })),
    shippedOrNot,
  ),
  of('ClusterRole', leadingRules, leading),
  of('ClusterRoleBinding', fc.record({ roleRef: leadingRef, subjects: fc.constant([CONTROLLER]) }), leading),
);
const claim = of('PersistentVolumeClaim', fc.record({ spec: fc.record({ volumeName: name }) }));
/** Replicas of one set on two nodes, and what they run. */
const replica = of(
  'Pod',
  fc.tuple(fc.constantFrom('x', 'y'), fc.constantFrom('1', '2')).map(([nodeName, digest]) => ({
    spec: { nodeName, containers: [{ name: 'app', image: 'web:1' }] },
    status: { phase: 'Running', containerStatuses: [{ name: 'app', imageID: `web@sha256:${digest}` }] },
  })),
  fc.constant({ ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'x', controller: true }] }),
);
const node = of(
  'Node',
  fc.constantFrom('amd64', 'arm64').map((architecture) => ({ status: { nodeInfo: { architecture } } })),
  fc.constantFrom('linux', 'windows').map((system) => ({ labels: { 'kubernetes.io/os': system } })),
);
const limitRange = of(
  'LimitRange',
  fc.record({
    spec: fc.constantFrom<Fields>(
      { limits: [] },
      { limits: [{ type: 'Container', default: { cpu: '1', memory: '1Gi' } }] },
      {
        limits: [
          {
            type: 'Container',
            default: { cpu: '1', memory: '1Gi' },
            defaultRequest: { cpu: '1', memory: '1Gi' },
            max: { cpu: '2' },
          },
        ],
      },
    ),
  }),
);
const service = of(
  'Service',
  fc.record({ spec: fc.record({ selector: labels, ports: fc.constantFrom([{ port: 22 }], [{ port: 80 }]) }) }),
);
const volume = of('PersistentVolume', fc.record({ spec: fc.constantFrom({ local: { path: '/mnt' } }, { csi: {} }) }));

const pluginPolicy = fc.oneof(
  of('CiliumNetworkPolicy', fc.constant({})),
  of('CalicoGlobalNetworkPolicy', fc.constant({})),
);

/** Pods with findings in containers, and what is accepted of these: by name, by label, by container, for some time or for ever. */
const exceptionSpec = fc.record(
  {
    checks: fc.constantFrom(['KP-POD-001'], ['host-network'], ['KP-POD-001', 'KP-POD-004'], ['*'], ['KP-POD-999'], []),
    subjects: fc.record(
      {
        kinds: fc.constantFrom(['Pod', 'ReplicaSet'], ['Pod'], ['Namespace']),
        names: fc.constantFrom(['x'], ['*'], ['y*']),
        matchLabels: labels,
        containers: fc.constantFrom(['app'], ['s*']),
      },
      { requiredKeys: [] },
    ),
    reason: fc.constantFrom('a reason', 'another', ''),
    expires: fc.constantFrom(299, 60_000, -1).map((seconds) => ago(-seconds)),
  },
  { requiredKeys: ['checks', 'reason'] },
);
const clusterSpec = fc
  .tuple(exceptionSpec, fc.constantFrom<Fields>({}, { namespaces: ['a'] }, { namespaces: ['b', 'kube-*'] }))
  .map(([spec, within]) => ({ ...spec, subjects: { ...spec.subjects, ...within } }));
const accepted = fc.oneof(
  { weight: 2, arbitrary: of('SecurityException', fc.record({ spec: exceptionSpec })) },
  of('ClusterSecurityException', fc.record({ spec: clusterSpec })),
);
const risky = of(
  'Pod',
  fc.constantFrom('app', 'side').map((named) => ({
    spec: { hostNetwork: true, containers: [{ name: named, securityContext: { privileged: true } }] },
  })),
  fc
    .tuple(fc.oneof(noOwner, owner('ReplicaSet', 'apps/v1')), labels)
    .map(([owned, worn]) => ({ ...owned, labels: worn })),
);
const exceptions = fc.oneof(
  { weight: 2, arbitrary: risky },
  { weight: 2, arbitrary: accepted },
  replicaSet,
  aNamespace,
);

/** Rights on what an operator brings, of an account whose pods run in one namespace. */
const widgets = fc.oneof(
  of('Pod', fc.constant({ spec: { serviceAccountName: 'x' } }), inA),
  of(
    'ClusterRole',
    fc
      .tuple(fc.constantFrom('example.com', 'example.org', '*'), fc.constantFrom('widgets', '*'))
      .map(([group, resource]) => ({ rules: [{ verbs: ['get'], apiGroups: [group], resources: [resource] }] })),
    onlyX,
  ),
  of('ClusterRoleBinding', fc.constant(grantOfX), onlyX),
  of(
    'ApiResource',
    fc
      .tuple(
        fc.constantFrom('example.com', 'example.org'),
        fc.constantFrom('widgets', 'gadgets'),
        fc.constantFrom('Namespaced', 'Cluster'),
      )
      .map(([group, plural, scope]) => ({ spec: { group, names: { plural }, scope } })),
  ),
);

/** Rights to make volumes, of an account that runs what makes them for a driver, or something else. */
const provisioners = fc.oneof(
  {
    weight: 3,
    arbitrary: of(
      'Pod',
      fc.constantFrom('sig-storage/csi-provisioner:v6', 'web:1').map((image) => ({
        spec: { serviceAccountName: 'x', containers: [{ name: 'app', image }] },
      })),
      fc.constant({ namespace: 'kube-system', name: 'x' }),
    ),
  },
  of(
    'ClusterRole',
    fc.constant({ rules: [{ verbs: ['create'], apiGroups: [''], resources: ['persistentvolumes'] }] }),
    onlyX,
  ),
  of(
    'ClusterRoleBinding',
    fc.constant({ ...grantOfX, subjects: [{ kind: 'ServiceAccount', namespace: 'kube-system', name: 'x' }] }),
    onlyX,
  ),
);

/** The right to approve requests for certificates, and an API server that asks for the one on signers beside it, or does not. */
const approvals = fc.oneof(
  of(
    'Pod',
    fc.constantFrom('--disable-admission-plugins=CertificateApproval', '--anonymous-auth=false').map((flag) => ({
      spec: { containers: [{ name: 'app', image: 'a', command: ['kube-apiserver', flag] }] },
    })),
    fc.constant({ namespace: 'kube-system', name: 'x' }),
  ),
  of(
    'ClusterRole',
    fc.constant({
      rules: [
        {
          verbs: ['update'],
          apiGroups: ['certificates.k8s.io'],
          resources: ['certificatesigningrequests/approval'],
        },
      ],
    }),
    onlyX,
  ),
  of('ClusterRoleBinding', fc.constant(grantOfX), onlyX),
);

/** Worlds of few kinds each: in a world of all kinds the two objects that a relation joins seldom meet. */
const themes = [
  fc.oneof(pod, replicaSet, deployment, statefulSet, job, cronJob),
  fc.oneof(pod, plainPod, deployment, networkPolicy),
  fc.oneof(plainPod, serviceAccount, role, roleBinding),
  fc.oneof(plainPod, clusterRole, clusterRoleBinding, roleBinding),
  strengths,
  widgets,
  controllers,
  dangling,
  fc.oneof(accountInA, danglingInCluster),
  fc.oneof(plainPod, claim, volume),
  fc.oneof(pod, aNamespace),
  debuggedPod,
  images.verifying,
  images.selecting,
  images.scanned,
  images.listed,
  images.guarded,
  fc.oneof(plainPod, limitRange),
  fc.oneof(plainPod, limitRange, resourceQuota, aNamespace),
  fc.oneof(levelledPod, aNamespace),
  inDefault,
  fc.oneof(replica, node),
  fc.oneof(plainPod, deployment, service),
  cloud,
  fc.oneof(plainPod, deployment, network.networkPolicy, network.clusterPolicy, network.aNamespace, pluginPolicy),
  fc.oneof({ weight: 2, arbitrary: routing.pod }, routing.service, routing.slice, routing.node, deployment),
  fc.oneof(
    { weight: 2, arbitrary: routing.pod },
    routing.service,
    routing.ingress,
    routing.ingressClass,
    routing.slice,
  ),
  fc.oneof(routing.pod, routing.service, routing.gateway, routing.route, routing.grant, network.aNamespace),
  fc.oneof(
    { weight: 2, arbitrary: routing.pod },
    routing.service,
    network.networkPolicy,
    network.clusterPolicy,
    routing.node,
  ),
];

/** One step of a history. */
export interface Step {
  /** Time goes by: seconds. */
  readonly wait?: number;
  readonly put?: Manifest;
  readonly remove?: Manifest;
}

function historyOf(manifest: fc.Arbitrary<Manifest>, minLength = 0): fc.Arbitrary<readonly Step[]> {
  const put = manifest.map((object): Step => ({ put: object }));
  const remove = manifest.map((object): Step => ({ remove: object }));
  const wait = fc.constantFrom(299, 300, 40_000, 90_000).map((seconds): Step => ({ wait: seconds }));
  return fc.array(fc.oneof({ weight: 6, arbitrary: put }, { weight: 2, arbitrary: remove }, wait), {
    minLength,
    maxLength: 40,
  });
}

export const history: fc.Arbitrary<readonly Step[]> = fc.oneof(
  historyOf(fc.oneof(...themes)),
  ...themes.map((theme) => historyOf(theme)),
  // Four objects must meet before one of them makes a difference.
  historyOf(tokens, 8),
  historyOf(provisioners, 8),
  historyOf(approvals, 8),
  historyOf(crowd, 14),
  historyOf(mixed, 14),
  historyOf(idle, 3),
  historyOf(inUse, 5),
  historyOf(inUse, 7),
);

/** Rights that are more with others, or for what they name. */
export const historyOfRights: fc.Arbitrary<readonly Step[]> = fc.oneof(historyOf(halves, 4), historyOf(targets, 5));

/** What is found and what is accepted of it, in turns. */
export const exceptionHistory: fc.Arbitrary<readonly Step[]> = historyOf(exceptions, 3);
