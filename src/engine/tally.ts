import { isCluster } from '#model/cluster.ts';
import type { CheckId, PssLevel } from '#model/check.ts';
import { SEVERITIES, rankOf, worse, type Severity } from '#model/severity.ts';
import type { Finding, Verdict } from '#model/verdict.ts';
import type { Counts, Open } from './score.ts';

/** How many findings there are, by severity and otherwise. */
export type Summary = Readonly<Record<Severity | 'passed' | 'suppressed' | 'accepted' | 'unknown', number>>;

const ZERO: Summary = {
  critical: 0,
  high: 0,
  medium: 0,
  low: 0,
  info: 0,
  passed: 0,
  suppressed: 0,
  accepted: 0,
  unknown: 0,
};
const NO_COUNTS: Counts = SEVERITIES.map(() => 0);

/** Sums over a changing set of verdicts: what was added can be taken out again, and nothing is counted anew. */
export class Tally {
  readonly #open = new Map<CheckId, number[]>();
  /** What `open` would have more, and less, if nothing were suppressed. */
  readonly #hidden = new Map<CheckId, number[]>();
  readonly #findings = new Map<CheckId, number[]>();
  readonly #levels = new Map<CheckId, Record<PssLevel, number>>();
  readonly #unknown = new Map<CheckId, number>();
  readonly #reasons = new Map<string, number>();
  #summary: Record<keyof Summary, number> = { ...ZERO };
  #subjects = 0;
  #workloads = 0;
  #revision = 0;

  add(verdict: Verdict): void {
    this.#count(verdict, 1);
  }

  remove(verdict: Verdict): void {
    this.#count(verdict, -1);
  }

  /** Another one after each change. */
  get revision(): number {
    return this.#revision;
  }

  /** For each check the number of subjects by worst severity. */
  get open(): Open {
    return this.#open;
  }

  /** As `open`, if nothing were suppressed. */
  get openWithoutExceptions(): Open {
    const open = new Map(this.#open);
    for (const [check, more] of this.#hidden) {
      const counts = open.get(check) ?? NO_COUNTS;
      open.set(
        check,
        counts.map((count, rank) => count + (more[rank] ?? 0)),
      );
    }
    return open;
  }

  /** For each check the number of open findings by severity, info included. */
  get findings(): Open {
    return this.#findings;
  }

  /** For each check how many of its problems break which Pod Security level: accepted ones as well, as Pod Security knows no acceptance. */
  get levels(): ReadonlyMap<CheckId, Readonly<Record<PssLevel, number>>> {
    return this.#levels;
  }

  /** For each check how often it could not judge. */
  get unknown(): ReadonlyMap<CheckId, number> {
    return this.#unknown;
  }

  /** How often which sort of obstacle kept a check from judging. */
  get obstacles(): ReadonlyMap<string, number> {
    return this.#reasons;
  }

  get summary(): Summary {
    return { ...this.#summary };
  }

  /** The cluster itself is no object in it. */
  get subjects(): number {
    return this.#subjects;
  }

  get workloads(): number {
    return this.#workloads;
  }

  #count(verdict: Verdict, sign: 1 | -1): void {
    this.#revision += 1;
    if (!isCluster(verdict.subject)) this.#subjects += sign;
    if (verdict.isWorkload) this.#workloads += sign;
    this.#summary.passed += sign * verdict.passed;
    this.#summary.unknown += sign * verdict.notEvaluated.length;
    for (const { check, reason } of verdict.notEvaluated) {
      move(this.#reasons, obstacleOf(reason), sign);
      move(this.#unknown, check, sign);
    }
    for (const finding of verdict.findings) {
      const { check, status, severity } = finding;
      this.#summary[status === 'fail' ? severity : status] += sign;
      if (status === 'fail') file(this.#findings, check, severity, sign);
      this.#countLevel(finding, sign);
    }
    for (const [check, severity] of worstByCheck(verdict.findings)) file(this.#open, check, severity, sign);
    if (verdict.findings.some(isSuppressed)) this.#countHidden(verdict, sign);
  }

  #countHidden({ findings }: Verdict, sign: 1 | -1): void {
    for (const [check, severity] of worstByCheck(findings)) file(this.#hidden, check, severity, -sign);
    for (const [check, severity] of worstByCheck(unsuppressed(findings))) file(this.#hidden, check, severity, sign);
  }

  #countLevel({ check, status, pss }: Finding, sign: 1 | -1): void {
    if (pss === undefined || status === 'suppressed') return;
    const counts = this.#levels.get(check) ?? { baseline: 0, restricted: 0 };
    counts[pss] += sign;
    this.#levels.set(check, counts);
  }
}

function move<K>(counts: Map<K, number>, key: K, sign: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + sign;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

const OBSTACLES: readonly (readonly [string, RegExp])[] = [
  ['forbidden', /forbidden$/],
  ['notServed', /not (found|served)$/],
  ['notSynced', /not synced yet$/],
  ['error', /^the check failed/],
  ['malformed', /: expected .*, found /],
];

/** The sort of a reason: few words, so that they can be labels of a metric. */
function obstacleOf(reason: string): string {
  return OBSTACLES.find(([, pattern]) => pattern.test(reason))?.[0] ?? 'evidence';
}

function file(counted: Map<CheckId, number[]>, check: CheckId, severity: Severity, sign: number): void {
  const counts = counted.get(check) ?? [...NO_COUNTS];
  const rank = rankOf(severity);
  counts[rank] = (counts[rank] ?? 0) + sign;
  if (counts.every((count) => count === 0)) counted.delete(check);
  else counted.set(check, counts);
}

function isSuppressed({ status }: Finding): boolean {
  return status === 'suppressed';
}

/** The findings as they would be without exceptions. */
function unsuppressed(findings: readonly Finding[]): readonly Finding[] {
  return findings.map((finding) => (isSuppressed(finding) ? { ...finding, status: 'fail' } : finding));
}

/** The open findings of a single subject. */
export function openOf(findings: readonly Finding[]): Open {
  const open = new Map<CheckId, number[]>();
  for (const [check, severity] of worstByCheck(findings)) file(open, check, severity, 1);
  return open;
}

/** Of each check that is open on a subject, the worst severity. */
function worstByCheck(findings: readonly Finding[]): ReadonlyMap<CheckId, Severity> {
  const worst = new Map<CheckId, Severity>();
  for (const { check, severity, status } of findings) {
    if (status !== 'fail') continue;
    const known = worst.get(check);
    worst.set(check, known === undefined ? severity : worse(known, severity));
  }
  return worst;
}
