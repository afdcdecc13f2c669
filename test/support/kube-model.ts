/** A small API server that is right by construction, and a connection to it that is not: for the law of W3. */
import type http from 'node:http';
import type { Answer, Asked } from './fake-server.ts';
import { status } from './fake-server.ts';
import { bookmark, list } from './kube-reflector.ts';

export type Fault =
  'reset' | 'end' | 'garbage' | 'repeat' | 'gone' | 'error' | 'cut' | 'bookmark' | 'forget' | 'headless';
export type Refusal = 'reset' | '410' | '429' | '500' | '503' | '504' | '403' | '404' | 'html' | 'half';
export type Step =
  | { readonly op: 'create' | 'update' | 'delete' | 'recreate'; readonly name: number }
  | { readonly op: 'fault'; readonly fault: Fault }
  | { readonly op: 'refuse'; readonly refusal: Refusal }
  | { readonly op: 'wait'; readonly ms: number };

interface Held {
  readonly uid: string;
  readonly rv: string;
}

interface Logged {
  readonly index: number;
  readonly event: object;
}

interface Stream {
  readonly response: http.ServerResponse;
  last: string;
}

/** Faults that a stream survives. */
const LASTING: ReadonlySet<Fault> = new Set(['bookmark', 'repeat', 'forget']);

export class ModelServer {
  readonly objects = new Map<string, Held>();
  readonly paged: boolean;
  #index = 0;
  #uids = 0;
  #log: Logged[] = [];
  readonly #indexOf = new Map<string, number>();
  readonly #refusals: Refusal[] = [];
  readonly #streams = new Set<Stream>();

  constructor(paged: boolean) {
    this.paged = paged;
    this.#next();
  }

  /** Versions in no order at all: nobody may compare them but for equality (W7). */
  #version(index: number): string {
    return `v${String((index * 7919) % 100_003)}`;
  }

  #next(): string {
    this.#index += 1;
    const rv = this.#version(this.#index);
    this.#indexOf.set(rv, this.#index);
    return rv;
  }

  run(step: Step): void {
    if (step.op === 'refuse') this.#refusals.push(step.refusal);
    else if (step.op === 'fault') this.#fault(step.fault);
    else if (step.op !== 'wait') this.#change(step.op, `p${String(step.name)}`);
  }

  heal(): void {
    this.#refusals.length = 0;
  }

  #change(op: 'create' | 'update' | 'delete' | 'recreate', name: string): void {
    if (op === 'delete' || op === 'recreate') this.#delete(name);
    const held = this.objects.get(name);
    if (op === 'delete' || (op === 'update' && held === undefined)) return;
    const now: Held = { uid: held?.uid ?? `u${String((this.#uids += 1))}`, rv: this.#next() };
    this.objects.set(name, now);
    this.#tell(held === undefined ? 'ADDED' : 'MODIFIED', name, now);
  }

  #delete(name: string): void {
    const held = this.objects.get(name);
    if (held === undefined) return;
    this.objects.delete(name);
    this.#tell('DELETED', name, { uid: held.uid, rv: this.#next() });
  }

  #tell(type: string, name: string, held: Held): void {
    const event = { type, object: this.#object(name, held) };
    this.#log.push({ index: this.#index, event });
    for (const stream of this.#streams) this.#write(stream, JSON.stringify(event));
  }

  #object(name: string, { uid, rv }: Held): object {
    return { kind: 'Pod', apiVersion: 'v1', metadata: { namespace: 'a', name, uid, resourceVersion: rv } };
  }

  #write(stream: Stream, line: string): void {
    stream.last = line;
    if (!stream.response.destroyed) stream.response.write(`${line}\n`);
  }

  #fault(fault: Fault): void {
    if (fault === 'forget') this.#log = [];
    for (const stream of this.#streams) this.#spoil(stream, fault);
  }

  #spoil(stream: Stream, fault: Fault): void {
    const { response, last } = stream;
    const lines: Partial<Record<Fault, string>> = {
      garbage: '}{ garbage\n',
      repeat: last === '' ? '' : `${last}\n`,
      gone: `${JSON.stringify({ type: 'ERROR', object: status(410, 'Expired') })}\n`,
      error: `${JSON.stringify({ type: 'ERROR', object: status(500, 'InternalError') })}\n`,
      bookmark: `${JSON.stringify(bookmark(this.#version(this.#index)))}\n`,
      headless: '{"type":"ADDED","object":{"kind":"Pod","metadata":{"name":"h"}}}\n',
      cut: '{"type":"MODIFIED","object":{"kind":"P',
    };
    response.write(lines[fault] ?? '');
    if (LASTING.has(fault)) return;
    this.#streams.delete(stream);
    if (fault === 'reset') response.socket?.resetAndDestroy();
    else if (fault === 'cut') response.socket?.destroySoon();
    else response.end();
  }

  readonly answer: Answer = (asked, response) => {
    const refusal = this.#refusals.shift();
    if (refusal === 'half') this.#half(asked, response);
    else if (refusal !== undefined) this.#refuse(refusal, response);
    else if (asked.query['watch'] !== 'true') this.#list(asked, response);
    else this.#watch(asked, response);
  };

  #refuse(refusal: Refusal, response: http.ServerResponse): void {
    if (refusal === 'reset') response.socket?.resetAndDestroy();
    else if (refusal === 'html') response.writeHead(502).end('<html>');
    else this.#json(response, Number(refusal), status(Number(refusal), refusal === '410' ? 'Expired' : ''));
  }

  /** Initial events that end before their end mark; any other request is reset. */
  #half({ query }: Asked, response: http.ServerResponse): void {
    if (query['sendInitialEvents'] !== 'true' || this.paged) {
      response.socket?.resetAndDestroy();
      return;
    }
    for (const [name, held] of [...this.objects].reverse().slice(0, 2))
      response.write(`${JSON.stringify({ type: 'ADDED', object: this.#object(name, held) })}\n`);
    response.end();
  }

  /** When a version was given out: for the test only, clients cannot know. */
  indexOf(rv: string): number {
    return this.#indexOf.get(rv) ?? -1;
  }

  #json(response: http.ServerResponse, code: number, body: object): void {
    response.writeHead(code, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  }

  /** Pages of two; a list whose state has moved on since its first page has expired. */
  #list({ query }: Asked, response: http.ServerResponse): void {
    const [index = this.#index, from = 0] = (query['continue'] ?? '').split(',').filter(Boolean).map(Number);
    if (index !== this.#index) {
      this.#json(response, 410, status(410, 'Expired'));
      return;
    }
    const all = [...this.objects].map(([name, held]) => this.#object(name, held));
    const next = from + 2 < all.length ? `${String(index)},${String(from + 2)}` : '';
    this.#json(response, 200, {
      ...list(0, all.slice(from, from + 2), next),
      metadata: { resourceVersion: this.#version(index), continue: next },
    });
  }

  #watch({ query }: Asked, response: http.ServerResponse): void {
    const initial = query['sendInitialEvents'] === 'true';
    if (initial && this.paged) {
      this.#json(response, 422, status(422, 'Invalid'));
      return;
    }
    response.writeHead(200).flushHeaders();
    const stream: Stream = { response, last: '' };
    if (initial) this.#initial(stream);
    else if (!this.#replay(stream, query['resourceVersion'] ?? '')) return;
    this.#streams.add(stream);
    response.once('close', () => this.#streams.delete(stream));
  }

  #initial(stream: Stream): void {
    for (const [name, held] of this.objects)
      this.#write(stream, JSON.stringify({ type: 'ADDED', object: this.#object(name, held) }));
    this.#write(stream, JSON.stringify(bookmark(this.#version(this.#index), true)));
  }

  /** False: the version is too old, and the client has been told so as a real server does. */
  #replay(stream: Stream, from: string): boolean {
    const index = this.#indexOf.get(from) ?? -1;
    const oldest = this.#log[0]?.index ?? this.#index + 1;
    if (index < oldest - 1) {
      stream.response.end(`${JSON.stringify({ type: 'ERROR', object: status(410, 'Expired') })}\n`);
      return false;
    }
    for (const logged of this.#log) if (logged.index > index) this.#write(stream, JSON.stringify(logged.event));
    return true;
  }
}
