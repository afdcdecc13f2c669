import { audit } from '#kube/audit.ts';
import { realClock } from '#kube/clock.ts';
import type { Reflector } from '#kube/reflector.ts';
import type { Transport } from '#kube/transport.ts';
import type { Logger } from '#log/logger.ts';
import type { Kind } from '#model/kinds.ts';

interface AuditsOptions {
  readonly transport: Transport;
  readonly reflectors: ReadonlyMap<Kind, Pick<Reflector<unknown>, 'held' | 'names' | 'state' | 'relist' | 'resource'>>;
  readonly logger: Logger;
}

/** Asks the server, kind by kind, whether the watches have missed anything. What they have is counted, said and read anew. */
export class Audits {
  readonly #options: AuditsOptions;
  readonly #misses = new Map<Kind, number>();
  readonly #abort = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: AuditsOptions) {
    this.#options = options;
  }

  /** Objects found missed since the start, by kind: every kind that was audited is in it. */
  get misses(): ReadonlyMap<Kind, number> {
    return this.#misses;
  }

  /** Audits every kind, one after another; while that lasts a second call is the same audit. Never rejects. */
  run(): Promise<void> {
    this.#running ??= this.#all().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#running;
  }

  async #all(): Promise<void> {
    for (const [kind, reflector] of this.#options.reflectors) {
      if (this.#abort.signal.aborted) return;
      await this.#one(kind, reflector);
    }
  }

  async #one(
    kind: Kind,
    reflector: Pick<Reflector<unknown>, 'held' | 'names' | 'state' | 'relist' | 'resource'>,
  ): Promise<void> {
    const { transport, logger } = this.#options;
    try {
      const { resource } = reflector;
      const missed = await audit({ transport, resource, reflector, clock: realClock, signal: this.#abort.signal });
      if (missed === undefined) return;
      this.#misses.set(kind, (this.#misses.get(kind) ?? 0) + missed.length);
      if (missed.length === 0) return;
      logger.error('the watch has missed changes: please report this', {
        kind,
        objects: missed.slice(0, 10).join(' '),
      });
      reflector.relist('audit');
    } catch (error) {
      if (!this.#abort.signal.aborted) logger.warn('audit of a kind did not end', { kind, error });
    }
  }
}
