import { EVENT_ID, SCALAR_STYLE, getScalarValue, type Event } from 'js-yaml';
import { kindFor } from '#model/kinds.ts';
import { keyOf } from '#model/ref.ts';
import { pathParts } from '#model/shape.ts';
import type { Place, ScanSubject, Sources, Spot } from '#report/formats/scan.ts';
import { endOf, isPop, offsetOf, rawDocuments, type RawDocument } from './events.ts';
import { readText } from './files.ts';

/** Where an object was read: its file and line, its document there, and its way into the lists in it. */
export interface Origin extends Place {
  readonly document: number;
  readonly items: readonly number[];
}

interface SourcesOptions {
  readonly originOf: (kind: string, key: string) => Origin | undefined;
  /** What came in for the file `-`. */
  readonly stdin: string;
}

/** Where the objects of files are. The file that was looked into last is kept: ask file by file. */
export function fileSources({ originOf, stdin }: SourcesOptions): Sources {
  let open: { readonly file: string; readonly documents: ReturnType<typeof rawDocuments> } | undefined;
  const documentsIn = (file: string): ReturnType<typeof rawDocuments> => {
    if (open?.file !== file) open = { file, documents: rawDocuments(file === '-' ? stdin : textOf(file)) };
    return open.documents;
  };
  const origin = ({ apiVersion, kind, namespace = '', name }: ScanSubject): Origin | undefined =>
    kindFor(apiVersion, kind) === undefined ? undefined : originOf(kind, keyOf({ namespace, name }));
  return {
    placeOf: origin,
    spotOf: (subject, path) => {
      const found = origin(subject);
      if (found === undefined) return undefined;
      const { file, line, document, items } = found;
      const raw = documentsIn(file)[document];
      const start = { file, line: Math.max(line, 1), column: 1, endLine: Math.max(line, 1), endColumn: 1 };
      if (raw === undefined || 'error' in raw) return start;
      return { file, ...regionOf(raw, [...items.flatMap((item) => ['items', item]), ...pathParts(path)]) };
    },
  };
}

/** A file that has gone since has no lines any more. */
function textOf(file: string): string {
  const source = readText(file);
  return 'text' in source ? source.text : '';
}

type Way = readonly (string | number)[];

/** From where to where a field is written, its key included; that of the nearest one around it where it is not. */
function regionOf(document: RawDocument, way: Way): Omit<Spot, 'file'> {
  const { events, text } = document;
  let node = 1;
  let [start, end] = [startOf(events[node]), startOf(events[node]) + 1];
  for (const part of way) {
    const found = childOf(document, target(document, node), part);
    if (found === undefined) break;
    node = found.value;
    start = startOf(events[found.key ?? node]);
    const value = events[node];
    const last = value?.type === EVENT_ID.SCALAR && value.valueStart >= 0 ? value : events[found.key ?? node];
    end = Math.max(start + 1, endOfScalar(last, text));
  }
  const [from, to] = [pointAt(document, start), pointAt(document, end)];
  return { ...from, endLine: to.line, endColumn: to.column };
}

interface Child {
  /** The event of its key; none for an item of a list. */
  readonly key?: number;
  readonly value: number;
}

function childOf(document: RawDocument, node: number, part: string | number): Child | undefined {
  const type = document.events[node]?.type;
  if (type === EVENT_ID.SEQUENCE && typeof part === 'number') return itemOf(document.events, node, part);
  return type === EVENT_ID.MAPPING ? entryOf(document, node, String(part)) : undefined;
}

function itemOf(events: readonly Event[], list: number, index: number): Child | undefined {
  let item = list + 1;
  for (let before = 0; before < index && !isPop(events[item]); before += 1) item = endOf(events, item);
  return isPop(events[item]) ? undefined : { value: item };
}

/** Of two equal keys the last one, as kubectl takes it; a key that is merged in where there is none of its own. */
function entryOf(document: RawDocument, mapping: number, name: string): Child | undefined {
  const { events, text } = document;
  let found: Child | undefined;
  const merged: number[] = [];
  for (let key = mapping + 1; !isPop(events[key]);) {
    const value = endOf(events, key);
    const event = events[key];
    const word = event?.type === EVENT_ID.SCALAR ? getScalarValue(text, event) : undefined;
    if (word === name) found = { key, value };
    if (word === '<<') merged.push(target(document, value));
    key = endOf(events, value);
  }
  if (found !== undefined) return found;
  return merged
    .map((from) => (from < mapping ? childOf(document, from, name) : undefined))
    .find((child) => child !== undefined);
}

/** The node that an alias stands for; any other node itself. */
function target({ events, text }: RawDocument, node: number): number {
  const alias = events[node];
  if (alias?.type !== EVENT_ID.ALIAS) return node;
  const name = text.slice(alias.anchorStart, alias.anchorEnd);
  const at = events
    .slice(0, node)
    .findLastIndex(
      (event) =>
        'anchorStart' in event &&
        event.type !== EVENT_ID.ALIAS &&
        text.slice(event.anchorStart, event.anchorEnd) === name,
    );
  return at < 0 ? node : at;
}

function isQuoted(event: Event | undefined): boolean {
  return (
    event?.type === EVENT_ID.SCALAR &&
    (event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED)
  );
}

function startOf(event: Event | undefined): number {
  return Math.max(0, offsetOf(event) - (isQuoted(event) ? 1 : 0));
}

function endOfScalar(event: Event | undefined, text: string): number {
  if (event?.type !== EVENT_ID.SCALAR) return startOf(event) + 1;
  const end = event.valueEnd + (isQuoted(event) ? 1 : 0);
  return text[end - 1] === '\n' ? end - 1 : end;
}

function pointAt(
  { text, moved, before, lines }: RawDocument,
  offset: number,
): { readonly line: number; readonly column: number } {
  const line = lines(offset);
  const column = offset - (text.lastIndexOf('\n', offset - 1) + 1) + 1;
  return { line: before + line, column: column - (moved.get(line) ?? 0) };
}
