import type { ServerResponse } from 'node:http';
import { namespaceOf, type Raw } from './json.ts';
import { OPTIONS, selectionTest, versionParameter, type Selection } from './list.ts';
import { inVersion, jsonOf, present, write, type Form } from './represent.ts';
import { apiVersionOf, storageKey } from './resource.ts';
import * as status from './status.ts';
import type { Change } from './storage.ts';
import type { World } from './world.ts';

interface Event {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: Raw;
}

/** Lines written before others get their turn: a watch of many objects must not hold up the rest of the process. */
const SLICE = 200;
const LONGEST_SECONDS = 1800;
const END_MARK = 'k8s.io/initial-events-end';

/** A watch-list has to say so in three parameters; other watches may say none of them. */
function checkInitialEvents({ query }: Selection): void {
  const match = query.get('resourceVersionMatch') ?? '';
  const field = 'resourceVersionMatch';
  const asked = query.has('sendInitialEvents');
  const causes: status.Cause[] = [];
  const forbid = (message: string): number => causes.push({ reason: 'FieldValueForbidden', message, field });
  if (!asked && match !== '')
    forbid('Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  if (asked && match === '')
    forbid('Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  if (match !== '' && match !== 'NotOlderThan') {
    const message = `Unsupported value: ${JSON.stringify(match)}: supported values: "NotOlderThan"`;
    causes.push({ reason: 'FieldValueNotSupported', message, field });
  }
  if (causes.length > 0) throw status.invalid(OPTIONS, causes);
}

/** One open watch: events wait here until the client has taken those before them. */
class Stream {
  readonly #queue: Event[] = [];
  readonly #response: ServerResponse;
  readonly #encode: (event: Event) => string;
  #head = 0;
  #busy = false;
  #ending = false;

  constructor(response: ServerResponse, encode: (event: Event) => string) {
    this.#response = response;
    this.#encode = encode;
  }

  push(events: readonly Event[]): void {
    if (this.#ending) return;
    for (const event of events) this.#queue.push(event);
    if (!this.#busy) this.#pump();
  }

  /** Ends the stream once what waits is written. */
  end(): void {
    this.#ending = true;
    if (!this.#busy) this.#response.end();
  }

  #pump(): void {
    this.#busy = false;
    let text = '';
    for (let lines = 0; this.#head < this.#queue.length && lines < SLICE; lines += 1) {
      const event = this.#queue[this.#head];
      this.#head += 1;
      if (event !== undefined) text += `${this.#encode(event)}\n`;
    }
    const more = this.#head < this.#queue.length;
    if (!more) {
      this.#queue.length = 0;
      this.#head = 0;
    }
    if (this.#response.destroyed) return;
    const flowing = text === '' || this.#response.write(text);
    this.#next(more, flowing);
  }

  #next(more: boolean, flowing: boolean): void {
    if (!flowing) {
      this.#busy = true;
      this.#response.once('drain', () => {
        this.#pump();
      });
    } else if (more) {
      this.#busy = true;
      setImmediate(() => {
        this.#pump();
      });
    } else if (this.#ending) this.#response.end();
  }
}

/** The change as a watcher with this selection sees it; undefined when it does not. */
function visible(change: Change, test: (object: Raw) => boolean): Event | undefined {
  const was = change.before !== undefined && test(change.before);
  const is = change.type !== 'DELETED' && test(change.object);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: change.object };
  return was ? { type: 'DELETED', object: change.object } : undefined;
}

function encoder({ resource }: Selection, form: Form, world: World): (event: Event) => string {
  let header = true;
  return ({ type, object }) => {
    if (type === 'ERROR') return write({ type, object }, form);
    if (form.as === 'object' && type !== 'BOOKMARK')
      return `{"type":"${type}","object":${jsonOf(inVersion(object, resource))}}`;
    const shown = present(object, resource, { ...form, now: world.now(), header });
    header = false;
    return JSON.stringify({ type, object: shown });
  };
}

/** All open watches of a server. */
export class Watches {
  readonly #world: World;
  readonly #open = new Set<() => void>();
  readonly #bookmarks = new Set<() => void>();
  #timer: NodeJS.Timeout | undefined;
  readonly #bookmarkSeconds: number;

  constructor(world: World, bookmarkSeconds: number) {
    this.#world = world;
    this.#bookmarkSeconds = bookmarkSeconds;
  }

  get count(): number {
    return this.#open.size;
  }

  /** Answers a watch request; the answer goes on until its time is over, the client leaves or the server stops. */
  open(selection: Selection, form: Form, response: ServerResponse): void {
    checkInitialEvents(selection);
    const { query, namespace } = selection;
    const test = selectionTest(selection);
    const version = versionParameter(query);
    const stream = new Stream(response, encoder(selection, form, this.#world));
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
    response.flushHeaders();
    const first = this.#start(selection, test, version);
    if (first === undefined) {
      const message = `too old resource version: ${String(version)} (${String(this.#world.storage.floor)})`;
      stream.push([{ type: 'ERROR', object: status.expired(message).body }]);
      stream.end();
      return;
    }
    stream.push(first);
    const store = storageKey(selection.resource);
    const unlisten = this.#world.storage.listen((change) => {
      if (change.store !== store || change.version <= version) return;
      if (namespace !== '' && namespaceOf(change.object) !== namespace) return;
      const event = visible(change, test);
      if (event !== undefined) stream.push([event]);
    });
    this.#keep(selection, stream, response, unlisten);
  }

  /** Ends every stream, as a server does that goes down. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const close of [...this.#open]) close();
  }

  #keep(selection: Selection, stream: Stream, response: ServerResponse, unlisten: () => void): void {
    const asked = Number(selection.query.get('timeoutSeconds') ?? 0);
    const timer = setTimeout(
      () => {
        close();
      },
      (asked > 0 ? Math.min(asked, 86_400) : LONGEST_SECONDS) * 1000,
    );
    const bookmark = (): void => {
      stream.push([this.#bookmark(selection)]);
    };
    const close = (): void => {
      clearTimeout(timer);
      unlisten();
      this.#open.delete(close);
      this.#bookmarks.delete(bookmark);
      stream.end();
    };
    this.#open.add(close);
    response.once('close', close);
    if (selection.query.get('allowWatchBookmarks') !== 'true') return;
    this.#bookmarks.add(bookmark);
    this.#timer ??= setInterval(() => {
      for (const send of this.#bookmarks) send();
    }, this.#bookmarkSeconds * 1000);
  }

  #bookmark({ resource }: Selection, annotations?: Raw): Event {
    const metadata = {
      resourceVersion: String(this.#world.storage.version),
      ...(annotations === undefined ? {} : { annotations }),
    };
    return { type: 'BOOKMARK', object: { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata } };
  }

  /** The events that a watch starts with; undefined when its version is forgotten. */
  #start(selection: Selection, test: (object: Raw) => boolean, version: number): readonly Event[] | undefined {
    const { query, resource, namespace } = selection;
    const bookmarks = query.get('allowWatchBookmarks') === 'true';
    const initial = query.get('sendInitialEvents');
    if (initial === 'true' || (initial === null && version === 0)) {
      const objects = this.#world.storage.list(resource, namespace).filter(test);
      const added = objects.map((object): Event => ({ type: 'ADDED', object }));
      const marked = initial === 'true' && bookmarks;
      return marked ? [...added, this.#bookmark(selection, { [END_MARK]: 'true' })] : added;
    }
    if (version === 0 || version > this.#world.storage.version) return [];
    const changes = this.#world.storage.since(storageKey(resource), version);
    return changes
      ?.filter((change) => namespace === '' || namespaceOf(change.object) === namespace)
      .flatMap((change) => visible(change, test) ?? []);
  }
}
