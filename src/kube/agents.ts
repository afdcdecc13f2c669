import { Agent as HttpAgent, request as httpRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type http from 'node:http';
import type { Cluster, Credentials } from './kubeconfig.ts';

/** Connections are kept apart by purpose, so that none can starve another. */
export type Pool = 'watch' | 'write' | 'lease';

const SOCKETS: Readonly<Record<Pool, number>> = { watch: Infinity, write: 16, lease: 1 };
/** A kept connection that nobody uses is closed after this long. */
const IDLE_SOCKET_MS = 60_000;

interface Way {
  readonly agent: HttpAgent;
  readonly module: {
    readonly request: (url: URL, options: RequestOptions) => http.ClientRequest;
  };
}

/** One agent a pool, rebuilt only when the TLS material changes: a new agent is a new handshake for every request. */
export class Agents {
  readonly #cluster: Cluster;
  readonly #keepAliveMs: number;
  readonly #held = new Map<Pool, { readonly fingerprint: string; readonly way: Way }>();
  readonly #all = new Set<HttpAgent>();

  constructor(cluster: Cluster, keepAliveMs: number) {
    this.#cluster = cluster;
    this.#keepAliveMs = keepAliveMs;
  }

  for(pool: Pool, used: Credentials): Way {
    const held = this.#held.get(pool);
    if (held?.fingerprint === used.fingerprint) return held.way;
    const way = this.#build(pool, used);
    // The old agent is left to end what it has begun; its idle connections close by themselves.
    this.#held.set(pool, { fingerprint: used.fingerprint, way });
    this.#all.add(way.agent);
    return way;
  }

  close(): void {
    for (const agent of this.#all) agent.destroy();
    this.#all.clear();
    this.#held.clear();
  }

  #build(pool: Pool, used: Credentials): Way {
    const proxy = this.#cluster.proxyUrl;
    const common = {
      keepAlive: true,
      keepAliveMsecs: this.#keepAliveMs,
      maxSockets: SOCKETS[pool],
      scheduling: 'lifo' as const,
      timeout: IDLE_SOCKET_MS,
      ...(proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }),
    };
    if (this.#cluster.server.protocol === 'http:')
      return { agent: new HttpAgent(common), module: { request: httpRequest } };
    return { agent: new HttpsAgent({ ...common, ...used.tls }), module: { request: httpsRequest } };
  }
}
