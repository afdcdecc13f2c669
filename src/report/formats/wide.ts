import { padded, shown, widthOf } from './columns.ts';
import type { Look } from './look.ts';
import { subjectTitle, type Format, type Scan, type ScanFinding, type ScanSubject, type ScanTraits } from './scan.ts';
import { summaryLines } from './summary.ts';

const FINDINGS: readonly string[] = ['SEVERITY', 'CHECK', 'NAME', 'SUBJECT', 'FILE', 'PATH', 'PROBLEM'];
const WORKLOADS: readonly string[] = ['WORKLOAD', 'EXPOSURE', 'INGRESS', 'EGRESS', 'THROUGH'];
const ACCESS: readonly string[] = ['ACCESS', 'WHO', 'EVERYWHERE', 'IN NAMESPACES'];

/** `--output wide`: a finding a line, and a line for how each workload and binding stands, nothing cut, in the order of the JSON: to be searched, not read. */
export const wide: Format = function* (scan) {
  const { result, look } = scan;
  yield* rows(FINDINGS, result.findings, (finding) => cellsOf(finding, scan), look);
  const { workloads = [], bindings = [] } = result;
  const standing = [...workloads, ...bindings];
  yield* rows(WORKLOADS, workloads, workloadCells, look);
  yield* rows(ACCESS, standing, accessCells, look);
  if (standing.length > 0) yield '\n';
  yield `${summaryLines(scan).join('\n')}\n`;
};

/** A table whose columns are as wide as the widest cell; nothing where there is no row. */
function* rows<T>(
  head: readonly string[],
  items: readonly T[],
  cells: (item: T) => readonly string[],
  look: Look,
): Iterable<string> {
  if (items.length === 0) return;
  const widths = head.map(widthOf);
  for (const item of items)
    for (const [at, cell] of cells(item).entries()) widths[at] = Math.max(widths[at] ?? 0, widthOf(cell));
  const line = (words: readonly string[]): string =>
    words.map((word, at) => (at === head.length - 1 ? word : padded(word, widths[at] ?? 0))).join('  ');
  yield `${look.paint(line(head), 'dim')}\n`;
  for (const item of items) yield `${line(cells(item))}\n`;
}

function workloadCells({ subject, network }: ScanTraits): readonly string[] {
  const { exposure = '-', ingress = '-', egress = '-', ways = [] } = network ?? {};
  const through = ways.map(
    ({ kind, namespace = '', name, ports }) => `${kind}:${namespace}/${name} ${ports.join(',')}`,
  );
  const cells = [titleOf(subject), exposure, ingress, egress, through.length === 0 ? '-' : through.join('; ')];
  return cells.map(shown);
}

function accessCells({ subject, access }: ScanTraits): readonly string[] {
  const { who = '-', everywhere = '-', inNamespaces = '-' } = access ?? {};
  return [titleOf(subject), who, everywhere, inNamespaces].map(shown);
}

function titleOf(subject: ScanSubject): string {
  return subjectTitle(subject).replace(' ', '/');
}

function cellsOf(finding: ScanFinding, { sources }: Scan): readonly string[] {
  const { severity, status, check, name, subject, path, message, known } = finding;
  const place = sources.placeOf(subject);
  const file = place === undefined ? '-' : `${place.file}:${String(place.line)}`;
  const word = status === 'fail' ? (known === true ? 'known' : severity) : status;
  return [word, check, name, titleOf(subject), file, path, message].map(shown);
}
