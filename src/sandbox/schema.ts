import { at, isList, isRecord, own, type Raw } from './json.ts';
import { NATIVE_SCHEMAS } from './native.ts';

/** An OpenAPI schema node, of a native kind or of a CRD. */
export type Schema = Raw;

/** How a node is merged and owned: what structured-merge-diff calls its type. */
export type Shape =
  | { readonly type: 'leaf' }
  | { readonly type: 'object' }
  | { readonly type: 'set' }
  | { readonly type: 'keyed'; readonly keys: readonly string[] };

export const REF = '#/components/schemas/';
const followed = new WeakMap<Schema, Schema>();

/** Follows `$ref` and the `allOf` that wraps one: the node itself, with its own default and description laid over. */
export function deref(schema: Schema): Schema {
  const known = followed.get(schema);
  if (known !== undefined) return known;
  const inner = schema['allOf'];
  const wrapped = isList(inner) && inner.length === 1 && isRecord(inner[0]) ? inner[0] : schema;
  const ref = wrapped['$ref'];
  const target = typeof ref === 'string' ? own(NATIVE_SCHEMAS, ref.replace(REF, '')) : undefined;
  const named = { 'x-go-name': String(ref).split('.').at(-1) };
  const result = isRecord(target) ? { ...deref(target), ...named, ...schema } : schema;
  followed.set(schema, result);
  return result;
}

function followedAt(schema: Schema | undefined, ...path: readonly string[]): Schema | undefined {
  const found = at(schema, ...path);
  return isRecord(found) ? deref(found) : undefined;
}

/** The schema of a declared field. */
export const fieldOf = (schema: Schema | undefined, name: string): Schema | undefined =>
  followedAt(schema, 'properties', name);

/** The schema of a field, declared or as the value of a map. */
export const childOf = (schema: Schema | undefined, name: string): Schema | undefined =>
  fieldOf(schema, name) ?? followedAt(schema, 'additionalProperties');

export const itemOf = (schema: Schema | undefined): Schema | undefined => followedAt(schema, 'items');

function listShape(schema: Schema | undefined): Shape {
  const kind = schema?.['x-kubernetes-list-type'];
  if (kind === 'set') return { type: 'set' };
  const keys = schema?.['x-kubernetes-list-map-keys'];
  return kind === 'map' && isList(keys) ? { type: 'keyed', keys: keys.map(String) } : { type: 'leaf' };
}

/** The shape of a node, for the value that stands there: without a schema maps are granular and lists atomic. */
export function shapeOf(schema: Schema | undefined, value: unknown): Shape {
  if (isList(value)) return listShape(schema);
  if (!isRecord(value) || schema?.['x-kubernetes-map-type'] === 'atomic') return { type: 'leaf' };
  return { type: 'object' };
}

/** The name of an item of a keyed list in field paths: its keys, with the defaults of the schema. */
export function keyOf(item: unknown, keys: readonly string[], schema: Schema | undefined): Raw {
  const entries = keys.map((key) => [key, own(item, key) ?? fieldOf(schema, key)?.['default']] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)));
}
