/** One watch request: its query, its deadlines and its events. */
import { identityOf, isRaw, BadEvent, type Codec, type Identity, type Raw, type WatchEvent } from './codec.ts';
import type { Clock } from './clock.ts';
import { NetworkError, statusError } from './errors.ts';
import { FrameTooLong } from './lines.ts';
import { apiVersionOf, resourceName, resourcePath, selectorsOf, type Resource } from './resource.ts';
import type { Transport } from './transport.ts';
import type { Turns } from './turns.ts';

export interface WatchOptions {
  readonly transport: Transport;
  readonly resource: Resource;
  /** Only what is in this one; all when absent. */
  readonly namespace?: string;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly signal: AbortSignal;
  /** Seconds after which the server shall end the stream. */
  readonly seconds: number;
  /** The version to go on from; with `initial` the least that the initial state must have, `''` for the newest. */
  readonly resourceVersion: string;
  /** Ask for the current state first, closed by an end mark (WatchList). */
  readonly initial: boolean;
  /** W25: longest silence in milliseconds, as it is at that moment. */
  readonly idleMs: () => number;
}

export interface WatchSink {
  /** The server has accepted the watch. */
  readonly opened: () => void;
  readonly bytes: (count: number) => void;
  readonly object: (type: 'ADDED' | 'MODIFIED' | 'DELETED', at: Identity, raw: Raw) => void;
  readonly bookmark: (resourceVersion: string, endOfInitial: boolean) => void;
}

const GRACE_MS = 30_000;
const END_MARK = 'k8s.io/initial-events-end';

function queryOf({ resource, seconds, resourceVersion, initial }: WatchOptions): Record<string, string> {
  return {
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: String(seconds),
    ...(resourceVersion === '' ? {} : { resourceVersion }),
    ...(initial ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' } : {}),
    ...selectorsOf(resource),
  };
}

/**
 * Watches until the server ends the stream, cleanly and between two events. Throws ApiError for an error status or an
 * ERROR event, NetworkError for a cut, a silence or an overdue end, BadEvent for what is no event.
 */
export async function watch(options: WatchOptions, sink: WatchSink): Promise<void> {
  const { transport, resource, codec, clock, signal } = options;
  const stream = await transport.stream({
    verb: 'watch',
    resource: resourceName(resource),
    method: 'GET',
    path: resourcePath(resource, { namespace: options.namespace }),
    query: queryOf(options),
    accept: codec.accept(resource),
    errorStatus: codec.status,
    pool: 'watch',
    signal,
  });
  const overdue = clock.after(options.seconds * 1000 + GRACE_MS, () => {
    stream.close(new NetworkError('timeout', 'the server did not end the watch in time', 'OVERDUE'));
  });
  try {
    sink.opened();
    const framer = codec.framer();
    for await (const chunk of stream.chunks(options.idleMs)) {
      sink.bytes(chunk.length);
      await consume(framer.push(chunk), options, sink);
      if (signal.aborted) return;
    }
    if (framer.rest > 0) throw new NetworkError('reset', 'the stream ended inside an event');
  } catch (thrown) {
    throw thrown instanceof FrameTooLong ? new BadEvent(thrown.message) : thrown;
  } finally {
    overdue();
    stream.close();
  }
}

async function consume(frames: Iterable<Buffer>, options: WatchOptions, sink: WatchSink): Promise<void> {
  for (const frame of frames) {
    const pause = options.turns.pause();
    if (pause !== undefined) await pause;
    // W29: nothing is called after stop().
    if (options.signal.aborted) return;
    deliver(frame, options, sink);
  }
}

/** W23: whatever a codec throws about some bytes, the bytes are bad. */
function decoded(frame: Buffer, codec: Codec): WatchEvent {
  try {
    return codec.decode(frame);
  } catch (thrown) {
    throw thrown instanceof BadEvent ? thrown : new BadEvent(thrown instanceof Error ? thrown.message : 'no event');
  }
}

function deliver(frame: Buffer, { codec, resource }: WatchOptions, sink: WatchSink): void {
  const { type, object } = decoded(frame, codec);
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      sink.object(type, named(object, resource), object);
      return;
    case 'BOOKMARK':
      bookmark(object, sink);
      return;
    case 'ERROR':
      // W22: the stream is over, and the server says why.
      throw statusError(object, 500);
    default:
      throw new BadEvent('an event of unknown type');
  }
}

/** W9, W23: the object's identity, its kind checked and written out as its own rather than PartialObjectMetadata. */
function named(object: Raw, resource: Resource): Identity {
  const kind = object['kind'];
  const partial = resource.metadataOnly === true && kind === 'PartialObjectMetadata';
  if (kind !== resource.kind && !partial) throw new BadEvent('an object of another kind');
  object['kind'] = resource.kind;
  object['apiVersion'] = apiVersionOf(resource);
  return identityOf(object);
}

function bookmark(object: Raw, sink: WatchSink): void {
  const metadata = object['metadata'];
  const version = isRaw(metadata) ? metadata['resourceVersion'] : undefined;
  if (!isRaw(metadata) || typeof version !== 'string' || version === '')
    throw new BadEvent('a bookmark without a version');
  const annotations = metadata['annotations'];
  sink.bookmark(version, isRaw(annotations) && annotations[END_MARK] === 'true');
}
