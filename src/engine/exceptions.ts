import lodash from 'lodash';
import type { Check } from '#model/check.ts';
import type { ExceptionRules } from '#model/exception.ts';
import type { Change, Inventory } from '#model/inventory.ts';
import { EXCEPTION_KINDS, isExceptionKind, type ExceptionKind } from '#model/kinds.ts';
import { subjectKey, type Subject } from '#model/ref.ts';
import type { AnyException, Standing } from '#model/standing.ts';
import type { Finding, Verdict } from '#model/verdict.ts';
import { faultOf, findingsUnder, namedBy, speaksOf, wantsLabels } from './exception.ts';
import { addJob, type Jobs } from './plan.ts';
import { objectAt } from './roots.ts';

/** Findings with what exceptions say of them. */
export interface Covered {
  readonly findings: readonly Finding[];
  /** When one of them ends: seconds since 1970. */
  readonly until: number;
  /** How many of the findings are under which exception; each counts under all that cover it. */
  readonly counts: ReadonlyMap<string, number>;
}

interface Held {
  readonly subject: Subject;
  readonly findings: number;
}

/** Nothing is asked of the subject again: what was found is looked at in the light of other exceptions. */
const NO_CHECKS: ReadonlySet<never> = new Set();
const NO_COUNTS: ReadonlyMap<string, number> = new Map();

export type ExceptionChange = Extract<Change, { readonly ref: { readonly kind: ExceptionKind } }>;

export function isOfException(change: Change): change is ExceptionChange {
  return isExceptionKind(change.ref.kind);
}

/** Where nobody has set anything. */
function freeRules(checks: readonly Check[]): ExceptionRules {
  return { catalogue: checks, maxDays: 0, nonSuppressible: [], broadAbove: 100 };
}

/**
 * The one matcher of findings and exceptions, and what each exception covers now. Law: after any history of changes with every planned job done,
 * what is covered is what a fresh look would cover.
 */
export class Exceptions {
  readonly #inventory: Inventory;
  #rules: ExceptionRules;
  #matchers = new WeakMap<AnyException, (finding: Finding) => boolean>();
  readonly #held = new Map<string, Map<string, Held>>();
  readonly #exceptionsOf = new Map<string, readonly string[]>();
  #revision = 0;

  constructor(inventory: Inventory, checks: readonly Check[], rules: ExceptionRules = freeRules(checks)) {
    this.#inventory = inventory;
    this.#rules = rules;
  }

  /** By other rules from now on. */
  configure(checks: readonly Check[], rules: ExceptionRules = freeRules(checks)): void {
    this.#rules = rules;
    this.#matchers = new WeakMap();
    this.#revision += 1;
  }

  /** Another one when a standing may be, but for the time. */
  get revision(): number {
    return this.#revision;
  }

  /** What exceptions say of the open findings of a subject at `now`, in seconds since 1970. What is accepted stays so. */
  applied(subject: Subject, findings: readonly Finding[], now: number): Covered {
    const over = findings.some(isOpen) ? this.#over(subject, now) : [];
    if (over.length === 0) return { findings, until: Infinity, counts: NO_COUNTS };
    const counts = new Map<string, number>();
    let until = Infinity;
    const seen = findings.map((finding) => {
      const covering = isOpen(finding) ? over.filter((exception) => this.#covers(exception, finding)) : [];
      for (const exception of covering) {
        counts.set(keyOf(exception), (counts.get(keyOf(exception)) ?? 0) + 1);
        until = Math.min(until, endOf(exception));
      }
      const [first] = covering;
      return first === undefined ? finding : { ...finding, status: 'suppressed' as const, exception: namedBy(first) };
    });
    return { findings: seen, until, counts };
  }

  /** The exceptions in effect that speak of a subject: those that last longest first, so that the first that covers a finding names it. */
  #over(subject: Subject, now: number): readonly AnyException[] {
    const labels = lodash.once(() => objectAt(subject, this.#inventory)?.metadata.labels ?? {});
    return this.#within(subject.namespace)
      .filter((exception) => speaksOf(exception, subject) && wantsLabels(exception, labels()))
      .filter((exception) => endOf(exception) > now && faultOf(exception, this.#rules, now) === undefined)
      .sort(byEnd);
  }

  #within(namespace: string): AnyException[] {
    const own = namespace === '' ? [] : this.#inventory.list('SecurityException', namespace);
    return [...own, ...this.#inventory.list('ClusterSecurityException')];
  }

  #covers(exception: AnyException, finding: Finding): boolean {
    let matcher = this.#matchers.get(exception);
    if (matcher === undefined) {
      matcher = findingsUnder(exception, this.#rules);
      this.#matchers.set(exception, matcher);
    }
    return matcher(finding);
  }

  /** Replaces what is known of a subject; nothing when it is gone. */
  put(subject: Subject, counts: Covered['counts'] = NO_COUNTS): void {
    const key = subjectKey(subject);
    const before = this.#exceptionsOf.get(key) ?? [];
    if (before.length === 0 && counts.size === 0) return;
    for (const exception of before) this.#release(exception, key);
    for (const [exception, findings] of counts) {
      const held = this.#held.get(exception) ?? new Map<string, Held>();
      this.#held.set(exception, held.set(key, { subject, findings }));
    }
    if (counts.size === 0) this.#exceptionsOf.delete(key);
    else this.#exceptionsOf.set(key, [...counts.keys()]);
    this.#revision += 1;
  }

  #release(exception: string, subject: string): void {
    const held = this.#held.get(exception);
    held?.delete(subject);
    if (held?.size === 0) this.#held.delete(exception);
  }

  /** The subjects that a change of an exception may be about: those under it, and those that come under it. */
  plan(change: ExceptionChange, verdictsIn: (namespace: string) => Iterable<Verdict>): Jobs {
    this.#revision += 1;
    const jobs: Jobs = new Map();
    const { before, after } = change;
    // The status is ours.
    if (lodash.isEqual(lodash.omit(before, 'status'), lodash.omit(after, 'status'))) return jobs;
    for (const { subject } of this.#held.get(keyOf(change.ref))?.values() ?? [])
      addJob(jobs, { subject, checks: NO_CHECKS });
    if (after === undefined) return jobs;
    for (const { subject, findings } of verdictsIn(after.metadata.namespace))
      if (speaksOf(after, subject) && findings.some((finding) => this.#covers(after, finding)))
        addJob(jobs, { subject, checks: NO_CHECKS });
    return jobs;
  }

  /** How every exception stands at `now`, in seconds since 1970. */
  *standings(now: number): Iterable<Standing> {
    for (const kind of EXCEPTION_KINDS)
      for (const exception of this.#inventory.list(kind)) yield this.#standingOf(exception, now);
  }

  #standingOf(exception: AnyException, now: number): Standing {
    const fault = faultOf(exception, this.#rules, now);
    if (fault !== undefined) return { exception, state: 'Invalid', fault, findings: 0, objects: 0 };
    if (endOf(exception) <= now) return { exception, state: 'Expired', findings: 0, objects: 0 };
    const held = [...(this.#held.get(keyOf(exception))?.values() ?? [])];
    const counts = { findings: lodash.sumBy(held, 'findings'), objects: held.length };
    const { broadAbove } = this.#rules;
    if (held.length > broadAbove) {
      const warning = `findings on ${String(held.length)} objects are under it, more than ${String(broadAbove)}`;
      return { exception, state: 'Overbroad', fault: warning, ...counts };
    }
    const hasMatched = held.length > 0 || hasMatchedBefore(exception);
    return { exception, state: hasMatched ? 'Active' : 'NeverMatched', ...counts };
  }
}

/** As its status says of the spec as it is now. */
function hasMatchedBefore({ status, metadata }: AnyException): boolean {
  return status?.lastMatched !== undefined && status.observedGeneration === metadata.generation;
}

function isOpen({ status }: Finding): boolean {
  return status === 'fail';
}

function endOf({ spec }: AnyException): number {
  return spec.expires ?? Infinity;
}

interface Named {
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name: string };
}

/** The key of an exception, or of its reference. */
function keyOf(of: Named | (Named['metadata'] & { readonly kind: string })): string {
  const { namespace, name } = 'metadata' in of ? of.metadata : of;
  return `${of.kind}/${namespace}/${name}`;
}

function byEnd(a: AnyException, b: AnyException): number {
  return endOf(b) - endOf(a) || (keyOf(a) < keyOf(b) ? -1 : 1);
}
