/** A table as prettier writes it: each column as wide as its widest cell. `|` in a cell is escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) => rowText(row.map((cell, column) => cell.padEnd(widths[column] ?? 0))));
  return [lines[0], rowText(widths.map((width) => '-'.repeat(width))), ...lines.slice(1)].join('\n');
}

function rowText(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
