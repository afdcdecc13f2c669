import { isRecord, own, put, recordAt, recordsAt, same, textAt, textsAt, type Raw } from './json.ts';
import {
  branch,
  common,
  decode,
  EMPTY,
  encode,
  isEmpty,
  minus,
  pathsOf,
  prune,
  union,
  type FieldSet,
} from './fieldset.ts';
import { deref } from './schema.ts';
import { compare, fieldSetOf, merge, removeFields } from './typed.ts';
import { apiVersionOf, type Resource } from './resource.ts';
import { ApiError, type Cause } from './status.ts';

/** Who writes, how. */
export interface Manager {
  readonly name: string;
  readonly operation: 'Update' | 'Apply';
  readonly subresource: string;
}

interface Entry extends Manager {
  readonly apiVersion: string;
  readonly time: string;
  readonly set: FieldSet;
}

function readEntries(object: Raw | undefined): readonly Entry[] {
  return recordsAt(object, 'metadata', 'managedFields').map((raw) => ({
    name: textAt(raw, 'manager'),
    operation: textAt(raw, 'operation') === 'Apply' ? 'Apply' : 'Update',
    subresource: textAt(raw, 'subresource'),
    apiVersion: textAt(raw, 'apiVersion'),
    time: textAt(raw, 'time'),
    set: decode(raw['fieldsV1']),
  }));
}

function writeEntry({ name, operation, apiVersion, time, set, subresource }: Entry): Raw {
  return {
    manager: name,
    operation,
    apiVersion,
    ...(time === '' ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: encode(set),
    ...(subresource === '' ? {} : { subresource }),
  };
}

/** Applied entries first, then by time and name, as the real server orders them. */
function ordered(entries: readonly Entry[]): readonly Entry[] {
  const rank = ({ operation, time, name, apiVersion, subresource }: Entry): string =>
    [operation, time, name, apiVersion, subresource].join('\u0000');
  return entries.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
}

const SYSTEM = [
  'name',
  'namespace',
  'creationTimestamp',
  'selfLink',
  'uid',
  'generation',
  'managedFields',
  'resourceVersion',
];

/** Fields that nobody owns: identity and what the server itself writes. */
function ownable(set: FieldSet): FieldSet {
  let result = prune(prune(set, 'f:apiVersion'), 'f:kind');
  for (const field of SYSTEM) result = prune(result, 'f:metadata', `f:${field}`);
  const meta = result.kids.get('f:metadata');
  if (meta?.member !== true) return result;
  return { member: false, kids: new Map([...result.kids, ['f:metadata', { member: false, kids: meta.kids }]]) };
}

/** The part of a set that a request to this subresource can change. */
export function reachable(set: FieldSet, resource: Resource, subresource: string): FieldSet {
  if (!resource.subresources.includes('status')) return set;
  return subresource === 'status' ? branch(set, 'f:status') : prune(set, 'f:status');
}

/** What the server starts from at a creation: the fields that a Go struct always has. */
export function emptyObject(resource: Resource): Raw {
  const hollow = (schema: Raw | undefined): Raw => {
    const properties = recordAt(schema, 'properties');
    const required = textsAt(schema, 'required');
    const fields = Object.entries(properties).flatMap(([name, field]): (readonly [string, unknown])[] => {
      if (isRecord(own(field, 'default'))) return [[name, hollow(deref(field as Raw))] as const];
      return required.includes(name) && own(field, 'type') === 'array' ? [[name, null] as const] : [];
    });
    return Object.fromEntries(fields);
  };
  const base = { apiVersion: apiVersionOf(resource), kind: resource.kind, metadata: {} };
  return resource.custom === undefined ? { ...hollow(resource.schema), ...base } : base;
}

const isSame = (entry: Entry, manager: Manager, apiVersion: string): boolean =>
  entry.name === manager.name &&
  entry.operation === manager.operation &&
  entry.subresource === manager.subresource &&
  entry.apiVersion === apiVersion;

const bare = (object: Raw): Raw => put(object, ['metadata', 'managedFields'], undefined);

function withEntries(object: Raw, entries: readonly Entry[]): Raw {
  const list = ordered(entries.filter(({ set }) => !isEmpty(set))).map(writeEntry);
  return put(object, ['metadata', 'managedFields'], list.length === 0 ? undefined : list);
}

/** The entry of who writes now; one that stays the same keeps its time. */
function entryOf(set: FieldSet, old: Entry | undefined, { resource, manager, now }: Context): Entry {
  const steady = old !== undefined && same(encode(old.set), encode(set));
  return { ...manager, apiVersion: apiVersionOf(resource), time: steady ? old.time : now, set };
}

interface Context {
  readonly resource: Resource;
  readonly manager: Manager;
  readonly now: string;
}

/** The new object with its `managedFields` after an update, a patch or a creation. */
export function trackUpdate(live: Raw | undefined, next: Raw, context: Context): Raw {
  const { resource, manager } = context;
  const given = own(recordAt(next, 'metadata'), 'managedFields');
  // An explicitly empty list is how a client resets ownership.
  if (Array.isArray(given) && (given.length === 0 || same(given, [{}]))) return bare(next);
  const before = readEntries(given === undefined || live === undefined ? live : next);
  const old = bare(live ?? emptyObject(resource));
  const comparison = compare(old, bare(next), resource.schema);
  const changed = reachable(ownable(comparison.changed), resource, manager.subresource);
  const apiVersion = apiVersionOf(resource);
  const others = before
    .filter((entry) => !isSame(entry, manager, apiVersion))
    .map((entry) => ({ ...entry, set: minus(minus(entry.set, changed), comparison.removed) }));
  const mine = before.find((entry) => isSame(entry, manager, apiVersion));
  const set = union(minus(mine?.set ?? EMPTY, comparison.removed), changed);
  return withEntries(bare(next), [...others, entryOf(set, mine, context)]);
}

function conflictsOf(others: readonly Entry[], changed: FieldSet): readonly Cause[] {
  return others.flatMap((entry) => {
    const where = entry.subresource === '' ? '' : ` with subresource "${entry.subresource}"`;
    const update = entry.operation === 'Update' ? ` using ${entry.apiVersion}` : '';
    return pathsOf(common(entry.set, changed)).map((field) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with "${entry.name}"${where}${update}`,
      field,
    }));
  });
}

function conflictError(causes: readonly Cause[]): ApiError {
  const groups = new Map<string, readonly Cause[]>();
  for (const cause of causes) groups.set(cause.message, [...(groups.get(cause.message) ?? []), cause]);
  const lines = [...groups].map(([message, members]) =>
    members.length === 1
      ? `${message}: ${members[0]?.field ?? ''}`
      : `${message.replace('conflict', 'conflicts')}:\n${members.map(({ field }) => `- ${field}`).join('\n')}`,
  );
  const count = `${String(causes.length)} conflict${causes.length === 1 ? '' : 's'}`;
  return new ApiError(409, 'Conflict', `Apply failed with ${count}: ${lines.join('\n')}`, { details: { causes } });
}

/** The entries of an object; one that nobody managed so far belongs to a manager of before. */
function knownEntries(live: Raw | undefined, resource: Resource): readonly Entry[] {
  const entries = readEntries(live);
  if (live === undefined || entries.length > 0) return entries;
  const set = ownable(fieldSetOf(bare(live), resource.schema));
  const before = { name: 'before-first-apply', operation: 'Update', subresource: '' } as const;
  return [{ ...before, apiVersion: apiVersionOf(resource), time: '', set }];
}

/** The live object with an applied configuration merged in, and its `managedFields`; refuses conflicts unless forced. */
export function applyConfig(live: Raw | undefined, config: Raw, context: Context & { readonly force: boolean }): Raw {
  const { resource, manager, force } = context;
  const schema = resource.schema;
  const apiVersion = apiVersionOf(resource);
  const start = live ?? emptyObject(resource);
  const before = knownEntries(live, resource);
  const mine = before.find((entry) => isSame(entry, manager, apiVersion));
  const set = reachable(ownable(fieldSetOf(config, schema)), resource, manager.subresource);
  const others = before.filter((entry) => !isSame(entry, manager, apiVersion));
  const owned = others.reduce((all, entry) => union(all, entry.set), set);
  const merged = merge(bare(start), config, schema) as Raw;
  const dropped = minus(mine?.set ?? EMPTY, owned);
  const next = (isEmpty(dropped) ? merged : removeFields(merged, { drop: dropped, keep: owned }, schema)) as Raw;
  const comparison = compare(bare(start), next, schema);
  const changed = reachable(ownable(comparison.changed), resource, manager.subresource);
  const causes = conflictsOf(others, changed);
  if (causes.length > 0 && !force) throw conflictError(causes);
  const left = others.map((entry) => ({ ...entry, set: minus(minus(entry.set, changed), comparison.removed) }));
  return withEntries(next, [...left, entryOf(set, mine, context)]);
}
