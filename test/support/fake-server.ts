/** A scripted API server over a real loopback socket: it answers what the test says and remembers what it was asked. */
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect } from 'chai';
import type { Cluster } from '#kube/kubeconfig.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: unknown;
  /** Settles when the client or the server has ended the exchange. */
  readonly closed: Promise<void>;
}

export type Answer = (asked: Asked, response: http.ServerResponse) => void | Promise<void>;

export interface FakeServer {
  readonly url: URL;
  readonly requests: Asked[];
  /** Answers the next requests in order; then `otherwise`. */
  readonly script: Answer[];
  otherwise: Answer;
  readonly sockets: () => number;
  /** How many connections were ever opened. */
  readonly connections: () => number;
  readonly close: () => Promise<void>;
  /** Answers on the same port after `close`. */
  readonly reopen: () => Promise<void>;
}

const notFound: Answer = (_, response) => {
  response.writeHead(404, { 'Content-Type': 'text/plain' }).end('404 page not found\n');
};

async function bodyOf(request: http.IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  const text = Buffer.concat(parts).toString('utf8');
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}

export async function fakeServer(otherwise: Answer = notFound): Promise<FakeServer> {
  const requests: Asked[] = [];
  const script: Answer[] = [];
  const open = new Set<Socket>();
  let count = 0;
  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://fake');
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    const asked: Asked = {
      method: request.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: await bodyOf(request),
      closed,
    };
    requests.push(asked);
    await (script.shift() ?? fake.otherwise)(asked, response);
  };
  const server = http.createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 0;
  server.on('connection', (socket) => {
    count += 1;
    open.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => open.delete(socket));
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => {
      server.listen(port, '127.0.0.1', resolve);
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const fake: FakeServer = {
    url: new URL(`http://127.0.0.1:${String(port)}`),
    requests,
    script,
    otherwise,
    sockets: () => open.size,
    connections: () => count,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of open) socket.destroy();
      }),
    reopen: () => listen(port),
  };
  return fake;
}

/** A cluster that is this server, entered without credentials. */
export function clusterAt(url: URL, changes: Partial<Cluster> = {}): Cluster {
  return {
    server: url,
    context: 'fake',
    namespace: undefined,
    userAgent: 'kubeposture/0 (test)',
    proxyUrl: undefined,
    credentials: () => Promise.resolve({ headers: {}, tls: {}, fingerprint: '' }),
    rejected: () => undefined,
    ...changes,
  };
}

export function json(code: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_, response) => {
    response.writeHead(code, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

/** An error Status as the API server writes it. */
export function status(code: number, reason: string, more: Readonly<Record<string, unknown>> = {}): object {
  return { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: reason.toLowerCase(), reason, code, ...more };
}

export function failure(code: number, reason = '', headers: Readonly<Record<string, string>> = {}): Answer {
  return json(code, status(code, reason), headers);
}

/** The connection is reset before any answer. */
export const reset: Answer = (_, response) => {
  response.socket?.resetAndDestroy();
};

/** Accepts the request and never answers. */
export const hang: Answer = () => undefined;

export interface WatchScript {
  readonly send: (...events: readonly (object | string)[]) => WatchScript;
  readonly end: () => void;
  readonly reset: () => void;
}

/** A watch that is answered with these lines and stays open; `then` gets hold of it. */
export function watching(
  events: readonly (object | string)[],
  then: (open: WatchScript) => void = () => undefined,
): Answer {
  return (_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.flushHeaders();
    const open: WatchScript = {
      send: (...more) => {
        for (const event of more) response.write(typeof event === 'string' ? event : `${JSON.stringify(event)}\n`);
        return open;
      },
      end: () => {
        response.end();
      },
      reset: () => {
        response.socket?.resetAndDestroy();
      },
    };
    open.send(...events);
    then(open);
  };
}

/** Waits until something holds; never longer than the deadline, and then says what did not. */
export async function until(what: string, holds: () => boolean, deadlineMs = 5000): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!holds()) {
    if (Date.now() > end) expect.fail(`not within ${String(deadlineMs)} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
