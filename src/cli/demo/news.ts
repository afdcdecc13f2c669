import { SEVERITIES } from '#model/severity.ts';
import type { ReportBody } from '#report/body.ts';
import { fitted, shown } from '#report/formats/columns.ts';
import type { Look } from '#report/formats/look.ts';
import { paintOfGrade } from './table.ts';

/** What has become of a report, on one line: `shop/deployment-web  D 63 -> B 89  fixed: KP-POD-001, KP-IMG-001`. */
export function newsOf(
  name: string,
  before: ReportBody | undefined,
  after: ReportBody | undefined,
  look: Look,
): string | undefined {
  if (before === undefined && after === undefined) return undefined;
  const lead = `${shown(name)}  `;
  const marks = marksOf(before, after);
  const room = look.width - lead.length - marks.length - 2;
  const details = detailsOf(before, after, room);
  const grade = after ?? before;
  return `${look.paint(lead, 'bold')}${look.paint(marks, paintOfGrade(gradeOf(grade)))}  ${fitted(details, Math.max(room, SHORTEST))}`;
}

/** Details that the line is never too short for. */
const SHORTEST = 40;

const gradeOf = (report: ReportBody | undefined): string => (report?.['grade'] as string | undefined) ?? '';
const markOf = (report: ReportBody): string => `${gradeOf(report)} ${String(report['score'])}`;

function marksOf(before: ReportBody | undefined, after: ReportBody | undefined): string {
  const marks = [before, after].flatMap((report) => (report === undefined ? [] : [markOf(report)]));
  return [...new Set(marks)].join(' -> ');
}

function detailsOf(before: ReportBody | undefined, after: ReportBody | undefined, room: number): string {
  if (after === undefined) return 'gone';
  if (before === undefined) return ['new report', ...listed('found', checksOf(after), room - 12)].join('  ');
  const fixed = checksOf(before, after);
  const found = checksOf(after, before);
  const each = fixed.length > 0 && found.length > 0 ? Math.floor(room / 2) - 1 : room;
  const words = [...listed('fixed', fixed, each), ...listed('found', found, each)];
  return words.length > 0 ? words.join('  ') : otherwise(before, after);
}

/** The checks of the findings that one report has and the other has not, worst first. */
function checksOf(report: ReportBody, other?: ReportBody): readonly string[] {
  const known = new Set(other?.findings.map(({ fingerprint }) => fingerprint));
  const counts = new Map<string, number>();
  for (const { fingerprint, check } of report.findings)
    if (!known.has(fingerprint)) counts.set(String(check), (counts.get(String(check)) ?? 0) + 1);
  return Array.from(counts, ([check, count]) => (count === 1 ? check : `${check} x${String(count)}`));
}

/** As many as there is room for, and how many more. */
function listed(word: string, checks: readonly string[], room: number): readonly string[] {
  if (checks.length === 0) return [];
  const textOf = (count: number): string => {
    const more = checks.length - count;
    return `${word}: ${checks.slice(0, count).join(', ')}${more === 0 ? '' : ` and ${String(more)} more`}`;
  };
  let count = checks.length;
  while (count > 1 && textOf(count).length > room) count -= 1;
  return [textOf(count)];
}

function podsOf(report: ReportBody): number {
  return (report['subject'] as { readonly pods?: number } | undefined)?.pods ?? 0;
}

const openOf = (report: ReportBody): string => JSON.stringify(report['summary']);

function otherwise(before: ReportBody, after: ReportBody): string {
  if (podsOf(before) !== podsOf(after)) return `${String(podsOf(before))} -> ${String(podsOf(after))} pods`;
  if (openOf(before) !== openOf(after)) return countsOf(before, after);
  return networkOf(before, after) || accessOf(before, after) || 'details';
}

/** How the workload stands in the network, where that moved. */
function networkOf(before: ReportBody, after: ReportBody): string {
  const [old, now] = [before, after].map((report) => report['network'] as Readonly<Record<string, string>> | undefined);
  return ['exposure', 'ingress', 'egress', 'enforced']
    .filter((word) => now?.[word] !== old?.[word])
    .map((word) => `${word} ${old?.[word] ?? 'unknown'} -> ${now?.[word] ?? 'unknown'}`)
    .join(', ');
}

/** That other rights are held or opened now. */
function accessOf(before: ReportBody, after: ReportBody): string {
  const [old, now] = [before, after].map((report) => JSON.stringify(report['access']));
  return old === now ? '' : 'other rights';
}

/** How the counts of a sum moved. */
function countsOf(before: ReportBody, after: ReportBody): string {
  const [old, now] = [before, after].map((report) => report['summary'] as Readonly<Record<string, number>>);
  return SEVERITIES.map(String)
    .filter((word) => now?.[word] !== old?.[word])
    .map((word) => `${word} ${String(old?.[word] ?? 0)} -> ${String(now?.[word] ?? 0)}`)
    .join(', ');
}
