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
