import type { Account } from '#facts/rbac.ts';
import {
  UNSEEN,
  accountKey,
  accountPlace,
  homeOf,
  isMembersKey,
  membersKey,
  nameOf,
  tokenPlace,
  type StrengthFacts,
} from './strength-facts.ts';
import type { Named, Profile, Strength } from './strength.ts';

/** What is not seen: it is supposed then that every account has a token in a Secret, or that the cluster is one of EKS. */
export interface Blindness {
  readonly tokens: boolean;
  readonly platform: boolean;
}

/** Whose answers differ after a change. */
export interface Moved {
  /** `namespace/name` of accounts. */
  readonly accounts: ReadonlySet<string>;
  /** The keys of users and groups. */
  readonly others: ReadonlySet<string>;
  /** Namespaces that an account as strong as cluster-admin has come to or gone from. */
  readonly namespaces: ReadonlySet<string>;
}

/** Who is how strong, where strength is catching: the least fixpoint of profiles that lean on each other. Facts that change make another one. */
export class Fixpoint {
  readonly unseen: Blindness;
  readonly #facts: StrengthFacts;
  readonly #strong = new Map<string, Strength>();
  readonly #namespaces = new Set<string>();
  /** The places of strong accounts and of their tokens. */
  readonly #places = new Set<string>();

  /** From nobody's strength upwards: whoever becomes strong is looked at by those who wait for that. */
  constructor(facts: StrengthFacts, unseen: Blindness) {
    this.#facts = facts;
    this.unseen = unseen;
    const queue = [...facts.seeds, ...(this.#mayBeEks ? facts.onEks : [])];
    for (const key of queue) {
      const known = this.#strong.get(key);
      const profile = known === 'direct' ? undefined : facts.profile(key);
      const strength = profile === undefined ? 'none' : this.of(profile);
      if (strength === 'none' || strength === known) continue;
      this.#strong.set(key, strength);
      if (known === undefined) for (const each of this.#waitingFor(key)) queue.push(each);
    }
  }

  get #mayBeEks(): boolean {
    return this.#facts.isEks || this.unseen.platform;
  }

  /** Who waits for one that has become strong; notes where it lives and where its tokens are. */
  *#waitingFor(key: string): Iterable<string> {
    const home = homeOf(key);
    if (home === undefined) yield* this.#facts.waitingForOne(key);
    if (home === undefined || !this.#facts.hasHome(home)) return;
    for (const place of this.#placesOf(key, home)) {
      if (this.#places.has(place)) continue;
      this.#places.add(place);
      yield* this.#facts.waitingForSome(place);
    }
    if (this.#namespaces.has(home)) return;
    this.#namespaces.add(home);
    yield* this.#facts.waitingForAny(home);
  }

  /** Where those whom a key is of are found, and their tokens: by name in their namespace and in any. */
  *#placesOf(key: string, home: string): Iterable<string> {
    for (const namespace of [home, '']) {
      for (const name of this.#namesOf(key, home)) yield accountPlace({ namespace, name });
      const secrets = this.unseen.tokens ? [UNSEEN] : this.#facts.tokensOf(key, home);
      if (secrets.length > 0) yield tokenPlace(namespace);
      for (const secret of secrets) yield tokenPlace(namespace, secret);
    }
  }

  /** What a profile comes to. */
  of(profile: Profile): Strength {
    const { strength, stepIn, tokensIn, tokensBy } = profile;
    if (this.#isDirect(profile)) return 'direct';
    const isStep =
      strength === 'step' ||
      stepIn.some((each) => this.isStrongNamespace(each)) ||
      tokensIn.some((each) => this.#places.has(tokenPlace(each))) ||
      tokensBy.some((each) => this.#isToken(each));
    return isStep ? 'step' : 'none';
  }

  #isDirect({ strength, directIn, directBy, directAs, isDirectOnEks }: Profile): boolean {
    return (
      strength === 'direct' ||
      (isDirectOnEks && this.#mayBeEks) ||
      directIn.some((each) => this.isStrongNamespace(each)) ||
      directBy.some((each) => this.isStrongOne(each)) ||
      directAs.some((key) => this.ofKey(key) !== 'none')
    );
  }

  /** Whether an account is strong, or one of this name in whichever namespace. */
  isStrongOne(account: Named): boolean {
    return this.#places.has(accountPlace(account));
  }

  #isToken({ namespace, name }: Named): boolean {
    return [name, UNSEEN].some((each) => this.#places.has(tokenPlace(namespace, each)));
  }

  /** Of an account that there is: its own profile holds what its groups give too. */
  ofAccount(account: Account): Strength {
    return this.#strong.get(accountKey(account)) ?? this.ofKey(membersKey(account.namespace));
  }

  ofKey(key: string): Strength {
    return this.#strong.get(key) ?? 'none';
  }

  /** Whether an account lives in a namespace that is cluster-admin, or becomes it in one step. */
  isStrongNamespace(namespace: string): boolean {
    return this.#namespaces.has(namespace);
  }

  /**
   * Whether a new profile leaves the fixpoint as it is: nobody leant on it and nobody shall, or it is by itself what it was. What may stand on a
   * ring of accounts that hold each other up is not moot.
   */
  isMoot(key: string): boolean {
    if (isMembersKey(key)) return false;
    const before = this.ofKey(key);
    const profile = this.#facts.profile(key);
    const after = profile === undefined ? 'none' : this.of(profile);
    return before === after && (after === 'none' || profile?.strength === after);
  }

  /** What is another answer than in an older fixpoint. */
  movedSince(before: Fixpoint): Moved {
    const accounts = new Set<string>();
    const others = new Set<string>();
    for (const key of new Set([...before.#strong.keys(), ...this.#strong.keys()])) {
      if (before.ofKey(key) === this.ofKey(key) || before.#at(key) === this.#at(key)) continue;
      const home = homeOf(key);
      if (home === undefined) others.add(key);
      else for (const name of this.#namesOf(key, home)) accounts.add(`${home}/${name}`);
    }
    const all = new Set([...before.#namespaces, ...this.#namespaces]);
    const namespaces = [...all].filter((each) => before.isStrongNamespace(each) !== this.isStrongNamespace(each));
    return { accounts, others, namespaces: new Set(namespaces) };
  }

  #namesOf(key: string, home: string): Iterable<string> {
    return isMembersKey(key) ? this.#facts.accountsIn(home) : [nameOf(key)];
  }

  #at(key: string): Strength {
    const home = homeOf(key);
    return home === undefined || isMembersKey(key)
      ? this.ofKey(key)
      : this.ofAccount({ namespace: home, name: nameOf(key) });
  }
}
