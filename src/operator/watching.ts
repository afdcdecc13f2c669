import { Reflector } from '#kube/reflector.ts';
import type { KindState } from '#kube/reflector-types.ts';
import type { Transport } from '#kube/transport.ts';
import { apiResourceOf, type DiscoveredResource } from '#inventory/api-resource.ts';
import { shrinkLive } from '#inventory/shrink.ts';
import type { Store } from '#inventory/store.ts';
import type { Logger } from '#log/logger.ts';
import type { Change } from '#model/inventory.ts';
import { infoOf, servedAs, type Kind } from '#model/kinds.ts';
import type { GroupVersion } from '#model/served.ts';
import type { AnyObject } from '#model/objects.ts';
import { keyOf, refOf } from '#model/ref.ts';
import { Extensions } from './extensions.ts';
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

/** The kinds that come with extensions: watched only while the server serves them. */
const OPTIONAL = WATCHED.filter((kind) => infoOf(kind).optional === true);

/** One reflector per kind that is served, each on its own: what one server refuses or lacks stops no other. */
export class Watching {
  readonly #transport: Transport;
  readonly #reflectors = new Map<Kind, Reflector<AnyObject>>();
  readonly #extensions: Extensions;
  readonly #store: Store;
  readonly #watcher: Watcher;
  readonly #logger: Logger;
  readonly #starting: Set<Kind>;
  readonly #places = new Map<Kind, NodeJS.Timeout>();
  readonly #ending = new Set<Promise<void>>();
  #queue: Kind[] = [];
  #told: readonly DiscoveredResource[] | { readonly unknown: string } = [];

  /** What is `unasked` is left alone and stays unknown, for that reason. */
  constructor({ transport, store, unasked, watcher, logger }: WatchingOptions) {
    this.#transport = transport;
    this.#store = store;
    this.#watcher = watcher;
    this.#logger = logger;
    for (const [kind, reason] of unasked) store.setMissing(kind, reason);
    this.#starting = new Set(WATCHED.filter((kind) => !unasked.has(kind)));
    this.#extensions = new Extensions({
      transport,
      kinds: OPTIONAL,
      onServed: (served) => {
        this.#served(served);
      },
      onResources: (told) => {
        if (!unasked.has('ApiResource')) this.#discovered(told);
      },
      logger,
    });
  }

  get reflectors(): ReadonlyMap<Kind, Reflector<AnyObject>> {
    return this.#reflectors;
  }

  /** Starts to watch, few kinds at a time in the order of KINDS: the initial lists are what costs memory. */
  start(): void {
    this.#enqueue([...this.#starting].filter((kind) => !OPTIONAL.includes(kind) && infoOf(kind).discovered !== true));
    this.#extensions.start();
  }

  /** Kinds of extensions are small, so they go before what waits. */
  #enqueue(kinds: readonly Kind[], served: ReadonlyMap<Kind, GroupVersion> = new Map()): void {
    for (const kind of kinds) this.#reflectors.set(kind, this.#reflector(kind, served.get(kind)));
    this.#queue = [...kinds, ...this.#queue];
    while (this.#places.size < AT_ONCE && this.#queue.length > 0) this.#startNext();
  }

  #served(served: ReadonlyMap<Kind, GroupVersion>): void {
    for (const kind of OPTIONAL.filter((each) => !served.has(each))) this.#leave(kind);
    const moved = [...served.keys()].filter((kind) => this.#isElsewhere(kind, served.get(kind)));
    for (const kind of moved) {
      this.#logger.info('kind is served in another version', { kind, ...served.get(kind) });
      this.#end(kind);
    }
    for (const kind of served.keys()) {
      const reflector = this.#reflectors.get(kind);
      // It was told otherwise a moment ago, or discovery is ahead.
      if (reflector?.state.phase === 'missing') reflector.retryNow();
    }
    const fresh = OPTIONAL.filter((kind) => served.has(kind) && !this.#reflectors.has(kind));
    for (const kind of fresh.filter((each) => !moved.includes(each))) {
      this.#store.setServed(kind, true);
      this.#know(kind, NOT_SYNCED);
    }
    this.#enqueue(fresh, served);
  }

  /** Takes over which resources the API has: the same list again is no news. */
  #discovered(told: readonly DiscoveredResource[] | { readonly unknown: string }): void {
    if (told === this.#told) return;
    this.#told = told;
    if ('unknown' in told) {
      this.#know('ApiResource', told.unknown);
      return;
    }
    const there = told.map(apiResourceOf);
    for (const object of there) this.#changed(this.#store.put(object));
    this.#forgetAllBut(
      'ApiResource',
      there.map(({ metadata }) => metadata),
    );
    this.#know('ApiResource', undefined);
  }

  /** Whether a kind is watched in another version than the best that is served now. */
  #isElsewhere(kind: Kind, place: GroupVersion | undefined): boolean {
    const at = this.#reflectors.get(kind)?.resource;
    return at !== undefined && (at.group !== place?.group || at.version !== place.version);
  }

  #end(kind: Kind): void {
    const reflector = this.#reflectors.get(kind);
    if (reflector === undefined) return;
    this.#reflectors.delete(kind);
    this.#queue = this.#queue.filter((each) => each !== kind);
    const ending = reflector.stop().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    this.#makeRoom(kind);
  }

  /** The extension that a kind came with is not there: nor is any object, though a watch that ends says no good-bye to each. */
  #leave(kind: Kind): void {
    if (this.#reflectors.has(kind)) this.#logger.info('kind is no longer served', { kind });
    this.#end(kind);
    this.#absent(kind);
  }

  #absent(kind: Kind): void {
    for (const object of this.#store.list(kind)) this.#changed(this.#store.remove(refOf(object)));
    const isNews = this.#store.setServed(kind, false);
    this.#know(kind, undefined, isNews);
  }

  /** The next kind in the queue. It makes room for another when something is known of it, or when that takes too long: no kind holds up all. */
  #startNext(): void {
    const kind = this.#queue.shift();
    if (kind === undefined) return;
    const patience = setTimeout(() => {
      this.#makeRoom(kind);
    }, PATIENCE_MS);
    this.#places.set(kind, patience);
    this.#reflectors.get(kind)?.start();
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
    await Promise.all([
      this.#extensions.stop(),
      ...this.#ending,
      ...[...this.#reflectors.values()].map((reflector) => reflector.stop()),
    ]);
  }

  /** Kinds of which the server has said nothing yet. */
  get starting(): readonly Kind[] {
    return [...this.#starting];
  }

  #reflector(kind: Kind, place?: GroupVersion): Reflector<AnyObject> {
    return new Reflector<AnyObject>({
      transport: this.#transport,
      resource: servedAs(kind, place),
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

  /** What a watch in another version held and this one has not met: gone in between, and nobody said so. */
  #forgetOthers(kind: Kind): void {
    this.#forgetAllBut(kind, this.#reflectors.get(kind)?.names() ?? []);
  }

  #forgetAllBut(kind: Kind, names: Iterable<Parameters<typeof keyOf>[0]>): void {
    const there = new Set([...names].map(keyOf));
    for (const object of this.#store.list(kind))
      if (!there.has(keyOf(object.metadata))) this.#changed(this.#store.remove(refOf(object)));
  }

  #changed(changes: readonly Change[]): void {
    if (changes.length > 0) this.#watcher.onChanges(changes);
  }

  #learned(kind: Kind, state: KindState): void {
    if (state.phase === 'starting') return;
    if (state.phase === 'missing' && OPTIONAL.includes(kind)) {
      this.#absent(kind);
      return;
    }
    const reason = state.phase === 'synced' ? undefined : state.reason;
    if (reason !== undefined) this.#logger.warn('kind cannot be read', { reason });
    else if (OPTIONAL.includes(kind)) this.#forgetOthers(kind);
    const isNews = this.#store.setServed(kind, true);
    this.#know(kind, reason, isNews);
  }

  /** What is known of a kind now: why it is unknown, or that it is not. */
  #know(kind: Kind, reason: string | undefined, alsoNews = false): void {
    const isNews = this.#store.setMissing(kind, reason) || alsoNews;
    if (reason === NOT_SYNCED) {
      if (isNews) this.#watcher.onKnowledge(kind, false);
      return;
    }
    this.#makeRoom(kind);
    const wasStarting = this.#starting.delete(kind);
    if (isNews || wasStarting) this.#watcher.onKnowledge(kind, this.#starting.size === 0);
  }
}
