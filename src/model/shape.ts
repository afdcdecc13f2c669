import { momentOf } from './moment.ts';

/**
 * Shapes: one description of an object gives both its type and the reader that projects raw JSON on it.
 *
 * Laws of a reader:
 *  - it keeps what the shape names and nothing else, so a value nobody declared cannot get past the shrinker;
 *  - it never throws, whatever JSON it meets: a value of the wrong type is left out and noted with its path;
 *  - null is absent, as the API server reads it, and of what is absent there is nothing to note.
 */
export interface Trail {
  /** The way from the object's root to where the reader stands. */
  readonly path: (string | number)[];
  /** What had the wrong type: `spec.hostPID: expected boolean, found string`. */
  readonly notes: string[];
}

export type Reader<T> = (raw: unknown, trail: Trail) => T;

type Out<R> = R extends Reader<infer T> ? T : never;
type Fields = Readonly<Record<string, Reader<unknown>>>;
type Present<F extends Fields> = { [K in keyof F as undefined extends Out<F[K]> ? never : K]: Out<F[K]> };
type Absent<F extends Fields> = {
  [K in keyof F as undefined extends Out<F[K]> ? K : never]?: Exclude<Out<F[K]>, undefined>;
};
type Struct<F extends Fields> = Readonly<Present<F> & Absent<F>>;

/** The type that a shape describes. */
export type Shaped<R> = Exclude<Out<R>, undefined>;

const NOTES_AT_MOST = 20;

function note(expected: string, raw: unknown, trail: Trail): void {
  const found = Array.isArray(raw) ? 'list' : typeof raw;
  if (trail.notes.length < NOTES_AT_MOST)
    trail.notes.push(`${pathText(trail.path)}: expected ${expected}, found ${found}`);
}

/** A field path as `kubectl explain` and JSONPath users know it: `spec.containers[0].image`. */
export function pathText(path: readonly (string | number)[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${String(part)}]`;
    else if (/^[A-Za-z_][\w-]*$/.test(part)) text += text === '' ? part : `.${part}`;
    else text += `['${part}']`;
  }
  return text;
}

/** The way that a field path names: the other way round. A key with `']` in it is taken apart in the wrong place. */
export function pathParts(path: string): readonly (string | number)[] {
  return Array.from(path.matchAll(/\[(\d+)\]|\['(.*?)'\](?=[.[]|$)|([^.[\]]+)/g), ([, index, quoted, word]) =>
    index === undefined ? (quoted ?? word ?? '') : Number(index),
  );
}

function scalar<T>(expected: string, is: (raw: unknown) => raw is T): Reader<T | undefined> {
  return (raw, trail) => {
    if (raw === undefined || raw === null) return undefined;
    if (is(raw)) return raw;
    note(expected, raw, trail);
    return undefined;
  };
}

/** What a text comes to; noted where it comes to nothing. */
export function parsed<T>(expected: string, parse: (text: string) => T | undefined): Reader<T | undefined> {
  return (raw, trail) => {
    if (raw === undefined || raw === null) return undefined;
    const value = typeof raw === 'string' ? parse(raw) : undefined;
    if (value === undefined) note(expected, raw, trail);
    return value;
  };
}

export const text = scalar('string', (raw): raw is string => typeof raw === 'string');
export const flag = scalar('boolean', (raw): raw is boolean => typeof raw === 'boolean');
export const number = scalar('number', (raw): raw is number => typeof raw === 'number');
/** A time, in seconds since 1970, which take less room than its text. */
export const moment: Reader<number | undefined> = (raw, trail) => {
  const stated = text(raw, trail);
  if (stated === undefined) return undefined;
  const at = momentOf(stated);
  if (at === undefined) note('time', raw, trail);
  return at;
};

/** IntOrString of the API: a port number or name. */
export const portRef = scalar(
  'integer or string',
  (raw): raw is number | string => typeof raw === 'string' || typeof raw === 'number',
);

/** The grammar of quantities: a number, with a suffix or an exponent. */
const QUANTITY = /^[+-]?(\d+\.?\d*|\.\d+)(?:[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;

export const quantity = scalar(
  'quantity',
  (raw): raw is number | string => typeof raw === 'number' || (typeof raw === 'string' && QUANTITY.test(raw)),
);

/** Whether a quantity is zero, in whatever unit. */
export function isZero(read: number | string): boolean {
  return !/[1-9]/.test(QUANTITY.exec(String(read))?.[1] ?? '1');
}

/** Remembers only that something is there, never what: for volume sources and the like. */
export const present: Reader<true | undefined> = (raw) => (raw === undefined || raw === null ? undefined : true);

/** The reader with a value for what is absent or malformed. */
export function or<T>(reader: Reader<T | undefined>, fallback: T): Reader<T> {
  return (raw, trail) => reader(raw, trail) ?? fallback;
}

export function list<T>(of: Reader<T | undefined>): Reader<readonly T[] | undefined> {
  return (raw, trail) => {
    if (raw === undefined || raw === null) return undefined;
    if (!Array.isArray(raw)) {
      note('list', raw, trail);
      return undefined;
    }
    const items: T[] = [];
    for (let index = 0; index < raw.length; index += 1) {
      trail.path.push(index);
      const item = of(raw[index], trail);
      trail.path.pop();
      if (item !== undefined) items.push(item);
    }
    return items;
  };
}

/** A list of objects whose places matter for paths: a malformed item becomes an empty one, so that indexes stay true. */
export function slots<T>(of: Reader<T | undefined>, empty: T): Reader<readonly T[] | undefined> {
  return list((raw, trail) => (raw === null ? empty : (of(raw, trail) ?? empty)));
}

function isRecord(raw: unknown): raw is Readonly<Record<string, unknown>> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

/** A map from any key to a value: labels, annotations. Has no prototype, so that `__proto__` and `constructor` are keys like others. */
export function map<T>(
  of: Reader<T | undefined>,
  keep?: (key: string) => boolean,
): Reader<Readonly<Record<string, T>> | undefined> {
  return (raw, trail) => {
    if (raw === undefined || raw === null) return undefined;
    if (!isRecord(raw)) {
      note('object', raw, trail);
      return undefined;
    }
    const result = Object.create(null) as Record<string, T>;
    let isEmpty = true;
    for (const key of Object.keys(raw)) {
      if (keep?.(key) === false) continue;
      trail.path.push(key);
      const value = of(raw[key], trail);
      trail.path.pop();
      if (value === undefined) continue;
      result[key] = value;
      isEmpty = false;
    }
    // Thousands of objects have no annotation that we keep.
    return isEmpty ? NOTHING : result;
  };
}

const NOTHING: Readonly<Record<string, never>> = Object.freeze(Object.create(null) as Record<string, never>);

function readAt<T>(name: string, raw: unknown, reader: Reader<T>, trail: Trail): T {
  trail.path.push(name);
  const value = reader(raw, trail);
  trail.path.pop();
  return value;
}

/** An object with the named fields. Others are dropped unseen. */
export function struct<const F extends Fields>(fields: F): Reader<Struct<F> | undefined> {
  const entries = Object.entries(fields);
  let known:
    readonly { readonly name: string; readonly reader: Reader<unknown>; readonly absent: unknown }[] | undefined;
  return (raw, trail) => {
    if (raw === undefined || raw === null) return undefined;
    if (!isRecord(raw)) {
      note('object', raw, trail);
      return undefined;
    }
    // Most fields are absent of most objects: what then stands for them is asked once.
    known ??= entries.map(([name, reader]) => ({ name, reader, absent: reader(undefined, trail) }));
    const result: Record<string, unknown> = {};
    for (const { name, reader, absent } of known) {
      const value = Object.hasOwn(raw, name) ? readAt(name, raw[name], reader, trail) : absent;
      if (value !== undefined) result[name] = value;
    }
    return result as Struct<F>;
  };
}

const DEEP_ENOUGH = 3;

/** Whether there is any value in it: an object or list that holds none, however nested, says nothing, nor does an empty word. */
function saysAnything(raw: unknown, depth = 0): boolean {
  if (raw === undefined || raw === null || raw === '') return false;
  if (typeof raw !== 'object' || depth > DEEP_ENOUGH) return true;
  return Object.values(raw).some((value) => saysAnything(value, depth + 1));
}

/** What says nothing at all is absent. */
export function said<T>(of: Reader<T | undefined>): Reader<T | undefined> {
  return (raw, trail) => {
    const read = of(raw, trail);
    return saysAnything(raw) ? read : undefined;
  };
}

/** What holds nothing that we keep is absent: it costs no memory, and of a probe without a host no check has a use. */
export function filled<T extends object>(of: Reader<T | undefined>): Reader<T | undefined> {
  return (raw, trail) => {
    const read = of(raw, trail);
    return read === undefined || Object.keys(read).length === 0 ? undefined : read;
  };
}
