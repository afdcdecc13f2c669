import { SEVERITIES, type Severity } from '#model/severity.ts';
import type { Score } from '#model/verdict.ts';
import { wrapped } from './columns.ts';
import type { Look } from './look.ts';
import { counted, isEmpty, type Scan, type ScanResult } from './scan.ts';

/** The last lines of every output for people: the numbers and the score. */
export function summaryLines({ result, score, look, hasBaseline }: Scan): readonly string[] {
  const { summary, objects, findings, notEvaluated, errors } = result;
  const counts = SEVERITIES.map((severity) => `${String(summary[severity])} ${severity}`);
  const open = findings.filter(({ status }) => status === 'fail');
  const subjects = new Set(open.map(({ subject }) => subject)).size;
  const known = findings.filter((finding) => finding.known === true).length;
  return [
    `${counted(objects, 'object')}, ${String(subjects)} with findings: ${counts.join(', ')}`,
    ...(summary.suppressed === 0 ? [] : [suppressedLine(result)]),
    `${String(summary.passed)} passed, ${String(summary.accepted)} accepted, ${String(notEvaluated.length)} not evaluated, ${counted(errors.length, 'error')}`,
    ...(hasBaseline
      ? [`${counted(findings.length - known, 'new finding')}; ${String(known)} known to the baseline`]
      : []),
    isEmpty(result) ? 'nothing was judged' : scoreLine(result, score, look),
  ].flatMap((line) => wrapped(line, look.width));
}

function suppressedLine({ summary, scoreWithoutExceptions = 0 }: ScanResult): string {
  return `${counted(summary.suppressed, 'finding')} suppressed by exceptions; without them the score would be ${scoreWithoutExceptions.toFixed(1)}`;
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
