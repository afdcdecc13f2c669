import { Engine } from '#engine/engine.ts';
import { scoreOf } from '#engine/score.ts';
import type { Tally } from '#engine/tally.ts';
import type { Check, Context } from '#model/check.ts';
import { isCluster } from '#model/cluster.ts';
import type { Inventory, Presuming } from '#model/inventory.ts';
import { momentText } from '#model/moment.ts';
import { SEVERITIES, rankOf } from '#model/severity.ts';
import type { Subject } from '#model/ref.ts';
import { byWord } from '#model/text.ts';
import type { Standing } from '#model/standing.ts';
import type { Trait } from '#model/trait.ts';
import type { Score, Verdict } from '#model/verdict.ts';
import { sortedBy } from '#report/formats/order.ts';
import type {
  InputError,
  ScanDeclared,
  ScanException,
  ScanFinding,
  ScanGap,
  ScanResult,
  ScanSubject,
  ScanTraits,
} from '#report/formats/scan.ts';
import { traitsOf } from '#report/traits.ts';
import type { ForeignObject } from '../input/intake.ts';

export interface Judgement {
  readonly inventory: Inventory & Presuming;
  readonly checks: readonly Check[];
  /** What is told of workloads beside; nothing where absent. */
  readonly traits?: readonly Trait[];
  readonly context: Context;
  readonly progress?: (done: number, of: number) => void;
}

/** The verdicts of everything in the inventory. */
export interface Judged {
  readonly verdicts: readonly Verdict[];
  readonly tally: Tally;
  readonly tellsTraits: boolean;
  readonly standings: readonly Standing[];
}

export function judge({ inventory, checks, traits = [], context, progress }: Judgement): Judged {
  const engine = new Engine(checks, inventory, context, traits);
  const jobs = engine.planAll();
  let done = 0;
  for (const job of jobs.values()) {
    engine.judge(job);
    progress?.((done += 1), jobs.size);
  }
  const standings = [...engine.exceptions.standings(engine.now)];
  const tellsTraits = traits.length > 0;
  return { verdicts: [...engine.verdicts()], tally: engine.tally(''), tellsTraits, standings };
}

export interface Told {
  readonly objects: number;
  readonly foreign: readonly ForeignObject[];
  readonly errors: readonly InputError[];
  /** One namespace is scored by its own measure. */
  readonly scope: 'namespace' | 'cluster';
  /** Not all was judged, or not by all checks: an exception that matches nothing here may match elsewhere. */
  readonly isPart?: boolean;
}

/** The score of what was judged. */
export function scoreOfAll({ tally }: Judged, { scope }: Pick<Told, 'scope'>): Score {
  return scoreOf(tally.open, scope);
}

export function resultOf(judged: Judged, told: Told): ScanResult {
  const { exact, grade } = scoreOfAll(judged, told);
  const { summary } = judged.tally;
  const declared = sortedBy(judged.verdicts.flatMap(declaredOf), gapKey);
  const exceptions = exceptionsOf(judged, told);
  const gaps = [
    ...judged.verdicts.flatMap(({ subject, notEvaluated }) => notEvaluated.map((gap) => ({ ...gap, ...of(subject) }))),
    ...told.foreign.map(({ reason, ...subject }) => ({ check: '*' as const, subject: subjectOf(subject), reason })),
  ];
  return {
    apiVersion: 'kubeposture.io/v1alpha1',
    kind: 'ScanResult',
    score: exact,
    grade,
    ...(summary.suppressed === 0
      ? {}
      : { scoreWithoutExceptions: scoreOf(judged.tally.openWithoutExceptions, told.scope).exact }),
    summary,
    findings: worstFirst(judged.verdicts),
    notEvaluated: sortedBy(gaps, gapKey),
    ...(declared.length === 0 ? {} : { declared }),
    ...(judged.tellsTraits ? { workloads: standing(judged, true), bindings: standing(judged, false) } : {}),
    ...(exceptions.length === 0 ? {} : { exceptions }),
    objects: told.objects,
    errors: sortedBy(told.errors, ({ file, line, message }) => [file, String(line).padStart(9, '0'), message]),
  };
}

/** How workloads stand, or what is no workload: bindings alone have traits beside. */
function standing({ verdicts }: Judged, ofWorkloads: boolean): readonly ScanTraits[] {
  const told = verdicts
    .filter(({ isWorkload }) => isWorkload === ofWorkloads)
    .flatMap(({ subject, traits }) =>
      traits === undefined ? [] : [{ subject: subjectOf(subject), ...traitsOf(traits) }],
    );
  return sortedBy(told, ({ subject }) => placeOf(subject));
}

function exceptionsOf({ standings }: Judged, { isPart = false }: Told): readonly ScanException[] {
  const told = standings.filter(({ state, findings }) => !isPart || findings > 0 || state === 'Invalid');
  const rows = told.map(({ exception: { kind, metadata }, state, fault, findings }): ScanException => ({
    kind,
    ...(metadata.namespace === '' ? {} : { namespace: metadata.namespace }),
    name: metadata.name,
    state,
    matchedFindings: findings,
    ...(fault === undefined ? {} : { message: fault }),
  }));
  return sortedBy(rows, ({ kind, namespace = '', name }) => [namespace, kind, name]);
}

/**
 * All findings: worst first, then by check and subject. Those of a verdict are in order already, so that only what is found by one check with one
 * severity has to be put together, subject by subject: there may be hundreds of thousands.
 */
function worstFirst(verdicts: readonly Verdict[]): readonly ScanFinding[] {
  const groups = new Map<string, ScanFinding[]>();
  for (const verdict of sortedBy(verdicts, ({ subject }) => placeOf(subject)))
    for (const finding of findingsOf(verdict)) {
      const key = `${String(MILDEST_LAST - rankOf(finding.severity))} ${finding.check}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [finding]);
      else group.push(finding);
    }
  return [...groups].sort(([a], [b]) => byWord(a, b)).flatMap(([, group]) => group);
}

const MILDEST_LAST = SEVERITIES.length;

function findingsOf({ subject, findings }: Verdict): readonly ScanFinding[] {
  const named = subjectOf(subject);
  return findings.map(({ check, name, aspect, severity, status, path, message, evidence, pss, ...why }) => ({
    check,
    name,
    ...(aspect === undefined ? {} : { aspect }),
    severity,
    status,
    subject: named,
    path,
    message,
    evidence,
    ...(pss === undefined ? {} : { pss }),
    ...(why.accepted === undefined ? {} : { accepted: why.accepted }),
    ...(why.exception === undefined ? {} : { exception: why.exception }),
  }));
}

function subjectOf({ apiVersion, kind, namespace, name }: Subject): ScanSubject {
  return { apiVersion, kind, ...(namespace === '' ? {} : { namespace }), name };
}

function declaredOf({ subject, declared = [] }: Verdict): readonly ScanDeclared[] {
  return declared.map(({ check, aspect, status, reason, expires }) => ({
    check,
    ...(aspect === undefined ? {} : { aspect }),
    ...of(subject),
    status,
    reason,
    ...(expires === undefined ? {} : { expires: momentText(expires) }),
  }));
}

function gapKey({ check, subject, reason }: Pick<ScanGap, 'check' | 'subject' | 'reason'>): readonly string[] {
  return [check, ...placeOf(subject), reason];
}

/** What is not evaluated of the cluster is of no object. */
function of(subject: Subject): { readonly subject?: ScanSubject } {
  return isCluster(subject) ? {} : { subject: subjectOf(subject) };
}

function placeOf(subject: ScanSubject | undefined): readonly string[] {
  return subject === undefined
    ? ['', '', '', '']
    : [subject.namespace ?? '', subject.kind, subject.name, subject.apiVersion];
}
