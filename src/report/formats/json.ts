import { UNSAFE } from '#model/text.ts';
import type { Format } from './scan.ts';

/** JSON, on one line or with an indent, with escapes for what JSON.stringify leaves as it is and a terminal or an editor would obey. */
export function safeJson(value: unknown, indent?: number): string {
  return escaped(JSON.stringify(value, undefined, indent));
}

const PLAIN = /^[\n -~]*$/;

function escaped(json: string): string {
  if (PLAIN.test(json)) return json;
  return json.replace(UNSAFE, (mark) => (mark < ' ' ? mark : `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`));
}

/** `--output json`: as JSON.stringify with an indent of two, item by item. */
export const json: Format = function* ({ result }) {
  const fields = Object.entries(result);
  for (const [index, [name, value]] of fields.entries()) {
    yield `${index === 0 ? '{\n' : ',\n'}  ${JSON.stringify(name)}: `;
    if (Array.isArray(value)) yield* items(value);
    else yield inner(value);
  }
  yield '\n}\n';
};

/** So many items are written at once: a call for each would cost more than the writing. */
const AT_ONCE = 64;

function* items(values: readonly unknown[]): Iterable<string> {
  for (let from = 0; from < values.length; from += AT_ONCE)
    yield `${from === 0 ? '[' : ','}${inner(values.slice(from, from + AT_ONCE)).slice('['.length, -'\n  ]'.length)}`;
  yield values.length === 0 ? '[]' : '\n  ]';
}

/** A value with the indent that it has in the result: written in a list, which is cut off again. */
function inner(value: unknown): string {
  return escaped(JSON.stringify([value], undefined, 2)).slice('[\n  '.length, -'\n]'.length);
}

/** `--output jsonl`: an object a line, each with its `type`; the sum last. */
export const jsonLines: Format = function* ({ result }) {
  const {
    findings,
    notEvaluated,
    declared = [],
    workloads = [],
    bindings = [],
    exceptions = [],
    errors,
    ...summary
  } = result;
  for (const finding of findings) yield `${safeJson({ type: 'finding', ...finding })}\n`;
  for (const gap of notEvaluated) yield `${safeJson({ type: 'notEvaluated', ...gap })}\n`;
  for (const each of declared) yield `${safeJson({ type: 'declared', ...each })}\n`;
  for (const workload of workloads) yield `${safeJson({ type: 'workload', ...workload })}\n`;
  for (const binding of bindings) yield `${safeJson({ type: 'binding', ...binding })}\n`;
  for (const exception of exceptions) yield `${safeJson({ type: 'exception', ...exception })}\n`;
  for (const error of errors) yield `${safeJson({ type: 'error', ...error })}\n`;
  yield `${safeJson({ type: 'summary', ...summary })}\n`;
};
