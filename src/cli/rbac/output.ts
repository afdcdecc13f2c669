import { shown, wrapped } from '#report/formats/columns.ts';
import { safeJson } from '#report/formats/json.ts';
import { UsageError } from '../exit.ts';
import { rowsText } from '../output/rows.ts';
import { lookOf, print } from '../output/terminal.ts';

const OUTPUTS = ['table', 'json', 'tree'] as const;
type Output = (typeof OUTPUTS)[number];

/** The way of saying it that a flag names. Throws UsageError. */
export function outputNamed(word: string): Output {
  const output = OUTPUTS.find((each) => each === word);
  if (output === undefined) throw new UsageError(`--output: "${word}" is not one of ${OUTPUTS.join(', ')}`);
  return output;
}

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

/** Says it as the flag wants it. */
export async function tell(told: Told, output: Output): Promise<void> {
  const { json, rows, tree } = told;
  // What a program reads has a line for each row.
  const width = process.stdout.isTTY ? lookOf(process.stdout).width : Infinity;
  const summary = told.summary.split('\n').flatMap((line) => wrapped(shown(line), width));
  if (output === 'json') await print(`${safeJson(json, 2)}\n`);
  else if (output === 'table') await print([...table(rows, width), ...summary, ''].join('\n'));
  else await print([...branches(tree), ...summary, ''].join('\n'));
}

/** A table of titles alone is none. */
function table([head, ...rows]: readonly (readonly string[])[], width: number): readonly string[] {
  return head === undefined || rows.length === 0 ? [] : [rowsText(head, rows, width).trimEnd()];
}

function branches(list: readonly Branch[], indent = ''): readonly string[] {
  return list.flatMap(({ text, below = [] }) => [`${indent}${shown(text)}`, ...branches(below, `${indent}  `)]);
}
