import { expect } from 'chai';
import fc from 'fast-check';
import { AskedRoles } from '#analysis/rbac/asked-roles.ts';
import { RBAC_ENGINE, type RbacEngine } from '#analysis/rbac/engine.ts';
import type { RoleEntry } from '#analysis/rbac/entries.ts';
import { accountIdentity, userOf, type Identity } from '#analysis/rbac/identity.ts';
import { LEANING, profileOf, type Profile, type Strength } from '#analysis/rbac/strength.ts';
import type { Reading } from '#analysis/rbac/strengths.ts';
import { isOfEks } from '#facts/distribution.ts';
import { accountOfSecret } from '#facts/token.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import type { Manifest } from '#model/check.ts';
import type { ObjectOf } from '#model/objects.ts';
import { refOf } from '#model/ref.ts';

const RBAC = 'rbac.authorization.k8s.io';
const NAMESPACES = ['a', 'b'];
const SECRETS = ['s', 't'];
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

/** Rights that lead to an account whose token lies in a Secret, on EKS, or by acting as somebody. */
const clueRule = fc.oneof(
  fc.constantFrom(wide('', 'secrets', 'get'), wide('', 'secrets', 'list', 'patch'), {
    ...wide('', 'secrets', 'get', 'update'),
    resourceNames: ['s'],
  }),
  fc.constantFrom(wide('', 'configmaps', 'create'), {
    ...wide('', 'configmaps', 'patch'),
    resourceNames: ['aws-auth'],
  }),
  fc.constantFrom(wide('', 'users', 'impersonate'), { ...wide('', 'users', 'impersonate'), resourceNames: ['u'] }),
  fc.constantFrom(wide('', 'groups', 'impersonate'), { ...wide('', 'groups', 'impersonate'), resourceNames: ['g'] }),
  fc.constant(wide('', 'serviceaccounts', 'impersonate')),
  fc.constantFrom(wide('', 'pods/exec', 'get'), wide('', 'pods/attach', 'get', 'list')),
);

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
  fc
    .tuple(fc.constantFrom('clusterroles', 'clusterrolebindings', 'rolebindings'), name)
    .map(([of, each]) => ({ ...wide(RBAC, of, 'create', 'update', 'bind', 'escalate'), resourceNames: [each] })),
  fc.constantFrom(wide(RBAC, 'rolebindings', 'patch'), wide(RBAC, 'clusterrolebindings', 'patch')),
  clueRule,
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
      { kind: 'User', name: 'u' },
      { kind: 'Group', name: 'g' },
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
/** Tokens of the accounts, and nodes of EKS and of others. */
const clue = fc.oneof(
  fc.record({
    kind: fc.constant('Secret'),
    metadata: fc.record({
      namespace,
      name: fc.constantFrom(...SECRETS),
      annotations: name.map((each) => ({ 'kubernetes.io/service-account.name': each })),
    }),
    type: fc.constantFrom('kubernetes.io/service-account-token', 'Opaque'),
  }),
  fc.record({
    kind: fc.constant('Node'),
    metadata: fc.record({ name }),
    status: fc
      .constantFrom('v1.33.1-eks-1de2ab1', 'v1.33.1')
      .map((kubeletVersion) => ({ nodeInfo: { kubeletVersion } })),
  }),
) as fc.Arbitrary<Manifest>;
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

const bindEverywhere = (to: string, who: readonly object[]): object => ({
  kind: 'ClusterRoleBinding',
  metadata: { name: to },
  roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: to },
  subjects: who,
});
const bindIn = (home: string, to: string, who: readonly object[]): object => ({
  ...bindEverywhere(to, who),
  kind: 'RoleBinding',
  metadata: { namespace: home, name: to },
});
const everything = { kind: 'ClusterRole', metadata: { name: 'y' }, rules: [wide('*', '*', '*')] };
const homes = ACCOUNTS.map((metadata) => ({ kind: 'ServiceAccount', metadata }));

/** All parts, then some of them go and come. */
function comingAndGoing(parts: readonly object[], turns: readonly number[]): readonly Step[] {
  const manifests = parts as readonly Manifest[];
  const moves = turns.map((turn) => {
    const part = manifests[(turn >> 1) % manifests.length]!;
    return turn % 2 === 0 ? { remove: part } : { put: part };
  });
  return [...manifests.map((put) => ({ put })), ...moves];
}

const turns = fc.array(fc.nat(39));

/** Somebody is cluster-admin, and somebody may do what leads to him there: each part comes and goes. */
const leading = fc
  .record({
    gives: fc.array(clueRule, { minLength: 1, maxLength: 2 }),
    where: fc.constantFrom('', ...NAMESPACES),
    to: subjects,
    strong: subjects,
    clue,
    turns,
  })
  .map((each) =>
    comingAndGoing(
      [
        ...homes,
        { kind: 'ClusterRole', metadata: { name: 'x' }, rules: each.gives },
        everything,
        each.where === '' ? bindEverywhere('x', each.to) : bindIn(each.where, 'x', each.to),
        bindEverywhere('y', each.strong),
        each.clue,
      ],
      each.turns,
    ),
  );

/** Accounts that reach into each other's namespaces, and one that is cluster-admin: without it they hold each other up by nothing. */
const ring = fc
  .tuple(fc.constantFrom(...ACCOUNTS), fc.array(rule, { maxLength: 1 }), turns)
  .map(([strong, more, then]) =>
    comingAndGoing(
      [
        ...homes,
        everything,
        { kind: 'ClusterRole', metadata: { name: 'x' }, rules: [wide('', 'serviceaccounts', 'impersonate'), ...more] },
        ...NAMESPACES.map((home) => {
          const others = ACCOUNTS.filter(({ namespace: other }) => other !== home);
          return bindIn(
            home,
            'x',
            others.map((each) => ({ kind: 'ServiceAccount', ...each })),
          );
        }),
        bindEverywhere('y', [{ kind: 'ServiceAccount', ...strong }]),
      ],
      then,
    ),
  );

const tokensOfAny = wide('', 'serviceaccounts/token', 'create');

/** Somebody is a step from cluster-admin, and may act as accounts of a namespace, among whom may be himself and nobody else. */
const oneOfA = fc.constantFrom(
  { kind: 'ServiceAccount', namespace: 'a', name: 'x' },
  { kind: 'ServiceAccount', namespace: 'a', name: 'y' },
  { kind: 'Group', name: 'system:serviceaccounts:a' },
);
const toHimself = fc
  .record({
    strong: oneOfA,
    too: subject,
    to: oneOfA,
    gives: fc.oneof(
      fc.constant(tokensOfAny),
      name.map((each) => ({ ...tokensOfAny, resourceNames: [each] })),
    ),
    home: fc.constantFrom('', 'a'),
    turns,
  })
  .map(({ strong, too, to, gives, home, turns: then }) =>
    comingAndGoing(
      [
        ...homes,
        { kind: 'ClusterRole', metadata: { name: 'x' }, rules: [gives] },
        { kind: 'ClusterRole', metadata: { name: 'y' }, rules: [wide('', 'pods', 'create')] },
        home === '' ? bindEverywhere('x', [to]) : bindIn(home, 'x', [to]),
        bindEverywhere('y', [strong]),
        { ...bindEverywhere('y', [too]), metadata: { name: 'z' } },
      ],
      then,
    ),
  );

/** Somebody may bind or widen a role by its name, or change a binding of it by its: what that is worth comes and goes with them. */
const byName = fc
  .record({
    to: subjects,
    may: fc.constantFrom('bind', 'escalate').map((verb) => wide(RBAC, 'clusterroles', verb)),
    names: fc.constantFrom({}, { resourceNames: ['y'] }),
    writes: fc.constantFrom(
      ...['clusterrolebindings', 'clusterroles'].flatMap((resource) => [
        wide(RBAC, resource, 'create'),
        wide(RBAC, resource, 'patch'),
        { ...wide(RBAC, resource, 'patch'), resourceNames: ['y'] },
        { ...wide(RBAC, resource, 'create', 'patch'), resourceNames: ['y'] },
      ]),
    ),
    turns,
  })
  .map(({ to, may, names, writes, turns: then }) =>
    comingAndGoing(
      [
        ...homes,
        {
          kind: 'ClusterRole',
          metadata: { name: 'x' },
          rules: [{ ...may, ...names }, writes],
        },
        bindEverywhere('x', to),
        everything,
        bindEverywhere('y', [{ kind: 'User', name: 'nobody' }]),
      ],
      then,
    ),
  );

/** Accounts and roles first, so that most bindings mean something; then anything in any order. */
const anything: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    fc.array(fc.oneof(account, role), { minLength: 8, maxLength: 12 }),
    fc.array(fc.tuple(fc.oneof(account, role, clue, binding, binding, binding), fc.integer({ min: 0, max: 3 })), {
      maxLength: 30,
    }),
  )
  .map(([first, then]) => [
    ...first.map((put) => ({ put })),
    ...then.map(([each, chance]) => (chance === 0 ? { remove: each } : { put: each })),
  ]);

const history = fc.oneof(leading, ring, toHimself, toHimself, byName, anything);

type Answers = Readonly<Record<string, Strength | boolean>>;

/** Those whom the histories name beside accounts. */
const OTHERS = ['u:u', 'g:g'];

/** What is asked of the engine: the strength of those accounts that are there, of users and groups, and of the namespaces. */
function told(engine: RbacEngine, store: Store, reading: Reading): Answers {
  const accounts = store.list('ServiceAccount').map(({ metadata }) => metadata);
  return Object.fromEntries([
    ...accounts.map((account) => [userOf(account), engine.strengthOf(account, reading)] as const),
    ...accounts.map((account) => [
      `members of ${account.namespace}`,
      engine.strengthByGroups(account.namespace, reading),
    ]),
    ...OTHERS.map((key) => [key, engine.strengthOfKey(key, reading)] as const),
    ...NAMESPACES.map((each) => [each, engine.isStrongNamespace(each, reading)] as const),
  ]) as Answers;
}

/** Somebody of the fixpoint: an account that is there, all accounts of a namespace, a user or a group. */
interface Somebody {
  readonly home?: string;
  /** Of an account. */
  readonly name?: string;
  readonly profile: Profile;
}

/** The fixpoint in rounds over everybody, from the same profiles; what is possible supposes that every account has a token in a Secret and that it is EKS. */
class Rounds {
  readonly #strong = new Set<string>();
  readonly #everybody = new Map<string, Somebody>();
  readonly #store: Store;
  readonly #supposing: boolean;
  readonly #byGet: boolean;

  constructor({ index }: RbacEngine, store: Store, { seen, byGet }: Reading) {
    this.#store = store;
    this.#supposing = seen === 'possible';
    this.#byGet = byGet;
    const roles = new AskedRoles(index.state);
    const profile = (who: Identity): Profile =>
      profileOf(
        who,
        index.rightsOf(who),
        roles.heldBy(() => [], []),
      );
    for (const { metadata } of store.list('ServiceAccount')) {
      const { namespace: home, name: own } = metadata;
      const identity = accountIdentity(metadata);
      this.#everybody.set(userOf(metadata), { home, name: own, profile: profile(identity) });
      this.#everybody.set(`members of ${home}`, { home, profile: profile({ ...identity, user: '' }) });
    }
    this.#everybody.set('u:u', { profile: profile({ user: 'u', groups: [] }) });
    this.#everybody.set('g:g', { profile: profile({ user: '', groups: ['g'] }) });
    while ([...this.#everybody.keys()].map((key) => this.#moves(key)).includes(true));
  }

  /** The strong accounts of a namespace, of all where none is said, but for one. */
  #strongIn(place: string, but?: string): readonly Somebody[] {
    return [...this.#everybody]
      .filter(
        ([key, { home, name: own }]) =>
          own !== undefined && (place === '' || home === place) && this.#strong.has(key) && key !== but,
      )
      .map(([, somebody]) => somebody);
  }

  #isStrongNamespace(place: string, but?: string): boolean {
    return this.#strongIn(place, but).length > 0;
  }

  /** Whether a token of a strong account lies in a Secret of a namespace, in that of a name where one is said. */
  #hasToken(place: string, secret: string): boolean {
    const strong = this.#strongIn(place);
    if (this.#supposing) return strong.length > 0;
    return this.#secrets(place)
      .filter(({ metadata }) => secret === '' || metadata.name === secret)
      .some((each) => {
        const of = accountOfSecret(each);
        return strong.some(({ home, name: own }) => home === of?.namespace && own === of?.name);
      });
  }

  /** Whether a strong account lives beside a Secret with a token, whosesoever. */
  #hasRefill(place: string, secret: string): boolean {
    return this.#strongIn(place).some(({ home = '' }) =>
      this.#supposing
        ? ['', '*'].includes(secret)
        : this.#secrets(home)
            .filter(({ metadata }) => secret === '' || metadata.name === secret)
            .some((each) => accountOfSecret(each)?.namespace === home),
    );
  }

  #secrets(place: string): readonly ObjectOf<'Secret'>[] {
    return this.#store.list('Secret').filter(({ metadata }) => place === '' || metadata.namespace === place);
  }

  /** Whether somebody strong, but for one, is found at a place that a profile looks at. */
  #isFound(place: string, but?: string): boolean {
    const [kind = '', at = ''] = place.split(' ');
    const [home = '', own = ''] = at.split('/');
    const kinds: Readonly<Record<string, () => boolean>> = {
      on: () => this.#supposing || this.#store.list('Node').some(isOfEks),
      home: () => this.#isStrongNamespace(at, but),
      connected: () => this.#byGet && (at === '' || this.#isStrongNamespace(at)),
      account: () => this.#strongIn(home, but).some((each) => each.name === own),
      token: () => (own === '*' ? this.#supposing && this.#hasToken(home, '') : this.#hasToken(home, own)),
      refill: () => this.#hasRefill(home, own),
    };
    return kinds[kind]?.() ?? (place !== but && this.#strong.has(place));
  }

  #isStrong({ strength, direct, step }: Profile): boolean {
    return strength !== 'none' || [...direct, ...step].some((place) => this.#isFound(place));
  }

  #moves(key: string): boolean {
    if (this.#strong.has(key) || !this.#isStrong(this.#everybody.get(key)!.profile)) return false;
    this.#strong.add(key);
    return true;
  }

  /** How strong: who is a step from cluster-admin is not there because he finds himself. */
  #strengthOf(key: string): Strength {
    if (!this.#strong.has(key)) return 'none';
    const { strength, direct } = this.#everybody.get(key)!.profile;
    return strength === 'direct' || direct.some((place) => this.#isFound(place, this.#oneOf(key))) ? 'direct' : 'step';
  }

  /** Whose key it is: the account's, where a namespace has but one. */
  #oneOf(key: string): string | undefined {
    const { home, name: own } = this.#everybody.get(key)!;
    if (home === undefined || own !== undefined) return key;
    const [one, second] = this.#store.list('ServiceAccount', home);
    return one === undefined || second !== undefined ? undefined : userOf(one.metadata);
  }

  get answers(): Answers {
    return Object.fromEntries([
      ...[...this.#everybody.keys()].map((key) => [key, this.#strengthOf(key)] as const),
      ...NAMESPACES.map((each) => [each, this.#isStrongNamespace(each)] as const),
    ]) as Answers;
  }
}

function wordFor({ kind, name: of }: RoleEntry): string {
  return `${kind} ${of}`;
}

/** What each ClusterRole leads to, whoever is bound to it. */
function granted(engine: RbacEngine, reading: Reading): Answers {
  const roles = [...engine.index.state.roles()].filter(({ kind }) => kind === 'ClusterRole');
  return Object.fromEntries(roles.map((role) => [wordFor(role), engine.strengthOfGrant({ role, scope: '' }, reading)]));
}

/** Roles that are looked at again whenever anybody is another one. */
function leaning({ index }: RbacEngine): readonly RoleEntry[] {
  return [...index.state.roles()].filter(({ reach }) => (reach & LEANING) !== 0n);
}

/** Whose answers a change is said to move. */
function movedBy(engine: RbacEngine, changes: readonly object[]): ReadonlySet<string> {
  return new Set(
    changes
      .map((change) => engine.shiftOf(change))
      .flatMap(({ accounts, others, namespaces, roles }) => [
        ...[...accounts].map((key) => `system:serviceaccount:${key.replace('/', ':')}`),
        ...others,
        ...namespaces,
        ...[...roles].map(wordFor),
      ])
      .concat(changes.some((change) => engine.movesStrength(change)) ? leaning(engine).map(wordFor) : []),
  );
}

/** After every step, for those who ask from the start by the rules of one version and for those who come to ask by the rules of another. */
function holdsAlways({ steps, first, turn }: Run, store: Store, seen: Reading['seen']): void {
  const engine = store.view(RBAC_ENGINE);
  const asked = new Map([[first, granted(engine, { seen, byGet: first })]]);
  for (const [index, { put, remove }] of steps.entries()) {
    const manifest = (put ?? remove)!;
    const read = shrink(manifest.kind, JSON.parse(JSON.stringify(manifest)) as Raw);
    const moved = movedBy(engine, put === undefined ? store.remove(refOf(read)) : store.put(read));
    for (const byGet of index < turn ? [first] : [first, !first]) {
      const reading = { seen, byGet };
      const now = told(engine, store, reading);
      expect(now).to.deep.equal(new Rounds(engine, store, reading).answers);
      const [before, after] = [asked.get(byGet) ?? {}, { ...now, ...granted(engine, reading) }];
      const differ = Object.keys(after).filter(
        (key) => key in before && before[key] !== after[key] && !key.startsWith('members'),
      );
      expect(differ.filter((key) => !moved.has(key))).to.deep.equal([]);
      asked.set(byGet, after);
    }
  }
}

/** A history, and after how many steps the version of the server is another one. */
interface Run {
  readonly steps: readonly Step[];
  readonly first: boolean;
  readonly turn: number;
}

function runs(steps: fc.Arbitrary<readonly Step[]>): fc.Arbitrary<Run> {
  return fc.record({ steps, first: fc.boolean(), turn: fc.nat(20) });
}

describe('[law] strength', () => {
  it('is what rounds over everybody come to, after every step, and a change tells whose is another one', () => {
    fc.assert(
      fc.property(runs(history), (run) => {
        holdsAlways(run, new Store(), 'known');
      }),
      { numRuns: 2500 },
    );
  });

  it('is possible, where Secrets and Nodes are not seen, as if every account had a token in a Secret and it were EKS', () => {
    const visible = history.map((steps) =>
      steps.filter(({ put, remove }) => !['Secret', 'Node'].includes((put ?? remove)!.kind)),
    );
    fc.assert(
      fc.property(runs(visible), (run) => {
        holdsAlways(run, new Store({ Secret: 'forbidden', Node: 'forbidden' }), 'possible');
      }),
      { numRuns: 500 },
    );
  });
});
