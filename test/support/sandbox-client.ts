/** A plain client for tests: one request, one answer, nothing interpreted. */
import { request, type RequestOptions } from 'node:https';

export interface Target {
  readonly url: string;
  readonly token: string;
  readonly ca?: string;
}

export interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Reply {
  readonly code: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  /** The body read as JSON; undefined when it is none. */
  readonly json: unknown;
}

const bodyOf = ({ body }: Ask): string => (typeof body === 'string' ? body : JSON.stringify(body));

function options(target: Target, ask: Ask): RequestOptions {
  const url = new URL(ask.path, target.url);
  return {
    hostname: url.hostname,
    port: url.port,
    path: ask.path,
    method: ask.method ?? 'GET',
    agent: false,
    ...(target.ca === undefined ? { rejectUnauthorized: false } : { ca: target.ca }),
    headers: {
      accept: ask.accept ?? 'application/json',
      'user-agent': 'tester/1.0',
      ...(target.token === '' ? {} : { authorization: `Bearer ${target.token}` }),
      ...(ask.body === undefined ? {} : { 'content-type': ask.contentType ?? 'application/json' }),
      ...(ask.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(bodyOf(ask))) }),
      ...ask.headers,
    },
  };
}

const NEWLINE = 10;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

/** Sends one request and reads its answer to the end; with `lines`, only until so many lines have come. */
export function send(target: Target, ask: Ask, lines = Infinity): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const outgoing = request(options(target, ask), (incoming) => {
      const parts: Buffer[] = [];
      let seen = 0;
      const done = (): void => {
        const text = Buffer.concat(parts).toString();
        resolve({ code: incoming.statusCode ?? 0, headers: incoming.headers, text, json: parsed(text) });
      };
      incoming.on('data', (part: Buffer) => {
        parts.push(part);
        if (lines === Infinity) return;
        seen += part.reduce((count, byte) => (byte === NEWLINE ? count + 1 : count), 0);
        if (seen < lines) return;
        done();
        outgoing.destroy();
      });
      incoming.on('end', done);
      incoming.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(ask.body === undefined ? undefined : bodyOf(ask));
  });
}

/** Asks until an answer pleases, at most so many milliseconds. */
export async function until<T>(
  ask: () => Promise<T>,
  pleases: (answer: T) => boolean,
  milliseconds = 10_000,
): Promise<T> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    const answer = await ask();
    if (pleases(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`not within ${String(milliseconds)} ms: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
