import type { Check, CheckId, Evidence, PssLevel } from '#model/check.ts';
import type { ExceptionState } from '#model/exception.ts';
import type { Severity } from '#model/severity.ts';
import type { Grade, NamedException, Score } from '#model/verdict.ts';
import type { TraitFields } from '../traits.ts';
import type { Look } from './look.ts';

export interface ScanSubject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

export interface ScanFinding {
  readonly check: CheckId;
  readonly name: string;
  readonly aspect?: string;
  readonly severity: Severity;
  readonly status: 'fail' | 'suppressed' | 'accepted';
  /** One object for all findings of a subject: it may be compared by identity. */
  readonly subject: ScanSubject;
  readonly path: string;
  readonly message: string;
  readonly evidence: Evidence;
  readonly pss?: PssLevel;
  /** Why it is accepted. */
  readonly accepted?: string;
  /** Why it is suppressed. */
  readonly exception?: NamedException;
  /** The baseline has it too. */
  readonly known?: true;
}

export interface ScanGap {
  /** `*` is every check: the kind of the subject has none. */
  readonly check: CheckId | '*';
  readonly aspect?: string;
  /** The cluster as a whole where absent. */
  readonly subject?: ScanSubject;
  readonly reason: string;
}

/** What the configuration declares in place of what could not be said. */
export interface ScanDeclared {
  readonly check: CheckId;
  readonly aspect?: string;
  /** The cluster as a whole where absent. */
  readonly subject?: ScanSubject;
  readonly status: 'pass' | 'notApplicable';
  readonly reason: string;
  /** RFC 3339. */
  readonly expires?: string;
}

/** How a workload stands or what a binding opens, as its report would tell it. */
export interface ScanTraits extends TraitFields {
  readonly subject: ScanSubject;
}

/** How an exception of the input stands. */
export interface ScanException {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly state: ExceptionState;
  readonly matchedFindings: number;
  /** Why it is not in effect, or is not as it should be. */
  readonly message?: string;
}

/** Something that could not be read, or was written twice. Line 0 where there is no line. */
export interface InputError {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** What a scan says: docs/cli.md and the JSON output. */
export interface ScanResult {
  readonly apiVersion: 'kubeposture.io/v1alpha1';
  readonly kind: 'ScanResult';
  readonly score: number;
  readonly grade: Grade;
  /** What the score would be if nothing were suppressed, where something is. */
  readonly scoreWithoutExceptions?: number;
  readonly summary: Readonly<Record<Severity | 'passed' | 'suppressed' | 'accepted' | 'unknown', number>>;
  /** Worst first, then by check, subject and path. */
  readonly findings: readonly ScanFinding[];
  readonly notEvaluated: readonly ScanGap[];
  /** Left out where nothing is. */
  readonly declared?: readonly ScanDeclared[];
  /** Left out where only some checks were asked for. */
  readonly workloads?: readonly ScanTraits[];
  readonly bindings?: readonly ScanTraits[];
  /** Left out where there is none. */
  readonly exceptions?: readonly ScanException[];
  readonly objects: number;
  readonly errors: readonly InputError[];
}

export interface Place {
  readonly file: string;
  /** Counted from 1; 0 where there is no line. */
  readonly line: number;
}

/** Where a field stands: lines and columns counted from 1, columns in UTF-16 units, the end behind the last character. */
export interface Spot extends Place {
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Where in the files the subjects come from; nowhere for a cluster. */
export interface Sources {
  readonly placeOf: (subject: ScanSubject) => Place | undefined;
  /** The spot of a field, or of the nearest one around it that is written. Dear: the file is read again. */
  readonly spotOf: (subject: ScanSubject, path: string) => Spot | undefined;
}

/** All that an output format is given. */
export interface Scan {
  readonly result: ScanResult;
  readonly score: Score;
  readonly checks: readonly Check[];
  readonly sources: Sources;
  /** Whether a finding is among those that decide the exit status. */
  readonly counts: (finding: ScanFinding) => boolean;
  /** The identity of a finding from one scan to the next. */
  readonly fingerprint: (finding: ScanFinding) => string;
  readonly hasBaseline: boolean;
  readonly version: string;
  readonly look: Look;
}

/** A pure function from a scan to its text, in pieces: no text of a whole scan is ever in memory. */
export type Format = (scan: Scan) => Iterable<string>;

/** `Deployment shop/web`, as it is: not yet fit for a terminal. */
export function subjectTitle({ kind, namespace, name }: ScanSubject): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** The findings by their subjects, in the order in which these first occur. */
export function bySubject(findings: readonly ScanFinding[]): ReadonlyMap<ScanSubject, readonly ScanFinding[]> {
  return Map.groupBy(findings, ({ subject }) => subject);
}

/** What is declared, but for the subject. */
export function declaredText({ check, aspect, status, reason, expires }: ScanDeclared): string {
  const what = status === 'pass' ? 'declared to pass' : 'declared not applicable';
  const end = expires === undefined ? '' : `, until ${expires}`;
  return `${check}${aspect === undefined ? '' : `/${aspect}`}: ${what}: ${reason}${end}`;
}

/** What is declared, each with how many subjects it is of. */
export function declaredTexts(declared: readonly ScanDeclared[]): readonly (readonly [text: string, count: number])[] {
  return Array.from(Map.groupBy(declared, declaredText), ([text, own]) => [text, own.length] as const);
}

/** Whether no check had anything to say: a score of that is none. */
export function isEmpty({ findings, summary }: ScanResult): boolean {
  return findings.length === 0 && summary.passed === 0;
}

/** What was not evaluated, by reason: most often one reason stands for many checks or subjects. */
export function gapTexts(gaps: readonly ScanGap[]): readonly (readonly [text: string, count: number])[] {
  const groups = Map.groupBy(gaps, ({ check, reason, subject }) =>
    check === '*' ? `${subject?.kind ?? ''}: ${reason}` : reason,
  );
  return Array.from(groups, ([text, own]) => {
    const checks = [...new Set(own.map(({ check }) => check))].filter((check) => check !== '*');
    const who = checks.length > 1 ? `${String(checks.length)} checks: ` : checks.map((check) => `${check}: `).join('');
    return [who + text, own.length] as const;
  });
}

export function counted(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}
