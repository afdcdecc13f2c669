import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What one path answers. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

type Routes = Readonly<Record<string, () => Answer | Promise<Answer>>>;

export interface HttpServer {
  /** `http://HOST:PORT` as it really listens. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Serves GET of a few paths: metrics and probes. Rejects where the address cannot be had. */
export async function serve(
  { host, port }: { readonly host: string; readonly port: number },
  routes: Routes,
): Promise<HttpServer> {
  const server = createServer((request, response) => {
    void answer(request, response, routes);
  });
  await listening(server, host, port);
  const address = server.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${shown}:${String(address.port)}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, routes: Routes): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname;
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  const { status, contentType, text } = await answerOf(request.method, route);
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) });
  response.end(request.method === 'HEAD' ? '' : text);
}

const PLAIN = 'text/plain; charset=utf-8';

async function answerOf(method: string | undefined, route: Routes[string] | undefined): Promise<Answer> {
  if (route === undefined) return { status: 404, contentType: PLAIN, text: 'not found\n' };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, contentType: PLAIN, text: 'only GET\n' };
  try {
    return await route();
  } catch (error) {
    return { status: 500, contentType: PLAIN, text: `${error instanceof Error ? error.message : String(error)}\n` };
  }
}

/** The answer of a probe: what is not well, one line each. */
export function probe(problems: readonly string[]): Answer {
  return problems.length === 0
    ? { status: 200, contentType: PLAIN, text: 'ok\n' }
    : { status: 503, contentType: PLAIN, text: `${problems.join('\n')}\n` };
}
