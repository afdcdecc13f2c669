/** An API server as tests drive it, with our own client: nothing else has to be installed. */
import { randomBytes } from 'node:crypto';
import { get } from '#kube/client.ts';
import { ApiError } from '#kube/errors.ts';
import { loadCluster } from '#kube/kubeconfig.ts';
import { apiVersionOf, resourceName, resourcePath, type Resource } from '#kube/resource.ts';
import { Transport, type Request } from '#kube/transport.ts';
import { KINDS } from '#model/kinds.ts';
import { REPORT_RESOURCES } from '#operator/publishing.ts';

type Place = Pick<Resource, 'group' | 'version' | 'plural'>;

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

export interface Named {
  readonly namespace?: string;
  readonly name: string;
}

const CRD: Place = { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' };
const EVENT: Place = { group: '', version: 'v1', plural: 'events' };
const PLACES: Readonly<Record<string, Place>> = {
  ...KINDS,
  ...REPORT_RESOURCES,
  CustomResourceDefinition: CRD,
  Event: EVENT,
};

/** The place of a kind, in another version where an object states one. */
const placeOf = (kind: string, apiVersion?: string): Place => {
  const place = PLACES[kind];
  if (place === undefined) throw new Error(`no kind ${kind}`);
  return { ...place, version: apiVersion?.split('/').at(-1) ?? place.version };
};

export class Api {
  readonly #transport: Transport;

  constructor(kubeconfig: string) {
    this.#transport = new Transport({ cluster: loadCluster({ kubeconfig, userAgent: 'tests/1.0' }) });
  }

  /** Makes the objects or brings them to this state: what was applied before and is absent now goes. */
  async apply(...objects: readonly object[]): Promise<void> {
    for (const object of objects as readonly Manifest[]) {
      const { apiVersion, kind, metadata } = object;
      await this.#ask('apply', placeOf(kind, apiVersion), metadata, {
        method: 'PATCH',
        query: { fieldManager: 'tests', force: 'true' },
        contentType: 'application/apply-patch+yaml',
        body: object,
      });
    }
  }

  /** Makes an object that is not there yet. */
  async create(object: object): Promise<void> {
    const { kind, metadata } = object as Manifest;
    const { namespace } = metadata;
    const at = namespace === undefined ? {} : { namespace };
    await this.#ask('create', placeOf(kind), at, { method: 'POST', body: object });
  }

  async get<T>(kind: string, at: Named): Promise<T | undefined> {
    return (await get(this.#transport, placeOf(kind), at)) as T | undefined;
  }

  async list<T>(kind: string, namespace?: string): Promise<readonly T[]> {
    const body = await this.#ask('list', placeOf(kind), { namespace }, { method: 'GET' });
    return (body as { readonly items: readonly T[] }).items;
  }

  /** The names of all objects of a kind, or of those in a namespace. */
  async names(kind: string, namespace?: string): Promise<readonly string[]> {
    return (await this.list<Manifest>(kind, namespace)).map(({ metadata }) => metadata.name);
  }

  /** What `kubectl get` prints: the titles of its columns, then a row for each object. */
  async table(kind: string, namespace?: string): Promise<readonly (readonly string[])[]> {
    const accept = 'application/json;as=Table;g=meta.k8s.io;v=v1';
    const { columnDefinitions, rows } = (await this.#ask(
      'list',
      placeOf(kind),
      { namespace },
      { method: 'GET', accept },
    )) as {
      readonly columnDefinitions: readonly { readonly name: string; readonly priority: number }[];
      readonly rows: readonly { readonly cells: readonly unknown[] }[];
    };
    const usual = columnDefinitions.flatMap(({ priority }, index) => (priority === 0 ? [index] : []));
    const titles = usual.map((index) => columnDefinitions[index]!.name.toUpperCase());
    return [titles, ...rows.map(({ cells }) => usual.map((index) => String(cells[index])))];
  }

  /** Answers false when it was not there. */
  async remove(kind: string, at: Named): Promise<boolean> {
    try {
      await this.#ask('delete', placeOf(kind), at, { method: 'DELETE' });
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return false;
      throw error;
    }
  }

  async patchStatus(kind: string, at: Named, status: object): Promise<void> {
    const contentType = 'application/merge-patch+json';
    await this.#ask(
      'patch',
      placeOf(kind),
      { ...at, subresource: 'status' },
      { method: 'PATCH', contentType, body: { status } },
    );
  }

  /** Makes a namespace that no other test uses and answers its name. */
  async newNamespace(prefix: string): Promise<string> {
    const name = `${prefix}-${randomBytes(4).toString('hex')}`;
    await this.create({ apiVersion: apiVersionOf(KINDS.Namespace), kind: 'Namespace', metadata: { name } });
    return name;
  }

  close(): void {
    this.#transport.close();
  }

  async #ask(
    verb: string,
    place: Place,
    at: { readonly namespace?: string | undefined; readonly name?: string; readonly subresource?: string },
    how: Pick<Request, 'method' | 'query' | 'contentType' | 'body' | 'accept'>,
  ): Promise<unknown> {
    const path = resourcePath(place, at);
    const { body } = await this.#transport.request({
      verb,
      resource: resourceName(place),
      path,
      pool: 'write',
      ...how,
    });
    return body;
  }
}
