/** The seam between bytes and events. JSON lines are one Codec; docs/kube.md says where protobuf goes. */
import { withoutManagedFields } from './cut.ts';
import { LineSplitter } from './lines.ts';
import { metadataAccept, type Resource } from './resource.ts';

export type Raw = Record<string, unknown>;

export interface WatchEvent {
  readonly type: string;
  readonly object: Raw;
}

/** Cuts bytes into frames of one event each. */
export interface Framer {
  readonly push: (chunk: Buffer) => Iterable<Buffer>;
  /** Bytes of a frame that has begun and not ended. */
  readonly rest: number;
}

/** How a watch speaks. Lists, and what is asked once, are JSON whatever a watch speaks. */
export interface Codec {
  /** What the server is asked to speak. It must not be able to choose anything else. */
  readonly accept: (resource: Resource) => string;
  readonly framer: () => Framer;
  /**
   * Uses up the frame's bytes. What comes out has the shape of the API's JSON with `kind`, `apiVersion` and what identifies
   * it, and of the rest at least what the projection reads; no `managedFields`. Throws BadEvent.
   */
  readonly decode: (frame: Buffer) => WatchEvent;
  /** The Status in the body of an error reply, or undefined where it is none; JSON when absent. */
  readonly status?: (body: Buffer) => unknown;
}

/** W23: something on a stream is not what the API promises. */
export class BadEvent extends Error {
  override readonly name = 'BadEvent';
}

/** What a reflector remembers and hands on of an object. */
export interface Identity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
}

export function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function decodeJson(frame: Buffer): WatchEvent {
  let event: unknown;
  try {
    event = JSON.parse(withoutManagedFields(frame).toString('utf8'));
  } catch {
    throw new BadEvent('a line is no JSON');
  }
  if (!isRaw(event) || typeof event['type'] !== 'string' || !isRaw(event['object']))
    throw new BadEvent('a line is no watch event');
  dropManagedFields(event['object']);
  return { type: event['type'], object: event['object'] };
}

/** W10: what nobody reads, where it came through. */
export function dropManagedFields(raw: Raw): void {
  const metadata = raw['metadata'];
  if (isRaw(metadata) && 'managedFields' in metadata) delete metadata['managedFields'];
}

export const jsonCodec: Codec = {
  accept: ({ metadataOnly }) =>
    metadataOnly === true ? `${metadataAccept('PartialObjectMetadata')}, application/json;q=0.1` : 'application/json',
  framer: () => new LineSplitter(),
  decode: decodeJson,
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Who an object is. Throws BadEvent when it does not say (W23). */
export function identityOf(raw: unknown): Identity {
  const metadata = isRaw(raw) ? raw['metadata'] : undefined;
  if (!isRaw(metadata)) throw new BadEvent('an object has no metadata');
  const name = text(metadata['name']);
  const resourceVersion = text(metadata['resourceVersion']);
  if (name === '') throw new BadEvent('an object has no name');
  if (resourceVersion === '') throw new BadEvent('an object has no resourceVersion');
  return { namespace: text(metadata['namespace']), name, uid: text(metadata['uid']), resourceVersion };
}
