import type { Account } from '#facts/rbac.ts';
import type { Change, Inventory, View } from '#model/inventory.ts';
import { keyOf, refOf } from '#model/ref.ts';
import type { BindingEntry, SubjectEntry, Touched } from './entries.ts';
import { accountIdentity, accountsOfKey, userOf, type Identity } from './identity.ts';
import { RbacIndex } from './rbac-index.ts';
import { Rights } from './rights.ts';
import { isStrongGrant, profileOf, type Profile, type Strength } from './strength.ts';

const KINDS = ['ServiceAccount', 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'] as const;
/** The kinds that decide who may do what, and who is there to do it. */
export type RbacKind = (typeof KINDS)[number];

/** Which answers differ after a change. */
export interface Shift extends Touched {
  /** `namespace/name` of accounts. */
  readonly accounts: ReadonlySet<string>;
  /** Namespaces that an account as strong as cluster-admin has come to or gone from. */
  readonly namespaces: ReadonlySet<string>;
}

const NOTHING: Shift = { accounts: new Set(), namespaces: new Set(), subjects: new Set(), roles: new Set() };

/**
 * Who is as good as cluster-admin, kept current. Strength is a fixpoint: who may take the token of a strong account is strong. Profiles are made anew for
 * those only whose rights a change touched; the fixpoint runs over all profiles, and only when one of them differs.
 */
export class RbacEngine {
  readonly index: RbacIndex;
  readonly #accounts = new Map<string, Account>();
  /** Of each account, and of each user and group that a binding names. */
  readonly #profiles = new Map<string, Profile>();
  /** Whether a role that somebody may bind by name is as good as cluster-admin. */
  readonly #roles = new Map<string, boolean>();
  #strong: ReadonlyMap<string, Strength> = new Map();
  #namespaces: ReadonlySet<string> = new Set();
  readonly #shifts = new WeakMap<Change, Shift>();
  readonly #kept = new Map<string, unknown>();

  constructor(missing: Inventory['missing']) {
    this.index = new RbacIndex({ aggregation: 'unfilled', assumeShipped: true }, missing);
  }

  /** Takes in what there is, before it is asked for the first time. */
  begin(changes: Iterable<Change>): void {
    for (const change of changes) this.#take(change);
    for (const account of this.#accounts.values()) this.#profileAccount(account);
    for (const subject of this.index.state.subjects()) this.#profileSubject(subject);
    this.#settle();
  }

  apply(change: Change): void {
    this.#kept.clear();
    const touched = this.#take(change);
    let isOther = false;
    for (const subject of touched.subjects) if (this.#renew(subject)) isOther = true;
    if (change.ref.kind === 'ServiceAccount' && this.#renewAccount(change.ref)) isOther = true;
    if (change.ref.kind === 'ClusterRole' && this.#renewBinders(touched)) isOther = true;
    this.#shifts.set(change, { ...(isOther ? this.#settle() : NOTHING), ...touched });
  }

  /** What follows from the answers, made once and kept until the next change. */
  kept<T>(key: string, make: () => T): T {
    if (!this.#kept.has(key)) this.#kept.set(key, make());
    return this.#kept.get(key) as T;
  }

  /** What a change did to the answers. */
  shiftOf(change: object): Shift {
    return this.#shifts.get(change as Change) ?? NOTHING;
  }

  strengthOf(account: Account): Strength {
    if (this.#accounts.has(keyOf(account))) return this.#strong.get(accountKey(account)) ?? 'none';
    // Nobody has made it yet, or no file holds it.
    const identity = accountIdentity(account);
    return this.#strengthWith(identity, this.index.rightsOf(identity));
  }

  /** How near to cluster-admin one binding alone brings its subjects. */
  strengthOfGrant({ role, scope }: Pick<BindingEntry, 'role' | 'scope'>): Strength {
    const rights = new Rights();
    rights.grant(role, scope);
    return this.#strengthWith({ user: '', groups: [] }, rights);
  }

  #strengthWith(identity: Identity, rights: Rights): Strength {
    const profile = profileOf(identity, rights, (name) => this.#isStrongRole(name));
    return strengthIn(profile, this.#strong, this.#namespaces);
  }

  /** What every account of a namespace is by its groups alone. */
  strengthByGroups(namespace: string): Strength {
    return this.#strong.get(membersKey(namespace)) ?? 'none';
  }

  /** Whether an account lives in a namespace that is cluster-admin, or becomes it in one step. */
  isStrongNamespace(namespace: string): boolean {
    return this.#namespaces.has(namespace);
  }

  #take(change: Change): Touched {
    const { ref, after } = change;
    if (ref.kind === 'ServiceAccount') {
      const account = { namespace: ref.namespace, name: ref.name };
      if (after === undefined) this.#accounts.delete(keyOf(ref));
      else this.#accounts.set(keyOf(ref), account);
    }
    return this.index.apply(change);
  }

  #renewAccount(account: Account): boolean {
    if (this.#accounts.has(keyOf(account))) return this.#profileAccount(account);
    return this.#profiles.delete(accountKey(account));
  }

  #profileAccount(account: Account): boolean {
    const { user, groups } = accountIdentity(account);
    const isOther = this.#profile(`u:${user}`, { user, groups });
    return this.#profile(membersKey(account.namespace), { user: '', groups }) || isOther;
  }

  /** A group of accounts touches all of them, another subject itself. */
  #renew(subject: SubjectEntry): boolean {
    let isOther = this.#profileSubject(subject);
    for (const account of this.#accountsOf(subject)) if (this.#profileAccount(account)) isOther = true;
    return isOther;
  }

  *#accountsOf({ key }: SubjectEntry): Iterable<Account> {
    const accounts = accountsOfKey(key);
    if (accounts === undefined) return;
    if (accounts === 'all') yield* this.#accounts.values();
    else if ('name' in accounts) {
      if (this.#accounts.has(keyOf(accounts))) yield accounts;
    } else for (const account of this.#accounts.values()) if (account.namespace === accounts.allOf) yield account;
  }

  /** What a named role gives decides what the right to bind it is worth: everything is looked at again where that differs. */
  #renewBinders({ roles }: Touched): boolean {
    const names = [...this.#roles]
      .filter(([name, isStrong]) => this.#isStrong(name) !== isStrong)
      .map(([name]) => name);
    for (const name of names) this.#roles.delete(name);
    if (names.length === 0) return false;
    for (const role of this.index.state.roles()) if (role.named.length > 0) roles.add(role);
    let isOther = false;
    for (const subject of this.index.state.subjects()) if (this.#renew(subject)) isOther = true;
    return isOther;
  }

  #isStrongRole(name: string): boolean {
    const known = this.#roles.get(name) ?? this.#isStrong(name);
    this.#roles.set(name, known);
    return known;
  }

  #isStrong(name: string): boolean {
    const role = this.index.state.role('ClusterRole', '', name);
    return role?.rules !== undefined && isStrongGrant(role, new Rights());
  }

  /** Accounts have profiles of their own; of the others each name that a binding has. */
  #profileSubject({ key, grants }: SubjectEntry): boolean {
    if (key.startsWith(USER_OF)) return false;
    if (grants.size === 0) return this.#profiles.delete(key);
    const name = key.slice(2);
    return this.#profile(key, key.startsWith('u:') ? { user: name, groups: [] } : { user: '', groups: [name] });
  }

  #profile(key: string, identity: Identity): boolean {
    const profile = profileOf(identity, this.index.rightsOf(identity), (name) => this.#isStrongRole(name));
    const before = this.#profiles.get(key);
    if (before !== undefined && isSame(before, profile)) return false;
    this.#profiles.set(key, profile);
    return true;
  }

  /** The fixpoint, from nobody's strength upwards. */
  #settle(): Omit<Shift, keyof Touched> {
    const before = { strong: this.#strong, namespaces: this.#namespaces };
    const strong = new Map<string, Strength>();
    const namespaces = new Set<string>();
    for (let isMoving = true; isMoving;) {
      isMoving = false;
      for (const [key, profile] of this.#profiles) {
        const strength = strengthIn(profile, strong, namespaces);
        if (strength === (strong.get(key) ?? 'none')) continue;
        strong.set(key, strength);
        if (key.startsWith(USER_OF)) namespaces.add(key.slice(USER_OF.length).split(':')[0] ?? '');
        isMoving = true;
      }
    }
    this.#strong = strong;
    this.#namespaces = namespaces;
    return this.#shift(before.strong, before.namespaces);
  }

  #shift(strong: ReadonlyMap<string, Strength>, namespaces: ReadonlySet<string>): Omit<Shift, keyof Touched> {
    const keys = new Set([...strong.keys(), ...this.#strong.keys()]);
    const moved = [...keys].filter((key) => (strong.get(key) ?? 'none') !== (this.#strong.get(key) ?? 'none'));
    const homes = new Set(moved.filter((key) => key.startsWith(MEMBERS_OF)).map((key) => key.slice(MEMBERS_OF.length)));
    const members = [...this.#accounts].filter(([, { namespace }]) => homes.has(namespace)).map(([key]) => key);
    const named = moved
      .filter((key) => key.startsWith(USER_OF))
      .map((key) => key.slice(USER_OF.length).replace(':', '/'));
    const all = new Set([...namespaces, ...this.#namespaces]);
    return {
      accounts: new Set([...members, ...named]),
      namespaces: new Set([...all].filter((each) => namespaces.has(each) !== this.#namespaces.has(each))),
    };
  }
}

const USER_OF = 'u:system:serviceaccount:';
const MEMBERS_OF = 'members of ';

function membersKey(namespace: string): string {
  return `${MEMBERS_OF}${namespace}`;
}

function accountKey(account: Account): string {
  return `u:${userOf(account)}`;
}

function strengthIn(
  profile: Profile,
  strong: ReadonlyMap<string, Strength>,
  namespaces: ReadonlySet<string>,
): Strength {
  const { strength, directIn, directBy, stepIn } = profile;
  if (strength === 'direct' || directIn.some((each) => namespaces.has(each))) return 'direct';
  if (directBy.some((account) => (strong.get(accountKey(account)) ?? 'none') !== 'none')) return 'direct';
  return strength === 'step' || stepIn.some((each) => namespaces.has(each)) ? 'step' : 'none';
}

function isSame(a: Profile, b: Profile): boolean {
  return a.strength === b.strength && JSON.stringify(a) === JSON.stringify(b);
}

/** The engine of an inventory. */
export const RBAC_ENGINE: View<RbacKind, RbacEngine> = {
  name: 'effective RBAC',
  kinds: KINDS,
  open: (inventory) => {
    const engine = new RbacEngine(inventory.missing);
    engine.begin(
      KINDS.flatMap((kind) => inventory.list(kind).map((after) => ({ ref: refOf(after), after }) as Change)),
    );
    return engine;
  },
  apply: (engine, change) => {
    engine.apply(change);
  },
};
