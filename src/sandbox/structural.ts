import { isList, isRecord, own, recordAt, same, type Raw } from './json.ts';
import type { Schema } from './schema.ts';

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

const TYPE_META: Raw = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } };

function childSchema(schema: Schema, key: string): Schema | undefined {
  const declared = own(schema['properties'], key) ?? schema['additionalProperties'];
  return isRecord(declared) ? declared : undefined;
}

const keepsAll = (schema: Schema): boolean =>
  schema['x-kubernetes-preserve-unknown-fields'] === true || schema['additionalProperties'] === true;

/** The object without the fields that a structural schema does not name; each is noted with its path. */
export function pruneUnknown(value: unknown, schema: Schema, path: string, unknown: string[]): unknown {
  if (isList(value)) {
    const items = schema['items'];
    if (!isRecord(items)) return value;
    return value.map((item, index) => pruneUnknown(item, items, `${path}[${String(index)}]`, unknown));
  }
  if (!isRecord(value)) return value;
  const embedded = path === '' || schema['x-kubernetes-embedded-resource'] === true;
  const kept: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(value)) {
    const child = childSchema(schema, key);
    if (embedded && Object.hasOwn(TYPE_META, key)) kept.push([key, inner]);
    else if (child !== undefined) kept.push([key, pruneUnknown(inner, child, join(path, key), unknown)]);
    else if (keepsAll(schema)) kept.push([key, inner]);
    else unknown.push(join(path, key));
  }
  return Object.fromEntries(kept);
}

/** The object with the defaults of the schema; a null that may not be null gives way to its default, or goes. */
export function fillDefaults(value: unknown, schema: Schema): unknown {
  if (isList(value)) {
    const items = schema['items'];
    return isRecord(items) ? value.map((item) => fillDefaults(item, items)) : value;
  }
  if (!isRecord(value)) return value;
  const declared = recordAt(schema, 'properties');
  const present = Object.entries(value).filter(
    ([key, inner]) => inner !== null || !isRecord(own(declared, key)) || own(own(declared, key), 'nullable') === true,
  );
  const filled = new Map(present);
  for (const [key, child] of Object.entries(declared))
    if (!filled.has(key) && isRecord(child) && Object.hasOwn(child, 'default')) filled.set(key, child['default']);
  const entries = [...filled].map(([key, inner]) => {
    const child = childSchema(schema, key);
    return [key, child === undefined ? inner : fillDefaults(inner, child)] as const;
  });
  return Object.fromEntries(entries);
}

const NUMERIC = ['exclusiveMinimum', 'exclusiveMaximum'] as const;
const DROPPED = new Set<string>([
  'default',
  'description',
  'example',
  'externalDocs',
  'format',
  'nullable',
  'title',
  ...NUMERIC,
]);

function bounds(schema: Schema): Raw {
  const low = schema['exclusiveMinimum'] === true ? { exclusiveMinimum: schema['minimum'] } : {};
  const high = schema['exclusiveMaximum'] === true ? { exclusiveMaximum: schema['maximum'] } : {};
  return { ...low, ...high };
}

function convert(key: string, value: unknown): unknown {
  if (key === 'properties')
    return Object.fromEntries(Object.entries(value as Raw).map(([name, inner]) => [name, jsonSchema(inner as Schema)]));
  if (['allOf', 'anyOf', 'oneOf'].includes(key)) return (value as readonly Schema[]).map(jsonSchema);
  if (['items', 'not', 'additionalProperties'].includes(key) && isRecord(value)) return jsonSchema(value);
  return value;
}

/** The structural schema as JSON Schema, for ajv. */
export function jsonSchema(schema: Schema): Raw {
  const entries = Object.entries(schema)
    .filter(([key]) => !DROPPED.has(key) && !key.startsWith('x-kubernetes-'))
    .map(([key, value]) => [key, convert(key, value)] as const);
  const base: Raw = { ...Object.fromEntries(entries), ...bounds(schema) };
  if (schema['x-kubernetes-int-or-string'] === true) return { ...base, type: ['integer', 'string'] };
  const type = schema['type'];
  if (schema['nullable'] !== true || typeof type !== 'string') return base;
  return { ...base, type: [type, 'null'], ...(isList(schema['enum']) ? { enum: [...schema['enum'], null] } : {}) };
}

interface Duplicate {
  readonly path: string;
  readonly value: unknown;
}

const keysOf = (item: unknown, keys: readonly unknown[]): Raw =>
  Object.fromEntries(keys.map((key) => [String(key), own(item, String(key)) ?? null]));

/** Items that a list of type set or map holds twice. */
export function duplicates(value: unknown, schema: Schema, path: string): readonly Duplicate[] {
  if (isRecord(value))
    return Object.entries(value).flatMap(([key, inner]) => {
      const child = childSchema(schema, key);
      return child === undefined ? [] : duplicates(inner, child, join(path, key));
    });
  if (!isList(value)) return [];
  const kind = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'];
  const items = schema['items'];
  const inner = isRecord(items)
    ? value.flatMap((item, index) => duplicates(item, items, `${path}[${String(index)}]`))
    : [];
  if (kind !== 'set' && kind !== 'map') return inner;
  const identity = value.map((item) => (kind === 'map' && isList(keys) ? keysOf(item, keys) : item));
  const repeated = identity.flatMap((id, index) =>
    identity.slice(0, index).some((other) => same(other, id)) ? [{ path: `${path}[${String(index)}]`, value: id }] : [],
  );
  return [...repeated, ...inner];
}
