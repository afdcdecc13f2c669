/** A JSON object as it came from outside: never changed in place, so that history, lists and watches can share it. */
export type Raw = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** The own property, so that a key `constructor` or `__proto__` is a key like others. */
export function own(value: unknown, key: string): unknown {
  return isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** What stands at the path; undefined when the way breaks off. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const key of path) current = own(current, key);
  return current;
}

export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : '';
}

export function numberAt(value: unknown, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === 'number' ? found : undefined;
}

export function recordAt(value: unknown, ...path: readonly string[]): Raw {
  const found = at(value, ...path);
  return isRecord(found) ? found : {};
}

/** The objects in the list at the path. */
export function recordsAt(value: unknown, ...path: readonly string[]): readonly Raw[] {
  const found = at(value, ...path);
  return isList(found) ? found.filter(isRecord) : [];
}

export function textsAt(value: unknown, ...path: readonly string[]): readonly string[] {
  const found = at(value, ...path);
  return isList(found) ? found.filter((item) => typeof item === 'string') : [];
}

/** A copy with the value at the path; objects on the way are made, `undefined` takes the key away. */
export function put(object: Raw, path: readonly string[], value: unknown): Raw {
  const [key, ...rest] = path;
  if (key === undefined) return object;
  if (rest.length > 0) return { ...object, [key]: put(recordAt(object, key), rest, value) };
  if (value === undefined) return without(object, key);
  return { ...object, [key]: value };
}

export function without(object: Raw, ...keys: readonly string[]): Raw {
  if (!keys.some((key) => Object.hasOwn(object, key))) return object;
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/** A copy with each value mapped; a value that becomes undefined falls away. */
export function mapValues(object: Raw, map: (value: unknown, key: string) => unknown): Raw {
  const entries: [string, unknown][] = [];
  for (const [key, value] of Object.entries(object)) {
    const mapped = map(value, key);
    if (mapped !== undefined) entries.push([key, mapped]);
  }
  return Object.fromEntries(entries);
}

function sameList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => same(item, b[index]));
}

/** Deep equality of JSON values, blind to the order of keys. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isList(a)) return isList(b) && sameList(a, b);
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

/** The text with sorted keys: the same for equal values. */
export function canonical(value: unknown): string {
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(',')}}`;
}

export const nameOf = (object: Raw): string => textAt(object, 'metadata', 'name');
export const namespaceOf = (object: Raw): string => textAt(object, 'metadata', 'namespace');
export const uidOf = (object: Raw): string => textAt(object, 'metadata', 'uid');
export const labelsOf = (object: Raw): Raw => recordAt(object, 'metadata', 'labels');
export const versionOf = (object: Raw): string => textAt(object, 'metadata', 'resourceVersion');
