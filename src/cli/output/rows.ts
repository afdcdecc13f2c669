import { padded, shown, widthOf, wrappedNames } from '#report/formats/columns.ts';

const GAP = '  ';
/** A column that gives way says something still. */
const NARROWEST = 8;

/** A plain table: columns as wide as their widest cell. Where that is more than `width` the widest give way, and their cells go on below. */
export function rowsText(head: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  const cells = [head, ...rows.map((row) => row.map(shown))];
  const natural = head.map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))));
  const widths = narrowed(natural, width - GAP.length * (head.length - 1));
  return cells.flatMap((row) => linesOf(row, widths)).join('');
}

function linesOf(row: readonly string[], widths: readonly number[]): readonly string[] {
  const parts = row.map((cell, column) => wrappedNames(cell, widths[column] ?? 0));
  const height = Math.max(...parts.map((lines) => lines.length));
  return Array.from({ length: height }, (_, at) => {
    const line = parts.map((lines, column) => padded(lines[at] ?? '', widths[column] ?? 0)).join(GAP);
    return `${line.trimEnd()}\n`;
  });
}

function narrowed(natural: readonly number[], room: number): readonly number[] {
  const widths = [...natural];
  for (let over = widths.reduce((sum, each) => sum + each, 0) - room; over > 0; over -= 1) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 0) <= NARROWEST) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
  return widths;
}
