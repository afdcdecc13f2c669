import type { Account } from '#facts/rbac.ts';
import { Fixpoint, type Blindness, type Moved } from './fixpoint.ts';
import { StrengthFacts, membersKey } from './strength-facts.ts';
import type { Named, Profile } from './strength.ts';

export interface Settled extends Moved {
  /** Whether a token in a Secret, or EKS, has come or gone. */
  readonly hasClue: boolean;
}

export const NOTHING_SETTLED: Settled = {
  accounts: new Set(),
  others: new Set(),
  namespaces: new Set(),
  hasClue: false,
};

/** Where not all is seen there are two answers: what is known, and what is possible. */
export type Reading = 'known' | 'possible';

const SEES_ALL: Blindness = { tokens: false, platform: false };

/** Who is how strong, kept current: an account without a profile of its own is what its groups make of it. */
export class Strengths {
  readonly facts = new StrengthFacts();
  readonly #unseen: () => Blindness;
  #known = new Fixpoint(this.facts, SEES_ALL);
  #possible = this.#known;
  /** The keys of profiles that are others now, and whether tokens or the platform are. */
  readonly #changed = new Set<string>();
  #isStale = false;

  constructor(unseen: () => Blindness = () => SEES_ALL) {
    this.#unseen = unseen;
  }

  addAccount(account: Account): void {
    if (this.facts.addAccount(account)) this.#accountsChanged(account);
  }

  removeAccount(account: Account): void {
    if (this.facts.removeAccount(account)) this.#accountsChanged(account);
  }

  #accountsChanged({ namespace }: Account): void {
    const members = membersKey(namespace);
    if (this.facts.profile(members) !== undefined) this.#changed.add(members);
  }

  putToken(secret: Named, account: string | undefined): void {
    this.#isStale = this.facts.putToken(secret, account) || this.#isStale;
  }

  putPlatform(isEks: boolean): void {
    this.#isStale = this.facts.putPlatform(isEks) || this.#isStale;
  }

  put(key: string, profile: Profile): void {
    if (this.facts.put(key, profile)) this.#changed.add(key);
  }

  /** What was put comes into force. Answers what follows. */
  settle(): Settled {
    const unseen = this.#unseen();
    const [known, possible] = [this.#known, this.#possible];
    const isMoot =
      !this.#isStale &&
      isSame(possible.unseen, unseen) &&
      [...this.#changed].every((key) => known.isMoot(key) && possible.isMoot(key));
    const hasClue = this.#isStale;
    this.#changed.clear();
    this.#isStale = false;
    if (isMoot) return NOTHING_SETTLED;
    this.#known = new Fixpoint(this.facts, SEES_ALL);
    this.#possible = this.#supposing(unseen);
    const moves = [this.#known.movedSince(known), this.#possible.movedSince(possible)];
    return {
      hasClue,
      accounts: new Set(moves.flatMap(({ accounts }) => [...accounts])),
      others: new Set(moves.flatMap(({ others }) => [...others])),
      namespaces: new Set(moves.flatMap(({ namespaces }) => [...namespaces])),
    };
  }

  in(reading: Reading): Fixpoint {
    if (reading === 'known') return this.#known;
    const unseen = this.#unseen();
    // What is seen may change without any object.
    if (!isSame(this.#possible.unseen, unseen)) this.#possible = this.#supposing(unseen);
    return this.#possible;
  }

  #supposing(unseen: Blindness): Fixpoint {
    return isSame(unseen, SEES_ALL) ? this.#known : new Fixpoint(this.facts, unseen);
  }
}

function isSame(a: Blindness, b: Blindness): boolean {
  return a.tokens === b.tokens && a.platform === b.platform;
}
