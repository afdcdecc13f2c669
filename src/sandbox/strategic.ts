import { canonical, isList, isRecord, own, same, textAt, without, type Raw } from './json.ts';
import { childOf, itemOf, type Schema } from './schema.ts';

const DIRECTIVE = '$patch';

const strategyOf = (schema: Schema | undefined): string => textAt(schema, 'x-kubernetes-patch-strategy');

function mergeKey(schema: Schema | undefined): string | undefined {
  const strategy = strategyOf(schema).split(',');
  const key = schema?.['x-kubernetes-patch-merge-key'];
  if (!strategy.includes('merge')) return undefined;
  return typeof key === 'string' ? key : '';
}

/**
 * Merged items in the order of the real server: those that the patch names in its own order, the others where they were
 * among them; a new item comes before the first that the patch does not name.
 */
function inOrder(
  items: readonly unknown[],
  live: readonly unknown[],
  patch: readonly unknown[],
  key: string,
): readonly unknown[] {
  const identity = (item: unknown): string => canonical((key === '' ? item : own(item, key)) ?? null);
  const wanted = patch.map(identity);
  const was = live.map(identity);
  const named = items.filter((item) => wanted.includes(identity(item)));
  named.sort((a, b) => wanted.indexOf(identity(a)) - wanted.indexOf(identity(b)));
  const others = items.filter((item) => !wanted.includes(identity(item)));
  const result: unknown[] = [];
  while (named.length > 0 && others.length > 0) {
    const mine = was.indexOf(identity(named[0]));
    const stays = mine >= 0 && was.indexOf(identity(others[0])) < mine;
    result.push(stays ? others.shift() : named.shift());
  }
  return [...result, ...named, ...others];
}

function mergeItems(
  live: readonly unknown[],
  patch: readonly unknown[],
  key: string,
  schema: Schema | undefined,
): readonly unknown[] {
  if (patch.some((item) => own(item, DIRECTIVE) === 'replace'))
    return patch.filter((item) => own(item, DIRECTIVE) !== 'replace');
  let result = [...live];
  for (const item of patch) {
    const index = result.findIndex((other) => same(own(other, key), own(item, key)));
    if (own(item, DIRECTIVE) === 'delete') result = result.filter((other) => !same(own(other, key), own(item, key)));
    else if (index < 0) result.push(strategicMerge({}, item, schema));
    else result[index] = strategicMerge(result[index], item, schema);
  }
  return result;
}

function mergeList(live: unknown, patch: readonly unknown[], schema: Schema | undefined): readonly unknown[] {
  const key = mergeKey(schema);
  const base = isList(live) ? live : [];
  if (key === undefined) return patch;
  if (key !== '') return inOrder(mergeItems(base, patch, key, itemOf(schema)), base, patch, key);
  const added = patch.filter((item) => !base.some((other) => same(other, item)));
  return inOrder([...base, ...added], base, patch, '');
}

function strategyReplaces(schema: Schema | undefined, patch: Raw): boolean {
  return patch[DIRECTIVE] === 'replace' || strategyOf(schema) === 'replace';
}

const DELETE = '$deleteFromPrimitiveList/';
const ORDER = '$setElementOrder/';

/** Directives about a list stand beside it, under a name that ends with the name of the list. */
function applyDirectives(result: Map<string, unknown>, live: Raw, patch: Raw, schema: Schema | undefined): void {
  for (const [name, value] of Object.entries(patch)) {
    const prefix = [DELETE, ORDER].find((each) => name.startsWith(each)) ?? name;
    const field = name.slice(prefix.length);
    const list = result.get(field);
    if (!isList(list) || !isList(value)) continue;
    if (prefix === DELETE)
      result.set(
        field,
        list.filter((item) => !value.some((gone) => same(gone, item))),
      );
    else result.set(field, inOrder(list, listAt(live, field), value, mergeKey(childOf(schema, field)) ?? ''));
  }
  const retained = patch['$retainKeys'];
  if (isList(retained)) for (const key of [...result.keys()]) if (!retained.includes(key)) result.delete(key);
}

const listAt = (object: Raw, field: string): readonly unknown[] => {
  const list = own(object, field);
  return isList(list) ? list : [];
};

/** Strategic merge patch: lists merge by the keys of the schema, `$patch` directives delete and replace. */
export function strategicMerge(live: unknown, patch: unknown, schema: Schema | undefined): unknown {
  if (isList(patch)) return mergeList(live, patch, schema);
  if (!isRecord(patch)) return patch;
  if (patch[DIRECTIVE] === 'delete') return undefined;
  if (strategyReplaces(schema, patch)) return without(patch, DIRECTIVE);
  const base = isRecord(live) ? live : {};
  const result = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    const merged = value === null ? undefined : strategicMerge(result.get(key), value, childOf(schema, key));
    if (merged === undefined) result.delete(key);
    else result.set(key, merged);
  }
  applyDirectives(result, base, patch, schema);
  return Object.fromEntries(result);
}
