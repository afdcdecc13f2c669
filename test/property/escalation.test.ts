import { expect } from 'chai';
import fc from 'fast-check';
import { Escalation, type Goal } from '#analysis/rbac/escalation.ts';
import { Surroundings } from '#analysis/rbac/surroundings.ts';
import { rbacView } from '#analysis/rbac/view.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import type { Manifest } from '#model/check.ts';
import { refOf } from '#model/ref.ts';
import { NAMESPACES, NaiveEscalation, accountWho, type Ways } from '../support/escalation-naive.ts';
import {
  EVERYTHING,
  account,
  bind,
  clusterRole,
  may,
  namespace,
  pod,
  role,
  tokenSecret,
  type Rule,
} from '../support/rbac-asked.ts';
import type { Who } from '../support/rbac-naive.ts';

const VIEW = rbacView({ aggregation: 'computed' });
const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';
const CERTIFICATES = 'certificates.k8s.io';

/** Rights that lead somewhere, and halves of those that lead there only together. */
const rule: fc.Arbitrary<Rule> = fc.constantFrom(
  ...['pods', 'apps:deployments', 'serviceaccounts', 'serviceaccounts/token', 'pods/exec', 'persistentvolumes'].map(
    (resource) => may('create', resource),
  ),
  ...['secrets', 'secrets', 'pods', 'pods/ephemeralcontainers', 'namespaces'].map((resource) =>
    may('update', resource),
  ),
  may('create', 'secrets'),
  may('create', 'secrets'),
  may('list', 'secrets'),
  may('watch', 'secrets'),
  may('get', 'secrets', 's'),
  may('create', 'serviceaccounts/token', 'x'),
  may('create', 'pods/exec', 'p'),
  may('patch', 'pods', 'q'),
  may('update', 'namespaces', 'a'),
  may('create', 'pods', 'x'),
  may('get', 'nodes/proxy'),
  may('impersonate', 'users'),
  may('impersonate', 'users', 'u'),
  may('impersonate', 'groups'),
  may('impersonate', 'groups', 'g'),
  may('impersonate', 'serviceaccounts'),
  may('impersonate', 'serviceaccounts', 'y'),
  may('create', `${CERTIFICATES}:certificatesigningrequests`),
  may('patch', `${CERTIFICATES}:certificatesigningrequests/approval`),
  may('update', `${CERTIFICATES}:certificatesigningrequests/approval`, 'c'),
  may('approve', `${CERTIFICATES}:signers`, 'kubernetes.io/kube-apiserver-client'),
  may('approve', `${CERTIFICATES}:signers`, 'kubernetes.io/kubelet-serving'),
  may('patch', `${ADMISSION}:mutatingwebhookconfigurations`),
  may('*', '*:*'),
  may('get', 'pods/exec'),
  may('get', 'pods/exec', 'p'),
  may('patch', 'configmaps', 'aws-auth'),
  may('create', 'configmaps'),
  may('update', 'apps:deployments'),
  may('patch', 'apps:deployments', 'd'),
  may('create patch', 'pods', 'x'),
  may('patch', 'pods/ephemeralcontainers', 'p'),
  may('update', 'secrets', 's'),
);

/** Rights to roles and bindings, and halves of them: of all, or of some names. */
const selfGrant: fc.Arbitrary<Rule> = fc
  .tuple(
    fc.constantFrom('bind', 'bind', 'escalate', 'escalate update', 'patch', 'create', 'create update', 'create patch'),
    fc.constantFrom('roles', 'clusterroles', 'clusterroles', 'rolebindings', 'clusterrolebindings'),
    fc.constantFrom('', '', 'r0', 'r1', 'k', 'b0', 'b1'),
  )
  .map(([verbs, resource, of]) => may(verbs, `${RBAC}:${resource}`, ...(of === '' ? [] : [of])));
/** Both halves of what gives somebody more: rights to a role and to a binding. */
const whole = fc
  .tuple(
    fc.constantFrom('bind', 'escalate update', 'escalate patch create', 'escalate create'),
    fc.constantFrom('roles', 'clusterroles'),
    fc.constantFrom('create', 'update', 'create patch'),
    fc.constantFrom('rolebindings', 'clusterrolebindings'),
    fc.constantFrom('r0', 'r1', 'k', 'admin'),
    fc.constantFrom('', 'b0', 'b1'),
  )
  .map(([verbs, of, writes, bindings, name, binding]) => [
    may(verbs, `${RBAC}:${of}`, name),
    may(writes, `${RBAC}:${bindings}`, ...(binding === '' ? [] : [binding])),
  ]);
const rules = fc.oneof(
  whole,
  { weight: 3, arbitrary: fc.array(rule, { maxLength: 3 }) },
  fc.array(selfGrant, { minLength: 1, maxLength: 3 }),
  fc.tuple(rule, selfGrant, selfGrant).map((each) => [...each]),
);

const space = fc.constantFrom(...NAMESPACES);
const name = fc.constantFrom('x', 'y');
const roleName = fc.constantFrom('r0', 'r1', 'r2', 'r3');
const subject = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(space, name).map(([at, who]) => `ServiceAccount:${at}/${who}`) },
  fc.constantFrom('User:u', 'Group:g', 'Group:system:serviceaccounts:a', 'Group:system:authenticated'),
);

function named(binding: object, name: string | undefined): object {
  const { metadata } = binding as { readonly metadata: object };
  return name === undefined ? binding : { ...binding, metadata: { ...metadata, name } };
}

function aggregate(of: string): object {
  const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { [`feeds-${of}`]: 'true' } }] };
  return { ...clusterRole(of), aggregationRule };
}

function deployment(at: string, serviceAccountName: string): object {
  const labels = { app: 'd' };
  const spec = { serviceAccountName, containers: [{ name: 'app', image: 'a:1' }] };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: at, name: 'd' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

/** What every cluster has, and what an administrator of a namespace may do. */
const SHIPPED = [
  clusterRole('cluster-admin', EVERYTHING),
  named(bind('', 'ClusterRole:cluster-admin', 'Group:system:masters'), 'cluster-admin'),
  clusterRole('admin', may('create update', 'secrets pods'), may('impersonate', 'serviceaccounts')),
] as unknown as readonly Manifest[];

const object = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(roleName, rules).map(([of, each]) => clusterRole(of, ...each)),
  },
  roleName.map((of) => aggregate(of)),
  fc.tuple(space, rules).map(([at, each]) => role(`${at}/k`, ...each)),
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom('', ...NAMESPACES), roleName, subject, fc.constantFrom(undefined, undefined, 'b0', 'b1'))
      .map(([where, of, who, name]) => named(bind(where, `ClusterRole:${of}`, who), name)),
  },
  fc.tuple(space, subject).map(([at, who]) => bind(at, 'Role:k', who)),
  space.chain((at) => name.map((who) => deployment(at, who))),
  fc.constant({ kind: 'Node', metadata: { name: 'n' }, status: { nodeInfo: { kubeletVersion: 'v1.33.1-eks-1' } } }),
  fc.tuple(space, name).map(([at, who]) => account(`${at}/${who}`)),
  fc.tuple(space, fc.constantFrom('s', 't'), name).map(([at, of, who]) => tokenSecret(`${at}/${of}`, who)),
  fc
    .tuple(space, fc.constantFrom('p', 'q'), name, fc.constantFrom('plain', 'mute', 'privileged'))
    .map(([at, of, who, how]) =>
      pod(`${at}/${of}`, who, {
        ...(how === 'mute' ? { automountServiceAccountToken: false } : {}),
        ...(how === 'privileged'
          ? { containers: [{ name: 'app', image: 'a:1', securityContext: { privileged: true } }] }
          : {}),
      }),
    ),
) as fc.Arbitrary<Manifest>;

const level = fc.constantFrom(undefined, 'baseline', 'privileged');
const begun = fc
  .tuple(level, level)
  .map((levels) => [
    ...SHIPPED,
    ...(NAMESPACES.map((at, index) => namespace(at, levels[index])) as unknown as readonly Manifest[]),
  ]);
/** All parts but for one, perhaps, of what leads on together and hardly ever comes by chance. */
const lead = fc
  .tuple(
    fc.constantFrom('', 'a'),
    fc.constantFrom(
      [may('escalate update', `${RBAC}:clusterroles`, 'r0')],
      [may('escalate patch create', `${RBAC}:clusterroles`, 'r1')],
      [may('escalate', `${RBAC}:clusterroles`), may('create', `${RBAC}:clusterroles`)],
      [may('impersonate', 'users', 'u'), may('impersonate', 'groups', 'g')],
      [may('impersonate', 'serviceaccounts', 'y'), may('impersonate', 'groups', 'g')],
      [
        may('create', `${CERTIFICATES}:certificatesigningrequests`),
        may('approve', `${CERTIFICATES}:signers`, 'kubernetes.io/kube-apiserver-client'),
      ],
    ),
    selfGrant,
    selfGrant,
    fc.constantFrom('ServiceAccount:a/x', 'ServiceAccount:b/y', 'User:u'),
    fc.nat(12),
  )
  .map(([where, first, second, third, who, without]) =>
    [
      aggregate('r3'),
      bind(where, 'ClusterRole:r3', who),
      clusterRole('r0', ...first),
      bind('', 'ClusterRole:r0', who),
      clusterRole('r1', second),
      bind('', 'ClusterRole:r1', 'User:u', 'ServiceAccount:a/y'),
      clusterRole('r2', third, may('update', `${CERTIFICATES}:certificatesigningrequests/approval`, 'c')),
      bind('', 'ClusterRole:r2', 'Group:g', 'ServiceAccount:b/y'),
    ].filter((_, index) => index !== without),
  ) as unknown as fc.Arbitrary<readonly Manifest[]>;
const random = fc.array(
  fc.record({ put: object, isGone: fc.integer({ min: 0, max: 5 }).map((chance) => chance === 0) }),
  { minLength: 4, maxLength: 18 },
);
const led = fc
  .tuple(lead, random)
  .map(([parts, others]) => [...parts.map((put) => ({ put, isGone: false })), ...others.slice(0, 6)]);
const steps = fc.oneof({ weight: 3, arbitrary: random }, led);
const sources = fc.constantFrom<Who>(
  accountWho({ namespace: 'a', name: 'x' }),
  accountWho({ namespace: 'b', name: 'y' }),
  { user: 'u', groups: ['system:authenticated'] },
);

const ways = fc.record({ byGet: fc.boolean() });

const ACCOUNTS = NAMESPACES.flatMap((at) => ['x', 'y', 'default'].map((of) => ({ namespace: at, name: of })));

/** All that is asked, by the words that it is asked in. */
const GOALS: readonly Goal[] = [
  { clusterAdmin: true },
  { nodeRoot: true },
  { user: 'u' },
  { group: 'g' },
  ...NAMESPACES.map((at) => ({ secretsIn: at })),
  ...NAMESPACES.map((at) => ({ namespaceAdmin: at })),
  ...ACCOUNTS.map((each) => ({ serviceAccount: each })),
];

function told(store: Store, source: Who, { byGet }: Ways): readonly string[] {
  const found = new Escalation(store.view(VIEW), new Surroundings(store), source, { execRequiresCreate: !byGet });
  return GOALS.filter((goal) => found.way(goal) !== undefined).map((goal) => JSON.stringify(goal));
}

function naively(objects: readonly Manifest[], source: Who, ways: Ways): readonly string[] {
  const found = new NaiveEscalation(objects, source, ways);
  const has = (goal: Goal): boolean => {
    if (found.had.has('admin')) return true;
    if ('nodeRoot' in goal) return found.had.has('node');
    if ('user' in goal) return found.hasUser(goal.user);
    if ('group' in goal) return found.hasGroup(goal.group);
    if ('namespaceAdmin' in goal) return found.hasNamespace(goal.namespaceAdmin);
    if ('secretsIn' in goal) return found.had.has(`secrets ${goal.secretsIn}`);
    return 'serviceAccount' in goal && found.hasAccount(goal.serviceAccount);
  };
  return GOALS.filter(has).map((goal) => JSON.stringify(goal));
}

function put(store: Store, manifest: Manifest): string {
  const read = shrink(manifest.kind, JSON.parse(JSON.stringify(manifest)) as Raw);
  store.put(read);
  return JSON.stringify(refOf(read));
}

describe('[law] escalation', function () {
  // Each identity has a world of its own to be made. Milliseconds, on a busy machine.
  this.timeout(180_000);

  it('reaches what a walk from identity to identity reaches, after every step of any history, and told at once', () => {
    fc.assert(
      fc.property(begun, steps, sources, ways, (namespaces, history, source, how) => {
        const [store, objects] = [new Store(), new Map<string, Manifest>()];
        const tell = (manifest: Manifest): void => {
          objects.set(put(store, manifest), manifest);
        };
        namespaces.forEach(tell);
        store.view(VIEW);
        for (const { put: manifest, isGone } of history) {
          tell(manifest);
          if (isGone) {
            const ref = refOf(shrink(manifest.kind, JSON.parse(JSON.stringify(manifest)) as Raw));
            store.remove(ref);
            objects.delete(JSON.stringify(ref));
          }
          const all = [...objects.values()];
          expect(told(store, source, how)).to.deep.equal(naively(all, source, how));
        }
        const fresh = new Store();
        for (const manifest of objects.values()) put(fresh, manifest);
        expect(told(store, source, how)).to.deep.equal(told(fresh, source, how));
      }),
      { numRuns: 1000 },
    );
  });
});
