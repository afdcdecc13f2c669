import type { Account } from '#facts/rbac.ts';
import { Fixpoint, type Blindness, type Moved } from './fixpoint.ts';
import { ON_EKS, membersKey, type Named } from './places.ts';
import { StrengthFacts } from './strength-facts.ts';
import type { Profile } from './strength.ts';

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
  /** The keys of profiles that are others now or stand for others, and the namespaces where other tokens are. */
  readonly #changed = new Set<string>();
  readonly #homes = new Set<string>();
  #hasClue = false;

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
    this.#changed.add(membersKey(namespace));
  }

  putToken(secret: Named, account: string | undefined): void {
    if (!this.facts.putToken(secret, account)) return;
    this.#hasClue = true;
    this.#homes.add(secret.namespace);
  }

  putPlatform(isEks: boolean): void {
    if (!this.facts.putPlatform(isEks)) return;
    this.#hasClue = true;
    for (const key of this.facts.lookersAt(ON_EKS)) this.#changed.add(key);
  }

  put(key: string, profile: Profile): void {
    if (this.facts.put(key, profile)) this.#changed.add(key);
  }

  /** What was put comes into force where nobody has asked before. */
  begin(): void {
    this.#known = new Fixpoint(this.facts, SEES_ALL);
    this.#possible = this.#known;
    this.#forget();
  }

  #forget(): void {
    this.#changed.clear();
    this.#homes.clear();
    this.#hasClue = false;
  }

  /** What was put comes into force. Answers what follows. */
  settle(): Settled {
    const hasClue = this.#hasClue;
    const moves = this.#inForce().map((fixpoint) => fixpoint.renew(this.#changed, this.#homes));
    this.#forget();
    return {
      hasClue,
      accounts: new Set(moves.flatMap(({ accounts }) => [...accounts])),
      others: new Set(moves.flatMap(({ others }) => [...others])),
      namespaces: new Set(moves.flatMap(({ namespaces }) => [...namespaces])),
    };
  }

  /** One where all is seen, else both. */
  #inForce(): readonly Fixpoint[] {
    return [...new Set([this.#known, this.in('possible')])];
  }

  in(reading: Reading): Fixpoint {
    if (reading === 'known') return this.#known;
    const unseen = this.#unseen();
    // What is seen may change without any object.
    if (!isSame(this.#possible.unseen, unseen))
      this.#possible = isSame(unseen, SEES_ALL) ? this.#known : new Fixpoint(this.facts, unseen);
    return this.#possible;
  }
}

function isSame(a: Blindness, b: Blindness): boolean {
  return a.tokens === b.tokens && a.platform === b.platform;
}
