import { atLeast, rankOf, type Severity } from '#model/severity.ts';
import type { Finding, Verdict } from '#model/verdict.ts';

/** Findings of this severity and above are told. */
const LOUD: Severity = 'high';

/** What is to be told of an object: a check found what it had not found before, or no longer finds it. Or of our own pod, or of an exception. */
export interface News {
  readonly reason:
    | 'CriticalFinding'
    | 'HighFinding'
    | 'FindingResolved'
    | 'ConfigurationRefused'
    | 'DeclarationEnded'
    | 'ExceptionExpiring'
    | 'ExceptionExpired';
  /** What makes two pieces of news about the same thing: of findings check and aspect. */
  readonly topic: string;
  readonly text: string;
}

/** What has changed between two verdicts on a workload; `undefined` before it was there. Worst first, what is resolved at the end. */
export function newsOf(before: Verdict | undefined, after: Verdict): readonly News[] {
  const [old, open] = [topicsOf(sameObject(before, after)?.findings ?? []), topicsOf(after.findings)];
  const opened = [...open].flatMap(([topic, [worst, ...others]]) =>
    rankOf(worst.severity) > rankOf(old.get(topic)?.[0].severity ?? 'info') ? [openedNews(topic, worst, others)] : [],
  );
  const resolved = [...old].flatMap(([topic, [was]]) =>
    open.has(topic) || isUnsure(was, after) ? [] : [resolvedNews(topic, was, after)],
  );
  return [...opened, ...resolved];
}

/** What counts as told once `newsOf` is: a finding stays told while its check cannot say whether it is still there. */
export function toldBy(before: Verdict | undefined, after: Verdict): Verdict {
  const isOpen = (topic: string): boolean => after.findings.some((each) => isLoud(each) && topicOf(each) === topic);
  const unsure = (sameObject(before, after)?.findings ?? []).filter(
    (finding) => isUnsure(finding, after) && isLoud(finding) && !isOpen(topicOf(finding)),
  );
  return unsure.length === 0 ? after : { ...after, findings: [...after.findings, ...unsure] };
}

/** One that was made anew under its old name is another object. */
function sameObject(before: Verdict | undefined, after: Verdict): Verdict | undefined {
  return before?.subject.uid === after.subject.uid ? before : undefined;
}

type Topic = readonly [worst: Finding, ...others: Finding[]];

function topicsOf(findings: readonly Finding[]): ReadonlyMap<string, Topic> {
  const topics = new Map<string, Topic>();
  for (const finding of findings.filter(isLoud)) {
    const topic = topicOf(finding);
    topics.set(topic, [...(topics.get(topic) ?? []), finding] as unknown as Topic);
  }
  return topics;
}

function isLoud({ status, severity }: Finding): boolean {
  return status === 'fail' && atLeast(severity, LOUD);
}

function topicOf({ check, aspect = '' }: Finding): string {
  return `${check}/${aspect}`;
}

function isUnsure({ check, aspect }: Finding, { notEvaluated }: Verdict): boolean {
  return notEvaluated.some((gap) => gap.check === check && (gap.aspect === undefined || gap.aspect === aspect));
}

function openedNews(topic: string, worst: Finding, others: readonly Finding[]): News {
  const more = others.length === 0 ? '' : ` (and ${String(others.length)} more)`;
  const reason = worst.severity === 'critical' ? 'CriticalFinding' : 'HighFinding';
  return { reason, topic, text: `${worst.check} ${worst.name}: ${worst.message}${more}` };
}

function resolvedNews(topic: string, { check, name, aspect }: Finding, { findings }: Verdict): News {
  const left = findings.find((finding) => topicOf(finding) === topic);
  const now = left === undefined ? 'resolved' : left.status === 'fail' ? `only ${left.severity} now` : left.status;
  return {
    reason: 'FindingResolved',
    topic,
    text: `${check} ${name}${aspect === undefined ? '' : ` (${aspect})`}: ${now}`,
  };
}
