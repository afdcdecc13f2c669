import type { Account, AnyBinding } from '#facts/rbac.ts';
import { isOfEks } from '#facts/distribution.ts';
import { connectsByGet } from '#facts/pod-connect.ts';
import { isShippedBinding } from '#facts/shipped.ts';
import { accountOfSecret } from '#facts/token.ts';
import type { Change, ChangeOf, Inventory, View } from '#model/inventory.ts';
import { refOf } from '#model/ref.ts';
import type { Terms } from '#model/relation.ts';
import { AskedRoles, type Asker } from './asked-roles.ts';
import type { BindingEntry, RoleEntry, SubjectEntry, Touched } from './entries.ts';
import { accountIdentity, accountsOfKey, identityOfKey, isAccountKey, userOf, type Identity } from './identity.ts';
import { RbacIndex } from './rbac-index.ts';
import { Rights, rulesOf, type Granting } from './rights.ts';
import type { Grant } from './self-grants.ts';
import { isAsShipped } from './shipped.ts';
import { accountKey, homeOf, isMembersKey, membersKey, nameOf, type Named } from './places.ts';
import { RELEVANT, WEAK, profileOf, type Profile, type Strength } from './strength.ts';
import { NOTHING_SETTLED, Strengths, type Reading, type Settled } from './strengths.ts';

const KINDS = ['ServiceAccount', 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'] as const;
/** The kinds that decide who may do what, and who is there to do it. */
export type RbacKind = (typeof KINDS)[number];

const CLUES = ['Secret', 'Node'] as const;
/** The kinds that show ways to become cluster-admin: tokens that lie in Secrets, and EKS, which has a way of its own. */
export type Clue = (typeof CLUES)[number];

export const STRENGTH_KINDS: readonly (RbacKind | Clue)[] = [...KINDS, ...CLUES];

/** An answer about strength as it is known, and why it may be too low: what is not seen. */
export interface Known<T> {
  readonly answer: T;
  readonly unseen: readonly string[];
}

/** Which answers differ after a change. */
export interface Shift extends Touched, Settled {}

const NOTHING: Shift = { ...NOTHING_SETTLED, subjects: new Set(), roles: new Set() };

/**
 * Who may do what, and who is as good as cluster-admin, kept current. Profiles are made anew for those only whose rights a change touched, and how
 * strong they all are follows only where one of them differs.
 */
export class RbacEngine {
  readonly index: RbacIndex;
  readonly #missing: Inventory['missing'];
  readonly #strengths = new Strengths(() => ({
    tokens: this.#missing('Secret') !== undefined,
    platform: this.#missing('Node') !== undefined,
  }));
  /** The nodes of EKS. */
  readonly #ofEks = new Set<string>();
  readonly #askedRoles: AskedRoles;
  readonly #shifts = new WeakMap<Change, Shift>();
  readonly #kept = new Map<string, unknown>();

  constructor({ missing, premises }: Pick<Inventory, 'missing' | 'premises'>) {
    this.#missing = missing;
    this.index = new RbacIndex({ aggregation: 'unfilled', assumeShipped: true, ...premises() }, missing);
    this.#askedRoles = new AskedRoles(this.index.state);
  }

  /** Takes in what there is, before it is asked for the first time. */
  begin(changes: Iterable<Change>): void {
    for (const change of changes) this.#take(change);
    for (const namespace of this.#strengths.facts.homes()) this.#profileMembers(namespace);
    for (const subject of this.index.state.subjects()) {
      const accounts = accountsOfKey(subject.key);
      if (typeof accounts === 'object' && 'name' in accounts) this.#profileAccount(accounts);
      else this.#profileSubject(subject);
    }
    this.#strengths.begin();
  }

  apply(change: Change): void {
    this.#kept.clear();
    const touched = this.#take(change);
    for (const subject of touched.subjects) this.#renew(subject);
    if (change.ref.kind === 'ServiceAccount') {
      this.#profileAccount(change.ref);
      this.#profileMembers(change.ref.namespace);
    }
    for (const asker of this.#askedRoles.concernedBy(change, touched)) this.#renewAsker(asker, touched);
    this.#shifts.set(change, { ...this.#strengths.settle(), ...touched });
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

  /** Whether a change may have made somebody's strength another one: strength is catching, also for accounts that nobody has made yet. */
  movesStrength(change: object): boolean {
    const { accounts, others, namespaces, hasClue } = this.shiftOf(change);
    return hasClue || accounts.size + others.size + namespaces.size > 0;
  }

  /** Asks by the terms of a run, and twice where not all is seen: for what is known, and for what is possible. */
  known<T>(terms: Terms, ask: (reading: Reading) => T): Known<T> {
    const byGet = connectsByGet(terms);
    const answer = ask({ seen: 'known', byGet });
    const unseen = CLUES.flatMap((kind) => this.#missing(kind) ?? []);
    return { answer, unseen: unseen.length === 0 || answer === ask({ seen: 'possible', byGet }) ? [] : unseen };
  }

  strengthOf(account: Account, reading: Reading): Strength {
    // Nobody has made it yet, or no file holds it: it leans on others, and nobody on it.
    const fixpoint = this.#strengths.in(reading);
    return this.#strengths.facts.hasAccount(account)
      ? fixpoint.ofAccount(account)
      : fixpoint.of(this.#profileOf(accountIdentity(account), [accountKey(account)]), accountKey(account));
  }

  /** Whether an account that there is is strong in any reading that somebody has asked for. */
  isStrongInAny(account: Account): boolean {
    return this.#strengths.isStrong(account);
  }

  /** Whether an account is cluster-admin or a step from it; without a namespace one of this name in any. */
  isStrongAccount(account: Named, reading: Reading): boolean {
    if (account.namespace !== '') return this.strengthOf(account, reading) !== 'none';
    return this.#strengths.in(reading).isStrongOne(account);
  }

  /** Of a user or a group by its key, as bindings name it. */
  strengthOfKey(key: string, reading: Reading): Strength {
    return this.#strengths.in(reading).ofKey(key);
  }

  /** How near to cluster-admin one binding alone brings its subjects. */
  strengthOfGrant({ role, scope }: Grant, reading: Reading): Strength {
    const rights = new Rights();
    rights.grant(role, scope);
    return this.#strengths
      .in(reading)
      .of(this.#profileFrom({ user: '', groups: [] }, rights, isEntry(role) ? [role] : []));
  }

  /**
   * Whether a binding makes somebody whom it names, by his key, as good as cluster-admin or brings him a step from it: by itself, or with his other
   * bindings where these alone do not.
   */
  isStrengthenedBy(entry: BindingEntry, key: string, reading: Reading): boolean {
    if (this.strengthOfGrant(entry, reading) !== 'none') return true;
    const identity = identityOfKey(key);
    const others = this.index.grantsOf(identity).filter((each) => each !== entry);
    const without = new Rights();
    for (const each of others) without.grant(each.role, each.scope);
    const isStrong = (profile: Profile): boolean => this.#strengths.in(reading).of(profile) !== 'none';
    const askers = [key, entry.role];
    return (
      isStrong(this.#profileOf(identity, askers)) && !isStrong(this.#profileFrom(identity, without, askers, others))
    );
  }

  /** What every account of a namespace is by its groups alone. */
  strengthByGroups(namespace: string, reading: Reading): Strength {
    const fixpoint = this.#strengths.in(reading);
    const key = membersKey(namespace);
    // Where no account is, none is followed.
    return this.#strengths.facts.hasHome(namespace)
      ? fixpoint.ofKey(key)
      : fixpoint.of(this.#profileOf(membersOf(namespace), [key]));
  }

  /** What an account is without what the API server gives by itself: the shipped bindings of shipped roles, both as they are shipped. */
  strengthBeyondDefaults(account: Account, reading: Reading): Strength {
    const identity = accountIdentity(account);
    const rights = new Rights();
    for (const entry of this.index.grantsOf(identity)) if (!isDefault(entry)) rights.grant(entry.role, entry.scope);
    const key = accountKey(account);
    return this.#strengths.in(reading).of(this.#profileFrom(identity, rights, [key]), key);
  }

  /** Whether an account is as good as cluster-admin by its own bindings: not by defaults, nor by what all accounts of its namespace have. */
  isAdminByItself(account: Account, reading: Reading): boolean {
    return (
      this.strengthOf(account, reading) === 'direct' &&
      this.strengthByGroups(account.namespace, reading) !== 'direct' &&
      this.strengthBeyondDefaults(account, reading) === 'direct'
    );
  }

  /** The bindings that name an account itself and are no defaults. */
  ownBindings(account: Account): readonly AnyBinding[] {
    const own = this.index.grantsOf({ user: userOf(account), groups: [] });
    return own.filter((entry) => !isDefault(entry)).map(({ binding }) => binding);
  }

  /** Whether an account lives in a namespace that is cluster-admin, or becomes it in one step. */
  isStrongNamespace(namespace: string, reading: Reading): boolean {
    return this.#strengths.in(reading).isStrongNamespace(namespace);
  }

  /** How many Nodes say that the cluster is one of EKS. */
  get nodesOfEks(): number {
    return this.#ofEks.size;
  }

  #take(change: Change): Touched {
    const { ref, after } = change;
    if (ref.kind === 'ServiceAccount') this.#strengths[after === undefined ? 'removeAccount' : 'addAccount'](ref);
    if (ref.kind === 'Secret')
      this.#strengths.putToken(ref, after?.kind === 'Secret' ? accountOfSecret(after)?.name : undefined);
    if (ref.kind === 'Node') this.#takeNode(change as ChangeOf<'Node'>);
    return this.index.apply(change);
  }

  #takeNode({ ref, after }: ChangeOf<'Node'>): void {
    if (after !== undefined && isOfEks(after)) this.#ofEks.add(ref.name);
    else this.#ofEks.delete(ref.name);
    this.#strengths.putPlatform(this.#ofEks.size > 0);
  }

  /** An account that no binding names is what its groups make of it: it has no profile of its own. */
  #profileAccount(account: Account): void {
    const key = accountKey(account);
    const isNamed = this.#strengths.facts.hasAccount(account) && this.index.state.isNamed(key);
    this.#strengths.put(key, isNamed ? this.#profileOf(accountIdentity(account), [key]) : WEAK);
  }

  #profileMembers(namespace: string): void {
    const key = membersKey(namespace);
    this.#strengths.put(key, this.#profileOf(membersOf(namespace), [key]));
  }

  /** A group of accounts touches all of them, another subject itself. */
  #renew(subject: SubjectEntry): void {
    const accounts = accountsOfKey(subject.key);
    if (accounts === undefined || typeof accounts === 'string' || 'allOf' in accounts) this.#profileSubject(subject);
    if (accounts === undefined) return;
    if (accounts !== 'all' && 'name' in accounts) {
      this.#profileAccount(accounts);
      return;
    }
    for (const namespace of accounts === 'all' ? [...this.#strengths.facts.homes()] : [accounts.allOf]) {
      this.#profileMembers(namespace);
      for (const name of this.#strengths.facts.accountsIn(namespace)) this.#profileAccount({ namespace, name });
    }
  }

  /** What a role or binding is decides what rights to it by its name are worth. */
  #renewAsker(asker: Asker, { roles }: Touched): void {
    if (typeof asker !== 'string') {
      roles.add(asker);
      return;
    }
    const namespace = homeOf(asker);
    if (namespace === undefined) {
      for (const subject of this.index.state.subjectsOf(identityOfKey(asker)))
        if (subject.key === asker) this.#profileSubject(subject);
    } else if (isMembersKey(asker)) this.#profileMembers(namespace);
    else this.#profileAccount({ namespace, name: nameOf(asker) });
  }

  /** A user or a group by each name that a binding has. */
  #profileSubject({ key, grants }: SubjectEntry): void {
    // A user whose name only begins like that of an account is nobody.
    if (isAccountKey(key)) return;
    const name = key.slice(2);
    const identity = key.startsWith('u:') ? { user: name, groups: [] } : { user: '', groups: [name] };
    this.#strengths.put(key, grants.size === 0 ? WEAK : this.#profileOf(identity, [key]));
  }

  #profileOf(identity: Identity, askers: readonly Asker[]): Profile {
    return this.#profileFrom(identity, this.index.rightsAmong(identity, RELEVANT), askers);
  }

  /** `held` is what roles the identity has, also those that give nothing of note: some may be widened. */
  #profileFrom(identity: Identity, rights: Rights, askers: readonly Asker[], held?: Iterable<BindingEntry>): Profile {
    const roles = this.#askedRoles.heldBy(() => held ?? this.index.state.grantsOf(identity), askers);
    return profileOf(identity, rights, roles);
  }
}

/** A shipped role that nothing tells of is none: it never changes. */
function isEntry(role: Granting): role is RoleEntry {
  return 'bindings' in role;
}

/** What every account of a namespace is, whatever its name. */
function membersOf(namespace: string): Identity {
  return { user: '', groups: accountIdentity({ namespace, name: '' }).groups };
}

function isDefault({ binding, role }: BindingEntry): boolean {
  return isShippedBinding(binding) && isAsShipped(role, rulesOf(role));
}

/** The engine of an inventory. */
export const RBAC_ENGINE = {
  name: 'effective RBAC',
  kinds: KINDS,
  also: CLUES,
  open: (inventory) => {
    const engine = new RbacEngine(inventory);
    engine.begin(
      STRENGTH_KINDS.flatMap((kind) => inventory.list(kind).map((after) => ({ ref: refOf(after), after }) as Change)),
    );
    return engine;
  },
  apply: (engine, change) => {
    engine.apply(change);
  },
} as const satisfies View<RbacKind, RbacEngine, Clue>;
