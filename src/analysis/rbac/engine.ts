import type { Account } from '#facts/rbac.ts';
import { isShippedBinding } from '#facts/shipped.ts';
import type { Change, Inventory, View } from '#model/inventory.ts';
import { refOf } from '#model/ref.ts';
import type { BindingEntry, SubjectEntry, Touched } from './entries.ts';
import { accountIdentity, accountsOfKey, type Identity } from './identity.ts';
import { RbacIndex } from './rbac-index.ts';
import { Rights } from './rights.ts';
import { isAsShipped } from './shipped.ts';
import { RELEVANT, WEAK, isStrongGrant, profileOf, type Profile, type Strength } from './strength.ts';
import { NOTHING_MOVED, Strengths, accountKey, isAccountKey, membersKey, type Moved } from './strengths.ts';

const KINDS = ['ServiceAccount', 'Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'] as const;
/** The kinds that decide who may do what, and who is there to do it. */
export type RbacKind = (typeof KINDS)[number];

/** Which answers differ after a change. */
export interface Shift extends Touched, Moved {}

const NOTHING: Shift = { ...NOTHING_MOVED, subjects: new Set(), roles: new Set() };

/**
 * Who may do what, and who is as good as cluster-admin, kept current. Profiles are made anew for those only whose rights a change touched, and how
 * strong they all are follows only where one of them differs.
 */
export class RbacEngine {
  readonly index: RbacIndex;
  readonly #strengths = new Strengths();
  /** Whether a role that somebody may bind by name is as good as cluster-admin. */
  readonly #roles = new Map<string, boolean>();
  readonly #shifts = new WeakMap<Change, Shift>();
  readonly #kept = new Map<string, unknown>();

  constructor(missing: Inventory['missing']) {
    this.index = new RbacIndex({ aggregation: 'unfilled', assumeShipped: true }, missing);
  }

  /** Takes in what there is, before it is asked for the first time. */
  begin(changes: Iterable<Change>): void {
    for (const change of changes) this.#take(change);
    for (const namespace of this.#strengths.homes()) this.#profileMembers(namespace);
    for (const subject of this.index.state.subjects()) {
      const accounts = accountsOfKey(subject.key);
      if (typeof accounts === 'object' && 'name' in accounts) this.#profileAccount(accounts);
      else this.#profileSubject(subject);
    }
    this.#strengths.settle();
  }

  apply(change: Change): void {
    this.#kept.clear();
    const touched = this.#take(change);
    for (const subject of touched.subjects) this.#renew(subject);
    if (change.ref.kind === 'ServiceAccount') {
      this.#profileAccount(change.ref);
      this.#profileMembers(change.ref.namespace);
    }
    if (change.ref.kind === 'ClusterRole') this.#renewBinders(touched);
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

  strengthOf(account: Account): Strength {
    // Nobody has made it yet, or no file holds it: it leans on others, and nobody on it.
    return this.#strengths.hasAccount(account)
      ? this.#strengths.of(account)
      : this.#strengths.with(this.#profileOf(accountIdentity(account)));
  }

  /** How near to cluster-admin one binding alone brings its subjects. */
  strengthOfGrant({ role, scope }: Pick<BindingEntry, 'role' | 'scope'>): Strength {
    const rights = new Rights();
    rights.grant(role, scope);
    return this.#strengths.with(this.#profileFrom({ user: '', groups: [] }, rights));
  }

  /** What every account of a namespace is by its groups alone. */
  strengthByGroups(namespace: string): Strength {
    return this.#strengths.byGroups(namespace);
  }

  /** What an account is without what the API server gives by itself: the shipped bindings of shipped roles, both as they are shipped. */
  strengthBeyondDefaults(account: Account): Strength {
    const identity = accountIdentity(account);
    const rights = new Rights();
    const entries = this.index.state.subjectsOf(identity).flatMap(({ grants }) => [...grants.values()]);
    for (const entry of entries.flatMap((each) => [...each]))
      if (!isDefault(entry)) rights.grant(entry.role, entry.scope);
    return this.#strengths.with(this.#profileFrom(identity, rights));
  }

  /** Whether an account lives in a namespace that is cluster-admin, or becomes it in one step. */
  isStrongNamespace(namespace: string): boolean {
    return this.#strengths.isStrongNamespace(namespace);
  }

  #take(change: Change): Touched {
    const { ref, after } = change;
    if (ref.kind === 'ServiceAccount') this.#strengths[after === undefined ? 'removeAccount' : 'addAccount'](ref);
    return this.index.apply(change);
  }

  /** An account that no binding names is what its groups make of it: it has no profile of its own. */
  #profileAccount(account: Account): void {
    const identity = accountIdentity(account);
    const isNamed =
      this.#strengths.hasAccount(account) && this.index.state.subjectsOf({ ...identity, groups: [] }).length > 0;
    this.#strengths.put(accountKey(account), isNamed ? this.#profileOf(identity) : WEAK);
  }

  #profileMembers(namespace: string): void {
    const { groups } = accountIdentity({ namespace, name: '' });
    this.#strengths.put(membersKey(namespace), this.#profileOf({ user: '', groups }));
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
    for (const namespace of accounts === 'all' ? [...this.#strengths.homes()] : [accounts.allOf]) {
      this.#profileMembers(namespace);
      for (const name of this.#strengths.accountsIn(namespace)) this.#profileAccount({ namespace, name });
    }
  }

  /** What a named role gives decides what the right to bind it is worth: everything is looked at again where that differs. */
  #renewBinders({ roles }: Touched): void {
    const names = [...this.#roles]
      .filter(([name, isStrong]) => this.#isStrong(name) !== isStrong)
      .map(([name]) => name);
    for (const name of names) this.#roles.delete(name);
    if (names.length === 0) return;
    for (const role of this.index.state.roles()) if (role.named.length > 0) roles.add(role);
    for (const subject of this.index.state.subjects()) this.#renew(subject);
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

  /** A user or a group by each name that a binding has. */
  #profileSubject({ key, grants }: SubjectEntry): void {
    // A user whose name only begins like that of an account is nobody.
    if (isAccountKey(key)) return;
    const name = key.slice(2);
    const identity = key.startsWith('u:') ? { user: name, groups: [] } : { user: '', groups: [name] };
    this.#strengths.put(key, grants.size === 0 ? WEAK : this.#profileOf(identity));
  }

  #profileOf(identity: Identity): Profile {
    return this.#profileFrom(identity, this.index.rightsAmong(identity, RELEVANT));
  }

  #profileFrom(identity: Identity, rights: Rights): Profile {
    return profileOf(identity, rights, (name) => this.#isStrongRole(name));
  }
}

function isDefault({ binding, role }: BindingEntry): boolean {
  return isShippedBinding(binding) && isAsShipped(role, role.rules?.map(({ rule }) => rule) ?? []);
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
