import lodash from 'lodash';
import type { Check, Context, Doubt, Outcome, Problem } from '#model/check.ts';
import { isCluster } from '#model/cluster.ts';
import type { Inventory } from '#model/inventory.ts';
import type { AnyObject, Pod } from '#model/objects.ts';
import { subjectKey, subjectOf, type Ref, type Subject } from '#model/ref.ts';
import { rankOf } from '#model/severity.ts';
import type { Trait, TraitId, Traits } from '#model/trait.ts';
import type { Finding, NotEvaluated } from '#model/verdict.ts';
import { isFinished, templatePath } from '#model/workload.ts';
import { withDeclared } from './declared.ts';
import { evaluate, judgeFor, relatedTo, type Surroundings } from './evaluate.ts';
import type { CheckResult } from './result.ts';
import { scopeOf } from './scope.ts';
import { asItsPodsNameIt, objectAt, podsBelow, rootOf, type PodsBelow } from './roots.ts';

/** One look of a pod, with how many pods of the subject look so. A template counts no pods. */
interface Face {
  readonly pod: Pod;
  readonly pods: number;
}

/** Everything of a subject that its checks are run on, gathered once. */
export interface Sitter {
  readonly subject: Subject;
  readonly isWorkload: boolean;
  readonly pods: number;
  readonly judge: (check: Check) => CheckResult | undefined;
  /** Of its pods that run or would run, else of its own object. Undefined where there is nothing to tell. */
  readonly tell: (trait: Trait) => Traits[TraitId];
}

/** The subject as its checks see it; undefined when it is gone, or is reported on its owner. */
export function sitterOf(named: Subject, inventory: Inventory, context: Context): Sitter | undefined {
  const own = objectAt(named, inventory);
  if (own !== undefined && subjectKey(rootOf(own, inventory)) !== subjectKey(named)) return undefined;
  const subject = own === undefined ? asItsPodsNameIt(named, inventory) : subjectOf(own);
  if (subject === undefined || !isInScope(subject, context)) return undefined;
  const surroundings: Surroundings = { inventory, context, asked: new Map() };
  const below = podsBelow(subject, inventory);
  const running = facesOf(below, false);
  const all = facesOf(below, true);
  return {
    subject,
    isWorkload: all.length > 0,
    pods: below.live.filter((pod) => !isFinished(pod)).length,
    judge: (check) => {
      const judged = [
        ...judgedFaces(check, check.alsoFinished === true ? all : running, surroundings),
        ...judgedOwn(check, own, surroundings),
      ];
      if (judged.length === 0) return undefined;
      return withDeclared(check, merge(check, judged, templatePath(subject.kind)), context);
    },
    tell: ({ judges }) => {
      const alone = own === undefined || own.kind === 'Pod' ? [] : [own];
      const objects = running.length > 0 ? running.map(({ pod }) => pod) : alone;
      const teller = judges.find((each) => each.subject === objects[0]?.kind);
      return teller?.tell(
        objects.map((object) => ({ object, given: relatedTo(teller, object, surroundings) })),
        context,
      );
    },
  };
}

/** What cannot be seen is said of the cluster whatever kinds are chosen. */
function isInScope(subject: Subject, { inScope }: Context): boolean {
  return inScope?.(scopeOf(subject), isCluster(subject) ? undefined : subject.kind) !== false;
}

function judgedFaces(check: Check, faces: readonly Face[], surroundings: Surroundings): readonly Judged[] {
  const judge = judgeFor(check, 'Pod');
  return judge === undefined
    ? []
    : faces.map(({ pod, pods }) => ({ pod, pods, outcome: evaluate(judge, pod, surroundings) }));
}

function judgedOwn(check: Check, own: AnyObject | undefined, surroundings: Surroundings): readonly Judged[] {
  if (own === undefined || own.kind === 'Pod') return [];
  const isChosen = surroundings.context.inScope?.(scopeOf(subjectOf(own)), own.kind) !== false;
  const judge = isChosen ? judgeFor(check, own.kind) : undefined;
  const outcomes = judge === undefined ? [] : [evaluate(judge, own, surroundings)];
  return [...outcomes, ...(own.kind === 'Cluster' ? atLarge(check, surroundings) : [])].map((outcome) => ({
    pods: 0,
    outcome,
  }));
}

/** What a check cannot tell of anything: because it cannot see what it judges, or as the run is set up. */
function atLarge({ judges, unsaid }: Check, { inventory, context }: Surroundings): readonly Outcome[] {
  const unseen = new Set(judges.flatMap(({ subject }) => inventory.missing(subject) ?? []));
  const said = unsaid?.(context);
  const missing = [...Array.from(unseen, (unknown): Doubt => ({ unknown })), ...(said === undefined ? [] : [said])];
  return missing.length === 0 ? [] : [{ status: 'unknown', missing }];
}

/** The different looks of the pods: equal pods share their spec, labels and annotations in the store, so identity tells them apart. */
function facesOf({ live, templates }: PodsBelow, withFinished: boolean): readonly Face[] {
  const faces: { pod: Pod; pods: number }[] = templates.map((pod) => ({ pod, pods: 0 }));
  for (const pod of live) {
    if (isFinished(pod) && !withFinished) continue;
    const face = faces.find((known) => known.pods > 0 && looksAlike(known.pod, pod));
    if (face === undefined) faces.push({ pod, pods: 1 });
    else face.pods += 1;
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
  readonly pod?: Pod;
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
  const outcomes = judged.map(({ outcome }) => outcome);
  const status = WORST_FIRST.find((word) => outcomes.some((outcome) => outcome.status === word)) ?? 'notApplicable';
  const until = Math.min(...outcomes.map((outcome) => outcome.until ?? Infinity));
  const holds = until === Infinity ? {} : { until };
  const findings = new Map<string, Finding>();
  for (const { pod, pods, outcome } of judged)
    if (outcome.status === 'fail')
      for (const problem of outcome.problems)
        gather(findings, { ...findingOf(check, problem, prefix, pods), ...containerAt(problem.at, pod) });
  const gaps = new Map(outcomes.flatMap(doubtsOf).map((doubt) => [`${doubt.aspect ?? ''}\n${doubt.unknown}`, doubt]));
  if (findings.size === 0 && gaps.size === 0) return until === Infinity ? BARE[status] : { ...BARE[status], ...holds };
  return {
    status,
    findings: [...findings.values()],
    notEvaluated: Array.from(gaps.values(), (doubt) => gapOf(check, doubt)).sort(byCheck),
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

function gapOf({ id }: Check, { unknown: reason, aspect }: Doubt): NotEvaluated {
  return { check: id, ...(aspect === undefined ? {} : { aspect }), reason };
}

function gather(findings: Map<string, Finding>, finding: Finding): void {
  const { aspect = '', severity, path, message, container = '' } = finding;
  const key = [aspect, severity, path, message, container].join('\n');
  const known = findings.get(key);
  findings.set(key, known === undefined ? finding : { ...known, pods: known.pods + finding.pods });
}

function findingOf(check: Check, problem: Problem, prefix: string, pods: number): Finding {
  const { at, message, aspect, severity = check.severity, because = [], pss, accepted } = problem;
  return {
    check: check.id,
    name: check.name,
    severity,
    status: accepted === undefined ? 'fail' : 'accepted',
    path: prefix + at,
    message,
    evidence: check.evidence,
    because: [...because].sort(byRef),
    pods,
    ...(aspect === undefined ? {} : { aspect }),
    ...(pss === undefined ? {} : { pss }),
    ...(accepted === undefined ? {} : { accepted }),
  };
}

const IN_CONTAINER = /^spec\.(containers|initContainers|ephemeralContainers)\[(\d+)\]/;

/** The container that a path in a pod leads into. */
function containerAt(path: string, pod?: Pod): Pick<Finding, 'container'> {
  const [, list, index] = IN_CONTAINER.exec(path) ?? [];
  const container = pod?.spec[list as 'containers']?.[Number(index)]?.name ?? '';
  return container === '' ? {} : { container };
}

function byRef(a: Ref, b: Ref): number {
  return compare([a.kind, a.namespace, a.name], [b.kind, b.namespace, b.name]);
}

/** The order of findings in every report: worst first, then check, path, aspect, message. */
export function byWorst(a: Finding, b: Finding): number {
  return rankOf(b.severity) - rankOf(a.severity) || compare(sortKey(a), sortKey(b));
}

function sortKey({ check, path, aspect, message }: Finding): readonly string[] {
  return [check, path, aspect ?? '', message];
}

function compare(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < a.length; index += 1) {
    const [left = '', right = ''] = [a[index], b[index]];
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

/** The order of what was not evaluated. */
export function byCheck(a: Gap, b: Gap): number {
  return compare([a.check, a.reason, a.aspect ?? ''], [b.check, b.reason, b.aspect ?? '']);
}

type Gap = Pick<NotEvaluated, 'check' | 'aspect' | 'reason'>;
