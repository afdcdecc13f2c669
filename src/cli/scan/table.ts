import type { Check } from '#model/check.ts';
import { SEVERITIES, rankOf, type Severity } from '#model/severity.ts';
import type { Score } from '#model/verdict.ts';
import { fitted, padded, shown, wrapped, wrappedPath } from '../output/columns.ts';
import type { Look } from '../output/terminal.ts';
import { sortedBy, type ScanFinding, type ScanResult, type ScanSubject } from './result.ts';

const SEVERITY_WIDTH = 8;
const GAP = '  ';
const COUNT_WIDTH = 6;
const GROUPS_OF_GAPS = 15;

/** The result for people, in chunks of lines: subjects with the worst finding first, then what was not evaluated, then the sum. */
export function* tableOf(result: ScanResult, score: Score, checks: readonly Check[], look: Look): Iterable<string> {
  const fixes = new Map(checks.map(({ id, fix }) => [id as string, fix]));
  const idWidth = Math.max(5, ...result.findings.map(({ check }) => check.length));
  if (result.findings.length > 0)
    yield `${look.paint(`${padded('SEVERITY', SEVERITY_WIDTH)}${GAP}${padded('CHECK', idWidth)}${GAP}PROBLEM`, 'dim')}\n`;
  for (const { subject, findings } of groupsOf(result.findings)) {
    const lines = [look.paint(fitted(subjectTitle(subject), look.width), 'bold')];
    for (const [index, finding] of findings.entries()) {
      const isLast = findings[index + 1]?.check !== finding.check && finding.status === 'fail';
      lines.push(...rowsOf(finding, isLast ? fixes.get(finding.check) : undefined, idWidth, look));
    }
    yield `${lines.join('\n')}\n\n`;
  }
  yield* gapLines(result, look);
  yield `${summaryLines(result, score, look).join('\n')}\n`;
}

interface Group {
  readonly subject: ScanSubject;
  readonly findings: readonly ScanFinding[];
}

function groupsOf(findings: readonly ScanFinding[]): readonly Group[] {
  const groups = Map.groupBy(findings, ({ subject }) => JSON.stringify(subject));
  return sortedBy(
    [...groups.values()].flatMap((own) => (own[0] === undefined ? [] : [{ subject: own[0].subject, findings: own }])),
    ({ subject, findings: own }) => [
      String(9 - Math.max(...own.map(({ severity, status }) => (status === 'fail' ? rankOf(severity) : 0)))),
      subject.namespace ?? '',
      subject.kind,
      subject.name,
    ],
  );
}

function subjectTitle({ kind, namespace, name }: ScanSubject): string {
  return shown(`${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`);
}

function rowsOf(finding: ScanFinding, fix: string | undefined, idWidth: number, look: Look): readonly string[] {
  const { severity, status, check, message, path } = finding;
  const column = SEVERITY_WIDTH + idWidth + 2 * GAP.length;
  const indent = ' '.repeat(SEVERITY_WIDTH + GAP.length);
  const room = look.width - indent.length;
  const word = padded(status === 'fail' ? severity : status, SEVERITY_WIDTH);
  const [first = '', ...more] = wrapped(shown(message), look.width - column);
  return [
    `${look.paint(word, status === 'fail' ? severity : 'dim')}${GAP}${padded(check, idWidth)}${GAP}${first}`,
    ...more.map((line) => ' '.repeat(column) + line),
    ...(path === '' ? [] : wrappedPath(shown(path), room).map((line) => indent + look.paint(line, 'dim'))),
    ...(fix === undefined ? [] : [indent + fitted(`fix: ${fix}`, room)]),
  ];
}

/** What was not evaluated, by reason: most often one reason stands for many checks or subjects. */
function* gapLines({ notEvaluated }: ScanResult, look: Look): Iterable<string> {
  if (notEvaluated.length === 0) return;
  const groups = Map.groupBy(notEvaluated, ({ check, reason, subject }) =>
    check === '*' ? `${subject?.kind ?? ''}: ${reason}` : reason,
  );
  yield `${look.paint('not evaluated', 'bold')}\n`;
  const rows = [...groups].sort(([, a], [, b]) => b.length - a.length);
  for (const [text, gaps] of rows.slice(0, GROUPS_OF_GAPS)) {
    const checks = [...new Set(gaps.map(({ check }) => check))].filter((check) => check !== '*');
    const who = checks.length > 1 ? `${String(checks.length)} checks: ` : checks.map((check) => `${check}: `).join('');
    const [first = '', ...more] = wrapped(shown(who + text), look.width - COUNT_WIDTH - GAP.length);
    yield `${String(gaps.length).padStart(COUNT_WIDTH)}${GAP}${first}\n`;
    for (const line of more) yield `${' '.repeat(COUNT_WIDTH)}${GAP}${line}\n`;
  }
  const left = rows.length - GROUPS_OF_GAPS;
  if (left > 0) yield `${' '.repeat(COUNT_WIDTH)}${GAP}and ${counted(left, 'more reason')}; --output json has them\n`;
  yield '\n';
}

function summaryLines(result: ScanResult, score: Score, look: Look): readonly string[] {
  const { summary, objects, findings, notEvaluated, errors } = result;
  const counts = SEVERITIES.map((severity) => `${String(summary[severity])} ${severity}`);
  const open = findings.filter(({ status }) => status === 'fail');
  const subjects = new Set(open.map(({ subject }) => JSON.stringify(subject))).size;
  return [
    `${counted(objects, 'object')}, ${String(subjects)} with findings: ${counts.join(', ')}`,
    `${String(summary.passed)} passed, ${String(summary.accepted)} accepted, ${String(notEvaluated.length)} not evaluated, ${counted(errors.length, 'error')}`,
    findings.length === 0 && summary.passed === 0 ? 'nothing was judged' : scoreLine(result, score, look),
  ].flatMap((line) => wrapped(line, look.width));
}

function scoreLine(result: ScanResult, { cappedBy, topFixes }: Score, look: Look): string {
  const [best] = topFixes;
  const capped = cappedBy === undefined ? '' : `, capped by ${cappedBy.check}`;
  const gain =
    best === undefined || best.scoreAfter <= result.score
      ? ''
      : `; without ${best.check} it would be ${best.scoreAfter.toFixed(1)}`;
  return `${look.paint(`score ${result.score.toFixed(1)}, grade ${result.grade}`, paintOf(result))}${capped}${gain}`;
}

function paintOf({ summary }: ScanResult): Severity | 'bold' {
  return SEVERITIES.find((severity) => summary[severity] > 0) ?? 'bold';
}

function counted(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}
