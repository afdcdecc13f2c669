import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { at, isRecord, own, without, type Raw } from './json.ts';
import { duplicates, jsonSchema } from './structural.ts';
import type { Schema } from './schema.ts';
import type { Cause } from './status.ts';

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, verbose: true, logger: false });
const compiled = new WeakMap<Schema, ValidateFunction>();

function validatorOf(schema: Schema): ValidateFunction {
  const known = compiled.get(schema) ?? ajv.compile(jsonSchema(schema));
  compiled.set(schema, known);
  return known;
}

/** `/spec/items/0/name` as `spec.items[0].name`. */
function fieldPath(pointer: string): string {
  let path = '';
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (/^\d+$/.test(key)) path += `[${key}]`;
    else path += path === '' ? key : `.${key}`;
  }
  return path;
}

const shown = (value: unknown): string => {
  if (isRecord(value) || Array.isArray(value)) return JSON.stringify(value);
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
};

const goType = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
};

function invalidValue(field: string, value: unknown, rule: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${shown(value)}: ${field} in body ${rule}`, field };
}

type Explain = (field: string, value: unknown, params: Raw) => Cause;
const limit = (params: Raw): string => String(params['limit']);

const EXPLAIN: Readonly<Record<string, Explain>> = {
  type: (field, value, params) => {
    const wanted = ([] as unknown[])
      .concat(params['type'])
      .filter((type) => type !== 'null')
      .map(String);
    return {
      reason: 'FieldValueTypeInvalid',
      message: `Invalid value: ${JSON.stringify(goType(value))}: ${field} in body must be of type ${wanted.join(',')}: ${JSON.stringify(goType(value))}`,
      field,
    };
  },
  required: (field, _value, params) => {
    const missing = String(params['missingProperty']);
    return {
      reason: 'FieldValueRequired',
      message: 'Required value',
      field: field === '' ? missing : `${field}.${missing}`,
    };
  },
  enum: (field, value, params) => ({
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${shown(value)}: supported values: ${(params['allowedValues'] as readonly unknown[])
      .filter((item) => item !== null)
      .map(shown)
      .join(', ')}`,
    field,
  }),
  pattern: (field, value, params) => invalidValue(field, value, `should match '${String(params['pattern'])}'`),
  minimum: (field, value, params) => invalidValue(field, value, `should be greater than or equal to ${limit(params)}`),
  maximum: (field, value, params) => invalidValue(field, value, `should be less than or equal to ${limit(params)}`),
  exclusiveMinimum: (field, value, params) => invalidValue(field, value, `should be greater than ${limit(params)}`),
  exclusiveMaximum: (field, value, params) => invalidValue(field, value, `should be less than ${limit(params)}`),
  multipleOf: (field, value, params) =>
    invalidValue(field, value, `should be a multiple of ${String(params['multipleOf'])}`),
  minLength: (field, value, params) => invalidValue(field, value, `should be at least ${limit(params)} chars long`),
  maxLength: (field, _value, params) => ({
    reason: 'FieldValueTooLong',
    message: `Too long: may not be more than ${limit(params)} bytes`,
    field,
  }),
  minItems: (field, value, params) =>
    invalidValue(field, (value as readonly unknown[]).length, `should have at least ${limit(params)} items`),
  maxItems: (field, value, params) => ({
    reason: 'FieldValueTooMany',
    message: `Too many: ${String((value as readonly unknown[]).length)}: must have at most ${limit(params)} items`,
    field,
  }),
  minProperties: (field, value, params) =>
    invalidValue(field, value, `should have at least ${limit(params)} properties`),
  maxProperties: (field, value, params) => ({
    reason: 'FieldValueTooMany',
    message: `Too many: ${String(Object.keys(value as Raw).length)}: must have at most ${limit(params)} items`,
    field,
  }),
};

function explain(error: ErrorObject): Cause {
  const field = fieldPath(error.instancePath);
  const known = own(EXPLAIN, error.keyword);
  if (typeof known === 'function') return (known as Explain)(field, error.data, error.params as Raw);
  return invalidValue(field, error.data, `must validate ${error.keyword}`);
}

/** The real server finds a fraction where an integer is wanted twice. */
function fraction(error: ErrorObject): readonly Cause[] {
  if (error.keyword !== 'type' || goType(error.data) !== 'number' || (error.params as Raw)['type'] !== 'integer')
    return [];
  const message = `Invalid value: "": Checked value must be of type integer (default format) in ${fieldPath(error.instancePath)}`;
  return [{ reason: 'FieldValueInvalid', message, field: '<nil>' }];
}

/** A failed anyOf is one complaint; the branches that failed inside it are not. */
const relevant = (error: ErrorObject): boolean => !/\/(anyOf|oneOf|not)\//.test(error.schemaPath);

/** What a structural schema has against an object. */
export function schemaCauses(object: Raw, schema: Schema): readonly Cause[] {
  const validate = validatorOf(schema);
  const errors = validate(
    own(at(schema, 'properties'), 'metadata') === undefined ? without(object, 'metadata') : object,
  )
    ? []
    : (validate.errors ?? []);
  const causes = errors.filter(relevant).flatMap((error) => [explain(error), ...fraction(error)]);
  const twice = duplicates(object, schema, '').map(({ path, value }): Cause => ({
    reason: 'FieldValueDuplicate',
    message: `Duplicate value: ${shown(value)}`,
    field: path,
  }));
  return [...causes.toSorted((a, b) => (a.field < b.field ? -1 : Number(a.field > b.field))), ...twice];
}

/** What is wrong with a schema itself, as far as ajv cannot compile it. */
export function schemaProblem(schema: Schema): string | undefined {
  try {
    validatorOf(schema);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
