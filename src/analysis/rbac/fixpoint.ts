import type { Account } from '#facts/rbac.ts';
import { accountKey, homeOf, isMembersKey, membersKey, nameOf, type StrengthFacts } from './strength-facts.ts';
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

/** No Secret has this name: it stands for those that are not seen. */
const UNSEEN = '*';

/** Who is how strong, where strength is catching: the least fixpoint of profiles that lean on each other. Facts that change make another one. */
export class Fixpoint {
  readonly unseen: Blindness;
  readonly #facts: StrengthFacts;
  readonly #strong = new Map<string, Strength>();
  readonly #namespaces = new Set<string>();
  /** `namespace/name` of the Secrets with tokens of strong accounts; also `namespace/`, `/name` and `/`, for any. */
  readonly #tokens = new Set<string>();

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
    const secrets = this.unseen.tokens ? [UNSEEN] : this.#facts.tokensOf(key, home);
    for (const each of secrets)
      for (const place of [`${home}/${each}`, `${home}/`, `/${each}`, '/']) this.#tokens.add(place);
    yield* this.#facts.waitingForSome(home);
    if (this.#namespaces.has(home)) return;
    this.#namespaces.add(home);
    yield* this.#facts.waitingForAny(home);
  }

  /** What a profile comes to. */
  of(profile: Profile): Strength {
    const { strength, stepIn, tokensIn, tokensBy } = profile;
    if (this.#isDirect(profile)) return 'direct';
    const isStep =
      strength === 'step' ||
      stepIn.some((each) => this.isStrongNamespace(each)) ||
      tokensIn.some((each) => this.#tokens.has(`${each}/`)) ||
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
  isStrongOne({ namespace, name }: Named): boolean {
    const homes = namespace === '' ? this.#namespaces : [namespace];
    return [...homes].some(
      (home) => this.#facts.hasAccount({ namespace: home, name }) && this.isStrong({ namespace: home, name }),
    );
  }

  #isToken({ namespace, name }: Named): boolean {
    return this.#tokens.has(`${namespace}/${name}`) || this.#tokens.has(`${namespace}/${UNSEEN}`);
  }

  isStrong(account: Account): boolean {
    return this.ofAccount(account) !== 'none';
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
      const home = homeOf(key);
      if (before.#at(key) === this.#at(key)) continue;
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
