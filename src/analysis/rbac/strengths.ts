import type { Account } from '#facts/rbac.ts';
import { userOf } from './identity.ts';
import { isSame, isWeak, type Profile, type Strength } from './strength.ts';

/** Whose answers differ after a change. */
export interface Moved {
  /** `namespace/name` of accounts. */
  readonly accounts: ReadonlySet<string>;
  /** Namespaces that an account as strong as cluster-admin has come to or gone from. */
  readonly namespaces: ReadonlySet<string>;
}

export const NOTHING_MOVED: Moved = { accounts: new Set(), namespaces: new Set() };

/** The least fixpoint of profiles that lean on each other. */
interface Settled {
  readonly strong: ReadonlyMap<string, Strength>;
  readonly namespaces: ReadonlySet<string>;
}

type Waiting = Map<string, Set<string>>;

const MEMBERS_OF = 'members of ';
const ACCOUNT_OF = 'u:system:serviceaccount:';

/** The key of what every account of a namespace is by its groups alone. */
export function membersKey(namespace: string): string {
  return `${MEMBERS_OF}${namespace}`;
}

export function accountKey(account: Account): string {
  return `u:${userOf(account)}`;
}

export function isAccountKey(key: string): boolean {
  return key.startsWith(ACCOUNT_OF);
}

/**
 * Who is how strong, where strength is catching: who may take the token of a strong account is strong. Held are the profiles of those who have
 * any prospect, and the accounts that there are; an account without a profile of its own is what its groups make of it.
 */
export class Strengths {
  readonly #held = new Map<string, Profile>();
  /** The keys of profiles that are strong by themselves. */
  readonly #seeds = new Set<string>();
  /** The keys of profiles that look at a namespace, by that: at all its accounts, or at some by name. */
  readonly #waiting: Waiting = new Map();
  readonly #waitingForNamed: Waiting = new Map();
  /** The names of accounts by namespace. */
  readonly #accounts = new Map<string, Set<string>>();
  #settled: Settled = { strong: new Map(), namespaces: new Set() };
  readonly #changed = new Set<string>();

  addAccount({ namespace, name }: Account): void {
    const near = this.#accounts.get(namespace);
    if (near?.has(name) === true) return;
    if (near === undefined) this.#accounts.set(namespace, new Set([name]));
    else near.add(name);
    this.#accountsChanged(namespace);
  }

  removeAccount({ namespace, name }: Account): void {
    const near = this.#accounts.get(namespace);
    if (near?.delete(name) !== true) return;
    if (near.size === 0) this.#accounts.delete(namespace);
    this.#accountsChanged(namespace);
  }

  #accountsChanged(namespace: string): void {
    if (this.#held.has(membersKey(namespace))) this.#changed.add(membersKey(namespace));
  }

  hasAccount({ namespace, name }: Account): boolean {
    return this.#accounts.get(namespace)?.has(name) === true;
  }

  /** The namespaces that have accounts. */
  homes(): Iterable<string> {
    return this.#accounts.keys();
  }

  accountsIn(namespace: string): Iterable<string> {
    return this.#accounts.get(namespace) ?? [];
  }

  /** Replaces a profile; one without any prospect is forgotten. */
  put(key: string, profile: Profile): void {
    const before = this.#held.get(key);
    if (before === undefined ? isWeak(profile) : isSame(before, profile)) return;
    this.#changed.add(key);
    if (before !== undefined) this.#unfile(key, before);
    if (isWeak(profile)) this.#held.delete(key);
    else this.#file(key, profile);
  }

  #file(key: string, profile: Profile): void {
    const { strength, directIn, stepIn, directBy } = profile;
    this.#held.set(key, profile);
    if (strength !== 'none') this.#seeds.add(key);
    for (const namespace of [...directIn, ...stepIn]) add(this.#waiting, namespace, key);
    for (const { namespace } of directBy) add(this.#waitingForNamed, namespace, key);
  }

  #unfile(key: string, { directIn, stepIn, directBy }: Profile): void {
    this.#seeds.delete(key);
    for (const namespace of [...directIn, ...stepIn]) remove(this.#waiting, namespace, key);
    for (const { namespace } of directBy) remove(this.#waitingForNamed, namespace, key);
  }

  /** What was put comes into force. Answers what follows. */
  settle(): Moved {
    const isMoot = [...this.#changed].every((key) => this.#isMoot(key));
    this.#changed.clear();
    if (isMoot) return NOTHING_MOVED;
    const before = this.#settled;
    this.#settled = this.#solved();
    return this.#moved(before, this.#settled);
  }

  /**
   * Whether a new profile leaves the fixpoint as it is: nobody leant on it and nobody shall, or it is by itself what it was. What may stand on a
   * ring of accounts that hold each other up is not moot.
   */
  #isMoot(key: string): boolean {
    if (key.startsWith(MEMBERS_OF)) return false;
    const before = this.#settled.strong.get(key) ?? 'none';
    const profile = this.#held.get(key);
    const after = profile === undefined ? 'none' : this.#strengthOf(profile, this.#settled);
    return before === after && (after === 'none' || profile?.strength === after);
  }

  /** From nobody's strength upwards: whoever becomes strong is looked at by those who wait for that. */
  #solved(): Settled {
    const strong = new Map<string, Strength>();
    const namespaces = new Set<string>();
    const queue = [...this.#seeds];
    for (const key of queue) {
      const known = strong.get(key);
      const profile = known === 'direct' ? undefined : this.#held.get(key);
      const strength = profile === undefined ? 'none' : this.#strengthOf(profile, { strong, namespaces });
      if (strength === 'none' || strength === known) continue;
      strong.set(key, strength);
      if (known === undefined) for (const each of this.#waitingFor(key, namespaces)) queue.push(each);
    }
    return { strong, namespaces };
  }

  /** Who waits for one that has become strong; adds its namespace to those that are. */
  *#waitingFor(key: string, namespaces: Set<string>): Iterable<string> {
    const home = homeOf(key);
    if (home === undefined || !this.#accounts.has(home)) return;
    yield* this.#waitingForNamed.get(home) ?? [];
    if (namespaces.has(home)) return;
    namespaces.add(home);
    yield* this.#waiting.get(home) ?? [];
  }

  #strengthOf({ strength, directIn, directBy, stepIn }: Profile, settled: Settled): Strength {
    const { namespaces } = settled;
    if (strength === 'direct' || directIn.some((each) => namespaces.has(each))) return 'direct';
    if (directBy.some((account) => this.hasAccount(account) && accountIn(account, settled) !== 'none')) return 'direct';
    return strength === 'step' || stepIn.some((each) => namespaces.has(each)) ? 'step' : 'none';
  }

  #moved(before: Settled, after: Settled): Moved {
    const accounts = new Set<string>();
    const others = [
      ...[...after.strong].flatMap(([key, strength]) => (before.strong.get(key) === strength ? [] : [key])),
      ...[...before.strong.keys()].filter((key) => !after.strong.has(key)),
    ];
    for (const key of others) {
      const home = homeOf(key);
      if (home === undefined || strengthAt(key, home, before) === strengthAt(key, home, after)) continue;
      const names = key.startsWith(MEMBERS_OF) ? this.accountsIn(home) : [key.slice(key.lastIndexOf(':') + 1)];
      for (const name of names) accounts.add(`${home}/${name}`);
    }
    const all = new Set([...before.namespaces, ...after.namespaces]);
    return {
      accounts,
      namespaces: new Set([...all].filter((each) => before.namespaces.has(each) !== after.namespaces.has(each))),
    };
  }

  /** Of an account that there is. */
  of(account: Account): Strength {
    return accountIn(account, this.#settled);
  }

  /** Of every account of a namespace, by its groups alone. */
  byGroups(namespace: string): Strength {
    return this.#settled.strong.get(membersKey(namespace)) ?? 'none';
  }

  /** What a profile comes to that is nobody's. */
  with(profile: Profile): Strength {
    return this.#strengthOf(profile, this.#settled);
  }

  /** Whether an account lives in a namespace that is cluster-admin, or becomes it in one step. */
  isStrongNamespace(namespace: string): boolean {
    return this.#settled.namespaces.has(namespace);
  }
}

/** The namespace of the accounts that a key is of. */
function homeOf(key: string): string | undefined {
  if (key.startsWith(MEMBERS_OF)) return key.slice(MEMBERS_OF.length);
  return isAccountKey(key) ? key.slice(ACCOUNT_OF.length, key.lastIndexOf(':')) : undefined;
}

/** An account's own profile holds what its groups give too. */
function strengthAt(key: string, home: string, { strong }: Settled): Strength {
  return strong.get(key) ?? strong.get(membersKey(home)) ?? 'none';
}

function accountIn(account: Account, settled: Settled): Strength {
  return strengthAt(accountKey(account), account.namespace, settled);
}

function add(waiting: Waiting, namespace: string, key: string): void {
  const keys = waiting.get(namespace);
  if (keys === undefined) waiting.set(namespace, new Set([key]));
  else keys.add(key);
}

function remove(waiting: Waiting, namespace: string, key: string): void {
  const keys = waiting.get(namespace);
  if (keys?.delete(key) === true && keys.size === 0) waiting.delete(namespace);
}
