import { itemsOf, type Document, type Located } from './document.ts';
import { withoutNeedlessEscapes } from './escapes.ts';
import { lineCounter, type Lines } from './lines.ts';
import { yamlDocuments } from './yaml.ts';

/**
 * The documents of a JSON text: one, or what the YAML reader, to which JSON is YAML too, makes of a text that JSON.parse refuses: it knows the
 * line of an error and reads several documents.
 */
export function jsonDocuments(text: string): readonly Document[] {
  const start = text.search(/\S/);
  if (start < 0) return [];
  let value: unknown;
  try {
    value = JSON.parse(withoutNeedlessEscapes(text));
  } catch {
    return yamlDocuments(text);
  }
  const lines = lineCounter(text);
  const line = lines(start);
  const items = itemsOf(value) === undefined ? [] : itemsIn(text, lines);
  return [{ line, value, errors: [], located: { line, items } }];
}

/** Where the objects in the `items` of the outermost object begin: an item of a list in a list is found with its list. */
function itemsIn(text: string, lines: Lines): readonly Located[] {
  const items: Located[] = [];
  let depth = 0;
  let key = '';
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') {
      if (depth === 2 && key === '"items"') items.push({ line: lines(index), items: [] });
      depth += 1;
    } else if (token === '}' || token === ']') depth -= 1;
    else if (depth === 1) key = token;
  }
  return items;
}
