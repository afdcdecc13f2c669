import { momentText } from '#model/moment.ts';
import type { Ref, Subject } from '#model/ref.ts';
import { SEVERITIES } from '#model/severity.ts';
import { harmless } from '#model/text.ts';
import type { Traits } from '#model/trait.ts';
import type { Declared, Finding, NotEvaluated, Score, Verdict } from '#model/verdict.ts';
import { fingerprintOf } from './fingerprint.ts';
import { CLUSTER_REPORT, reportRef, type ReportRef, type Sha256 } from './identity.ts';
import { NAME_LIMIT, WORD_LIMIT, tidy } from './tidy.ts';
import { traitsOf } from './traits.ts';

export const API_VERSION = 'kubeposture.io/v1alpha1';
export const DIGEST_ANNOTATION = 'kubeposture.io/digest';

/** No report is larger than this when written as JSON, whatever is found. */
export const REPORT_BYTES = 64 * 1024;
/** Room left for what the API server and firstSeen add to a body. */
const RESERVE_BYTES = 10 * 1024;
/** As many findings as the schema lets a report list. */
export const FINDINGS_AT_MOST = 100;
const UNKNOWN_AT_MOST = 250;
const DECLARED_AT_MOST = 250;
const BECAUSE_AT_MOST = 16;
const GROUP_VERSION_LIMIT = 317;
const UID_LIMIT = 128;

/** Everything that a report says, before it is cut to size. */
export interface Contents {
  readonly subject: Subject;
  readonly pods: number;
  readonly findings: readonly Finding[];
  readonly notEvaluated: readonly NotEvaluated[];
  readonly declared?: readonly Declared[];
  readonly summary: Readonly<Record<string, number>>;
  readonly score: Score;
  /** What the score would be if nothing were suppressed, where something is. */
  readonly scoreWithoutExceptions?: number;
  /** For the reports of workloads. */
  readonly traits?: Traits;
  /** For the reports of namespaces and of the cluster. */
  readonly rollup?: Rollup;
  /** For the report of the cluster. */
  readonly coverage?: Coverage;
  /** How many findings it may list; FINDINGS_AT_MOST when absent. */
  readonly maxFindings?: number;
}

export interface Rollup {
  readonly objects: number;
  readonly workloads: number;
  readonly worst: readonly {
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
    readonly grade: string;
    readonly score: number;
  }[];
}

export interface Coverage {
  readonly ratio: number;
  readonly kinds: readonly { readonly kind: string; readonly state: string; readonly reason?: string }[];
}

/** What judged: changes the digest when it changes. */
export interface EngineVersion {
  readonly catalogue: string;
  readonly scoring: number;
}

export interface ReportFinding {
  readonly fingerprint: string;
  readonly [field: string]: unknown;
}

/** The custom resource of one subject, complete but for firstSeen. */
export interface ReportBody {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly object[];
  };
  readonly findings: readonly ReportFinding[];
  readonly [field: string]: unknown;
}

export interface Report {
  readonly ref: ReportRef;
  readonly digest: string;
  readonly body: ReportBody;
}

/** The report of a subject. A pure function: same contents, same bytes. */
export function reportOf(contents: Contents, engine: EngineVersion, sha256: Sha256): Report {
  const isCluster = contents.coverage !== undefined;
  const ref = isCluster ? CLUSTER_REPORT : reportRef(contents.subject, sha256);
  const findings = contents.findings
    .slice(0, contents.maxFindings ?? FINDINGS_AT_MOST)
    .map((finding) => findingOf(finding, contents.subject, sha256));
  const unknown = contents.notEvaluated.slice(0, UNKNOWN_AT_MOST).map(unknownOf);
  const declared = (contents.declared ?? []).slice(0, DECLARED_AT_MOST).map(declaredOf);
  const fits = fitting(contents, { findings, unknown, declared });
  const content = { ...bare(contents), ...fits, engine };
  const owners = ownerOf(contents.subject);
  const digest = `sha256:${sha256(JSON.stringify([content, owners]))}`;
  const metadata = {
    name: ref.name,
    ...(ref.namespace === '' ? {} : { namespace: ref.namespace }),
    labels: labelsOf(contents),
    annotations: { [DIGEST_ANNOTATION]: digest },
    ...(owners.length === 0 ? {} : { ownerReferences: owners }),
  };
  return { ref, digest, body: { apiVersion: API_VERSION, kind: ref.kind, metadata, ...content } };
}

function bare({ subject, pods, summary, score, scoreWithoutExceptions, traits = {}, ...more }: Contents): object {
  const { rollup, coverage } = more;
  return {
    subject: { ...subjectOf(subject), pods },
    grade: score.grade,
    score: Math.floor(score.exact),
    scoreExact: score.exact,
    ...(scoreWithoutExceptions === undefined ? {} : { scoreWithoutExceptions }),
    summary,
    ...(score.cappedBy === undefined ? {} : { cappedBy: score.cappedBy }),
    topFixes: score.topFixes,
    ...traitsOf(traits),
    ...(rollup === undefined ? {} : { rollup }),
    ...(coverage === undefined ? {} : { coverage: { ...coverage, kinds: coverage.kinds.map(tidyKind) } }),
  };
}

/** The words of a subject may be those of an owner reference, in which anybody may write anything. */
function subjectOf({ apiVersion, kind, namespace, name, uid }: Subject): object {
  return {
    apiVersion: tidy(apiVersion, GROUP_VERSION_LIMIT),
    kind: tidy(kind, WORD_LIMIT),
    name: tidy(name, NAME_LIMIT),
    ...(namespace === '' ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid: tidy(uid, UID_LIMIT) }),
  };
}

function tidyKind({ reason, ...kind }: Coverage['kinds'][number]): Coverage['kinds'][number] {
  return reason === undefined ? kind : { ...kind, reason: tidy(reason) };
}

interface Lists {
  readonly findings: readonly ReportFinding[];
  readonly unknown: readonly object[];
  readonly declared?: readonly object[];
}

interface Fitting extends Lists {
  readonly truncated: Readonly<Partial<Record<keyof Lists, number>>>;
}

/**
 * As much of the lists as the budget allows: the mildest findings go first, then the last of `unknown` and of `declared`. What went is
 * counted.
 */
function fitting(contents: Contents, lists: Required<Lists>): Fitting {
  let room = REPORT_BYTES - RESERVE_BYTES - bytesOf(bare(contents));
  const unknown = taken(lists.unknown, room / 4);
  const declared = taken(lists.declared, room / 4);
  room -= bytesOf(unknown) + bytesOf(declared);
  const findings = taken(lists.findings, room);
  const left = {
    findings: contents.findings.length - findings.length,
    unknown: contents.notEvaluated.length - unknown.length,
  };
  if (lists.declared.length === 0) return { findings, unknown, truncated: left };
  const leftDeclared = (contents.declared ?? []).length - declared.length;
  return { findings, unknown, declared, truncated: { ...left, declared: leftDeclared } };
}

function taken<T extends object>(items: readonly T[], room: number): readonly T[] {
  let used = 0;
  const end = items.findIndex((item) => {
    used += bytesOf(item) + 1;
    return used > room;
  });
  return end < 0 ? items : items.slice(0, end);
}

/** Upper bound of the bytes of a value as JSON in UTF-8. */
function bytesOf(value: object): number {
  const json = JSON.stringify(value);
  let bytes = json.length;
  for (let index = 0; index < json.length; index += 1) if (json.charCodeAt(index) > 127) bytes += 2;
  return bytes;
}

function findingOf(finding: Finding, subject: Subject, sha256: Sha256): ReportFinding {
  const { check, name, aspect, severity, status, path, message, evidence, pss, because, pods } = finding;
  return {
    check,
    name,
    ...(aspect === undefined ? {} : { aspect }),
    severity,
    status,
    path: tidy(path),
    message: tidy(message),
    evidence,
    ...(pss === undefined ? {} : { pss }),
    ...(pods === 0 ? {} : { pods }),
    ...(because.length === 0 ? {} : { because: because.slice(0, BECAUSE_AT_MOST).map(refText) }),
    ...excuseOf(finding),
    fingerprint: fingerprintOf({ subject, check, path, ...(aspect === undefined ? {} : { aspect }) }, sha256),
  };
}

/** Why a finding is not open. */
function excuseOf({ accepted, exception }: Finding): object {
  if (accepted !== undefined) return { accepted: tidy(accepted) };
  if (exception === undefined) return {};
  return { exception: { ...exception, name: tidy(exception.name, NAME_LIMIT), reason: tidy(exception.reason) } };
}

function refText({ kind, namespace, name }: Ref): object {
  return {
    kind,
    ...(namespace === '' ? {} : { namespace: tidy(namespace, WORD_LIMIT) }),
    name: tidy(name, NAME_LIMIT),
  };
}

function unknownOf({ check, aspect, reason }: NotEvaluated): object {
  return { check, ...(aspect === undefined ? {} : { aspect }), reason: tidy(reason) };
}

function declaredOf({ check, aspect, status, reason, expires }: Declared): object {
  return {
    check,
    ...(aspect === undefined ? {} : { aspect }),
    status,
    reason: tidy(reason),
    ...(expires === undefined ? {} : { expires: momentText(expires) }),
  };
}

/**
 * The owner reference by which the cluster removes the report with its subject. Never blocks the owner's deletion. None for an owner
 * that no server can know: words too long, or empty.
 */
function ownerOf({ apiVersion, kind, name, uid = '' }: Subject): readonly object[] {
  const isReal =
    isWithin(apiVersion, GROUP_VERSION_LIMIT) &&
    isWithin(kind, WORD_LIMIT) &&
    isWithin(name, NAME_LIMIT) &&
    isWithin(uid, UID_LIMIT);
  return isReal ? [{ apiVersion, kind, name, uid }] : [];
}

function isWithin(word: string, limit: number): boolean {
  return word !== '' && word.length <= limit && harmless(word) === word;
}

const LABEL_VALUE = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

function labelsOf({ subject, score, summary }: Contents): Readonly<Record<string, string>> {
  const worst = SEVERITIES.find((severity) => (summary[severity] ?? 0) > 0) ?? 'none';
  const labels = {
    'app.kubernetes.io/managed-by': 'kubeposture',
    'kubeposture.io/subject-kind': subject.kind,
    'kubeposture.io/subject-uid': subject.uid ?? '',
    'kubeposture.io/grade': score.grade,
    'kubeposture.io/worst-severity': worst,
  };
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => LABEL_VALUE.test(value)));
}

/** Whether a verdict gives a report of its own: workloads always, other objects when there is something to show. */
export function hasReport({ isWorkload, findings, traits }: Verdict): boolean {
  return isWorkload || findings.length > 0 || traits !== undefined;
}
