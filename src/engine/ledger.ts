import lodash from 'lodash';
import type { Verdict } from '#model/verdict.ts';
import { scopeOf } from './scope.ts';
import type { Answers } from './result.ts';
import { Tally } from './tally.ts';

interface Entry {
  readonly answers: Answers;
  readonly verdict: Verdict;
}

/** What was judged: answers and verdicts by subject, and the sums over namespaces and the cluster, moved by the difference. */
export class Ledger {
  readonly #entries = new Map<string, Entry>();
  readonly #members = new Map<string, Set<string>>();
  readonly #tallies = new Map<string, Tally>([['', new Tally()]]);

  get(key: string): Verdict | undefined {
    return this.#entries.get(key)?.verdict;
  }

  answers(key: string): Answers | undefined {
    return this.#entries.get(key)?.answers;
  }

  *verdicts(): Iterable<Verdict> {
    for (const { verdict } of this.#entries.values()) yield verdict;
  }

  *verdictsIn(namespace: string): Iterable<Verdict> {
    if (namespace === '') yield* this.verdicts();
    for (const key of this.#members.get(namespace) ?? []) {
      const verdict = this.get(key);
      if (verdict !== undefined) yield verdict;
    }
  }

  tally(namespace: string): Tally {
    return this.#tallies.get(namespace) ?? new Tally();
  }

  namespaces(): readonly string[] {
    return [...this.#members.keys()];
  }

  /** Replaces what is known of a subject; nothing when it is gone. Answers whether its verdict is another one now. */
  put(key: string, answers?: Answers, verdict?: Verdict): boolean {
    const before = this.#entries.get(key);
    if (before === undefined && verdict === undefined) return false;
    const isOther = !lodash.isEqual(before?.verdict, verdict);
    if (!isOther && isSame(before?.answers, answers)) return false;
    if (before !== undefined) this.#count(key, before.verdict, -1);
    if (verdict === undefined || answers === undefined) this.#entries.delete(key);
    else {
      this.#entries.set(key, { answers, verdict });
      this.#count(key, verdict, 1);
    }
    return isOther;
  }

  #count(key: string, verdict: Verdict, sign: 1 | -1): void {
    const namespace = scopeOf(verdict.subject);
    for (const scope of new Set(['', namespace])) this.#tallyOf(scope)[sign > 0 ? 'add' : 'remove'](verdict);
    this.#enrol(namespace, key, sign);
  }

  #tallyOf(namespace: string): Tally {
    const known = this.#tallies.get(namespace);
    if (known !== undefined) return known;
    const tally = new Tally();
    this.#tallies.set(namespace, tally);
    return tally;
  }

  #enrol(namespace: string, key: string, sign: 1 | -1): void {
    if (namespace === '') return;
    const members = this.#members.get(namespace) ?? new Set();
    if (sign > 0) members.add(key);
    else members.delete(key);
    if (members.size > 0) this.#members.set(namespace, members);
    else {
      this.#members.delete(namespace);
      this.#tallies.delete(namespace);
    }
  }
}

function isSame(a: Answers | undefined, b: Answers | undefined): boolean {
  return a?.questions === b?.questions && lodash.isEqual(a?.results, b?.results);
}
