import type { Context } from '#model/check.ts';
import type { AnyObject } from '#model/objects.ts';

/**
 * The moment, in seconds since 1970, until which an object counts as just made: so many seconds after its creation. Undefined when that is
 * over, and where nobody knows the time or the creation, as for manifests.
 */
export function newUntil(
  { metadata: { creationTimestamp } }: AnyObject,
  seconds: number,
  { now }: Pick<Context, 'now'>,
): number | undefined {
  if (creationTimestamp === undefined || now === undefined) return undefined;
  const until = creationTimestamp + seconds;
  return now() < until ? until : undefined;
}
