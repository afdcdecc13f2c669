import { padded, shown, widthOf } from '#report/formats/columns.ts';
import { UsageError } from '../exit.ts';
import { print } from '../output/terminal.ts';

export const OUTPUTS = ['table', 'json', 'tree'] as const;

/** A line of a tree with what hangs below it. */
export interface Branch {
  readonly text: string;
  readonly below?: readonly Branch[];
}

/** The three ways of saying the same. Rows begin with the titles. */
export interface Told {
  readonly json: object;
  readonly rows: readonly (readonly string[])[];
  readonly tree: readonly Branch[];
  /** Stands under a table and a tree. */
  readonly summary: string;
}

/** Says it as the flag wants it. Throws UsageError. */
export async function tell(told: Told, output: string): Promise<void> {
  const { json, rows, tree, summary } = told;
  if (output === 'json') await print(`${JSON.stringify(json, undefined, 2)}\n`);
  else if (output === 'table') await print([...table(rows), summary, ''].join('\n'));
  else if (output === 'tree') await print([...branches(tree), summary, ''].join('\n'));
  else throw new UsageError(`--output: "${output}" is not one of ${OUTPUTS.join(', ')}`);
}

/** Columns as wide as their widest cell; a table of titles alone is none. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length < 2) return [];
  const cells = rows.map((row) => row.map(shown));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))));
  return cells.map((row) =>
    row
      .map((cell, column) => padded(cell, widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function branches(list: readonly Branch[], indent = ''): readonly string[] {
  return list.flatMap(({ text, below = [] }) => [`${indent}${shown(text)}`, ...branches(below, `${indent}  `)]);
}
