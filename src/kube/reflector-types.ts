import type { Logger } from '#log/logger.ts';
import type { Clock } from './clock.ts';
import type { Codec, Identity, Raw } from './codec.ts';
import type { Removed } from './deliveries.ts';
import type { Resource } from './resource.ts';
import type { Transport } from './transport.ts';
import type { Turns } from './turns.ts';

export type KindState =
  | { readonly phase: 'starting' }
  | { readonly phase: 'synced' }
  | { readonly phase: 'forbidden'; readonly reason: string }
  | { readonly phase: 'missing'; readonly reason: string };

/**
 * Called synchronously from the stream: put away and return. Where `put` or `remove` throws or rejects, it is counted and
 * called again with back-off, with the newest state of that object (W30); all other objects go on.
 */
export interface Handler<T> {
  /** Added or changed. */
  readonly put: (object: T, at: Identity) => void;
  readonly remove: (at: Removed) => void;
  readonly state: (state: KindState) => void;
  /** A watch has been opened. */
  readonly connected?: () => void;
  /** A connection has failed, or was refused; another one will be made. */
  readonly failed?: (error: unknown) => void;
}

export interface ReflectorLimits {
  /** Objects a page of a paged list. */
  readonly pageSize: number;
  /** Initial events that pause for so long without an end mark mean a server that knows none (W28). */
  readonly endMarkMs: number;
  /** W25: longest silence of a live stream. */
  readonly idleMs: number;
  /** W17, W18: a kind that was refused is asked for again after about this long. */
  readonly deniedMs: number;
  /** Bounds of the length that is asked for a watch, in seconds. */
  readonly watchSeconds: readonly [least: number, most: number];
}

export const REFLECTOR_LIMITS: ReflectorLimits = {
  pageSize: 500,
  endMarkMs: 10_000,
  idleMs: 185_000,
  deniedMs: 120_000,
  watchSeconds: [300, 600],
};

export interface ReflectorOptions<T> {
  readonly transport: Transport;
  readonly resource: Resource;
  readonly project: (raw: Raw) => T;
  readonly handler: Handler<T>;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly logger?: Logger;
  readonly limits?: Partial<ReflectorLimits>;
  readonly codec?: Codec;
  readonly turns?: Turns;
}

export interface ReflectorStats {
  readonly synced: boolean;
  readonly objects: number;
  /** On the clock's `now()`, in milliseconds. */
  readonly lastEventAt: number | undefined;
  readonly lastBookmarkAt: number | undefined;
  readonly reconnects: Readonly<Record<string, number>>;
  readonly relists: Readonly<Record<string, number>>;
  readonly badLines: number;
  readonly handlerErrors: number;
  readonly bytes: number;
}
