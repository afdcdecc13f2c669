import lodash from 'lodash';
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

/** Which of the answers is asked for. */
export interface Reading {
  /** Where not all is seen there are two: what is known, and what is possible. */
  readonly seen: 'known' | 'possible';
  /** Whether `get` is enough to connect to pods. */
  readonly byGet: boolean;
}

/** Whoever is strong in any reading is strong in this one. */
export const WIDEST: Reading = { seen: 'possible', byGet: true };

const SEES_ALL: Blindness = { tokens: false, platform: false };

/** Who is how strong, kept current: an account without a profile of its own is what its groups make of it. */
export class Strengths {
  readonly facts = new StrengthFacts();
  readonly #unseen: () => Blindness;
  /** Those that somebody has asked: nothing rests on another. */
  #asked: readonly Fixpoint[] = [];
  /** The keys of profiles that are others now or stand for others, and the namespaces where other tokens are. */
  readonly #changed = new Set<string>();
  readonly #homes = new Set<string>();
  /** Accounts that came or went. */
  readonly #passing = new Set<Account>();
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

  #accountsChanged(account: Account): void {
    this.#changed.add(membersKey(account.namespace));
    this.#passing.add(account);
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
    this.#asked = [];
    this.#forget();
  }

  #forget(): void {
    this.#changed.clear();
    this.#homes.clear();
    this.#passing.clear();
    this.#hasClue = false;
  }

  /** What was put comes into force. Answers what follows. */
  settle(): Settled {
    const hasClue = this.#hasClue;
    // What is seen may change without any object.
    const inForce = [SEES_ALL, this.#unseen()];
    this.#asked = this.#asked.filter(({ premise }) => inForce.some((unseen) => lodash.isEqual(unseen, premise.unseen)));
    const moves = this.#asked.map((fixpoint) => fixpoint.renew(this.#changed, this.#homes));
    // By what all accounts of its namespace have, and go on to have.
    const passing = [...this.#passing].filter(({ namespace }) =>
      this.#asked.some((fixpoint) => fixpoint.ofKey(membersKey(namespace)) !== 'none'),
    );
    this.#forget();
    return {
      hasClue,
      accounts: new Set([
        ...moves.flatMap(({ accounts }) => [...accounts]),
        ...passing.map(({ namespace, name }) => `${namespace}/${name}`),
      ]),
      others: new Set(moves.flatMap(({ others }) => [...others])),
      namespaces: new Set(moves.flatMap(({ namespaces }) => [...namespaces])),
    };
  }

  /** Whether an account that there is is strong in any reading that somebody has asked for. */
  isStrong(account: Account): boolean {
    return this.#asked.some((fixpoint) => fixpoint.ofAccount(account) !== 'none');
  }

  in({ seen, byGet }: Reading): Fixpoint {
    const premise = { unseen: seen === 'known' ? SEES_ALL : this.#unseen(), byGet };
    const known = this.#asked.find((fixpoint) => lodash.isEqual(fixpoint.premise, premise));
    if (known !== undefined) return known;
    const fixpoint = new Fixpoint(this.facts, premise);
    this.#asked = [...this.#asked, fixpoint];
    return fixpoint;
  }
}
