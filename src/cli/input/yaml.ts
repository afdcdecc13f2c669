import {
  CORE_SCHEMA,
  EVENT_ID,
  NOT_RESOLVED,
  YAMLException,
  constructFromEvents,
  defineScalarTag,
  intCoreTag,
  mergeTag,
  type Event,
} from 'js-yaml';
import { itemsOf, type Document, type Located } from './document.ts';
import { endOf, isPop, offsetOf, rawDocuments, type RawDocument } from './events.ts';
import type { Lines } from './lines.ts';

const YES = /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/;
const NO = /^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/;

/** `yes`, `on` and `y` are true and a leading zero is octal for kubectl, which reads YAML 1.1: `privileged: yes` is privileged. */
const kubectlBool = defineScalarTag<boolean>('tag:yaml.org,2002:bool', {
  implicit: true,
  implicitFirstChars: 'yYnNtTfFoO'.split(''),
  resolve: (source) => (YES.test(source) ? true : NO.test(source) ? false : NOT_RESOLVED),
  identify: () => false,
});
const kubectlInt = defineScalarTag<number>('tag:yaml.org,2002:int', {
  ...intCoreTag,
  resolve: (source, isExplicit, tagName) =>
    /^[-+]?0[0-7]+$/.test(source) ? Number.parseInt(source, 8) : intCoreTag.resolve(source, isExplicit, tagName),
});
const SCHEMA = CORE_SCHEMA.withTags(mergeTag, kubectlBool, kubectlInt);

/** As many values as no manifest of real life has, and few enough to walk. */
const ALIASED_VALUES_AT_MOST = 1_000_000;

/** The documents of a YAML text; empty ones are left out. */
export function yamlDocuments(text: string): readonly Document[] {
  const documents = rawDocuments(text).map((raw) =>
    'error' in raw ? broken(raw.line, problemOf(raw.error, raw.before)) : documentOf(raw),
  );
  const isTemplate = documents.some(({ errors }) => errors.length > 0) && text.includes('{{');
  return isTemplate ? documents.map(asTemplate) : documents;
}

/** What cannot be read of a chart, or of another template, is not mended by looking at it. */
function asTemplate(document: Document): Document {
  if ('value' in document) return document;
  const hint = 'is it a template that has to be rendered first?';
  return { ...document, errors: document.errors.map((each) => ({ ...each, message: `${each.message}; ${hint}` })) };
}

function documentOf({ events, text, before, lines }: RawDocument): Document {
  const line = before + lines(offsetOf(events[1]));
  const located = (value: unknown): Located =>
    itemsOf(value) === undefined ? { line, items: [] } : locate(events, text, (offset) => before + lines(offset), 1);
  try {
    const [value] = constructFromEvents([...events], { source: text, schema: SCHEMA });
    if (events.some(({ type }) => type === EVENT_ID.ALIAS)) refuseBomb(value);
    return { line, value, errors: [], located: located(value) };
  } catch (error) {
    const problem = problemOf(error, before, line);
    if (!problem.message.startsWith('duplicated')) return broken(line, problem);
    // kubectl takes the last of two equal keys: what it would apply is judged, and the key is named.
    const [value] = constructFromEvents([...events], { source: text, schema: SCHEMA, json: true });
    return { line, value, errors: [problem], located: located(value) };
  }
}

function broken(line: number, problem: Document['errors'][number]): Document {
  return { line, errors: [problem], located: { line, items: [] } };
}

function problemOf(error: unknown, before: number, line = before + 1): Document['errors'][number] {
  if (error instanceof YAMLException)
    return { line: error.mark === undefined ? line : before + error.mark.line + 1, message: error.reason };
  if (error instanceof RangeError) return { line, message: 'nested too deeply' };
  return { line, message: error instanceof Error ? error.message : String(error) };
}

/** Aliases cost nothing until someone walks through them: how many values that would be is counted before anyone does. */
function refuseBomb(root: unknown): void {
  const sizes = new Map<object, number>();
  const open = new Set<object>();
  const sizeOf = (value: unknown): number => {
    if (typeof value !== 'object' || value === null) return 1;
    const known = sizes.get(value);
    if (known !== undefined) return known;
    if (open.has(value)) throw new Error('an alias names what it stands in');
    open.add(value);
    let size = 1;
    for (const inner of Object.values(value)) size += sizeOf(inner);
    open.delete(value);
    sizes.set(value, size);
    return size;
  };
  if (sizeOf(root) > ALIASED_VALUES_AT_MOST)
    throw new Error(`aliases unfold to more than ${String(ALIASED_VALUES_AT_MOST)} values`);
}

/** Where the items of a list, of the lists in it, and so on, begin. */
function locate(events: readonly Event[], text: string, lines: Lines, at: number): Located {
  const line = lines(offsetOf(events[at]));
  const items: Located[] = [];
  const list = valueOfItems(events, text, at);
  if (list !== undefined)
    for (let item = list + 1; !isPop(events[item]); item = endOf(events, item))
      items.push(locate(events, text, lines, item));
  return { line, items };
}

function valueOfItems(events: readonly Event[], text: string, at: number): number | undefined {
  if (events[at]?.type !== EVENT_ID.MAPPING) return undefined;
  let key = at + 1;
  let found: number | undefined;
  while (key < events.length && !isPop(events[key])) {
    const value = endOf(events, key);
    const event = events[key];
    const isItems = event?.type === EVENT_ID.SCALAR && /^"?items"?$/.test(text.slice(event.valueStart, event.valueEnd));
    if (isItems && events[value]?.type === EVENT_ID.SEQUENCE) found = value;
    key = endOf(events, value);
  }
  return found;
}
