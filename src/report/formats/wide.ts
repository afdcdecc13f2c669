import { padded, shown, widthOf } from './columns.ts';
import { subjectTitle, type Format, type Scan, type ScanFinding } from './scan.ts';
import { summaryLines } from './summary.ts';

const HEAD: readonly string[] = ['SEVERITY', 'CHECK', 'NAME', 'SUBJECT', 'FILE', 'PATH', 'PROBLEM'];

/** `--output wide`: a finding a line, nothing cut, in the order of the JSON: to be searched, not read. */
export const wide: Format = function* (scan) {
  const { result, look } = scan;
  const widths = HEAD.map(widthOf);
  for (const finding of result.findings)
    for (const [at, cell] of cellsOf(finding, scan).entries()) widths[at] = Math.max(widths[at] ?? 0, widthOf(cell));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, at) => (at === HEAD.length - 1 ? cell : padded(cell, widths[at] ?? 0))).join('  ');
  if (result.findings.length > 0) yield `${look.paint(line(HEAD), 'dim')}\n`;
  for (const finding of result.findings) yield `${line(cellsOf(finding, scan))}\n`;
  yield `${summaryLines(scan).join('\n')}\n`;
};

function cellsOf(finding: ScanFinding, { sources }: Scan): readonly string[] {
  const { severity, status, check, name, subject, path, message, known } = finding;
  const place = sources.placeOf(subject);
  const file = place === undefined ? '-' : `${place.file}:${String(place.line)}`;
  const word = status === 'fail' ? (known === true ? 'known' : severity) : status;
  return [word, check, name, subjectTitle(subject).replace(' ', '/'), file, path, message].map(shown);
}
