import { Discovery, type ServedResource } from '#kube/discovery.ts';
import { realClock, type Clock } from '#kube/clock.ts';
import { ApiError } from '#kube/errors.ts';
import type { Transport } from '#kube/transport.ts';
import { NOT_TOLD, REFUSED } from '#inventory/api-resource.ts';
import type { Logger } from '#log/logger.ts';
import { KINDS, placesOf, type Kind } from '#model/kinds.ts';
import type { GroupVersion } from '#model/served.ts';

/** How often the server is asked: a CRD that is applied is seen within this. Milliseconds. */
const EVERY_MS = 2000;
/** How often where the server lets discovery not be read. Milliseconds. */
const REFUSED_MS = 120_000;

interface ExtensionsOptions {
  readonly transport: Transport;
  /** The kinds that come with extensions. */
  readonly kinds: readonly Kind[];
  /** Which of them are served now, and where: after each answer. */
  readonly onServed: (served: ReadonlyMap<Kind, GroupVersion>) => void;
  /** What else is served: after each answer; why it is not known where the server does not say. */
  readonly onResources: (told: readonly ServedResource[] | { readonly unknown: string }) => void;
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** Follows which kinds of extensions the server serves (docs/adr/0016). Where discovery is refused all count as served at the first of their places: their watches tell. */
export class Extensions {
  readonly #options: ExtensionsOptions;
  readonly #clock: Clock;
  readonly #discovery: Discovery;
  readonly #abort = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  constructor(options: ExtensionsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? realClock;
    this.#discovery = new Discovery(options.transport);
  }

  start(): void {
    this.#ended = this.#follow();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#ended;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) await this.#clock.sleep(await this.#ask(signal), signal);
  }

  /** Answers after how long to ask again. What the network does to a question leaves things as they are. */
  async #ask(signal: AbortSignal): Promise<number> {
    const { kinds, onServed, onResources, logger } = this.#options;
    try {
      const places = kinds.flatMap((kind) => placesOf(kind).map((place) => ({ kind, ...KINDS[kind], ...place })));
      const served = await this.#discovery.served(places, signal);
      // The best place of a kind comes last here, and stays.
      onServed(new Map(served.places.toReversed().map(({ kind, group, version }) => [kind, { group, version }])));
      onResources(served.resources ?? { unknown: NOT_TOLD });
      return EVERY_MS;
    } catch (error) {
      if (signal.aborted) return 0;
      const isRefused = error instanceof ApiError && (error.code === 401 || error.code === 403);
      logger[isRefused ? 'warn' : 'debug']('discovery not read', { error });
      if (isRefused) {
        onServed(new Map(kinds.map((kind) => [kind, KINDS[kind]])));
        onResources({ unknown: REFUSED });
      }
      return isRefused ? REFUSED_MS : EVERY_MS;
    }
  }
}
