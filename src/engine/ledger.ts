import lodash from 'lodash';
import type { CheckId } from '#model/check.ts';
import type { Verdict } from '#model/verdict.ts';
import { scopeOf } from './scope.ts';
import type { CheckResult } from './result.ts';
import { Tally } from './tally.ts';

interface Entry {
  readonly results: ReadonlyMap<CheckId, CheckResult>;
  readonly verdict: Verdict;
}

type Results = ReadonlyMap<CheckId, CheckResult>;

/** What was judged: results by subject and check, and the sums over namespaces and the cluster, moved by the difference. */
export class Ledger {
  readonly #entries = new Map<string, Entry>();
  readonly #members = new Map<string, Set<string>>();
  readonly #tallies = new Map<string, Tally>([['', new Tally()]]);

  get(key: string): Verdict | undefined {
    return this.#entries.get(key)?.verdict;
  }

  results(key: string): Results | undefined {
    return this.#entries.get(key)?.results;
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
  put(key: string, results?: Results, verdict?: Verdict): boolean {
    const before = this.#entries.get(key);
    if (before === undefined && verdict === undefined) return false;
    if (lodash.isEqual(before?.verdict, verdict) && lodash.isEqual(before?.results, results)) return false;
    if (before !== undefined) this.#count(key, before.verdict, -1);
    if (verdict === undefined || results === undefined) this.#entries.delete(key);
    else {
      this.#entries.set(key, { results, verdict });
      this.#count(key, verdict, 1);
    }
    return !lodash.isEqual(before?.verdict, verdict);
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
