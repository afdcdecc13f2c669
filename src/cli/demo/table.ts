import type { Severity } from '#model/severity.ts';
import { fitted, padded, shown, widthOf } from '#report/formats/columns.ts';
import type { Look } from '#report/formats/look.ts';
import type { Table } from './reports.ts';

/** What the name of a report says already, and an age that is that of the demo: first to go where the line is too short. */
const EXPENDABLE = ['KIND', 'SUBJECT', 'AGE'];
const SHORT: Readonly<Record<string, string>> = { CRITICAL: 'CRIT', MEDIUM: 'MED' };
const GAP = '   ';
const NARROW_GAP = '  ';
const LONGEST_NAME = 20;

type Row = readonly string[];

const GRADES: Readonly<Record<string, Severity>> = { F: 'critical', D: 'high', C: 'medium', B: 'low' };

export function paintOfGrade(grade: string): Severity | 'bold' {
  return GRADES[grade] ?? 'bold';
}

/** The lines of a Table as `kubectl get` lays it out, without what does not fit the width. */
export function tableLines(table: Table, isNamespaced: boolean, look: Look): readonly string[] {
  const usual = table.columnDefinitions.flatMap(({ name, priority }, index) =>
    priority === 0 ? [{ name, index }] : [],
  );
  const header = [...(isNamespaced ? ['NAMESPACE'] : []), ...usual.map(({ name }) => name.toUpperCase())];
  const rows = table.rows.map(({ cells, object }) => [
    ...(isNamespaced ? [object.metadata.namespace ?? ''] : []),
    ...usual.map(({ index }) => shown(textOf(cells[index]))),
  ]);
  return laidOut([header, ...rows], look);
}

function textOf(cell: unknown): string {
  if (cell === null || cell === undefined) return '<none>';
  return typeof cell === 'string' ? cell : JSON.stringify(cell);
}

function laidOut(rows: readonly Row[], look: Look): readonly string[] {
  const wide = linesOf(rows, GAP, look);
  if (wide !== undefined) return wide;
  const [header = []] = rows;
  const kept = header.flatMap((name, index) => (EXPENDABLE.includes(name) ? [] : [index]));
  const fewer = rows
    .map((row) => kept.map((index) => row[index] ?? ''))
    .with(
      0,
      kept.map((index) => shortTitle(header[index])),
    );
  return linesOf(fewer, NARROW_GAP, look) ?? linesOf(shortened(fewer, look.width), NARROW_GAP, look, true) ?? [];
}

function shortTitle(name = ''): string {
  return SHORT[name] ?? name;
}

/** Undefined where the widest line does not fit. */
function linesOf(rows: readonly Row[], gap: string, look: Look, isLast = false): readonly string[] | undefined {
  const [header = []] = rows;
  const widths = header.map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? ''))));
  const total = widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1));
  if (total > look.width && !isLast) return undefined;
  const grade = header.indexOf('GRADE');
  return rows.map((row, index) => {
    const paint = index === 0 ? ('dim' as const) : undefined;
    const cells = row.map((cell, column) => {
      const text = column === row.length - 1 ? cell : padded(cell, widths[column] ?? 0);
      return column === grade && index > 0 ? look.paint(text, paintOfGrade(cell)) : text;
    });
    const line = cells.join(gap);
    return paint === undefined ? line : look.paint(line, paint);
  });
}

/** Names give way: the longest are cut until the line fits, or until they say nothing any more. */
function shortened(rows: readonly Row[], width: number): readonly Row[] {
  const [header = []] = rows;
  const name = header.indexOf('NAME');
  const others = header.reduce(
    (sum, _, column) => (column === name ? sum : sum + Math.max(...rows.map((row) => widthOf(row[column] ?? '')))),
    NARROW_GAP.length * (header.length - 1),
  );
  const room = Math.max(LONGEST_NAME, width - others);
  return rows.map((row) => row.map((cell, column) => (column === name ? fitted(cell, room) : cell)));
}
