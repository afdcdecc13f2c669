import { expect } from 'chai';
import fc from 'fast-check';
import { RBAC_ENGINE, type RbacEngine } from '#analysis/rbac/engine.ts';
import { accountIdentity, userOf } from '#analysis/rbac/identity.ts';
import { Rights } from '#analysis/rbac/rights.ts';
import { isStrongGrant, profileOf, type Profile, type Strength } from '#analysis/rbac/strength.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import type { Manifest } from '#model/check.ts';
import { refOf } from '#model/ref.ts';

const RBAC = 'rbac.authorization.k8s.io';
const NAMESPACES = ['a', 'b'];
const NAMES = ['x', 'y'];
/** Of one namespace a single one: it comes and goes with its only account. */
const ACCOUNTS = [
  { namespace: 'a', name: 'x' },
  { namespace: 'a', name: 'y' },
  { namespace: 'b', name: 'x' },
];

const namespace = fc.constantFrom(...NAMESPACES);
const name = fc.constantFrom(...NAMES);
const wide = (apiGroup: string, resource: string, ...verbs: readonly string[]): object => ({
  verbs,
  apiGroups: [apiGroup],
  resources: [resource],
});

/** Rights that lead to an account: to any of a namespace, to one by name, in a step; to everything; to nothing. */
const rule = fc.oneof(
  fc.constantFrom(
    wide('', 'serviceaccounts/token', 'create'),
    wide('', 'serviceaccounts/token', 'create'),
    wide('', 'pods', 'create'),
  ),
  fc.constantFrom(wide('*', '*', '*'), wide(RBAC, 'clusterrolebindings', 'create')),
  name.map((each) => ({ ...wide('', 'serviceaccounts/token', 'create'), resourceNames: [each] })),
  name.map((each) => ({ ...wide(RBAC, 'clusterroles', 'bind'), resourceNames: [each] })),
);
const rules = fc.array(rule, { minLength: 1, maxLength: 2 });
const subject = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom(...ACCOUNTS).map((account) => ({ kind: 'ServiceAccount', ...account })),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      { kind: 'Group', name: 'system:serviceaccounts' },
      { kind: 'Group', name: 'system:serviceaccounts:a' },
      { kind: 'User', name: 'system:serviceaccount:b:x' },
      { kind: 'User', name: 'system:serviceaccount:b' },
    ),
  },
);
const subjects = fc.array(subject, { minLength: 1, maxLength: 2 });
const roleRef = fc.constantFrom(
  ...[
    ['Role', 'x'],
    ['ClusterRole', 'x'],
    ['ClusterRole', 'y'],
  ].map(([kind, each]) => ({ apiGroup: RBAC, kind, name: each })),
);
const place = fc.record({ namespace, name });

const account = fc
  .constantFrom(...ACCOUNTS)
  .map((metadata) => ({ kind: 'ServiceAccount', metadata })) as fc.Arbitrary<Manifest>;
const role = fc.oneof(
  fc.record({ kind: fc.constant('Role'), metadata: fc.record({ namespace, name: fc.constant('x') }), rules }),
  fc.record({ kind: fc.constant('ClusterRole'), metadata: fc.record({ name }), rules }),
) as fc.Arbitrary<Manifest>;
const binding = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('RoleBinding'), metadata: place, roleRef, subjects }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('ClusterRoleBinding'),
      metadata: fc.record({ name }),
      roleRef,
      subjects,
    }),
  },
) as fc.Arbitrary<Manifest>;

interface Step {
  readonly put?: Manifest;
  readonly remove?: Manifest;
}

/** Accounts and roles first, so that most bindings mean something; then anything in any order. */
const history: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    fc.array(fc.oneof(account, role), { minLength: 8, maxLength: 12 }),
    fc.array(fc.tuple(fc.oneof(account, role, binding, binding, binding), fc.integer({ min: 0, max: 3 })), {
      maxLength: 30,
    }),
  )
  .map(([first, then]) => [
    ...first.map((put) => ({ put })),
    ...then.map(([each, chance]) => (chance === 0 ? { remove: each } : { put: each })),
  ]);

type Answers = Readonly<Record<string, Strength | boolean>>;

/** What is asked of the engine: the strength of those accounts that are there, and of the namespaces. */
function told(engine: RbacEngine, store: Store): Answers {
  const accounts = store.list('ServiceAccount').map(({ metadata }) => metadata);
  return Object.fromEntries([
    ...accounts.map((account) => [userOf(account), engine.strengthOf(account)] as const),
    ...accounts.map((account) => [`members of ${account.namespace}`, engine.strengthByGroups(account.namespace)]),
    ...NAMESPACES.map((each) => [each, engine.isStrongNamespace(each)]),
  ]) as Answers;
}

/** The fixpoint in rounds over everybody, from the same profiles. */
class Rounds {
  readonly #strong = new Map<string, Strength>();
  readonly #profiles = new Map<string, { readonly home: string; readonly isAccount: boolean; readonly of: Profile }>();

  constructor({ index }: RbacEngine, store: Store) {
    const isStrongRole = (role: string): boolean => {
      const entry = index.state.role('ClusterRole', '', role);
      return entry?.rules !== undefined && isStrongGrant(entry, new Rights());
    };
    for (const { metadata } of store.list('ServiceAccount')) {
      const identity = accountIdentity(metadata);
      const members = { ...identity, user: '' };
      const profile = (who: typeof identity): Profile => profileOf(who, index.rightsOf(who), isStrongRole);
      const home = metadata.namespace;
      this.#profiles.set(userOf(metadata), { home, isAccount: true, of: profile(identity) });
      this.#profiles.set(`members of ${home}`, { home, isAccount: false, of: profile(members) });
    }
    while ([...this.#profiles.keys()].map((key) => this.#moves(key)).includes(true));
  }

  #isStrong(key: string): boolean {
    return this.#strong.has(key);
  }

  isStrongNamespace(home: string): boolean {
    return [...this.#profiles].some(
      ([key, { home: at, isAccount }]) => isAccount && at === home && this.#isStrong(key),
    );
  }

  #moves(key: string): boolean {
    const { strength, directIn, directBy, stepIn } = this.#profiles.get(key)!.of;
    const isDirect =
      strength === 'direct' ||
      directIn.some((each) => this.isStrongNamespace(each)) ||
      directBy.some((account) => this.#isStrong(userOf(account)));
    const isStep = strength === 'step' || stepIn.some((each) => this.isStrongNamespace(each));
    const now = isDirect ? 'direct' : isStep ? 'step' : 'none';
    if (now === (this.#strong.get(key) ?? 'none')) return false;
    this.#strong.set(key, now);
    return true;
  }

  get answers(): Answers {
    return Object.fromEntries([
      ...[...this.#profiles.keys()].map((key) => [key, this.#strong.get(key) ?? 'none'] as const),
      ...NAMESPACES.map((each) => [each, this.isStrongNamespace(each)] as const),
    ]) as Answers;
  }
}

describe('[law] strength', () => {
  it('is what rounds over everybody come to, after every step, and a change tells whose is another one', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const store = new Store();
        const engine = store.view(RBAC_ENGINE);
        let before = told(engine, store);
        for (const { put, remove } of steps) {
          const manifest = (put ?? remove)!;
          const read = shrink(manifest.kind, JSON.parse(JSON.stringify(manifest)) as Raw);
          const changes = put === undefined ? store.remove(refOf(read)) : store.put(read);
          const after = told(engine, store);
          expect(after).to.deep.equal(new Rounds(engine, store).answers);
          const shifts = changes.map((change) => engine.shiftOf(change));
          const moved = new Set(
            shifts.flatMap(({ accounts, namespaces }) => [
              ...[...accounts].map((key) => `system:serviceaccount:${key.replace('/', ':')}`),
              ...namespaces,
            ]),
          );
          const others = Object.keys(after).filter(
            (key) => key in before && before[key] !== after[key] && !key.startsWith('members'),
          );
          expect(others.filter((key) => !moved.has(key))).to.deep.equal([]);
          before = after;
        }
      }),
      { numRuns: 1500 },
    );
  });
});
