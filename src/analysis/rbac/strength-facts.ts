import type { Account } from '#facts/rbac.ts';
import { USER_OF, isAccountKey, userOf } from './identity.ts';
import { isSame, isWeak, type Named, type Profile } from './strength.ts';

type Waiting = Map<string, Set<string>>;

const MEMBERS_OF = 'members of ';

/** The key of what every account of a namespace is by its groups alone. */
export function membersKey(namespace: string): string {
  return `${MEMBERS_OF}${namespace}`;
}

export function isMembersKey(key: string): boolean {
  return key.startsWith(MEMBERS_OF);
}

export function accountKey(account: Account): string {
  return `u:${userOf(account)}`;
}

/** The namespace of the accounts that a key is of. */
export function homeOf(key: string): string | undefined {
  if (isMembersKey(key)) return key.slice(MEMBERS_OF.length);
  return isAccountKey(key) ? key.slice(USER_OF.length, key.lastIndexOf(':')) : undefined;
}

/** The name of the one account that a key is of. */
export function nameOf(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}

/**
 * What strength follows from: the profiles of those who have any prospect, the accounts that there are, the Secrets with their tokens, and whether the
 * cluster is one of EKS.
 */
export class StrengthFacts {
  readonly #profiles = new Map<string, Profile>();
  /** The keys of profiles that are strong by themselves, and of those that are on EKS. */
  readonly seeds = new Set<string>();
  readonly onEks = new Set<string>();
  /** The keys of profiles that look at whatever account of a namespace, by that, or at some account or token, by its place. */
  readonly #waitingForAny: Waiting = new Map();
  readonly #waitingForSome: Waiting = new Map();
  /** And those that look at a user or a group, by its key. */
  readonly #waitingForOne: Waiting = new Map();
  /** The names of accounts by namespace. */
  readonly #accounts = new Map<string, Set<string>>();
  /** By namespace the Secrets with tokens, each with the name of its account. */
  readonly #tokens = new Map<string, Map<string, string>>();
  #isEks = false;

  /** Answers whether that was new. */
  addAccount({ namespace, name }: Account): boolean {
    return add(this.#accounts, namespace, name);
  }

  /** Answers whether it was there. */
  removeAccount({ namespace, name }: Account): boolean {
    return remove(this.#accounts, namespace, name);
  }

  hasAccount({ namespace, name }: Account): boolean {
    return this.#accounts.get(namespace)?.has(name) === true;
  }

  /** The namespaces that have accounts. */
  homes(): Iterable<string> {
    return this.#accounts.keys();
  }

  hasHome(namespace: string): boolean {
    return this.#accounts.has(namespace);
  }

  accountsIn(namespace: string): Iterable<string> {
    return this.#accounts.get(namespace) ?? [];
  }

  /** Says of which account a Secret holds the token: of none, where it is not said. Answers whether that is new. */
  putToken({ namespace, name }: Named, account: string | undefined): boolean {
    const near = this.#tokens.get(namespace) ?? new Map<string, string>();
    if (near.get(name) === account) return false;
    if (account === undefined) near.delete(name);
    else near.set(name, account);
    if (near.size === 0) this.#tokens.delete(namespace);
    else this.#tokens.set(namespace, near);
    return true;
  }

  /** The Secrets with tokens of those whom a key is of. */
  tokensOf(key: string, home: string): readonly string[] {
    return [...(this.#tokens.get(home) ?? [])]
      .filter(([, name]) => (isMembersKey(key) ? this.hasAccount({ namespace: home, name }) : nameOf(key) === name))
      .map(([secret]) => secret);
  }

  /** Answers whether that is new. */
  putPlatform(isEks: boolean): boolean {
    const isNew = isEks !== this.#isEks;
    this.#isEks = isEks;
    return isNew;
  }

  get isEks(): boolean {
    return this.#isEks;
  }

  profile(key: string): Profile | undefined {
    return this.#profiles.get(key);
  }

  /** Replaces a profile; one without any prospect is forgotten. Answers whether it is another one. */
  put(key: string, profile: Profile): boolean {
    const before = this.#profiles.get(key);
    if (before === undefined ? isWeak(profile) : isSame(before, profile)) return false;
    if (before !== undefined) this.#unfile(key, before);
    if (isWeak(profile)) this.#profiles.delete(key);
    else this.#file(key, profile);
    return true;
  }

  #file(key: string, profile: Profile): void {
    this.#profiles.set(key, profile);
    if (profile.strength !== 'none') this.seeds.add(key);
    if (profile.isDirectOnEks) this.onEks.add(key);
    const { any, some } = lookedAt(profile);
    for (const namespace of any) add(this.#waitingForAny, namespace, key);
    for (const place of some) add(this.#waitingForSome, place, key);
    for (const each of profile.directAs) add(this.#waitingForOne, each, key);
  }

  #unfile(key: string, profile: Profile): void {
    this.seeds.delete(key);
    this.onEks.delete(key);
    const { any, some } = lookedAt(profile);
    for (const namespace of any) remove(this.#waitingForAny, namespace, key);
    for (const place of some) remove(this.#waitingForSome, place, key);
    for (const each of profile.directAs) remove(this.#waitingForOne, each, key);
  }

  /** Who looks at a namespace for any account there. */
  waitingForAny(namespace: string): Iterable<string> {
    return this.#waitingForAny.get(namespace) ?? [];
  }

  /** Who looks at a user or a group. */
  waitingForOne(key: string): Iterable<string> {
    return this.#waitingForOne.get(key) ?? [];
  }

  /** Who looks for a certain account or token, by its place. */
  waitingForSome(place: string): Iterable<string> {
    return this.#waitingForSome.get(place) ?? [];
  }
}

/** No Secret has this name: it stands for those that are not seen. */
export const UNSEEN = '*';

/** Where profiles look for an account, of any namespace where none is said. */
export function accountPlace({ namespace, name }: Named): string {
  return `account ${namespace}/${name}`;
}

/** Where they look for the token in a Secret; without a name in any. */
export function tokenPlace(namespace: string, name = ''): string {
  return `token ${namespace}/${name}`;
}

/** The namespaces where a profile looks for whatever account, and the places where for some account or token. */
function lookedAt({ directIn, stepIn, directBy, tokensIn, tokensBy }: Profile): {
  readonly any: readonly string[];
  readonly some: readonly string[];
} {
  const tokens = tokensBy.flatMap(({ namespace, name }) => [
    tokenPlace(namespace, name),
    tokenPlace(namespace, UNSEEN),
  ]);
  return {
    any: [...directIn, ...stepIn],
    some: [...directBy.map(accountPlace), ...tokensIn.map((namespace) => tokenPlace(namespace)), ...tokens],
  };
}

/** Answers whether that was new. */
function add(map: Waiting, namespace: string, key: string): boolean {
  const keys = map.get(namespace);
  if (keys === undefined) map.set(namespace, new Set([key]));
  else if (keys.has(key)) return false;
  else keys.add(key);
  return true;
}

/** Answers whether it was there. */
function remove(map: Waiting, namespace: string, key: string): boolean {
  const keys = map.get(namespace);
  if (keys?.delete(key) !== true) return false;
  if (keys.size === 0) map.delete(namespace);
  return true;
}
