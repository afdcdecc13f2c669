/** One-off readings of the API. Each rejects with ApiError or NetworkError. */
import type { Pool } from './agents.ts';
import { isRaw, type Raw } from './codec.ts';
import { ApiError } from './errors.ts';
import { metadataAccept, resourceName, resourcePath, type At, type Resource } from './resource.ts';
import type { Transport } from './transport.ts';

type Place = Pick<Resource, 'group' | 'version' | 'plural'>;

export interface ReadOptions {
  readonly signal?: AbortSignal;
  readonly metadataOnly?: true;
  readonly pool?: Pool;
}

const raw = (body: unknown): Raw => (isRaw(body) ? body : {});

/** One object, or undefined when there is none of that name. */
export async function get(
  transport: Transport,
  place: Place,
  at: At,
  { signal, metadataOnly, pool = 'watch' }: ReadOptions = {},
): Promise<Raw | undefined> {
  try {
    const { body } = await transport.request({
      verb: 'get',
      resource: resourceName(place),
      method: 'GET',
      path: resourcePath(place, at),
      pool,
      signal,
      ...(metadataOnly === true ? { accept: metadataAccept('PartialObjectMetadata') } : {}),
    });
    return raw(body);
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

/** `v1.36.3`. */
export async function serverVersion(transport: Transport, signal?: AbortSignal): Promise<string> {
  const { body } = await transport.request({
    verb: 'get',
    resource: 'version',
    method: 'GET',
    path: '/version',
    pool: 'watch',
    signal,
  });
  const version = raw(body)['gitVersion'];
  return typeof version === 'string' ? version : 'unknown';
}

/** Whether the server has this resource: a CRD that is installed, a group that is turned on. */
export async function resourceServed(transport: Transport, place: Place, signal?: AbortSignal): Promise<boolean> {
  const path = place.group === '' ? `/api/${place.version}` : `/apis/${place.group}/${place.version}`;
  try {
    const { body } = await transport.request({
      verb: 'get',
      resource: 'discovery',
      method: 'GET',
      path,
      pool: 'watch',
      signal,
    });
    const resources: unknown = raw(body)['resources'];
    return Array.isArray(resources) && resources.some((entry) => raw(entry)['name'] === place.plural);
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return false;
    throw error;
  }
}

export interface Access {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
}

/** Whether we may do this, as the server's authorizer sees it. */
export async function selfSubjectAccessReview(
  transport: Transport,
  access: Access,
  signal?: AbortSignal,
): Promise<boolean> {
  const { body } = await transport.request({
    verb: 'create',
    resource: 'selfsubjectaccessreviews.authorization.k8s.io',
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: access },
    },
    pool: 'watch',
    signal,
  });
  return raw(raw(body)['status'])['allowed'] === true;
}
