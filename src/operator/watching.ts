import { Reflector } from '#kube/reflector.ts';
import type { KindState } from '#kube/reflector-types.ts';
import type { Transport } from '#kube/transport.ts';
import { shrink } from '#inventory/shrink.ts';
import type { Store } from '#inventory/store.ts';
import type { Logger } from '#log/logger.ts';
import type { Change } from '#model/inventory.ts';
import { ALL_KINDS, KINDS, type Kind } from '#model/kinds.ts';
import type { AnyObject } from '#model/objects.ts';

/** Why a kind is unknown before its first list is complete. */
export const NOT_SYNCED = 'not synced yet';

export interface Watcher {
  readonly onChanges: (changes: readonly Change[]) => void;
  /** What is known of a kind has changed; `isSettled` once no kind is starting any more. */
  readonly onKnowledge: (kind: Kind, isSettled: boolean) => void;
}

/** One reflector per kind, each on its own: what one server refuses or lacks stops no other. */
export class Watching {
  readonly reflectors: ReadonlyMap<Kind, Reflector<AnyObject>>;
  readonly #store: Store;
  readonly #watcher: Watcher;
  readonly #logger: Logger;
  readonly #starting = new Set<Kind>(ALL_KINDS);

  constructor(transport: Transport, store: Store, watcher: Watcher, logger: Logger) {
    this.#store = store;
    this.#watcher = watcher;
    this.#logger = logger;
    this.reflectors = new Map(ALL_KINDS.map((kind) => [kind, this.#reflector(kind, transport)]));
  }

  start(): void {
    for (const reflector of this.reflectors.values()) reflector.start();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.reflectors.values()].map((reflector) => reflector.stop()));
  }

  /** Kinds of which the server has said nothing yet. */
  get starting(): readonly Kind[] {
    return [...this.#starting];
  }

  #reflector(kind: Kind, transport: Transport): Reflector<AnyObject> {
    return new Reflector<AnyObject>({
      transport,
      resource: { kind, ...KINDS[kind] },
      project: (raw) => shrink(kind, raw),
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

  #learned(kind: Kind, state: KindState): void {
    if (state.phase === 'starting') return;
    const reason = state.phase === 'synced' ? undefined : state.reason;
    if (reason !== undefined) this.#logger.warn('kind cannot be read', { reason });
    const isNews = this.#store.setMissing(kind, reason);
    const wasStarting = this.#starting.delete(kind);
    if (isNews || wasStarting) this.#watcher.onKnowledge(kind, this.#starting.size === 0);
  }
}
