import { itemsOf, type Document, type Located } from './document.ts';
import { documentsOf, type Parsed } from './documents.ts';
import { foreignReason } from './foreign.ts';
import { recognise, shrink, type Raw } from '#inventory/shrink.ts';
import { kindFor, wordOf } from '#model/kinds.ts';
import type { AnyObject } from '#model/objects.ts';
import { keyOf, refOf, subjectText } from '#model/ref.ts';
import { shortened } from '#model/text.ts';
import type { InputError } from '#report/formats/scan.ts';
import { Strings } from './own.ts';
import type { Origin } from './spots.ts';

export interface ForeignObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly reason: string;
}

const LISTS_IN_LISTS = 20;
const NO_ITEMS: readonly number[] = [];
const LONGEST = 300;

/** Gathers the objects of manifests, and everything that has to be said about them: whatever comes in, it never throws. */
export class Intake {
  readonly #objects = new Map<string, { readonly object: AnyObject; readonly origin: Origin }>();
  readonly #foreign: ForeignObject[] = [];
  readonly #unopened: ForeignObject[] = [];
  readonly #errors: InputError[] = [];
  readonly #generated = new Map<string, number>();
  readonly #strings = new Strings();
  #documents = 0;
  #hasUnread = false;

  get objects(): readonly AnyObject[] {
    return Array.from(this.#objects.values(), ({ object }) => object);
  }

  /** Where an object was read, by its kind and `keyOf`. */
  originOf(kind: string, key: string): Origin | undefined {
    return this.#objects.get(`${kind} ${key}`)?.origin;
  }

  /** What no check reads, or not all of it. */
  get foreign(): readonly ForeignObject[] {
    return [...this.#foreign, ...this.#unopened];
  }

  get errors(): readonly InputError[] {
    return this.#errors;
  }

  /** Whether anything could not be read; an object that was overwritten could. */
  get hasUnread(): boolean {
    return this.#hasUnread;
  }

  /** How many objects there were, whether or not any check reads them; an overwritten one does not count. */
  get count(): number {
    return this.#objects.size + this.#foreign.length;
  }

  get documents(): number {
    return this.#documents;
  }

  /** Takes in the text of a manifest. */
  addText(file: string, text: string): void {
    this.addFile({ file, documents: documentsOf(text) });
  }

  /** Takes in a manifest file. */
  addFile(parsed: Parsed): void {
    if ('problem' in parsed) this.fail(parsed.file, 0, parsed.problem);
    else for (const [index, document] of parsed.documents.entries()) this.#addDocument(parsed.file, index, document);
  }

  /** Takes in an object that is in memory already. */
  addObject(file: string, line: number, raw: unknown): void {
    this.#documents += 1;
    this.#add(raw, { file, line, document: 0, items: NO_ITEMS }, { line, items: [] });
  }

  fail(file: string, line: number, message: string): void {
    this.#hasUnread = true;
    this.#note(file, line, message);
  }

  #note(file: string, line: number, message: string): void {
    this.#errors.push({ file, line, message: shortened(message, LONGEST) });
  }

  #addDocument(file: string, index: number, document: Document): void {
    this.#documents += 1;
    for (const { line, message } of document.errors) this.fail(file, line, message);
    const { value } = document;
    if (value === undefined || value === null) return;
    this.#add(value, { file, line: document.line, document: index, items: NO_ITEMS }, document.located);
  }

  #add(raw: unknown, origin: Origin, located: Located): void {
    const items = itemsOf(raw);
    if (items === undefined) {
      this.#addOne(raw, origin);
      return;
    }
    if (origin.items.length === LISTS_IN_LISTS) {
      this.fail(origin.file, origin.line, `lists in lists more than ${String(LISTS_IN_LISTS)} deep`);
      return;
    }
    for (const [index, item] of items.entries()) {
      const at = located.items[index] ?? { line: origin.line, items: [] };
      this.#add(named(item, raw as Raw), { ...origin, line: at.line, items: [...origin.items, index] }, at);
    }
  }

  #addOne(raw: unknown, origin: Origin): void {
    const recognised = recognise(raw);
    if ('problem' in recognised) this.fail(origin.file, origin.line, recognised.problem);
    else if ('foreign' in recognised) this.#foreign.push(foreignOf(raw as Raw));
    else {
      if (recognised.kind === 'PodTemplate') this.#unopened.push(foreignOf(raw as Raw));
      const object = this.#strings.own(shrink(recognised.kind, this.#numbered(raw as Raw)));
      for (const note of object.malformed ?? []) this.fail(origin.file, origin.line, `${textOf(object)}: ${note}`);
      this.#keep(object, origin);
    }
  }

  #keep(object: AnyObject, origin: Origin): void {
    const key = `${object.kind} ${keyOf(refOf(object))}`;
    const known = this.#objects.get(key);
    if (known !== undefined) {
      const { file, line } = known.origin;
      this.#note(file, line, `${textOf(object)} is overwritten by ${origin.file}:${String(origin.line)}`);
    }
    this.#objects.set(key, { object, origin });
  }

  /** Objects that let the server finish their name are as many as there are manifests, though they share the name's beginning. */
  #numbered(raw: Raw): Raw {
    const metadata = raw['metadata'] as Raw;
    const { name, generateName, namespace } = metadata;
    if (typeof generateName !== 'string' || (typeof name === 'string' && name !== '')) return raw;
    const key = JSON.stringify([raw['kind'], namespace, generateName]);
    const number = (this.#generated.get(key) ?? 0) + 1;
    this.#generated.set(key, number);
    return number === 1 ? raw : { ...raw, metadata: { ...metadata, name: `${generateName}*${String(number)}` } };
  }
}

/** Items of a typed list, as the API server sends it, do not name their kind: the list does. */
function named(item: unknown, list: Raw): unknown {
  const { kind, apiVersion } = list as { readonly kind: string; readonly apiVersion?: unknown };
  if (kind === 'List' || typeof item !== 'object' || item === null || Object.hasOwn(item, 'kind')) return item;
  const single = kind.slice(0, -'List'.length);
  return typeof apiVersion === 'string' && kindFor(apiVersion, single) !== undefined
    ? { ...item, kind: single, apiVersion }
    : item;
}

function foreignOf(raw: Raw): ForeignObject {
  const metadata = raw['metadata'];
  const { name, namespace } = (typeof metadata === 'object' && metadata !== null ? metadata : {}) as Raw;
  const word = (value: unknown): string => (typeof value === 'string' ? value : '');
  return {
    apiVersion: word(raw['apiVersion']),
    kind: word(raw['kind']),
    namespace: word(namespace),
    name: word(name),
    reason: foreignReason(raw),
  };
}

function textOf({ kind, metadata }: AnyObject): string {
  return subjectText({ ...metadata, kind: wordOf(kind) });
}
