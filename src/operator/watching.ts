import { Reflector } from '#kube/reflector.ts';
import type { KindState } from '#kube/reflector-types.ts';
import type { Transport } from '#kube/transport.ts';
import { shrinkLive } from '#inventory/shrink.ts';
import type { Store } from '#inventory/store.ts';
import type { Logger } from '#log/logger.ts';
import type { Change } from '#model/inventory.ts';
import { infoOf, servedAs, type Kind } from '#model/kinds.ts';
import type { AnyObject } from '#model/objects.ts';
import { refOf } from '#model/ref.ts';
import { WATCHED } from './watched.ts';

/** Why a kind is unknown before its first list is complete. */
export const NOT_SYNCED = 'not synced yet';

/** Kinds that are read for the first time at once (docs/architecture.md, start order). */
const AT_ONCE = 3;
/** How long a kind may keep its place while the server says nothing of it. Milliseconds. */
const PATIENCE_MS = 5000;

export interface Watcher {
  readonly onChanges: (changes: readonly Change[]) => void;
  /** What is known of a kind has changed; `isSettled` once no kind is starting any more. */
  readonly onKnowledge: (kind: Kind, isSettled: boolean) => void;
}

interface WatchingOptions {
  readonly transport: Transport;
  readonly store: Store;
  readonly unasked: ReadonlyMap<Kind, string>;
  readonly watcher: Watcher;
  readonly logger: Logger;
}

/** One reflector per kind, each on its own: what one server refuses or lacks stops no other. */
export class Watching {
  readonly reflectors: ReadonlyMap<Kind, Reflector<AnyObject>>;
  readonly #store: Store;
  readonly #watcher: Watcher;
  readonly #logger: Logger;
  readonly #starting: Set<Kind>;
  readonly #places = new Map<Kind, NodeJS.Timeout>();
  #queue: Kind[] = [];

  /** What is `unasked` is left alone and stays unknown, for that reason. */
  constructor({ transport, store, unasked, watcher, logger }: WatchingOptions) {
    this.#store = store;
    this.#watcher = watcher;
    this.#logger = logger;
    for (const [kind, reason] of unasked) store.setMissing(kind, reason);
    const asked = WATCHED.filter((kind) => !unasked.has(kind));
    this.#starting = new Set(asked);
    this.reflectors = new Map(asked.map((kind) => [kind, this.#reflector(kind, transport)]));
  }

  /** Starts to watch, few kinds at a time in the order of KINDS: the initial lists are what costs memory. */
  start(): void {
    this.#queue = [...this.reflectors.keys()];
    for (let place = 0; place < AT_ONCE; place += 1) this.#startNext();
  }

  /** The next kind in the queue. It makes room for another when something is known of it, or when that takes too long: no kind holds up all. */
  #startNext(): void {
    const kind = this.#queue.shift();
    if (kind === undefined) return;
    const patience = setTimeout(() => {
      this.#makeRoom(kind);
    }, PATIENCE_MS);
    this.#places.set(kind, patience);
    this.reflectors.get(kind)?.start();
  }

  #makeRoom(kind: Kind): void {
    const patience = this.#places.get(kind);
    if (patience === undefined) return;
    clearTimeout(patience);
    this.#places.delete(kind);
    this.#startNext();
  }

  async stop(): Promise<void> {
    this.#queue = [];
    for (const patience of this.#places.values()) clearTimeout(patience);
    this.#places.clear();
    await Promise.all([...this.reflectors.values()].map((reflector) => reflector.stop()));
  }

  /** Kinds of which the server has said nothing yet. */
  get starting(): readonly Kind[] {
    return [...this.#starting];
  }

  #reflector(kind: Kind, transport: Transport): Reflector<AnyObject> {
    return new Reflector<AnyObject>({
      transport,
      resource: servedAs(kind),
      project: (raw) => shrinkLive(kind, raw),
      logger: this.#logger.child({ kind }),
      handler: {
        put: (object) => {
          this.#changed(this.#store.put(object));
        },
        remove: ({ namespace, name }) => {
          this.#changed(this.#store.remove({ kind, namespace, name }));
        },
        state: (state) => {
          this.#learned(kind, state);
        },
      },
    });
  }

  #changed(changes: readonly Change[]): void {
    if (changes.length > 0) this.#watcher.onChanges(changes);
  }

  /** The extension that a kind came with is gone, and with it every object: a watch that ends says no good-bye to each. */
  #empty(kind: Kind): void {
    for (const object of this.#store.list(kind)) this.#changed(this.#store.remove(refOf(object)));
  }

  #learned(kind: Kind, state: KindState): void {
    if (state.phase === 'starting') return;
    this.#makeRoom(kind);
    const isAbsent = state.phase === 'missing' && infoOf(kind).optional === true;
    if (isAbsent) this.#empty(kind);
    const reason = state.phase === 'synced' || isAbsent ? undefined : state.reason;
    if (reason !== undefined) this.#logger.warn('kind cannot be read', { reason });
    const isNews = this.#store.setMissing(kind, reason);
    const wasStarting = this.#starting.delete(kind);
    if (isNews || wasStarting) this.#watcher.onKnowledge(kind, this.#starting.size === 0);
  }
}
