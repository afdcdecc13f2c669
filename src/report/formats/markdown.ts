import { SEVERITIES, type Severity } from '#model/severity.ts';
import { shown } from './columns.ts';
import { exceptionLines, excuseOf } from './exceptions.ts';
import {
  bySubject,
  counted,
  declaredTexts,
  gapTexts,
  isEmpty,
  subjectTitle,
  type Format,
  type Scan,
  type ScanFinding,
} from './scan.ts';

const MARKS: Readonly<Record<Severity, string>> = { critical: '🟣', high: '🔴', medium: '🟠', low: '🔵', info: '⚪' };

/** `--output markdown`: for the summary of a CI job or a comment on a change. What the baseline knows is counted, not listed. */
export const markdown: Format = function* (scan) {
  const { result, checks, sources, hasBaseline } = scan;
  const listed = result.findings.filter(({ known }) => known !== true);
  const fixes = new Map(checks.map(({ id, fix }) => [id, fix]));
  yield heading(scan);
  for (const [subject, findings] of bySubject(listed)) {
    const place = sources.placeOf(subject);
    const where = place === undefined ? '' : ` (${code(`${place.file}:${String(place.line)}`)})`;
    yield `\n### ${code(subjectTitle(subject))}${where}\n\n| Severity | Check | Problem | Where |\n| --- | --- | --- | --- |\n`;
    for (const finding of findings) yield rowOf(finding);
    const own = [...new Set(findings.filter(({ status }) => status === 'fail').map(({ check }) => check))];
    if (own.length > 0) yield `\n${own.map((check) => `- ${check}: ${fixes.get(check) ?? ''}`).join('\n')}\n`;
  }
  if (hasBaseline) yield `\n${counted(result.findings.length - listed.length, 'finding')} of the baseline left out.\n`;
  if (result.notEvaluated.length > 0) yield* list('Not evaluated', gapTexts(result.notEvaluated));
  if (result.declared !== undefined) yield* list('Declared', declaredTexts(result.declared));
  const exceptions = exceptionLines(result);
  if (exceptions.length > 0) yield `\n### Exceptions\n\n${exceptions.map((line) => `- ${text(line)}\n`).join('')}`;
  if (result.errors.length > 0) {
    yield '\n### Input that could not be read\n\n';
    for (const { file, line, message } of result.errors)
      yield `- ${code(line === 0 ? file : `${file}:${String(line)}`)}: ${text(message)}\n`;
  }
};

function heading({ result }: Scan): string {
  const { score, grade, summary, objects } = result;
  const title = isEmpty(result) ? 'nothing was judged' : `grade ${grade}, score ${score.toFixed(1)}`;
  const counts = SEVERITIES.map((severity) => `${String(summary[severity])} ${severity}`).join(', ');
  const suppressed = summary.suppressed === 0 ? '' : ` ${counted(summary.suppressed, 'finding')} suppressed.`;
  return `## kubeposture: ${title}\n\n${counted(objects, 'object')}: ${counts}.${suppressed}\n`;
}

function rowOf(finding: ScanFinding): string {
  const { severity, status, check, name, message, path } = finding;
  const excuse = excuseOf(finding);
  const word = status === 'fail' ? `${MARKS[severity]} ${severity}` : `${severity}, ${status}`;
  return `| ${word} | ${check} ${name} | ${text(excuse === undefined ? message : `${message} (${excuse})`)} | ${path === '' ? '' : code(path)} |\n`;
}

/** A heading and its lines, each with how often it counts. */
function* list(title: string, lines: readonly (readonly [line: string, count: number])[]): Iterable<string> {
  yield `\n### ${title}\n\n`;
  for (const [line, count] of lines) yield `- ${String(count)} × ${text(line)}\n`;
}

/** Text as it is, in a line or a cell: nothing in it is markup, a link or a mention. */
function text(words: string): string {
  return shown(words)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('@', '&#64;')
    .replaceAll(/[\\`*_{}[\]()#+!|~>]/g, '\\$&');
}

/** A code span: fenced by more backticks than it holds. A pipe would end the cell even in here. */
function code(words: string): string {
  const inner = shown(words).replaceAll('|', '¦');
  const longest = Math.max(0, ...(inner.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${inner}${fence}` : `${fence} ${inner} ${fence}`;
}
