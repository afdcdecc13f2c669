import type { Document } from './document.ts';
import { readText, type Found } from './files.ts';
import { jsonDocuments } from './json.ts';
import { yamlDocuments } from './yaml.ts';

/** The documents of a manifest: JSON where it looks like it, else YAML. */
export function documentsOf(text: string): readonly Document[] {
  return /^\s*[{[]/.test(text) ? jsonDocuments(text) : yamlDocuments(text);
}

/** A manifest file, read and parsed, or why it could not be read. */
export type Parsed =
  | { readonly file: string; readonly documents: readonly Document[] }
  | { readonly file: string; readonly problem: string };

/** Reads and parses what was found, one after the other. */
export function* parsed(found: Iterable<Found>): Iterable<Parsed> {
  for (const each of found) {
    const source = 'problem' in each ? each : readText(each.file);
    yield 'problem' in source ? source : { file: source.file, documents: documentsOf(source.text) };
  }
}
