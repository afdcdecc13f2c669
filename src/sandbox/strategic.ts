import { isList, isRecord, own, same, textAt, without, type Raw } from './json.ts';
import { childOf, itemOf, type Schema } from './schema.ts';

const DIRECTIVE = '$patch';

const strategyOf = (schema: Schema | undefined): string => textAt(schema, 'x-kubernetes-patch-strategy');

function mergeKey(schema: Schema | undefined): string | undefined {
  const strategy = strategyOf(schema).split(',');
  const key = schema?.['x-kubernetes-patch-merge-key'];
  if (!strategy.includes('merge')) return undefined;
  return typeof key === 'string' ? key : '';
}

/** Items in the order that the patch asks for; those it does not name stay behind the neighbour they had. */
function inOrder(items: readonly unknown[], order: readonly unknown[], key: string): readonly unknown[] {
  const identity = (item: unknown): unknown => (key === '' ? item : own(item, key));
  const wanted = order.map(identity);
  const rank = (item: unknown): number => wanted.findIndex((id) => same(id, identity(item)));
  const named = items.filter((item) => rank(item) >= 0).toSorted((a, b) => rank(a) - rank(b));
  const result: unknown[] = [];
  for (const item of items) {
    if (rank(item) < 0) result.push(item);
    else result.push(named.shift());
  }
  return result;
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
  if (key !== '') return mergeItems(base, patch, key, itemOf(schema));
  return [...base, ...patch.filter((item) => !base.some((other) => same(other, item)))];
}

function strategyReplaces(schema: Schema | undefined, patch: Raw): boolean {
  return patch[DIRECTIVE] === 'replace' || strategyOf(schema) === 'replace';
}

type Directive = (
  list: readonly unknown[],
  value: readonly unknown[],
  schema: Schema | undefined,
) => readonly unknown[];

/** Directives about a list stand beside it, under a name that ends with the name of the list. */
const DIRECTIVES: readonly (readonly [prefix: string, apply: Directive])[] = [
  ['$deleteFromPrimitiveList/', (list, value) => list.filter((item) => !value.some((gone) => same(gone, item)))],
  ['$setElementOrder/', (list, value, schema) => inOrder(list, value, mergeKey(schema) ?? '')],
];

function applyDirectives(result: Map<string, unknown>, patch: Raw, schema: Schema | undefined): void {
  for (const [prefix, apply] of DIRECTIVES)
    for (const [name, value] of Object.entries(patch)) {
      const field = name.slice(prefix.length);
      const list = name.startsWith(prefix) ? result.get(field) : undefined;
      if (isList(list) && isList(value)) result.set(field, apply(list, value, childOf(schema, field)));
    }
  const retained = patch['$retainKeys'];
  if (isList(retained)) for (const key of [...result.keys()]) if (!retained.includes(key)) result.delete(key);
}

/** Strategic merge patch: lists merge by the keys of the schema, `$patch` directives delete and replace. */
export function strategicMerge(live: unknown, patch: unknown, schema: Schema | undefined): unknown {
  if (isList(patch)) return mergeList(live, patch, schema);
  if (!isRecord(patch)) return patch;
  if (patch[DIRECTIVE] === 'delete') return undefined;
  if (strategyReplaces(schema, patch)) return without(patch, DIRECTIVE);
  const result = new Map(Object.entries(isRecord(live) ? live : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    const merged = value === null ? undefined : strategicMerge(result.get(key), value, childOf(schema, key));
    if (merged === undefined) result.delete(key);
    else result.set(key, merged);
  }
  applyDirectives(result, patch, schema);
  return Object.fromEntries(result);
}
