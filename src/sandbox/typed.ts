import { canonical, isList, isRecord, own, same, type Raw } from './json.ts';
import { EMPTY, isEmpty, LEAF, type FieldSet } from './fieldset.ts';
import { childOf, fieldOf, itemOf, keyOf, shapeOf, type Schema } from './schema.ts';

/** A part of a value under its name in field paths. */
interface Part {
  readonly name: string;
  readonly value: unknown;
  readonly schema: Schema | undefined;
  /** A key of a map or an item of a list, not a field that the schema declares. */
  readonly loose: boolean;
}

/** The parts of a value that are owned and merged on their own; undefined for a leaf. */
function partsOf(value: unknown, schema: Schema | undefined): readonly Part[] | undefined {
  const shape = shapeOf(schema, value);
  if (shape.type === 'leaf') return undefined;
  if (isRecord(value))
    return Object.entries(value).map(([key, inner]) => ({
      name: `f:${key}`,
      value: inner,
      schema: childOf(schema, key),
      loose: fieldOf(schema, key) === undefined,
    }));
  const item = itemOf(schema);
  const keys = shape.type === 'keyed' ? shape.keys : undefined;
  return (value as readonly unknown[]).map((inner) => ({
    name: keys === undefined ? `v:${canonical(inner)}` : `k:${canonical(keyOf(inner, keys, item))}`,
    value: inner,
    schema: item,
    loose: true,
  }));
}

const isBare = (value: unknown): boolean => value === null || (isRecord(value) && Object.keys(value).length === 0);

/** The fields that an applied configuration names. */
export function fieldSetOf(value: unknown, schema: Schema | undefined): FieldSet {
  const parts = partsOf(value, schema);
  if (parts === undefined) return LEAF;
  const kids = new Map<string, FieldSet>();
  for (const part of parts) {
    const inner = fieldSetOf(part.value, part.schema);
    const kid = { member: inner.member || part.loose || isBare(part.value), kids: inner.kids };
    if (!isEmpty(kid)) kids.set(part.name, kid);
  }
  return { member: false, kids };
}

/** Every node of a value, containers included: what a field that comes or goes as a whole adds or removes. */
function everyNode(value: unknown, schema: Schema | undefined): FieldSet {
  const parts = partsOf(value, schema) ?? [];
  return { member: true, kids: new Map(parts.map((part) => [part.name, everyNode(part.value, part.schema)])) };
}

export interface Comparison {
  /** Added or modified. */
  readonly changed: FieldSet;
  readonly removed: FieldSet;
}

const UNCHANGED: Comparison = { changed: EMPTY, removed: EMPTY };

/** What became of each field from one value to the next. */
export function compare(before: unknown, after: unknown, schema: Schema | undefined): Comparison {
  if (same(before, after)) return UNCHANGED;
  if (before === undefined) return { changed: everyNode(after, schema), removed: EMPTY };
  if (after === undefined) return { changed: EMPTY, removed: everyNode(before, schema) };
  // A Go list or map that is not there yet is null, not absent: its items are added, itself is not.
  const old = before === null ? [] : partsOf(before, schema);
  const now = partsOf(after, schema);
  if (old === undefined || now === undefined || (before !== null && isList(before) !== isList(after)))
    return { changed: LEAF, removed: EMPTY };
  return compareParts(new Map(old.map((part) => [part.name, part])), new Map(now.map((part) => [part.name, part])));
}

type Parts = ReadonlyMap<string, Part>;

function compareParts(old: Parts, now: Parts): Comparison {
  const changed = new Map<string, FieldSet>();
  const removed = new Map<string, FieldSet>();
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    const schema = (now.get(name) ?? old.get(name))?.schema;
    const inner = compare(old.get(name)?.value, now.get(name)?.value, schema);
    if (!isEmpty(inner.changed)) changed.set(name, inner.changed);
    if (!isEmpty(inner.removed)) removed.set(name, inner.removed);
  }
  return { changed: { member: false, kids: changed }, removed: { member: false, kids: removed } };
}

/** Items that only the live list has stay where they were; the rest follows the order of the configuration. */
function mergeLists(live: readonly Part[], config: readonly Part[]): readonly unknown[] {
  const applied = new Set(config.map(({ name }) => name));
  const existing = new Map(live.map((part) => [part.name, part]));
  const result: unknown[] = [];
  let next = 0;
  const take = (part: Part): void => {
    result.push(merge(existing.get(part.name)?.value, part.value, part.schema));
    next += 1;
  };
  for (const part of live) {
    if (!applied.has(part.name)) result.push(part.value);
    else {
      const upTo = config.findIndex(({ name }) => name === part.name);
      for (const mine of config.slice(next, upTo + 1)) take(mine);
    }
  }
  for (const mine of config.slice(next)) take(mine);
  return result;
}

/** The live value with the configuration laid over it. */
export function merge(live: unknown, config: unknown, schema: Schema | undefined): unknown {
  const parts = partsOf(config, schema);
  const existing = partsOf(live, schema);
  if (parts === undefined || existing === undefined || isList(live) !== isList(config)) return config;
  if (isList(config)) return mergeLists(existing, parts);
  const base = live as Raw;
  const merged = Object.entries(config as Raw).map(
    ([key, value]) => [key, merge(own(base, key), value, childOf(schema, key))] as const,
  );
  return { ...base, ...Object.fromEntries(merged) };
}

/** What is taken away from a value, and what stays although it lies below. */
export interface Removal {
  readonly drop: FieldSet;
  readonly keep: FieldSet;
}

/** The value without what is dropped. A container that is emptied so goes too. */
export function removeFields(value: unknown, { drop, keep }: Removal, schema: Schema | undefined): unknown {
  const parts = partsOf(value, schema);
  if (parts === undefined) return value;
  const left = parts.flatMap((part) => {
    const node = drop.kids.get(part.name);
    if (node === undefined) return [{ ...part }];
    const kept = keep.kids.get(part.name) ?? EMPTY;
    const whole = node.member && isEmpty(kept);
    const inner = whole ? undefined : removeFields(part.value, { drop: node, keep: kept }, part.schema);
    return inner === undefined ? [] : [{ ...part, value: inner }];
  });
  if (left.length === 0 && parts.length > 0) return undefined;
  if (isList(value)) return left.map((part) => part.value);
  return Object.fromEntries(left.map((part) => [part.name.slice(2), part.value]));
}
