import lodash from 'lodash';
import type { Account } from '#facts/rbac.ts';
import {
  BY_GET,
  ON_EKS,
  UNSEEN,
  accountKey,
  accountPlace,
  connectedPlace,
  homeOf,
  homePlace,
  isMembersKey,
  membersKey,
  nameAt,
  nameOf,
  refillPlace,
  tokenPlace,
  type Place,
} from './places.ts';
import { Several } from './several.ts';
import type { StrengthFacts } from './strength-facts.ts';
import type { Profile, Strength } from './strength.ts';

/** What is not seen: it is supposed then that every account has a token in a Secret, or that the cluster is one of EKS. */
export interface Blindness {
  readonly tokens: boolean;
  readonly platform: boolean;
}

/** What a fixpoint goes by, beside the facts. */
export interface Premise {
  readonly unseen: Blindness;
  /** Whether `get` is enough to connect to pods. */
  readonly byGet: boolean;
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

/**
 * Two who are found at a place may be the same account, as itself and as all accounts of its namespace: whoever looks for another than himself need
 * not look at more than these and the next.
 */
const ENOUGH = 3;

/** Somebody who is strong. */
interface Standing {
  /** How strong, as it was weighed last. */
  strength: Strength;
  /** When it became so, before all whose strength came from there. */
  readonly since: number;
  /** Where it is found. */
  places: readonly Place[];
}

/**
 * Who is how strong, where strength is catching: the least fixpoint of profiles that lean on each other, kept current. What a change may have brought
 * down falls first, unless it leans on somebody who has been strong for longer: so a ring of accounts that hold each other up falls as a whole. Then
 * whoever fell is looked at anew, and all who look at those that rise. Only when it is settled who is strong, it is weighed how strong: nobody else
 * leans on that.
 */
export class Fixpoint {
  readonly premise: Premise;
  readonly #facts: StrengthFacts;
  readonly #strong = new Map<string, Standing>();
  /** Who is strong at a place, in the order in which they came there. */
  readonly #found = new Several();
  #clock = 0;
  /** Who has to be weighed anew. */
  readonly #touched = new Set<string>();
  /** What was so before the change that is being followed. */
  readonly #before = new Map<string, Strength>();
  readonly #homesBefore = new Map<string, boolean>();

  constructor(facts: StrengthFacts, premise: Premise) {
    this.#facts = facts;
    this.premise = premise;
    const given = [ON_EKS, BY_GET].filter((place) => this.#isGiven(place));
    this.#rise(new Set([...facts.seeds(), ...given.flatMap((place) => [...facts.lookersAt(place)])]));
    this.#weigh();
    this.#forget();
  }

  /** Whether a place needs nobody who is strong. */
  #isGiven(place: Place): boolean {
    if (place === ON_EKS) return this.#facts.isEks || this.premise.unseen.platform;
    return place === BY_GET && this.premise.byGet;
  }

  /** Follows changes of the profiles of some keys, and of the accounts and tokens of some namespaces. */
  renew(keys: Iterable<string>, homes: Iterable<string>): Moved {
    const doubted = new Set(keys);
    // Others live there now, perhaps, than those who look.
    for (const key of doubted) if (isMembersKey(key)) this.#touchLookers(homePlace(homeOf(key) ?? ''));
    for (const home of homes) for (const key of this.#found.of(homePlace(home))) doubted.add(key);
    this.#rise(this.#fall(doubted));
    this.#weigh();
    const moved = this.#moved();
    this.#forget();
    return moved;
  }

  #forget(): void {
    this.#before.clear();
    this.#homesBefore.clear();
  }

  /** Takes their strength from those who lean on nobody that has been strong for longer. Answers all who have to be looked at anew. */
  #fall(doubted: Set<string>): Set<string> {
    const seen = new Set<string>();
    // Sets are walked in the order of what is added, also while that goes on.
    for (const key of doubted) {
      doubted.delete(key);
      seen.add(key);
      const standing = this.#strong.get(key);
      if (standing === undefined) continue;
      const stands = this.#stands(key, standing);
      if (!stands) this.#remove(key);
      const [kept, left] = lodash.partition(standing.places, isIn(stands ? this.#placesOf(key) : []));
      standing.places = kept;
      for (const place of left) for (const looker of this.#leave(key, place)) doubted.add(looker);
    }
    return seen;
  }

  #stands(key: string, { since }: Standing): boolean {
    const profile = this.#facts.profile(key);
    if (profile === undefined) return false;
    const isOlder = (place: Place): boolean => {
      const [first = ''] = this.#found.of(place);
      return this.#isGiven(place) || (this.#strong.get(first)?.since ?? since) < since;
    };
    return profile.strength !== 'none' || profile.direct.some(isOlder) || profile.step.some(isOlder);
  }

  /** Answers who may have leant on this one. */
  #leave(key: string, place: Place): Iterable<string> {
    const [first] = this.#found.of(place);
    const count = this.#found.size(place);
    if (count <= ENOUGH) this.#touchLookers(place);
    if (count === 1) this.#noteHome(key, place);
    this.#found.delete(place, key);
    return first === key ? this.#facts.lookersAt(place) : [];
  }

  /** Looks at some anew, and at all who look at those that become strong. */
  #rise(candidates: Set<string>): void {
    for (const key of candidates) {
      candidates.delete(key);
      const profile = this.#facts.profile(key);
      if (profile === undefined || !this.#isStrong(profile)) continue;
      this.#touched.add(key);
      const standing = this.#put(key);
      const entered = lodash.reject([...this.#placesOf(key)], isIn(standing.places));
      standing.places = [...standing.places, ...entered];
      for (const place of entered) for (const looker of this.#enter(key, place)) candidates.add(looker);
    }
  }

  /** Answers who looks at a place where nobody was. */
  #enter(key: string, place: Place): Iterable<string> {
    const count = this.#found.size(place);
    if (count === 0) this.#noteHome(key, place);
    else if (count < ENOUGH) this.#touchLookers(place);
    this.#found.add(place, key);
    return count === 0 ? this.#facts.lookersAt(place) : [];
  }

  #touchLookers(place: Place): void {
    for (const looker of this.#facts.lookersAt(place)) this.#touched.add(looker);
  }

  #weigh(): void {
    for (const key of this.#touched) {
      const standing = this.#strong.get(key);
      const profile = this.#facts.profile(key);
      if (standing === undefined || profile === undefined) continue;
      this.#note(key);
      standing.strength = this.of(profile, key);
    }
    this.#touched.clear();
  }

  #noteHome(key: string, place: Place): void {
    const home = homeOf(key);
    if (home !== undefined && place === homePlace(home) && !this.#homesBefore.has(home))
      this.#homesBefore.set(home, this.#found.has(place));
  }

  #put(key: string): Standing {
    const known = this.#strong.get(key);
    if (known !== undefined) return known;
    this.#note(key);
    const standing: Standing = { strength: 'none', since: (this.#clock += 1), places: [] };
    this.#strong.set(key, standing);
    return standing;
  }

  #remove(key: string): void {
    this.#note(key);
    this.#strong.delete(key);
  }

  #note(key: string): void {
    if (!this.#before.has(key)) this.#before.set(key, this.ofKey(key));
  }

  #moved(): Moved {
    const accounts = new Set<string>();
    const others = new Set<string>();
    for (const [key, before] of this.#before) {
      const home = homeOf(key);
      if (before === this.ofKey(key) && !this.#setsApart(key)) continue;
      if (home === undefined) others.add(key);
      else for (const name of this.#facts.namesOf(key, home)) accounts.add(`${home}/${name}`);
    }
    const namespaces = [...this.#homesBefore].filter(([home, before]) => before !== this.isStrongNamespace(home));
    return { accounts, others, namespaces: new Set(namespaces.map(([home]) => home)) };
  }

  /** Whether what all accounts of a namespace have is worth more to one of them than to another: a right to one of them by name is. */
  #setsApart(key: string): boolean {
    const direct = isMembersKey(key) ? this.#facts.profile(key)?.direct : undefined;
    return direct?.some((place) => nameAt(place) !== undefined) === true;
  }

  /** Where those whom a key is of are found, and their tokens: by name in their namespace and in any. */
  *#placesOf(key: string): Iterable<Place> {
    const home = homeOf(key);
    if (home === undefined) yield key;
    if (home === undefined || !this.#facts.hasHome(home)) return;
    const { unseen, byGet } = this.premise;
    yield homePlace(home);
    if (byGet) yield connectedPlace(home);
    const secrets = unseen.tokens ? [UNSEEN] : this.#facts.tokensOf(key, home);
    const refilled = unseen.tokens ? [UNSEEN] : this.#facts.tokensIn(home);
    for (const namespace of [home, '']) {
      for (const name of this.#facts.namesOf(key, home)) yield accountPlace({ namespace, name });
      yield* anyAndEach(tokenPlace, namespace, secrets);
      yield* anyAndEach(refillPlace, namespace, refilled);
    }
  }

  /**
   * What a profile comes to, of somebody by his key where one is said: who is a step from cluster-admin is not there because he may act as himself.
   */
  of(profile: Profile, key = ''): Strength {
    const { strength, direct } = profile;
    if (strength === 'direct' || direct.some((place) => this.#isAnotherFound(place, key))) return 'direct';
    return this.#isStrong(profile) ? 'step' : 'none';
  }

  #isStrong({ strength, direct, step }: Profile): boolean {
    const isFound = (place: Place): boolean => this.#isFound(place);
    return strength !== 'none' || direct.some(isFound) || step.some(isFound);
  }

  /** Whether somebody strong is found at a place. */
  #isFound(place: Place): boolean {
    return this.#found.has(place) || this.#isGiven(place);
  }

  #isAnotherFound(place: Place, key: string): boolean {
    if (this.#isGiven(place)) return true;
    for (const other of this.#found.of(place)) if (this.#isAnother(other, key, place)) return true;
    return false;
  }

  /** Whether somebody at a place is another than whom a key is of. All accounts of a namespace are no other than the only one that it has. */
  #isAnother(other: string, key: string, place: Place): boolean {
    const home = homeOf(key);
    if (home === undefined || homeOf(other) !== home) return other !== key;
    const [own = '', second] = this.#facts.namesOf(key, home);
    if (second !== undefined) return true;
    const only = isMembersKey(other) ? nameAt(place) : nameOf(other);
    return only === undefined ? this.#facts.hasAnother({ namespace: home, name: own }) : only !== own;
  }

  /** Whether an account is strong, or one of this name in whichever namespace. */
  isStrongOne(account: Account): boolean {
    return this.#isFound(accountPlace(account));
  }

  /** Of an account that there is: its own profile holds what its groups give too. */
  ofAccount(account: Account): Strength {
    const key = accountKey(account);
    const members = this.#facts.profile(membersKey(account.namespace));
    return this.#strong.get(key)?.strength ?? (members === undefined ? 'none' : this.of(members, key));
  }

  /** Of a user, a group, or all accounts of a namespace by their groups. */
  ofKey(key: string): Strength {
    return this.#strong.get(key)?.strength ?? 'none';
  }

  /** Whether an account lives in a namespace that is cluster-admin, or becomes it in one step. */
  isStrongNamespace(namespace: string): boolean {
    return this.#isFound(homePlace(namespace));
  }
}

function anyAndEach(place: typeof tokenPlace, namespace: string, secrets: readonly string[]): readonly Place[] {
  return secrets.length === 0 ? [] : [place(namespace), ...secrets.map((secret) => place(namespace, secret))];
}

function isIn(places: Iterable<Place>): (place: Place) => boolean {
  const all = new Set(places);
  return (place) => all.has(place);
}
