import type { CheckId } from '#model/check.ts';
import { SEVERITIES, rankOf, type Severity } from '#model/severity.ts';
import type { Grade, Score } from '#model/verdict.ts';

/** Version of the formula: stored in every report, so that a trend does not break silently. */
export const SCORING = 1;

export type Scope = 'resource' | 'namespace' | 'cluster';
/** How many penalty points halve the score. */
const HALF_LIFE: Readonly<Record<Scope, number>> = { resource: 80, namespace: 250, cluster: 800 };

/** What each step up in severity adds: cumulative, so that one finding costs 1.5, 6, 20 or 50 points. */
const STEPS = [
  ['low', 1.5],
  ['medium', 4.5],
  ['high', 14],
  ['critical', 30],
] as const;

const CEILING: Readonly<Record<Severity, number>> = { critical: 49, high: 74, medium: 89, low: 99, info: 100 };

/** For one check: how many subjects have it open, by their worst severity. Indexed by rank: 0 info … 4 critical. */
export type Counts = readonly number[];

/** Open findings of a scope: for each check the number of subjects by worst severity. Info never scores. */
export type Open = ReadonlyMap<CheckId, Counts>;

/**
 * The score: a function of the open findings alone, capped by the worst. Law: it never falls when
 * a finding is removed or softened, and no number of passes hides a finding.
 */
export function scoreOf(open: Open, scope: Scope): Score {
  if (open.size === 0) return FLAWLESS;
  // Sorted, so that the sum of floating-point numbers does not depend on the order of history.
  const entries = [...open].filter(([, counts]) => counts.some((count, rank) => rank > 0 && count > 0)).sort(byId);
  const shares = entries.map(([check, counts]) => ({ check, counts, penalty: penaltyOf(counts) }));
  const worst = worstOf(entries);
  const exact = exactScore(shares, scope);
  const topFixes = [...shares]
    .sort((a, b) => b.penalty - a.penalty || (a.check < b.check ? -1 : 1))
    .slice(0, 5)
    .map(({ check }) => ({
      check,
      scoreAfter: exactScore(
        shares.filter((share) => share.check !== check),
        scope,
      ),
    }));
  return { exact, grade: gradeOf(exact), topFixes, ...(worst === undefined ? {} : { cappedBy: worst }) };
}

const FLAWLESS: Score = Object.freeze({ exact: 100, grade: 'A', topFixes: [] });

function byId([a]: readonly [CheckId, Counts], [b]: readonly [CheckId, Counts]): number {
  return a < b ? -1 : 1;
}

/** Each check and step costs its full price for the first subject and as much again for each doubling. */
function penaltyOf(counts: Counts): number {
  let penalty = 0;
  for (const [severity, step] of STEPS) {
    const subjects = subjectsFrom(rankOf(severity), counts);
    if (subjects > 0) penalty += step * (1 + Math.log2(subjects));
  }
  return penalty;
}

/** How many subjects have it open with a severity of this rank or worse. */
function subjectsFrom(rank: number, counts: Counts): number {
  let subjects = 0;
  for (let each = rank; each < counts.length; each += 1) subjects += counts[each] ?? 0;
  return subjects;
}

function exactScore(shares: readonly { readonly counts: Counts; readonly penalty: number }[], scope: Scope): number {
  const penalty = shares.reduce((sum, share) => sum + share.penalty, 0);
  const raw = 100 * 2 ** (-penalty / HALF_LIFE[scope]);
  const ceiling = Math.min(...shares.map(({ counts }) => CEILING[worstIn(counts)]), 100);
  return Math.floor(10 * Math.min(raw, ceiling)) / 10;
}

function worstIn(counts: Counts): Severity {
  return SEVERITIES.find((severity) => (counts[rankOf(severity)] ?? 0) > 0) ?? 'info';
}

/** The check that sets the ceiling: of the worst severity, the first by id. */
function worstOf(
  entries: readonly (readonly [CheckId, Counts])[],
): { readonly check: CheckId; readonly severity: Severity } | undefined {
  let worst: { readonly check: CheckId; readonly severity: Severity } | undefined;
  for (const [check, counts] of entries) {
    const severity = worstIn(counts);
    if (worst === undefined || rankOf(severity) > rankOf(worst.severity)) worst = { check, severity };
  }
  return worst;
}

function gradeOf(score: number): Grade {
  if (score >= 90) return 'A';
  if (score >= 80) return 'B';
  if (score >= 65) return 'C';
  return score >= 50 ? 'D' : 'F';
}
