import lodash from 'lodash';
import type { Check, Context, Doubt, Judge, Outcome, Problem } from '#model/check.ts';
import { isCluster } from '#model/cluster.ts';
import type { Inventory } from '#model/inventory.ts';
import type { AnyObject, Pod } from '#model/objects.ts';
import { subjectKey, subjectOf, type Ref, type Subject } from '#model/ref.ts';
import { rankOf } from '#model/severity.ts';
import { byWord } from '#model/text.ts';
import type { Trait, TraitId, Traits } from '#model/trait.ts';
import type { Finding, NotEvaluated } from '#model/verdict.ts';
import { isFinished, templatePath } from '#model/workload.ts';
import { withDeclared } from './declared.ts';
import { evaluate, judgeFor, relatedTo, type Surroundings } from './evaluate.ts';
import type { CheckResult, Question } from './result.ts';
import { scopeOf } from './scope.ts';
import { asItsPodsNameIt, objectAt, podsBelow, rootOf, type PodsBelow } from './roots.ts';

/** The questions of the checks that may have something to say of a subject. */
export function questionsTo(subject: Subject, hasPods: boolean, checks: readonly Check[]): readonly Question[] {
  const { kind } = subject;
  const questions = checks.map((check) => ({
    check,
    ofPods: hasPods ? judgeFor(check, 'Pod') : undefined,
    ofOwn: kind === 'Pod' ? undefined : judgeFor(check, kind),
  }));
  // Any may have something to say of the cluster: that it cannot see what it judges.
  return isCluster(subject)
    ? questions
    : questions.filter(({ ofPods, ofOwn }) => ofPods !== undefined || ofOwn !== undefined);
}

/** One object by which a subject is judged: a look of its pods, with how many look so, or its own. A template counts no pods. */
interface Face<T extends AnyObject> {
  readonly object: T;
  readonly pods: number;
  readonly surroundings: Surroundings;
}

/** Everything of a subject that its checks are run on, gathered once. */
export interface Sitter {
  readonly subject: Subject;
  readonly isWorkload: boolean;
  readonly pods: number;
  readonly judge: (question: Question) => CheckResult | undefined;
  /** Of its pods that run or would run, else of its own object. Undefined where there is nothing to tell. */
  readonly tell: (trait: Trait) => Traits[TraitId];
}

/** The subject as its checks see it; undefined when it is gone, or is reported on its owner. */
export function sitterOf(named: Subject, inventory: Inventory, context: Context): Sitter | undefined {
  const own = objectAt(named, inventory);
  if (own !== undefined && subjectKey(rootOf(own, inventory)) !== subjectKey(named)) return undefined;
  const subject = own === undefined ? asItsPodsNameIt(named, inventory) : subjectOf(own);
  if (subject === undefined || !isInScope(subject, context)) return undefined;
  const faceOf = <T extends AnyObject>(object: T): Face<T> & { pods: number } => ({
    object,
    pods: 0,
    surroundings: { inventory, context, asked: new Map() },
  });
  const below = podsBelow(subject, inventory);
  const all = facesOf(below, faceOf);
  const running = all.filter(({ object }) => !isFinished(object));
  const alone = own === undefined || own.kind === 'Pod' ? undefined : faceOf(own);
  return {
    subject,
    isWorkload: all.length > 0,
    pods: below.live.filter((pod) => !isFinished(pod)).length,
    judge: (question) => {
      const { check, ofPods } = question;
      const judged: Judged[] = [];
      if (ofPods !== undefined)
        for (const face of check.alsoFinished === true ? all : running) judged.push(judgedFace(ofPods, face));
      if (alone !== undefined) judged.push(...judgedOwn(question, alone));
      if (judged.length === 0) return undefined;
      return withDeclared(check, merge(check, judged, templatePath(subject.kind)), context);
    },
    tell: ({ judges }) => {
      const faces = running.length > 0 || alone === undefined ? running : [alone];
      const teller = judges.find((each) => each.subject === faces[0]?.object.kind);
      return teller?.tell(
        faces.map(({ object, surroundings }) => ({ object, given: relatedTo(teller, object, surroundings) })),
        context,
      );
    },
  };
}

/** What cannot be seen is said of the cluster whatever kinds are chosen. */
function isInScope(subject: Subject, { inScope }: Context): boolean {
  return inScope?.(scopeOf(subject), isCluster(subject) ? undefined : subject.kind) !== false;
}

function judgedFace(judge: Judge, { object, pods, surroundings }: Face<AnyObject>): Judged {
  return { object, pods, outcome: evaluate(judge, object, surroundings) };
}

function judgedOwn({ check, ofOwn }: Question, face: Face<AnyObject>): readonly Judged[] {
  const { object, surroundings } = face;
  if (object.kind !== 'Cluster') return ofOwn === undefined ? NONE : [judgedFace(ofOwn, face)];
  const isChosen = surroundings.context.inScope?.('', object.kind) !== false;
  const own = ofOwn === undefined || !isChosen ? [] : [judgedFace(ofOwn, face)];
  return [...own, ...atLarge(check, surroundings).map((outcome) => ({ object, pods: 0, outcome }))];
}

/** What a check cannot tell of anything: because it cannot see what it judges, or as the run is set up. */
function atLarge({ judges, unsaid }: Check, { inventory, context }: Surroundings): readonly Outcome[] {
  const unseen = new Set(judges.flatMap(({ subject }) => inventory.missing(subject) ?? []));
  const said = unsaid?.(context);
  const missing = [...Array.from(unseen, (unknown): Doubt => ({ unknown })), ...(said === undefined ? [] : [said])];
  return missing.length === 0 ? [] : [{ status: 'unknown', missing }];
}

/** The different looks of the pods: equal pods share their spec, labels and annotations in the store, so identity tells them apart. */
function facesOf<F extends { readonly object: Pod; pods: number }>(
  { live, templates }: PodsBelow,
  faceOf: (pod: Pod) => F,
): readonly F[] {
  const faces = templates.map(faceOf);
  for (const pod of live) {
    let face = faces.find((known) => known.pods > 0 && looksAlike(known.object, pod));
    if (face === undefined) faces.push((face = faceOf(pod)));
    face.pods += 1;
  }
  return faces;
}

function looksAlike(a: Pod, b: Pod): boolean {
  return (
    a.spec === b.spec &&
    a.metadata.labels === b.metadata.labels &&
    a.metadata.annotations === b.metadata.annotations &&
    a.malformed === b.malformed &&
    lodash.isEqual(a.status?.ephemeralContainerStatuses, b.status?.ephemeralContainerStatuses) &&
    isFinished(a) === isFinished(b)
  );
}

interface Judged {
  readonly object: AnyObject;
  readonly pods: number;
  readonly outcome: Outcome;
}

/** Most results say nothing more than their status: these are shared. */
const BARE: Readonly<Record<Outcome['status'], CheckResult>> = {
  pass: { status: 'pass', findings: [], notEvaluated: [] },
  fail: { status: 'fail', findings: [], notEvaluated: [] },
  unknown: { status: 'unknown', findings: [], notEvaluated: [] },
  error: { status: 'error', findings: [], notEvaluated: [] },
  notApplicable: { status: 'notApplicable', findings: [], notEvaluated: [] },
};

const WORST_FIRST = ['fail', 'error', 'unknown', 'pass', 'notApplicable'] as const;

/** One answer from those on all faces: the same problem on several pods is one finding with a count. */
function merge(check: Check, judged: readonly Judged[], prefix: string): CheckResult {
  const [first] = judged;
  if (judged.length === 1 && first !== undefined && isBare(first.outcome)) return BARE[first.outcome.status];
  const status = WORST_FIRST.find((word) => judged.some(({ outcome }) => outcome.status === word)) ?? 'notApplicable';
  const until = Math.min(...judged.map(({ outcome }) => outcome.until ?? Infinity));
  const holds = until === Infinity ? {} : { until };
  const findings = findingsOf(check, judged, prefix);
  const doubts = judged.flatMap(({ outcome }) => doubtsOf(outcome));
  if (findings.length === 0 && doubts.length === 0)
    return until === Infinity ? BARE[status] : { ...BARE[status], ...holds };
  return {
    status,
    findings,
    notEvaluated: gapsOf(check, doubts),
    ...holds,
  };
}

function isBare({ status, until }: Outcome): boolean {
  return (status === 'pass' || status === 'notApplicable') && until === undefined;
}

/** Why a check could not say all that it might have. */
function doubtsOf(outcome: Outcome): readonly Doubt[] {
  if (outcome.status === 'error') return [{ unknown: `the check failed: ${outcome.message}` }];
  return outcome.status === 'unknown' || outcome.status === 'fail' ? outcome.missing : [];
}

function gapsOf({ id }: Check, doubts: readonly Doubt[]): readonly NotEvaluated[] {
  if (doubts.length === 0) return NONE;
  const gaps = new Map(doubts.map((doubt) => [`${doubt.aspect ?? ''}\n${doubt.unknown}`, doubt]));
  return Array.from(gaps.values(), ({ unknown: reason, aspect }) => ({
    check: id,
    ...(aspect === undefined ? {} : { aspect }),
    reason,
  })).sort(byCheck);
}

function findingsOf(check: Check, judged: readonly Judged[], prefix: string): readonly Finding[] {
  const found: Finding[] = [];
  for (const each of judged)
    if (each.outcome.status === 'fail')
      for (const problem of each.outcome.problems) found.push(findingOf(check, problem, each, prefix));
  if (found.length < 2) return found;
  const findings = new Map<string, Finding>();
  for (const finding of found) {
    const { aspect = '', severity, path, message, container = '' } = finding;
    const key = `${aspect}\n${severity}\n${path}\n${message}\n${container}`;
    const known = findings.get(key);
    findings.set(key, known === undefined ? finding : { ...known, pods: known.pods + finding.pods });
  }
  return findings.size === found.length ? found : [...findings.values()];
}

function findingOf(check: Check, problem: Problem, { object, pods }: Judged, prefix: string): Finding {
  const { at, message, aspect, severity = check.severity, evidence = check.evidence, because = NONE } = problem;
  const { pss, accepted } = problem;
  const container = containerAt(at, object);
  return {
    check: check.id,
    name: check.name,
    severity,
    status: accepted === undefined ? 'fail' : 'accepted',
    path: prefix + at,
    message,
    evidence,
    because: because.length < 2 ? because : [...because].sort(byRef),
    pods,
    ...(aspect === undefined ? undefined : { aspect }),
    ...(pss === undefined ? undefined : { pss }),
    ...(accepted === undefined ? undefined : { accepted }),
    ...(container === '' ? undefined : { container }),
  };
}

const NONE: readonly never[] = [];

const IN_CONTAINER = /^spec\.(containers|initContainers|ephemeralContainers)\[(\d+)\]/;

/** The container that a path in a pod leads into; `''` where it leads into none. */
function containerAt(path: string, object: AnyObject): string {
  if (object.kind !== 'Pod') return '';
  const [, list, index] = IN_CONTAINER.exec(path) ?? [];
  return object.spec[list as 'initContainers']?.[Number(index)]?.name ?? '';
}

function byRef(a: Ref, b: Ref): number {
  return byWord(a.kind, b.kind) || byWord(a.namespace, b.namespace) || byWord(a.name, b.name);
}

/** The order of findings in every report: worst first, then check, path, aspect, message. */
export function byWorst(a: Finding, b: Finding): number {
  return (
    rankOf(b.severity) - rankOf(a.severity) ||
    byWord(a.check, b.check) ||
    byWord(a.path, b.path) ||
    byWord(a.aspect ?? '', b.aspect ?? '') ||
    byWord(a.message, b.message)
  );
}

/** The order of what was not evaluated. */
export function byCheck(a: Gap, b: Gap): number {
  return byWord(a.check, b.check) || byWord(a.reason, b.reason) || byWord(a.aspect ?? '', b.aspect ?? '');
}

type Gap = Pick<NotEvaluated, 'check' | 'aspect' | 'reason'>;
