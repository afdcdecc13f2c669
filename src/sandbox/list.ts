import { nameOf, namespaceOf, type Raw } from './json.ts';
import { aboutPlural, storageKey, type Resource } from './resource.ts';
import type { Page } from './table.ts';
import { fieldSelector, labelSelector, type Test } from './selectors.ts';
import * as status from './status.ts';
import { keyFor, rewind } from './storage.ts';
import type { World } from './world.ts';

/** Which objects a list or a watch is about. */
export interface Selection {
  readonly resource: Resource;
  readonly namespace: string;
  /** A single object, when the path names one. */
  readonly name: string;
  readonly query: URLSearchParams;
}

/** The test that the selectors of a query make. */
export function selectionTest({ resource, name, query }: Selection): Test {
  const labels = labelSelector(query.get('labelSelector') ?? '');
  const fields = fieldSelector(query.get('fieldSelector') ?? '', resource);
  return (object) => (name === '' || nameOf(object) === name) && labels(object) && fields(object);
}

interface Token {
  readonly version: number;
  readonly after: string;
}

const encodeToken = ({ version, after }: Token): string =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: `${after}\u0000` })).toString('base64url');

function decodeToken(text: string): Token {
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as { rv?: unknown; start?: unknown };
    if (typeof token.rv === 'number' && typeof token.start === 'string')
      return { version: token.rv, after: token.start.replace(/\0$/, '') };
  } catch {
    // Falls through to the answer for any token that we did not make.
  }
  throw status.badRequest('invalid continue token: continue key is not valid: encoded continue token is not valid');
}

/** A resource version as a number; 0 for none. */
export function versionParameter(query: URLSearchParams): number {
  const text = query.get('resourceVersion') ?? '';
  if (text === '') return 0;
  if (!/^\d+$/.test(text)) throw malformedVersion(text, query);
  return Number(text);
}

function malformedVersion(text: string, query: URLSearchParams): status.ApiError {
  const shown = JSON.stringify(text);
  const message = `resourceVersion: Invalid value: ${shown}: strconv.ParseUint: parsing ${shown}: invalid syntax`;
  if (query.has('watch')) return new status.ApiError(500, '', message);
  return status.badRequest(`invalid resource version: ${message}`);
}

const TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';

/** All objects of the selection's kind and namespace as they were at a version; undefined when that is forgotten. */
function snapshot(world: World, { resource, namespace }: Selection, version: number): readonly Raw[] | undefined {
  const today = world.storage.list(resource, namespace);
  if (version >= world.storage.version) return today;
  const later = world.storage.since(storageKey(resource), version);
  return later === undefined ? undefined : rewind(today, later, namespace);
}

export const OPTIONS = { group: 'meta.k8s.io', kind: 'ListOptions' };

function checkMatch(query: URLSearchParams): void {
  const match = query.get('resourceVersionMatch') ?? '';
  const version = query.get('resourceVersion') ?? '';
  if (match === '') return;
  const field = 'resourceVersionMatch';
  const refuse = (message: string, reason = 'FieldValueForbidden'): status.ApiError =>
    status.invalid(OPTIONS, [{ reason, message, field }]);
  if (version === '') throw refuse('Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (query.has('continue')) throw refuse('Forbidden: resourceVersionMatch is forbidden when continue is provided');
  if (match !== 'Exact' && match !== 'NotOlderThan')
    throw refuse(
      `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`,
      'FieldValueNotSupported',
    );
  if (match === 'Exact' && version === '0')
    throw refuse('Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
}

/** The version that a list is to be of, and where it goes on. */
function startOf(world: World, selection: Selection): Token {
  const { query } = selection;
  const token = query.get('continue') ?? '';
  const version = versionParameter(query);
  if (token !== '') {
    if (version !== 0) throw status.badRequest('specifying resource version is not allowed when using continue');
    const decoded = decodeToken(token);
    return decoded.version < 0 ? { ...decoded, version: world.storage.version } : decoded;
  }
  if (version > world.storage.version) throw status.notYet(version, world.storage.version);
  const exact =
    query.get('resourceVersionMatch') === 'Exact' ||
    (query.get('resourceVersionMatch') === null && version > 0 && query.has('limit'));
  return { version: exact ? version : world.storage.version, after: '' };
}

/** The objects of a list request, a page of them when it has a limit. */
export function listPage(world: World, selection: Selection): Page {
  const { query } = selection;
  if (query.has('sendInitialEvents')) {
    const cause = { reason: 'FieldValueForbidden', message: 'Forbidden: sendInitialEvents is forbidden for list' };
    throw status.invalid(OPTIONS, [{ ...cause, field: 'sendInitialEvents' }]);
  }
  checkMatch(query);
  const test = selectionTest(selection);
  const start = startOf(world, selection);
  const all = snapshot(world, selection, start.version);
  if (all === undefined) throw forgotten(world, start, query);
  const rest = all.filter((object) => test(object) && (start.after === '' || keyOf(object) > start.after));
  // The watch cache of a real server ignores a limit at version 0.
  const limit = query.get('resourceVersion') === '0' ? 0 : Number(query.get('limit') ?? 0);
  return pageOf(limit > 0 ? rest.slice(0, limit) : rest, rest.length, start.version, query);
}

const keyOf = (object: Raw): string => keyFor(namespaceOf(object), nameOf(object));

function pageOf(items: readonly Raw[], all: number, version: number, query: URLSearchParams): Page {
  const metadata: Raw = { resourceVersion: String(version) };
  const last = items.at(-1);
  if (items.length === all || last === undefined) return { items, metadata };
  const next = encodeToken({ version, after: keyOf(last) });
  const selective = Boolean(query.get('labelSelector')) || Boolean(query.get('fieldSelector'));
  const left = selective ? {} : { remainingItemCount: all - items.length };
  return { items, metadata: { ...metadata, continue: next, ...left } };
}

function forgotten(world: World, start: Token, query: URLSearchParams): status.ApiError {
  if (!query.has('continue')) return status.expired('The resourceVersion for the provided list is too old.');
  const error = status.expired(TOO_OLD);
  const token = encodeToken({ version: -1, after: start.after });
  return error.withMetadata({ continue: token, resourceVersion: String(world.storage.version) });
}

/** One object, or the 404 that says that it is not there. */
export function getOne(world: World, resource: Resource, namespace: string, name: string): Raw {
  const found = world.storage.get(resource, namespace, name);
  if (found === undefined) throw status.notFound(aboutPlural(resource, name));
  return found;
}
