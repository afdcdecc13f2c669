import { isRecord, type Raw } from './json.ts';

/**
 * A set of field paths as a tree, as `managedFields` writes it. `member`: the field itself is in the set; `kids`: what is under
 * it, by the names of fieldsV1 (`f:spec`, `k:{"name":"app"}`, `v:"finalizer"`).
 */
export interface FieldSet {
  readonly member: boolean;
  readonly kids: ReadonlyMap<string, FieldSet>;
}

export const EMPTY: FieldSet = { member: false, kids: new Map() };
export const LEAF: FieldSet = { member: true, kids: new Map() };

export const isEmpty = (set: FieldSet): boolean => !set.member && set.kids.size === 0;

function combine(a: FieldSet, b: FieldSet, join: (a: FieldSet, b: FieldSet) => FieldSet, member: boolean): FieldSet {
  const kids = new Map<string, FieldSet>();
  for (const key of new Set([...a.kids.keys(), ...b.kids.keys()])) {
    const kid = join(a.kids.get(key) ?? EMPTY, b.kids.get(key) ?? EMPTY);
    if (!isEmpty(kid)) kids.set(key, kid);
  }
  return { member, kids };
}

export const union = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, union, a.member || b.member);
export const minus = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, minus, a.member && !b.member);
export const common = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, common, a.member && b.member);

/** The set without the branch at the path. */
export function prune(set: FieldSet, ...path: readonly string[]): FieldSet {
  const [key, ...rest] = path;
  if (key === undefined) return EMPTY;
  const kids = new Map(set.kids);
  const kid = prune(set.kids.get(key) ?? EMPTY, ...rest);
  if (isEmpty(kid)) kids.delete(key);
  else kids.set(key, kid);
  return { member: set.member, kids };
}

/** Only the branch at the path. */
export function branch(set: FieldSet, key: string): FieldSet {
  const kid = set.kids.get(key);
  return kid === undefined ? EMPTY : { member: false, kids: new Map([[key, kid]]) };
}

/** The `fieldsV1` of a set. */
export function encode(set: FieldSet, root = true): Raw {
  const kids = [...set.kids]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, kid]) => [key, encode(kid, false)] as const);
  return Object.fromEntries(!root && set.member && kids.length > 0 ? [['.', {}], ...kids] : kids);
}

/** The set of a `fieldsV1`. */
export function decode(fields: unknown, root = true): FieldSet {
  const entries = isRecord(fields) ? Object.entries(fields) : [];
  const kids = entries.filter(([key]) => key !== '.').map(([key, kid]) => [key, decode(kid, false)] as const);
  return { member: !root && (kids.length === 0 || kids.length < entries.length), kids: new Map(kids) };
}

function pathPart(key: string): string {
  const rest = key.slice(2);
  if (key.startsWith('f:')) return `.${rest}`;
  if (key.startsWith('v:')) return `[=${rest}]`;
  if (key.startsWith('i:')) return `[${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as Raw);
  return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
}

/** The members as conflicts name them: `.spec.replicas`, `.spec.containers[name="app"].image`. */
export function pathsOf(set: FieldSet, prefix = ''): readonly string[] {
  const kids = [...set.kids].sort(([a], [b]) => (a < b ? -1 : 1));
  return [...(set.member ? [prefix] : []), ...kids.flatMap(([key, kid]) => pathsOf(kid, prefix + pathPart(key)))];
}
