/** One thing that the configuration file may say: from here come its type, its default, its part of the JSON schema and its line in the docs. */
export interface Field<T> {
  /** JSON schema of a value. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly fallback: T;
  readonly says: string;
  /** A running operator takes it over when it starts next; any other at once. */
  readonly restart?: true;
}

const WORDS = { type: 'array', items: { type: 'string', minLength: 1, maxLength: 253 }, maxItems: 1000 };

/** Any field. */
export function field<T>(says: string, fallback: T, schema: Field<T>['schema']): Field<T> {
  return { says, fallback, schema };
}

/** A list of words. */
export function words(says: string, fallback: readonly string[] = []): Field<readonly string[]> {
  return field(says, fallback, WORDS);
}

/** A whole number, bounds included. */
export function integer(says: string, fallback: number, minimum: number, maximum: number): Field<number> {
  return field(says, fallback, { type: 'integer', minimum, maximum });
}

/** Takes effect when the operator starts next. */
export function atStart<T>(of: Field<T>): Field<T> {
  return { ...of, restart: true };
}

/** A named group of fields, or of further groups. */
export interface Section {
  readonly says: string;
  readonly fields: Fields;
}

type Fields = Readonly<Record<string, Field<unknown> | Section>>;

/** The values of a description, every one present. */
export type ValuesOf<D> =
  D extends Field<infer T>
    ? T
    : D extends Section
      ? { readonly [K in keyof D['fields']]: ValuesOf<D['fields'][K]> }
      : never;

/** The values as a file states them: any may be absent. */
export type GivenOf<D> =
  D extends Field<infer T>
    ? T
    : D extends Section
      ? { readonly [K in keyof D['fields']]?: GivenOf<D['fields'][K]> }
      : never;

export function isSection(of: Field<unknown> | Section): of is Section {
  return 'fields' in of;
}

/** The JSON schema of a section. */
export function schemaOf({ says, fields }: Section): object {
  const properties = Object.entries(fields).map(([name, of]): readonly [string, object] => [
    name,
    isSection(of) ? schemaOf(of) : { description: of.says, ...of.schema, default: of.fallback },
  ]);
  return { type: 'object', description: says, additionalProperties: false, properties: Object.fromEntries(properties) };
}

/** What a file states with the defaults for everything else. */
export function filled<D extends Section>(section: D, given: GivenOf<D>): ValuesOf<D> {
  const stated = given as Readonly<Record<string, unknown>>;
  const values = Object.entries(section.fields).map(([name, of]): readonly [string, unknown] => [
    name,
    isSection(of) ? filled<Section>(of, (stated[name] ?? {}) as GivenOf<Section>) : (stated[name] ?? of.fallback),
  ]);
  return Object.fromEntries(values) as ValuesOf<D>;
}

/** Every field of a section with its path, in the order of the description. */
export function* fieldsOf(
  { fields }: Section,
  above: readonly string[] = [],
): Iterable<readonly [path: string, field: Field<unknown>]> {
  for (const [name, of] of Object.entries(fields)) {
    const path = [...above, name];
    if (isSection(of)) yield* fieldsOf(of, path);
    else yield [path.join('.'), of];
  }
}
