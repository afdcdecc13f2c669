import { applyPatch, Pointer, type Operation } from 'rfc6902';
import { at, isList, isRecord, nameOf, textAt, type Raw } from './json.ts';
import { decodeBody } from './decode.ts';
import { apiVersionOf, aboutPlural, type Resource } from './resource.ts';
import * as status from './status.ts';
import { strategicMerge } from './strategic.ts';
import { apply, updateTo, type Written } from './write.ts';
import type { Intent, World } from './world.ts';

export const PATCH_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;

/** JSON merge patch (RFC 7386). */
export function mergePatch(live: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result = new Map(Object.entries(isRecord(live) ? live : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result.delete(key);
    else result.set(key, mergePatch(result.get(key), value));
  }
  return Object.fromEntries(result);
}

function jsonPatch(live: Raw, patch: unknown): unknown {
  if (!isList(patch)) {
    const go = isRecord(patch) ? 'object' : typeof patch;
    throw status.badRequest(
      `error decoding patch: json: cannot unmarshal ${go} into Go value of type []handlers.jsonPatchOp`,
    );
  }
  const document: unknown = structuredClone(live);
  for (const raw of patch) {
    // The real server lets a replacement of what is not there pass as an addition.
    const operation =
      textAt(raw, 'op') === 'replace' && isRecord(raw) && !exists(document, textAt(raw, 'path'))
        ? { ...raw, op: 'add' }
        : raw;
    const [failure] = applyPatch(document, [operation as Operation]);
    if (failure !== null && failure !== undefined)
      throw new status.ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {
        details: {},
      });
  }
  return document;
}

const exists = (document: unknown, path: string): boolean => Pointer.fromJSON(path).get(document) !== undefined;

/** The live object with a patch of one of the classic kinds laid over it. */
function patched(live: Raw, type: string, body: unknown, resource: Resource): unknown {
  if (type === PATCH_TYPES.json) return jsonPatch(live, body);
  if (!isRecord(body)) {
    const go = isList(body) ? 'array' : typeof body;
    throw status.badRequest(
      `error decoding patch: json: cannot unmarshal ${go} into Go value of type map[string]interface {}`,
    );
  }
  return type === PATCH_TYPES.strategic ? strategicMerge(live, body, resource.schema) : mergePatch(live, body);
}

function checkConfig(body: unknown, { resource, name }: Intent): Raw {
  if (!isRecord(body)) throw status.badRequest('error decoding YAML: expected an object');
  const given = textAt(body, 'apiVersion');
  const kind = textAt(body, 'kind');
  const expected = apiVersionOf(resource);
  if (given === '' || kind === '')
    throw status.badRequest(`failed to create typed patch object: ${given === '' ? 'apiVersion' : 'kind'} must be set`);
  if (given !== expected || kind !== resource.kind)
    throw status.badRequest(`invalid object type: ${given}, Kind=${kind}`);
  if (at(body, 'metadata', 'managedFields') !== undefined)
    throw status.badRequest('metadata.managedFields must be nil');
  if (nameOf(body) !== '' && nameOf(body) !== name)
    throw status.badRequest(`the name of the object (${nameOf(body)}) does not match the name on the URL (${name})`);
  return body;
}

/** PATCH of every kind. */
export function patch(world: World, intent: Intent, type: string, body: unknown): Written {
  const { resource, namespace, name } = intent;
  if (type === PATCH_TYPES.apply) return apply(world, intent, checkConfig(body, intent));
  const allowed = Object.values(PATCH_TYPES).filter(
    (each) => each !== PATCH_TYPES.strategic || resource.custom === undefined,
  );
  if (!(allowed as readonly string[]).includes(type))
    throw status.unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: ${allowed.join(', ')}`,
    );
  const live = world.storage.get(resource, namespace, name);
  if (live === undefined) throw status.notFound(aboutPlural(resource, name));
  const result = patched(live, type, body, resource);
  if (!isRecord(result)) throw status.badRequest('the patch leaves no object');
  const next = decodeBody(result, intent);
  return { object: updateTo(world, intent, live, next), created: false };
}
