/**
 * The Informer shape that users of @kubernetes/client-node know, over a Reflector: one stream for any number of
 * subscribers (W32), and everything that a Reflector outlives.
 */
import { realClock, type Clock } from './clock.ts';
import type { Codec, Raw } from './codec.ts';
import { NetworkError } from './errors.ts';
import { silentLogger, type Logger } from '#log/logger.ts';
import { Reflector } from './reflector.ts';
import type { KindState, ReflectorLimits, ReflectorStats } from './reflector-types.ts';
import type { Resource } from './resource.ts';
import type { Transport } from './transport.ts';

export interface InformerEvents<T> {
  readonly add: (object: T) => void;
  readonly update: (object: T, old: T) => void;
  /** W4: the last state that was seen; `finalStateUnknown` when the deletion itself was not. */
  readonly delete: (object: T, how: { readonly finalStateUnknown: boolean }) => void;
  /** A watch has been opened. */
  readonly connect: () => void;
  /** A connection or a subscriber failed. Nothing needs to be done: connections are made again. */
  readonly error: (error: unknown) => void;
}

type EventName = keyof InformerEvents<unknown>;

export interface InformerOptions<T> {
  readonly transport: Transport;
  readonly resource: Resource;
  /** What is kept of an object, which comes without `managedFields`. */
  readonly project: (raw: Raw) => T;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly logger?: Logger;
  readonly limits?: Partial<ReflectorLimits>;
  /** JSON when absent. */
  readonly codec?: Codec;
}

interface Held<T> {
  readonly namespace: string;
  readonly object: T;
}

export class Informer<T> {
  readonly #reflector: Reflector<T>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #objects = new Map<string, Held<T>>();
  readonly #listeners: { readonly [E in EventName]: Set<InformerEvents<T>[E]> } = {
    add: new Set(),
    update: new Set(),
    delete: new Set(),
    connect: new Set(),
    error: new Set(),
  };
  #waiting = new Set<{ readonly resolve: () => void; readonly reject: (error: Error) => void }>();

  constructor(options: InformerOptions<T>) {
    this.#clock = options.clock ?? realClock;
    this.#logger = options.logger ?? silentLogger;
    this.#reflector = new Reflector<T>({
      ...options,
      handler: {
        put: (object, { namespace, name }) => {
          this.#put(keyOf(name, namespace), { namespace, object });
        },
        remove: ({ namespace, name, finalStateUnknown }) => {
          const key = keyOf(name, namespace);
          const held = this.#objects.get(key);
          this.#objects.delete(key);
          if (held !== undefined) this.#emit('delete', held.object, { finalStateUnknown });
        },
        state: (state) => {
          this.#entered(state);
        },
        connected: () => {
          this.#emit('connect');
        },
        failed: (error) => {
          this.#emit('error', error);
        },
      },
    });
  }

  /** W32: whoever subscribes to `add` late is told at once of everything that is held. */
  on<E extends EventName>(event: E, listener: InformerEvents<T>[E]): void {
    this.#listeners[event].add(listener);
    if (event !== 'add') return;
    const add = listener as InformerEvents<T>['add'];
    for (const { object } of this.#objects.values()) this.#tell(add, object);
  }

  off<E extends EventName>(event: E, listener: InformerEvents<T>[E]): void {
    this.#listeners[event].delete(listener);
  }

  get(name: string, namespace = ''): T | undefined {
    return this.#objects.get(keyOf(name, namespace))?.object;
  }

  /** What is held, of one namespace or of all. */
  list(namespace?: string): readonly T[] {
    const all = [...this.#objects.values()];
    return (namespace === undefined ? all : all.filter((held) => held.namespace === namespace)).map(
      ({ object }) => object,
    );
  }

  get state(): KindState {
    return this.#reflector.state;
  }

  get stats(): ReflectorStats {
    return this.#reflector.stats;
  }

  /** Begins. Resolves when everything that the server holds is held here, and not before (W1); rejects when stopped before that. */
  start(): Promise<void> {
    this.#reflector.start();
    const synced = this.#synced();
    // Whoever does not wait for it need not deal with its failure.
    synced.catch(() => undefined);
    return synced;
  }

  /** Rejects with NetworkError when the kind is not synced in time: it goes on trying all the same. */
  async waitForSync(timeoutMs: number): Promise<void> {
    const synced = this.#synced();
    let cancel = (): void => undefined;
    const late = new Promise<never>((_, reject) => {
      cancel = this.#clock.after(timeoutMs, () => {
        reject(new NetworkError('timeout', `not synced within ${String(timeoutMs)} ms: ${this.state.phase}`));
      });
    });
    await Promise.race([synced, late]).finally(cancel);
  }

  /** W29: nobody is told anything from now on. What is held stays readable, and `start()` goes on from there. */
  async stop(): Promise<void> {
    await this.#reflector.stop();
    for (const { reject } of this.#waiting) reject(new NetworkError('aborted', 'stopped', 'ABORT_ERR'));
    this.#waiting.clear();
  }

  /** W33: tells of everything once more, as updates without a difference, from what is held: the server is not asked. */
  resync(): void {
    for (const { object } of [...this.#objects.values()]) this.#emit('update', object, object);
  }

  #put(key: string, held: Held<T>): void {
    const old = this.#objects.get(key);
    this.#objects.set(key, held);
    if (old === undefined) this.#emit('add', held.object);
    else this.#emit('update', held.object, old.object);
  }

  #entered({ phase }: KindState): void {
    if (phase !== 'synced') return;
    for (const { resolve } of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #synced(): Promise<void> {
    if (this.#reflector.stats.synced) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiting.add({ resolve, reject }));
  }

  #emit<E extends EventName>(event: E, ...args: Parameters<InformerEvents<T>[E]>): void {
    for (const listener of this.#listeners[event])
      this.#tell(listener as (...args: Parameters<InformerEvents<T>[E]>) => void, ...args);
  }

  /** W30: what one subscriber throws stays its own. */
  #tell<A extends readonly unknown[]>(listener: (...args: A) => unknown, ...args: A): void {
    try {
      const returned = listener(...args);
      if (returned instanceof Promise)
        returned.catch((error: unknown) => {
          this.#failed(listener, error);
        });
    } catch (error) {
      this.#failed(listener, error);
    }
  }

  #failed(listener: unknown, error: unknown): void {
    this.#logger.error('subscriber failed', { error });
    // A subscriber to errors that throws is told nothing: that would go round for ever.
    if (!this.#listeners.error.has(listener as InformerEvents<T>['error'])) this.#emit('error', error);
  }
}

const keyOf = (name: string, namespace: string): string => `${namespace}/${name}`;
