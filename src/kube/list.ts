/** Paged LIST: for servers without WatchList, and for one-off readings. */
import { BadEvent, dropManagedFields, identityOf, isRaw, type Identity, type Raw } from './codec.ts';
import { apiVersionOf, metadataAccept, resourceName, resourcePath, selectorsOf, type Resource } from './resource.ts';
import type { Reply, Transport } from './transport.ts';

export interface ListOptions {
  readonly transport: Transport;
  readonly resource: Resource;
  readonly namespace?: string;
  readonly signal?: AbortSignal | undefined;
  /** Objects a page. */
  readonly pageSize?: number;
}

export interface Item {
  readonly at: Identity;
  readonly raw: Raw;
}

export interface Page {
  readonly items: readonly Item[];
  /** Where a watch goes on from; the same on every page of one list. */
  readonly resourceVersion: string;
  readonly bytes: number;
}

interface Parsed extends Page {
  readonly next: string;
}

const PAGE_SIZE = 500;
const PAGE_MS = 60_000;

function parsePage(reply: Reply, resource: Resource): Parsed {
  const { body, bytes } = reply;
  const metadata = isRaw(body) ? body['metadata'] : undefined;
  if (!isRaw(body) || !isRaw(metadata) || typeof metadata['resourceVersion'] !== 'string')
    throw new BadEvent('the answer is no list');
  const raws: unknown[] = Array.isArray(body['items']) ? body['items'] : [];
  const items = raws.map((raw) => {
    const at = identityOf(raw);
    // W9: a typed list leaves kind and apiVersion out of its items.
    dropManagedFields(raw as Raw);
    const named = Object.assign(raw as Raw, { kind: resource.kind, apiVersion: apiVersionOf(resource) });
    return { at, raw: named };
  });
  const next = typeof metadata['continue'] === 'string' ? metadata['continue'] : '';
  return { items, resourceVersion: metadata['resourceVersion'], bytes, next };
}

/**
 * The pages of a consistent list, each fetched while the one before is worked on, so that a long list ends before its
 * token does. Throws ApiError (410: begin again, W20), NetworkError, BadEvent.
 */
export async function* listPages(options: ListOptions): AsyncGenerator<Page, void, undefined> {
  const { transport, resource, namespace, signal, pageSize = PAGE_SIZE } = options;
  const stop = new AbortController();
  const fetchPage = async (from: string): Promise<Parsed> => {
    const reply = await transport.request({
      verb: 'list',
      resource: resourceName(resource),
      method: 'GET',
      path: resourcePath(resource, { namespace }),
      query: {
        limit: String(Math.min(pageSize, resource.pageSize ?? pageSize)),
        ...(from === '' ? {} : { continue: from }),
        ...selectorsOf(resource),
      },
      accept:
        resource.metadataOnly === true
          ? `${metadataAccept('PartialObjectMetadataList')}, application/json;q=0.1`
          : 'application/json',
      pool: 'watch',
      signal: signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
      timeoutMs: PAGE_MS,
    });
    return parsePage(reply, resource);
  };
  let coming: Promise<Parsed> | undefined = fetchPage('');
  try {
    while (coming !== undefined) {
      const page: Parsed = await coming;
      coming = page.next === '' ? undefined : fetchPage(page.next);
      // Its failure is thrown when its turn comes; if the reader leaves before, nobody needs to hear of it.
      coming?.catch(() => undefined);
      yield page;
    }
  } finally {
    stop.abort();
  }
}
