import { json, jsonLines } from './json.ts';
import { junit } from './junit.ts';
import { markdown } from './markdown.ts';
import { sarif } from './sarif.ts';
import type { Format } from './scan.ts';
import { table } from './table.ts';
import { wide } from './wide.ts';
import { yaml } from './yaml.ts';

/** Every format of `--output`, by its name there. */
export const FORMATS = {
  table,
  wide,
  json,
  yaml,
  jsonl: jsonLines,
  sarif,
  junit,
  markdown,
} as const satisfies Readonly<Record<string, Format>>;

export type FormatName = keyof typeof FORMATS;

export function isFormat(word: string): word is FormatName {
  return Object.hasOwn(FORMATS, word);
}
