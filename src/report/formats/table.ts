import { rankOf } from '#model/severity.ts';
import { fitted, padded, shown, widthOf, wrapped, wrappedPath } from './columns.ts';
import { exceptionLines, excuseOf } from './exceptions.ts';
import type { Look } from './look.ts';
import { sortedBy } from './order.ts';
import {
  bySubject,
  counted,
  declaredTexts,
  gapTexts,
  subjectTitle,
  type Format,
  type Place,
  type ScanFinding,
  type ScanResult,
  type ScanSubject,
} from './scan.ts';
import { summaryLines } from './summary.ts';

const GAP = '  ';
const COUNT_WIDTH = 6;
const GROUPS_OF_GAPS = 15;

/**
 * `--output table`, for people: subjects with the worst finding first, then what was not evaluated, then the sum. What the baseline knows is
 * counted, not listed.
 */
export const table: Format = function* (scan) {
  const { result, checks, sources, look } = scan;
  const listed = result.findings.filter(({ known }) => known !== true);
  const fixes = new Map(checks.map(({ id, fix }) => [id, fix]));
  const widths = {
    word: listed.some(({ status }) => status === 'suppressed') ? 'suppressed'.length : 8,
    id: Math.max(5, ...checks.map(({ id }) => id.length)),
  };
  if (listed.length > 0)
    yield `${look.paint(`${padded('SEVERITY', widths.word)}${GAP}${padded('CHECK', widths.id)}${GAP}PROBLEM`, 'dim')}\n`;
  for (const { subject, findings } of groupsOf(listed)) {
    yield `${titleLine(subject, sources.placeOf(subject), look)}\n`;
    const rows = problemsOf(findings);
    for (const [index, alike] of rows.entries()) {
      const [{ check, status }] = alike;
      const isLast = rows[index + 1]?.[0].check !== check && status === 'fail';
      yield `${rowsOf(alike, isLast ? fixes.get(check) : undefined, widths, look).join('\n')}\n`;
    }
    yield '\n';
  }
  yield* gapLines(result, look);
  if (result.declared !== undefined) {
    yield `${look.paint('declared', 'bold')}\n`;
    for (const [text, count] of declaredTexts(result.declared)) yield* countedLines(count, text, look);
    yield '\n';
  }
  yield* exceptionRows(result, look);
  yield `${summaryLines(scan).join('\n')}\n`;
};

interface Group {
  readonly subject: ScanSubject;
  readonly findings: readonly ScanFinding[];
}

function groupsOf(findings: readonly ScanFinding[]): readonly Group[] {
  return sortedBy(
    Array.from(bySubject(findings), ([subject, own]) => ({ subject, findings: own })),
    ({ subject, findings: own }) => [
      String(
        9 - own.reduce((worst, { severity, status }) => Math.max(worst, status === 'fail' ? rankOf(severity) : 0), 0),
      ),
      subject.namespace ?? '',
      subject.kind,
      subject.name,
    ],
  );
}

type Alike = readonly [ScanFinding, ...ScanFinding[]];

/** The same words about several places of a subject are one row. */
function problemsOf(findings: readonly ScanFinding[]): readonly Alike[] {
  const said = (finding: ScanFinding): string => {
    const { check, severity, status, message } = finding;
    return JSON.stringify([check, severity, status, message, excuseOf(finding)]);
  };
  return [...Map.groupBy(findings, said).values()] as unknown as readonly Alike[];
}

/** The subject and, where there is room for it, its file and line at the right. */
function titleLine(subject: ScanSubject, place: Place | undefined, look: Look): string {
  const title = fitted(shown(subjectTitle(subject)), look.width);
  const where = place === undefined ? '' : shown(place.line === 0 ? place.file : `${place.file}:${String(place.line)}`);
  const room = look.width - widthOf(title) - widthOf(where);
  if (where === '' || room < GAP.length) return look.paint(title, 'bold');
  return `${look.paint(title, 'bold')}${' '.repeat(room)}${look.paint(where, 'dim')}`;
}

interface Widths {
  /** Of the severity, or of why a finding has none. */
  readonly word: number;
  readonly id: number;
}

function rowsOf(alike: Alike, fix: string | undefined, widths: Widths, look: Look): readonly string[] {
  const [finding] = alike;
  const { severity, status, check, message } = finding;
  const excuse = excuseOf(finding);
  const paths = alike.map(({ path }) => path).filter((path) => path !== '');
  const column = widths.word + widths.id + 2 * GAP.length;
  const indent = ' '.repeat(widths.word + GAP.length);
  const room = look.width - indent.length;
  const word = padded(status === 'fail' ? severity : status, widths.word);
  const [first = '', ...more] = wrapped(shown(message), look.width - column);
  return [
    `${look.paint(word, status === 'fail' ? severity : 'dim')}${GAP}${padded(check, widths.id)}${GAP}${first}`,
    ...more.map((line) => ' '.repeat(column) + line),
    ...paths.flatMap((path) => wrappedPath(shown(path), room).map((line) => indent + look.paint(line, 'dim'))),
    ...(excuse === undefined ? [] : wrapped(`${status}: ${shown(excuse)}`, room).map((line) => indent + line)),
    ...(fix === undefined ? [] : [indent + fitted(`fix: ${fix}`, room)]),
  ];
}

function* countedLines(count: number, text: string, look: Look): Iterable<string> {
  const [first = '', ...more] = wrapped(shown(text), look.width - COUNT_WIDTH - GAP.length);
  yield `${String(count).padStart(COUNT_WIDTH)}${GAP}${first}\n`;
  for (const line of more) yield `${' '.repeat(COUNT_WIDTH)}${GAP}${line}\n`;
}

/** The exceptions that do not do what they should. */
function* exceptionRows(result: ScanResult, look: Look): Iterable<string> {
  const lines = exceptionLines(result);
  if (lines.length === 0) return;
  yield `${look.paint('exceptions', 'bold')}\n`;
  for (const line of lines)
    for (const [index, part] of wrapped(shown(line), look.width - 2 * GAP.length).entries())
      yield `${GAP}${index === 0 ? '' : GAP}${part}\n`;
  yield '\n';
}

function* gapLines({ notEvaluated }: ScanResult, look: Look): Iterable<string> {
  if (notEvaluated.length === 0) return;
  yield `${look.paint('not evaluated', 'bold')}\n`;
  const rows = [...gapTexts(notEvaluated)].sort(([, a], [, b]) => b - a);
  for (const [text, count] of rows.slice(0, GROUPS_OF_GAPS)) yield* countedLines(count, text, look);
  const left = rows.length - GROUPS_OF_GAPS;
  if (left > 0) yield `${' '.repeat(COUNT_WIDTH)}${GAP}and ${counted(left, 'more reason')}; --output json has them\n`;
  yield '\n';
}
