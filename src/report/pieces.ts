/** Part of an OpenAPI v3 schema as a CustomResourceDefinition states it. */
export type Schema = Readonly<Record<string, unknown>>;
export type Fields = Readonly<Record<string, Schema>>;

export const text = (maxLength: number, description: string, more: Schema = {}): Schema => ({
  type: 'string',
  description,
  maxLength,
  ...more,
});
export const oneOf = (words: readonly string[], description: string): Schema => ({
  type: 'string',
  description,
  enum: [...words],
});
export const count = (description: string): Schema => ({ type: 'integer', description, minimum: 0 });
export const number = (minimum: number, maximum: number, description: string): Schema => ({
  type: 'number',
  description,
  minimum,
  maximum,
});
/** Atomic: reports have one writer, and ownership of single fields would cost the API server a set of managed fields for each. */
export const object = (
  description: string,
  required: readonly string[],
  properties: Fields,
  more: Schema = {},
): Schema => ({
  type: 'object',
  description,
  'x-kubernetes-map-type': 'atomic',
  required: [...required],
  properties,
  ...more,
});
export const list = (maxItems: number, description: string, items: Schema): Schema => ({
  type: 'array',
  description,
  'x-kubernetes-list-type': 'atomic',
  maxItems,
  items,
});

export const apiVersion = text(317, 'API group and version of the object, as in a manifest: apps/v1.');
export const kind = text(63, 'Kind of the object.');
export const namespace = text(63, 'Namespace of the object; absent or empty for cluster-scoped ones.');
export const name = text(253, 'Name of the object.');
