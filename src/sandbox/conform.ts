import { isList, isRecord, own, recordAt, textAt, type Raw } from './json.ts';
import { childOf, itemOf, type Schema } from './schema.ts';

/** What was found while an object was fitted to the schema of its kind. */
export interface Findings {
  readonly unknown: string[];
  /** The first value of a wrong type, in the words of Go's JSON decoder. */
  mismatch?: string;
}

const join = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

function goType(schema: Schema): string {
  const { type, format } = schema;
  if (type === 'integer') return typeof format === 'string' ? format : 'int64';
  if (type === 'boolean') return 'bool';
  if (type === 'array') return `[]${goType(itemOf(schema) ?? {})}`;
  if (type !== 'object') return typeof type === 'string' ? type : 'interface {}';
  const struct = textAt(schema, 'x-go-name');
  return struct === '' ? `map[string]${goType(childOf(schema, '*') ?? {})}` : `v1.${struct}`;
}

function fits(value: unknown, schema: Schema): boolean {
  switch (schema['type']) {
    case 'string':
      return typeof value === 'string' || schema['format'] === 'int-or-string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'array':
      return isList(value);
    case 'object':
      return isRecord(value);
    default:
      return true;
  }
}

const jsonType = (value: unknown): string => {
  if (isList(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number' && !Number.isInteger(value)) return `number ${String(value)}`;
  return typeof value;
};

/** Where a value stands: its path, and the Go struct that has the field. */
interface Where {
  readonly struct: string;
  readonly path: string;
}

/** A native object as Go's decoder leaves it: nulls and unknown fields are gone, and noted. */
export function conform(value: unknown, schema: Schema | undefined, where: Where, findings: Findings): unknown {
  if (schema === undefined || value === null) return value;
  if (!fits(value, schema)) {
    const field = `${where.struct}.${where.path.replace(/\[\d+\]/g, '')}`;
    findings.mismatch ??= `json: cannot unmarshal ${jsonType(value)} into Go struct field ${field} of type ${goType(schema)}`;
    return value;
  }
  const { path } = where;
  if (isList(value))
    return value.map((item, index) =>
      conform(item, itemOf(schema), { ...where, path: `${path}[${String(index)}]` }, findings),
    );
  if (!isRecord(value)) return value;
  return conformObject(value, schema, { struct: textAt(schema, 'x-go-name') || where.struct, path }, findings);
}

/** Go leaves out empty lists and maps, unless the field is required; an empty struct stays. */
function isOmitted(key: string, value: unknown, schema: Schema): boolean {
  const child = childOf(schema, key);
  if (isList(value)) return value.length === 0 && !isRequired(key, schema);
  const map = isRecord(value) && own(child, 'additionalProperties') !== undefined;
  return map && Object.keys(value).length === 0 && !isRequired(key, schema);
}

const isRequired = (key: string, schema: Schema): boolean =>
  isList(schema['required']) && schema['required'].includes(key);

function conformObject(value: Raw, schema: Schema, where: Where, findings: Findings): Raw {
  const { struct, path } = where;
  const closed = isRecord(schema['properties']) && own(schema, 'additionalProperties') === undefined;
  const kept: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(value)) {
    const child = childOf(schema, key);
    if (child === undefined && closed) findings.unknown.push(join(path, key));
    else if (inner !== null) {
      const fitted = conform(inner, child, { struct, path: join(path, key) }, findings);
      if (!isOmitted(key, fitted, schema)) kept.push([key, fitted]);
    } else if (!closed) kept.push([key, inner]);
  }
  return Object.fromEntries(kept);
}

const ZERO: readonly unknown[] = ['', 0, false];

interface Fallback {
  readonly key: string;
  readonly value: unknown;
  readonly schema: Schema | undefined;
}

const fallbacks = new WeakMap<Schema, readonly Fallback[]>();

/** The fields of a schema that are there although nobody set them, with what they have then. */
function fallbacksOf(schema: Schema): readonly Fallback[] {
  const known = fallbacks.get(schema);
  if (known !== undefined) return known;
  const found = Object.entries(recordAt(schema, 'properties')).flatMap(([key, field]) => {
    const value = own(field, 'default');
    const absent = value === undefined || (ZERO.includes(value) && !isRequired(key, schema));
    return absent ? [] : [{ key, value, schema: childOf(schema, key) }];
  });
  fallbacks.set(schema, found);
  return found;
}

/** The value with what Go always writes and with the defaults of the schema: value structs, required zeros, `+default`. */
export function materialise(value: unknown, schema: Schema | undefined): unknown {
  if (schema === undefined) return value;
  if (isList(value)) return value.map((item) => materialise(item, itemOf(schema)));
  if (!isRecord(value)) return value;
  const filled = Object.entries(value).map(([key, inner]) => [key, materialise(inner, childOf(schema, key))] as const);
  const missing = fallbacksOf(schema)
    .filter(({ key }) => !Object.hasOwn(value, key))
    .map((fallback) => [fallback.key, materialise(fallback.value, fallback.schema)] as const);
  return Object.fromEntries([...filled, ...missing]);
}
