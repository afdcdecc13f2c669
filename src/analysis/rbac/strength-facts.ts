import type { Account } from '#facts/rbac.ts';
import { isMembersKey, nameOf, type Named, type Place } from './places.ts';
import { Several } from './several.ts';
import { isSame, isWeak, type Profile } from './strength.ts';

/**
 * What strength follows from: the profiles of those who have any prospect, the accounts that there are, the Secrets with their tokens, and whether the
 * cluster is one of EKS.
 */
export class StrengthFacts {
  readonly #profiles = new Map<string, Profile>();
  /** The keys of profiles that are strong by themselves. */
  readonly #seeds = new Set<string>();
  /** The keys of the profiles that look at a place. */
  readonly #lookers = new Several();
  /** The names of accounts by namespace. */
  readonly #accounts = new Several();
  /** By namespace the Secrets with tokens, each with the name of its account. */
  readonly #tokens = new Map<string, Map<string, string>>();
  #isEks = false;

  /** Answers whether that was new. */
  addAccount({ namespace, name }: Account): boolean {
    return this.#accounts.add(namespace, name);
  }

  /** Answers whether it was there. */
  removeAccount({ namespace, name }: Account): boolean {
    return this.#accounts.delete(namespace, name);
  }

  hasAccount({ namespace, name }: Account): boolean {
    return this.#accounts.has(namespace, name);
  }

  /** Whether a namespace has another account. */
  hasAnother({ namespace, name }: Account): boolean {
    for (const each of this.accountsIn(namespace)) if (each !== name) return true;
    return false;
  }

  /** The namespaces that have accounts. */
  homes(): Iterable<string> {
    return this.#accounts.keys();
  }

  hasHome(namespace: string): boolean {
    return this.#accounts.has(namespace);
  }

  /** Of one that a key is of, or of all of their namespace. */
  namesOf(key: string, home: string): Iterable<string> {
    return isMembersKey(key) ? this.accountsIn(home) : [nameOf(key)];
  }

  accountsIn(namespace: string): Iterable<string> {
    return this.#accounts.of(namespace);
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

  /** The Secrets with tokens of a namespace, of whomever. */
  tokensIn(namespace: string): readonly string[] {
    return [...(this.#tokens.get(namespace)?.keys() ?? [])];
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
    if (before !== undefined) {
      this.#seeds.delete(key);
      for (const place of placesOf(before)) this.#lookers.delete(place, key);
    }
    if (isWeak(profile)) this.#profiles.delete(key);
    else {
      this.#profiles.set(key, profile);
      if (profile.strength !== 'none') this.#seeds.add(key);
      for (const place of placesOf(profile)) this.#lookers.add(place, key);
    }
    return true;
  }

  /** Who is strong, whatever others are. */
  seeds(): Iterable<string> {
    return this.#seeds;
  }

  /** Who is strong if somebody strong is found at a place. */
  lookersAt(place: Place): Iterable<string> {
    return this.#lookers.of(place);
  }
}

function placesOf({ direct, step }: Profile): readonly Place[] {
  return [...direct, ...step];
}
