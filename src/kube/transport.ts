/** Requests to one API server over node:https: every one with its own deadlines, its pool and the current credentials. */
import type http from 'node:http';
import { silentLogger, type Logger } from '#log/logger.ts';
import { ApiError, networkError, NetworkError, replyError } from './errors.ts';
import { realClock, type Cancel, type Clock } from './clock.ts';
import { Agents, type Pool } from './agents.ts';
import type { Cluster, Credentials } from './kubeconfig.ts';
import { ByteStream, readAll, reasonOf } from './body.ts';

export interface RequestFacts {
  /** `get`, `list`, `watch`, `create`, `apply`, `update`, `patch`, `delete`. */
  readonly verb: string;
  /** The plural, with its group when it has one: `pods`, `deployments.apps`. */
  readonly resource: string;
}

export interface Observation extends RequestFacts {
  /** HTTP status, or the class of a network failure: `refused`, `timeout`. */
  readonly code: string;
}

export interface Request extends RequestFacts {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly accept?: string;
  readonly contentType?: string;
  /** Of the answer that is held: where it still holds, the reply is 304 without a body. */
  readonly etag?: string;
  readonly body?: unknown;
  readonly pool: Pool;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for the whole request, body included; for a stream until its headers. */
  readonly timeoutMs?: number;
  /** Reads the Status of an error reply that is not JSON. */
  readonly errorStatus?: ((body: Buffer) => unknown) | undefined;
  /** Called when everything is ready and the next step is the wire; throwing stops the request (fencing). */
  readonly gate?: () => void;
}

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** Parsed JSON, or undefined for an empty body. */
  readonly body: unknown;
  /** Length of the body on the wire. */
  readonly bytes: number;
}

export interface TransportLimits {
  readonly connectMs: number;
  readonly headerMs: number;
  readonly totalMs: number;
  /** W25: a stream without one byte for so long is dead; three bookmark intervals. */
  readonly idleMs: number;
}

/** W25. */
export const TRANSPORT_LIMITS: TransportLimits = {
  connectMs: 8000,
  headerMs: 30_000,
  totalMs: 60_000,
  idleMs: 185_000,
};

export interface TransportOptions {
  readonly cluster: Cluster;
  readonly clock?: Clock;
  readonly limits?: Partial<TransportLimits>;
  readonly onRequest?: (seen: Observation) => void;
  readonly logger?: Logger;
}

const TCP_KEEPALIVE_MS = 15_000;
const LONGEST_ERROR_BODY = 64 * 1024;
const LONGEST_BODY = 256 * 1024 * 1024;

interface Sent {
  readonly request: http.ClientRequest;
  readonly response: http.IncomingMessage;
}

/** One API server: requests with JSON replies, and streams. */
export class Transport {
  readonly #cluster: Cluster;
  readonly #clock: Clock;
  readonly #limits: TransportLimits;
  readonly #observe: (seen: Observation) => void;
  readonly #logger: Logger;
  readonly #agents: Agents;

  constructor(options: TransportOptions) {
    const { cluster, clock = realClock, limits = {}, onRequest = () => undefined, logger = silentLogger } = options;
    this.#logger = logger;
    this.#cluster = cluster;
    this.#clock = clock;
    this.#limits = { ...TRANSPORT_LIMITS, ...limits };
    this.#observe = onRequest;
    this.#agents = new Agents(cluster, TCP_KEEPALIVE_MS);
  }

  /** Sends and reads the whole JSON reply. Rejects with ApiError for a status of 400 and more, NetworkError otherwise. */
  async request(wanted: Request): Promise<Reply> {
    const abort = new AbortController();
    const expire = (): void => {
      abort.abort(new NetworkError('timeout', `no complete answer within ${String(total)} ms`));
    };
    const total = wanted.timeoutMs ?? this.#limits.totalMs;
    const cancel = this.#clock.after(total, expire);
    const unlink = link(wanted.signal, abort);
    try {
      const { response } = await this.#open({ ...wanted, signal: abort.signal });
      const bytes = await readAll(response, LONGEST_BODY);
      return { status: response.statusCode ?? 0, headers: response.headers, body: parse(bytes), bytes: bytes.length };
    } catch (thrown) {
      throw abort.signal.aborted ? reasonOf(abort.signal) : failureOf(thrown);
    } finally {
      cancel();
      unlink();
    }
  }

  /** Opens a stream of bytes; it ends by itself, by `close()` or by the signal. Rejects as `request` does. */
  async stream(wanted: Request): Promise<ByteStream> {
    const abort = new AbortController();
    const unlink = link(wanted.signal, abort);
    try {
      const { response } = await this.#open({ ...wanted, signal: abort.signal });
      return new ByteStream({ response, abort, unlink, clock: this.#clock, idleMs: this.#limits.idleMs });
    } catch (thrown) {
      unlink();
      throw abort.signal.aborted ? reasonOf(abort.signal) : failureOf(thrown);
    }
  }

  /** Ends every connection, also those in use. */
  close(): void {
    this.#agents.close();
  }

  async #open(wanted: Request): Promise<Sent> {
    const used = await this.#cluster.credentials();
    try {
      return await this.#attempt(wanted, used);
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || thrown.code !== 401) throw thrown;
      // W16: once more at once with credentials read anew; a second 401 is the caller's to back off from.
      this.#cluster.rejected(used);
      return this.#attempt(wanted, await this.#cluster.credentials());
    }
  }

  async #attempt(wanted: Request, used: Credentials): Promise<Sent> {
    const { verb, resource } = wanted;
    try {
      const sent = await this.#sendFresh(wanted, used);
      const code = sent.response.statusCode ?? 0;
      this.#observe({ verb, resource, code: String(code) });
      if ((code >= 200 && code < 300) || (code === 304 && wanted.etag !== undefined)) return sent;
      const { headers } = sent.response;
      if (code === 429) this.#heldBack(wanted, headers);
      const body = await readAll(sent.response, LONGEST_ERROR_BODY);
      throw replyError({ code, body, retryAfter: headers['retry-after'] }, wanted.errorStatus);
    } catch (thrown) {
      const failure = failureOf(thrown);
      if (failure instanceof NetworkError) this.#observe({ verb, resource, code: failure.failure });
      throw thrown;
    }
  }

  /** Which of the server's queues was full: whoever runs it can look these up, and give us another one. */
  #heldBack({ verb, resource }: Request, headers: http.IncomingHttpHeaders): void {
    this.#logger.warn('the API server has too much to do', {
      verb,
      resource,
      flowSchema: headers['x-kubernetes-pf-flowschema-uid'],
      priorityLevel: headers['x-kubernetes-pf-prioritylevel-uid'],
      retryAfter: headers['retry-after'],
    });
  }

  /** A kept-alive connection may die just as it is reused: that says nothing about the server, so try a new one. */
  async #sendFresh(wanted: Request, used: Credentials): Promise<Sent> {
    const body = wanted.body === undefined ? undefined : JSON.stringify(wanted.body);
    for (let attempt = 0; ; attempt += 1) {
      const request = this.#prepare(wanted, used, body);
      try {
        return await this.#exchange(request, wanted.signal, body);
      } catch (thrown) {
        const stale = request.reusedSocket && networkError(thrown).failure === 'reset' && wanted.method !== 'POST';
        if (!stale || attempt >= 3 || wanted.signal?.aborted === true) throw thrown;
      }
    }
  }

  #prepare(wanted: Request, used: Credentials, body: string | undefined): http.ClientRequest {
    if (wanted.signal?.aborted === true) throw reasonOf(wanted.signal);
    wanted.gate?.();
    const { agent, module } = this.#agents.for(wanted.pool, used);
    const url = new URL(this.#cluster.server);
    url.pathname = url.pathname.replace(/\/$/, '') + wanted.path;
    url.search = new URLSearchParams(wanted.query).toString();
    const headers = {
      Accept: wanted.accept ?? 'application/json',
      'User-Agent': this.#cluster.userAgent,
      ...(wanted.etag === undefined ? {} : { 'If-None-Match': wanted.etag }),
      ...(body === undefined
        ? {}
        : { 'Content-Type': wanted.contentType ?? 'application/json', 'Content-Length': Buffer.byteLength(body) }),
      ...used.headers,
    };
    return module.request(url, { method: wanted.method, headers, agent });
  }

  #exchange(request: http.ClientRequest, signal: AbortSignal | undefined, body: string | undefined): Promise<Sent> {
    return new Promise((resolve, reject) => {
      const timers: Cancel[] = [];
      const quit = (): void => {
        request.destroy(signal === undefined ? undefined : reasonOf(signal));
      };
      const late = (what: string, ms: number): Cancel => {
        const expired = (): void => {
          request.destroy(new NetworkError('timeout', `no ${what} within ${String(ms)} ms`));
        };
        return this.#clock.after(ms, expired);
      };
      const settle = (): void => {
        for (const cancel of timers) cancel();
      };
      request.once('socket', (socket) => {
        timers.push(late('response headers', this.#limits.headerMs));
        if (!socket.connecting) return;
        socket.setKeepAlive(true, TCP_KEEPALIVE_MS);
        const connected = late('connection', this.#limits.connectMs);
        timers.push(connected);
        socket.once(this.#cluster.server.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
      });
      request.once('response', (response) => {
        settle();
        resolve({ request, response });
      });
      // Stays for the request's whole life: an error after the response also comes here, and must find somebody.
      request.on('error', (error) => {
        settle();
        reject(error);
      });
      request.once('close', () => {
        settle();
        signal?.removeEventListener('abort', quit);
      });
      signal?.addEventListener('abort', quit);
      request.end(body);
    });
  }
}

function link(outer: AbortSignal | undefined, inner: AbortController): () => void {
  if (outer === undefined) return () => undefined;
  const follow = (): void => {
    inner.abort(reasonOf(outer));
  };
  if (outer.aborted) follow();
  outer.addEventListener('abort', follow);
  return () => {
    outer.removeEventListener('abort', follow);
  };
}

/** KubeConfigError and whatever a gate throws pass as they are; what Node throws becomes a NetworkError. */
function failureOf(thrown: unknown): Error {
  if (thrown instanceof ApiError || thrown instanceof NetworkError) return thrown;
  const system = thrown as { readonly code?: unknown };
  return typeof system.code === 'string' || !(thrown instanceof Error) ? networkError(thrown) : thrown;
}

function parse(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new NetworkError('other', 'the answer is no JSON');
  }
}
