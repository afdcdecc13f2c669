import { isRaw, type Raw } from './codec.ts';
import type { Resource } from './resource.ts';
import type { Transport } from './transport.ts';

type Place = Pick<Resource, 'group' | 'version' | 'plural'>;

/** Aggregated discovery, all in one answer (GA in 1.30, served since 1.27); an older server answers with the list of its groups. */
const ACCEPT = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',');

/** What a server serves, asked for as often as one likes: an answer that has not changed costs its headers. */
export class Discovery {
  readonly #transport: Transport;
  #held: { readonly etag: string; readonly resources: ReadonlySet<string> } | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Those of the places that are served, in the order given. Rejects with ApiError or NetworkError. */
  async served<P extends Place>(places: readonly P[], signal?: AbortSignal): Promise<readonly P[]> {
    const resources = await this.#resources(places, signal);
    return places.filter((place) => resources.has(keyOf(place)));
  }

  async #resources(places: readonly Place[], signal: AbortSignal | undefined): Promise<ReadonlySet<string>> {
    const held = this.#held;
    const how = { accept: ACCEPT, ...(held === undefined ? {} : { etag: held.etag }) };
    const { status, headers, body } = await this.#get('/apis', signal, how);
    if (status === NOT_MODIFIED && held !== undefined) return held.resources;
    if (raw(body)['kind'] !== 'APIGroupDiscoveryList') return this.#oneByOne(body, places, signal);
    const resources = aggregatedIn(body);
    this.#held = headers.etag === undefined ? undefined : { etag: headers.etag, resources };
    return resources;
  }

  /** The resources of those group versions of the places that the list of groups names. */
  async #oneByOne(
    groups: unknown,
    places: readonly Place[],
    signal: AbortSignal | undefined,
  ): Promise<ReadonlySet<string>> {
    const wanted = new Set(places.map(({ group, version }) => `${group}/${version}`));
    const versions = rows(raw(groups)['groups'])
      .flatMap((group) => rows(group['versions']).map((version) => String(version['groupVersion'])))
      .filter((version) => wanted.has(version));
    const found: string[] = [];
    for (const version of versions) {
      const { body } = await this.#get(`/apis/${version}`, signal);
      found.push(...rows(raw(body)['resources']).map(({ name }) => `${version}/${String(name)}`));
    }
    return new Set(found);
  }

  #get(
    path: string,
    signal: AbortSignal | undefined,
    how: { readonly accept?: string; readonly etag?: string } = {},
  ): ReturnType<Transport['request']> {
    return this.#transport.request({
      verb: 'get',
      resource: 'discovery',
      method: 'GET',
      path,
      pool: 'watch',
      signal,
      ...how,
    });
  }
}

const NOT_MODIFIED = 304;

function keyOf({ group, version, plural }: Place): string {
  return `${group}/${version}/${plural}`;
}

function aggregatedIn(body: unknown): ReadonlySet<string> {
  const keys = rows(raw(body)['items']).flatMap((group) => {
    const name = String(raw(group['metadata'])['name']);
    return rows(group['versions']).flatMap(({ version, resources }) =>
      rows(resources).map(({ resource }) => `${name}/${String(version)}/${String(resource)}`),
    );
  });
  return new Set(keys);
}

function raw(value: unknown): Raw {
  return isRaw(value) ? value : {};
}

function rows(value: unknown): readonly Raw[] {
  return Array.isArray(value) ? value.filter(isRaw) : [];
}
