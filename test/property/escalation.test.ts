import { expect } from 'chai';
import fc from 'fast-check';
import { Escalation, type Goal } from '#analysis/rbac/escalation.ts';
import { Surroundings } from '#analysis/rbac/surroundings.ts';
import { rbacView } from '#analysis/rbac/view.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import type { Manifest } from '#model/check.ts';
import { refOf } from '#model/ref.ts';
import { NAMESPACES, NaiveEscalation, accountWho } from '../support/escalation-naive.ts';
import { account, bind, clusterRole, may, namespace, pod, tokenSecret, type Rule } from '../support/rbac-asked.ts';
import type { Who } from '../support/rbac-naive.ts';

const VIEW = rbacView({ aggregation: 'computed' });
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
  may('approve', `${CERTIFICATES}:signers`, 'kubernetes.io/kube-apiserver-client'),
  may('approve', `${CERTIFICATES}:signers`, 'kubernetes.io/kubelet-serving'),
  may('patch', `${ADMISSION}:mutatingwebhookconfigurations`),
  may('*', '*:*'),
);

const space = fc.constantFrom(...NAMESPACES);
const name = fc.constantFrom('x', 'y');
const roleName = fc.constantFrom('r0', 'r1', 'r2', 'r3');
const subject = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(space, name).map(([at, who]) => `ServiceAccount:${at}/${who}`) },
  fc.constantFrom('User:u', 'Group:g', 'Group:system:serviceaccounts:a', 'Group:system:authenticated'),
);

const object = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(roleName, fc.array(rule, { maxLength: 3 })).map(([of, rules]) => clusterRole(of, ...rules)),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom('', 'a', 'b'), roleName, subject)
      .map(([where, of, who]) => bind(where, `ClusterRole:${of}`, who)),
  },
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
  .map((levels) => NAMESPACES.map((at, index) => namespace(at, levels[index])) as unknown as readonly Manifest[]);
const steps = fc.array(
  fc.record({ put: object, isGone: fc.integer({ min: 0, max: 5 }).map((chance) => chance === 0) }),
  {
    minLength: 4,
    maxLength: 18,
  },
);
const sources = fc.constantFrom<Who>(
  accountWho({ namespace: 'a', name: 'x' }),
  accountWho({ namespace: 'b', name: 'y' }),
  { user: 'u', groups: ['system:authenticated'] },
);

const ACCOUNTS = NAMESPACES.flatMap((at) => ['x', 'y', 'default'].map((of) => ({ namespace: at, name: of })));

/** All that is asked, by the words that it is asked in. */
const GOALS: readonly Goal[] = [
  { clusterAdmin: true },
  { nodeRoot: true },
  { user: 'u' },
  { group: 'g' },
  ...NAMESPACES.map((at) => ({ secretsIn: at })),
  ...ACCOUNTS.map((each) => ({ serviceAccount: each })),
];

function told(store: Store, source: Who): readonly string[] {
  const found = new Escalation(store.view(VIEW), new Surroundings(store), source, { execRequiresCreate: true });
  return GOALS.filter((goal) => found.way(goal) !== undefined).map((goal) => JSON.stringify(goal));
}

function naively(objects: readonly Manifest[], source: Who): readonly string[] {
  const found = new NaiveEscalation(objects, source);
  const has = (goal: Goal): boolean => {
    if (found.had.has('admin')) return true;
    if ('nodeRoot' in goal) return found.had.has('node');
    if ('user' in goal) return found.hasUser(goal.user);
    if ('group' in goal) return found.hasGroup(goal.group);
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

describe('[law] escalation', () => {
  it('reaches what a walk from identity to identity reaches, after every step of any history, and told at once', () => {
    fc.assert(
      fc.property(begun, steps, sources, (namespaces, history, source) => {
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
          expect(told(store, source)).to.deep.equal(naively(all, source));
        }
        const fresh = new Store();
        for (const manifest of objects.values()) put(fresh, manifest);
        expect(told(store, source)).to.deep.equal(told(fresh, source));
      }),
      { numRuns: 3000 },
    );
  });
});
