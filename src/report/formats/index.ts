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

/** What each is for and how it is built: docs/cli.md. */
export const ABOUT_FORMATS: Readonly<Record<FormatName, string>> = {
  table: 'for people, 80 columns or the width of the terminal: by subject, the worst first, with the fix in a line',
  wide: 'a finding a line, then a workload a line, how it is exposed and isolated, then what the service account of each can do and what bindings open; nothing cut, to be searched',
  json: 'the whole result in one object; what `--baseline` reads',
  yaml: 'the same object',
  jsonl:
    'an object a line with its `type`: every `finding`, `notEvaluated`, `declared`, `workload`, `binding`, `exception` and `error`, and last the `summary`',
  sarif:
    'SARIF 2.1.0 for code hosts: file, line and column of the field, a rule with help for every check, fingerprints that last',
  junit:
    'a suite a check and a test a finding; failures are the findings that fail the scan, others are skipped; a check without findings is a test that passed',
  markdown: 'for the summary of a CI job or a comment',
};

export function isFormat(word: string): word is FormatName {
  return Object.hasOwn(FORMATS, word);
}
