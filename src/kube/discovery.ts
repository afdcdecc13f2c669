import { isRaw, type Raw } from './codec.ts';
import type { Resource } from './resource.ts';
import type { Transport } from './transport.ts';

type Place = Pick<Resource, 'group' | 'version' | 'plural'>;

/** What a server serves under one name, in whatever versions. */
export type ServedResource = Pick<Resource, 'group' | 'plural' | 'namespaced'>;

interface Served<P> {
  /** Those of the places asked about that are served, in the order given. */
  readonly places: readonly P[];
  /** All resources but those of the core group: the same list again while nothing changes; undefined where the server does not tell it in one answer. */
  readonly resources: readonly ServedResource[] | undefined;
}

/** Aggregated discovery, all in one answer (GA in 1.30, served since 1.27); an older server answers with the list of its groups. */
const ACCEPT = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',');

interface Told {
  readonly keys: ReadonlySet<string>;
  readonly resources: readonly ServedResource[] | undefined;
}

/** What a server serves, asked for as often as one likes: an answer that has not changed costs its headers. */
export class Discovery {
  readonly #transport: Transport;
  #held: (Told & { readonly etag: string }) | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Rejects with ApiError or NetworkError. */
  async served<P extends Place>(places: readonly P[], signal?: AbortSignal): Promise<Served<P>> {
    const { keys, resources } = await this.#told(places, signal);
    return { places: places.filter((place) => keys.has(keyOf(place))), resources };
  }

  async #told(places: readonly Place[], signal: AbortSignal | undefined): Promise<Told> {
    const held = this.#held;
    const how = { accept: ACCEPT, ...(held === undefined ? {} : { etag: held.etag }) };
    const { status, headers, body } = await this.#get('/apis', signal, how);
    if (status === NOT_MODIFIED && held !== undefined) return held;
    if (raw(body)['kind'] !== 'APIGroupDiscoveryList')
      return { keys: await this.#oneByOne(body, places, signal), resources: undefined };
    const told = aggregatedIn(body);
    this.#held = headers.etag === undefined ? undefined : { etag: headers.etag, ...told };
    return told;
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
    const found = new Set<string>();
    for (const version of versions) {
      const { body } = await this.#get(`/apis/${version}`, signal);
      for (const { name } of rows(raw(body)['resources'])) found.add(`${version}/${String(name)}`);
    }
    return found;
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

function aggregatedIn(body: unknown): Told {
  const found = rows(raw(body)['items']).flatMap((item) => {
    const group = String(raw(item['metadata'])['name']);
    return rows(item['versions']).flatMap(({ version, resources }) =>
      rows(resources).map(({ resource, scope }) => ({
        group,
        version: String(version),
        plural: String(resource),
        namespaced: scope === 'Namespaced',
      })),
    );
  });
  const resources = new Map(found.map(({ version: _, ...each }) => [`${each.group}/${each.plural}`, each]));
  return { keys: new Set(found.map(keyOf)), resources: [...resources.values()] };
}

function raw(value: unknown): Raw {
  return isRaw(value) ? value : {};
}

function rows(value: unknown): readonly Raw[] {
  return Array.isArray(value) ? value.filter(isRaw) : [];
}
