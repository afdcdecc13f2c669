import { EVENT_ID, YAMLException, parseEvents, type Event } from 'js-yaml';
import { indented, type Indented } from './continued.ts';
import { lineCounter, type Lines } from './lines.ts';

/** A document as the parser saw it, before anything is made of it. */
export interface RawDocument {
  readonly events: readonly Event[];
  /** The text that the offsets of the events are of: the whole one, or what was cut out of it. */
  readonly text: string;
  /** By how much lines of it were moved. */
  readonly moved: Indented['moved'];
  /** How many lines of the whole text come before it. */
  readonly before: number;
  /** The line in `text`. */
  readonly lines: Lines;
}

/** A piece of text that is no YAML. */
interface Broken {
  readonly line: number;
  readonly before: number;
  readonly error: unknown;
}

const DEEPEST = 500;
const NOT_MOVED: Indented['moved'] = new Map();

/**
 * The documents of a YAML text; empty ones are left out. Where the text as a whole cannot be parsed it is cut at `---`, so that one broken
 * document does not hide the others.
 */
export function rawDocuments(text: string): readonly (RawDocument | Broken)[] {
  const lines = lineCounter(text);
  try {
    return documentsOf(text, 0);
  } catch {
    return chunksOf(text).flatMap(({ from, chunk }): readonly (RawDocument | Broken)[] => {
      const before = lines(from) - 1;
      try {
        return documentsOf(chunk, before);
      } catch (error) {
        return [{ line: before + 1, before, error }];
      }
    });
  }
}

function chunksOf(text: string): readonly { readonly from: number; readonly chunk: string }[] {
  const starts = [0, ...[...text.matchAll(/^---(?=\s|$)/gm)].map(({ index }) => index)];
  return starts
    .map((from, index) => ({ from, chunk: text.slice(from, starts[index + 1]) }))
    .filter(({ chunk }) => /^(?!%|#|---\s*$|\s*$)/m.test(chunk));
}

function documentsOf(text: string, before: number): readonly RawDocument[] {
  try {
    return parsed({ text, moved: NOT_MOVED }, before);
  } catch (error) {
    const mended = isOfIndentation(error) ? indented(text) : undefined;
    if (mended === undefined) throw error;
    return parsed(mended, before);
  }
}

function isOfIndentation(error: unknown): boolean {
  return error instanceof YAMLException && error.reason === 'deficient indentation';
}

function parsed({ text, moved }: Indented, before: number): readonly RawDocument[] {
  const lines = lineCounter(text);
  const all = [...perDocument(parseEvents(text, { maxDepth: DEEPEST }))];
  // Nothing between two `---` is no document.
  return all.filter((events) => offsetOf(events[1]) >= 0).map((events) => ({ events, text, moved, before, lines }));
}

function* perDocument(events: readonly Event[]): Iterable<readonly Event[]> {
  let from = 0;
  for (let index = 1; index <= events.length; index += 1) {
    if (index < events.length && events[index]?.type !== EVENT_ID.DOCUMENT) continue;
    yield events.slice(from, index);
    from = index;
  }
}

/** Where an event stands in the text; -1 for an empty value. */
export function offsetOf(event: Event | undefined): number {
  if (event === undefined) return -1;
  if (event.type === EVENT_ID.SCALAR) return event.valueStart;
  if (event.type === EVENT_ID.ALIAS) return event.anchorStart;
  return 'start' in event ? event.start : -1;
}

export function isPop(event: Event | undefined): boolean {
  return event === undefined || event.type === EVENT_ID.POP;
}

/** The event after the node that begins at one. */
export function endOf(events: readonly Event[], at: number): number {
  let depth = 0;
  let index = at;
  do {
    const type = events[index]?.type;
    if (type === EVENT_ID.POP) depth -= 1;
    else if (type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE) depth += 1;
    index += 1;
  } while (depth > 0 && index < events.length);
  return index;
}
