/** W33: whether a reflector has missed anything, by asking the server for names and versions of everything. A miss is a bug. */
import type { Clock } from './clock.ts';
import { get } from './client.ts';
import { identityOf, type Identity } from './codec.ts';
import { listPages } from './list.ts';
import type { Reflector } from './reflector.ts';
import type { Resource } from './resource.ts';
import type { Transport } from './transport.ts';

export interface AuditOptions {
  readonly transport: Transport;
  readonly resource: Resource;
  readonly reflector: Pick<Reflector<unknown>, 'held' | 'names' | 'state'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How long a stream may be behind a list: whoever differs for longer, and has not moved, has missed something. */
const SETTLE_MS = 30_000;
/** Looked at twice, so that a change between the two readings of one look is no miss. */
const LOOKS = 2;

type Place = Pick<Identity, 'namespace' | 'name'>;

interface Suspect {
  readonly place: Place;
  /** What was held when the difference was found. */
  readonly held: string;
}

const version = (at: Pick<Identity, 'uid' | 'resourceVersion'> | undefined): string =>
  at === undefined ? '' : `${at.uid} ${at.resourceVersion}`;
const keyOf = ({ namespace, name }: Place): string => `${namespace}/${name}`;

/**
 * The names that are held otherwise than on the server although the reflector has had time to learn of it; undefined
 * when the kind is not synced or the audit was stopped. Rejects with ApiError and NetworkError.
 */
export async function audit(options: AuditOptions): Promise<readonly string[] | undefined> {
  const { reflector, clock, signal } = options;
  const isOff = (): boolean => signal.aborted || reflector.state.phase !== 'synced';
  if (isOff()) return undefined;
  let suspects = await differing(options);
  for (let look = 0; look < LOOKS && suspects.length > 0; look += 1) {
    await clock.sleep(SETTLE_MS, signal);
    if (isOff()) return undefined;
    suspects = await stillDiffering(suspects, options);
  }
  return isOff() ? undefined : suspects.map(({ place }) => keyOf(place));
}

async function differing({ transport, resource, reflector, signal }: AuditOptions): Promise<readonly Suspect[]> {
  const suspects: Suspect[] = [];
  const listed = new Set<string>();
  const metadata: Resource = { ...resource, metadataOnly: true };
  for await (const { items } of listPages({ transport, resource: metadata, signal })) {
    for (const { at } of items) {
      listed.add(keyOf(at));
      const held = version(reflector.held(at));
      if (held !== version(at)) suspects.push({ place: { namespace: at.namespace, name: at.name }, held });
    }
  }
  for (const place of reflector.names())
    if (!listed.has(keyOf(place))) suspects.push({ place, held: version(reflector.held(place)) });
  return suspects;
}

async function stillDiffering(suspects: readonly Suspect[], options: AuditOptions): Promise<readonly Suspect[]> {
  const { transport, resource, reflector, signal } = options;
  const left: Suspect[] = [];
  for (const { place, held } of suspects) {
    if (version(reflector.held(place)) !== held) continue;
    const found = await get(transport, resource, place, { metadataOnly: true, signal });
    const truth = found === undefined ? '' : version(identityOf(found));
    if (truth !== version(reflector.held(place))) left.push({ place, held });
  }
  return left;
}
