import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from './body.ts';
import * as discovery from './discovery.ts';
import { answer, verbOf } from './handle.ts';
import type { Raw } from './json.ts';
import { openapiIndex, openapiV2, openapiV3 } from './openapi.ts';
import { negotiate } from './represent.ts';
import { routeOf, type Route } from './route.ts';
import * as status from './status.ts';
import type { Watches } from './watch.ts';
import type { World } from './world.ts';

const FLOW = {
  'cache-control': 'no-cache, private',
  'x-kubernetes-pf-flowschema-uid': '00000000-0000-4000-8000-000000000001',
  'x-kubernetes-pf-prioritylevel-uid': '00000000-0000-4000-8000-000000000002',
};

/** Paths that tell nothing and are open to everybody. */
const OPEN = /^\/(healthz|livez|readyz|version)(\/|$)/;

interface Reply {
  readonly code: number;
  readonly text: string;
  readonly type?: string;
  readonly warnings?: readonly string[];
}

const json = (body: unknown): Reply => ({ code: 200, text: JSON.stringify(body) });

/** Reads requests, asks for their answers, writes those. */
export class Front {
  readonly #world: World;
  readonly #watches: Watches;
  readonly #knows: (token: string) => boolean;
  readonly #counts = new Map<string, number>();

  constructor(world: World, watches: Watches, knows: (token: string) => boolean) {
    this.#world = world;
    this.#watches = watches;
    this.#knows = knows;
  }

  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Never rejects: what goes wrong is answered. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const reply = await this.#reply(request, response);
      if (reply !== undefined) this.#send(response, reply, request.method === 'HEAD');
    } catch (error) {
      this.#fail(request, response, error);
    }
  }

  async #reply(request: IncomingMessage, response: ServerResponse): Promise<Reply | undefined> {
    const url = URL.parse(`https://sandbox${request.url ?? '/'}`);
    if (url === null) throw status.badRequest('invalid URL');
    const body = await readBody(request);
    this.#authenticate(request, url);
    const path = url.pathname;
    const fixed = this.#fixed(path, request);
    if (fixed !== undefined) return fixed;
    const route = /^\/apis?\//.test(path) ? routeOf(path, this.#world.registry) : undefined;
    if (route === undefined) return { code: 404, text: '404 page not found\n', type: 'text/plain; charset=utf-8' };
    return this.#resource(request, response, url, { route, body });
  }

  #resource(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    { route, body }: { readonly route: Route; readonly body: Buffer },
  ): Reply | undefined {
    const query = url.searchParams;
    const method = request.method ?? 'GET';
    const watch = route.name === '' && ['true', '1'].includes(query.get('watch') ?? '');
    const verb = verbOf(method, route, watch);
    const name = route.subresource === '' ? route.resource.plural : `${route.resource.plural}/${route.subresource}`;
    const counted = `${verb} ${name}`;
    this.#counts.set(counted, (this.#counts.get(counted) ?? 0) + 1);
    const form = negotiate(request.headers.accept, query.get('includeObject'), this.#world.now());
    if (verb === 'watch') {
      this.#watches.open({ ...route, query }, form, response);
      return undefined;
    }
    const { 'content-type': contentType, 'user-agent': userAgent } = request.headers;
    const { code, text, warnings } = answer(this.#world, { method, route, query, contentType, userAgent, body, form });
    return { code, text, warnings, type: form.yaml ? 'application/yaml' : 'application/json' };
  }

  #authenticate(request: IncomingMessage, url: URL): void {
    const given = /^Bearer\s+(.*)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (given !== undefined) {
      if (!this.#knows(given)) throw status.unauthorized();
      return;
    }
    if (!OPEN.test(url.pathname)) throw this.#anonymous(request, url);
  }

  /** What a real server tells who says no name. */
  #anonymous(request: IncomingMessage, url: URL): status.ApiError {
    const user = 'User "system:anonymous" cannot';
    const route = /^\/apis?\//.test(url.pathname) ? routeOf(url.pathname, this.#world.registry) : undefined;
    if (route === undefined) {
      const verb = (request.method ?? 'GET').toLowerCase();
      const message = `forbidden: ${user} ${verb} path "${url.pathname}"`;
      return new status.ApiError(403, 'Forbidden', message, { details: {} });
    }
    const { resource, namespace, name } = route;
    const verb = verbOf(request.method ?? 'GET', route, url.searchParams.has('watch'));
    const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
    const why = `${user} ${verb} resource "${resource.plural}" in API group "${resource.group}" ${where}`;
    return status.forbidden({ group: resource.group, kind: resource.plural, name }, why);
  }

  /** The paths that are no resources. */
  #fixed(path: string, request: IncomingMessage): Reply | undefined {
    const clean = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
    if (/^\/(healthz|livez|readyz)(\/|$)/.test(clean))
      return { code: 200, text: 'ok', type: 'text/plain; charset=utf-8' };
    if (clean.startsWith('/openapi/')) return this.#openapi(clean, request);
    if (clean === '/') return json(discovery.rootPaths(this.#world.registry));
    if (clean === '/version') return json(discovery.VERSION);
    return this.#discovery(clean, request);
  }

  #discovery(path: string, request: IncomingMessage): Reply | undefined {
    const { registry } = this.#world;
    const [, root, first, second, ...rest] = path.split('/');
    const core = root === 'api';
    if (rest.length > 0 || (!core && root !== 'apis') || (core && second !== undefined)) return undefined;
    if (first === undefined && discovery.wantsAggregated(request.headers.accept))
      return { ...json(discovery.aggregated(registry, core)), type: discovery.AGGREGATED };
    const text = first === undefined ? this.#roots(core, request) : this.#versions(core, first, second);
    return optional(text);
  }

  #roots(core: boolean, request: IncomingMessage): Raw {
    return core ? discovery.coreVersions(request.headers.host ?? '') : discovery.groupList(this.#world.registry);
  }

  #versions(core: boolean, first: string, second: string | undefined): Raw | undefined {
    const { registry } = this.#world;
    if (core) return discovery.resourceList(registry, '', first);
    return second === undefined ? discovery.groupOf(registry, first) : discovery.resourceList(registry, first, second);
  }

  #openapi(path: string, request: IncomingMessage): Reply | undefined {
    const { registry } = this.#world;
    const accept = request.headers.accept ?? '';
    if (accept.includes('protobuf') && !/json|\*\/\*/.test(accept)) throw status.notAcceptable();
    if (path === '/openapi/v2') return json(openapiV2(registry));
    if (path === '/openapi/v3') return json(openapiIndex(registry));
    return optional(openapiV3(registry, path.replace('/openapi/v3/', '')));
  }

  #send(response: ServerResponse, { code, text, type, warnings }: Reply, head: boolean): void {
    if (response.destroyed) return;
    const lines = (warnings ?? []).map((warning) => `299 - ${JSON.stringify(warning)}`);
    if (lines.length > 0) response.setHeader('warning', lines);
    response.writeHead(code, {
      ...FLOW,
      'content-type': type ?? 'application/json',
      'content-length': Buffer.byteLength(text),
    });
    response.end(head ? undefined : text);
  }

  #fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (request.destroyed && !request.complete) return;
    const known = error instanceof status.ApiError;
    if (!known) this.#world.logger.warn('sandbox request failed', { url: request.url, error: String(error) });
    const { code, body }: { code: number; body: Raw } = known ? error : status.internal(String(error));
    if (response.headersSent) response.destroy();
    else this.#send(response, { code, text: JSON.stringify(body) }, request.method === 'HEAD');
  }
}

function optional(body: Raw | undefined): Reply | undefined {
  return body === undefined ? undefined : json(body);
}
