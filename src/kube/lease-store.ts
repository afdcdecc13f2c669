/** The Lease object behind an election, with optimistic locking and nothing else: never an apply, never a force. */
import { realClock } from './clock.ts';
import { isRaw, jsonCodec } from './codec.ts';
import { ApiError } from './errors.ts';
import { get } from './client.ts';
import { resourceName, resourcePath, type Resource } from './resource.ts';
import type { Transport } from './transport.ts';
import { processTurns } from './turns.ts';
import { watch } from './watch.ts';
import type { Right } from '#model/right.ts';

const LEASES: Resource = {
  kind: 'Lease',
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  namespaced: true,
};
const GROUP = LEASES.group;
/** In the namespace of the Lease alone. */
export const leaseRights = (name: string): readonly Right[] => [
  {
    group: GROUP,
    resources: ['leases'],
    verbs: ['create'],
    why: 'make the Lease of the leader; no role can name what is not there yet',
  },
  {
    group: GROUP,
    resources: ['leases'],
    verbs: ['get', 'watch', 'update'],
    names: [name],
    why: 'hold that Lease, or wait for it',
  },
];

const FOLLOW = { seconds: 600, idleMs: 185_000 };

export interface LeaseRecord {
  /** `''`: nobody. */
  readonly holder: string;
  readonly durationSeconds: number;
  readonly transitions: number;
  /** Wall clock, for people: nobody decides by these. */
  readonly acquireTime: string;
  readonly renewTime: string;
}

export interface HeldLease {
  readonly record: LeaseRecord;
  readonly resourceVersion: string;
}

/** Where elections are held. Everything may reject; `update` and `create` reject when someone else was faster. */
export interface LeaseStore {
  readonly get: (signal: AbortSignal) => Promise<HeldLease | undefined>;
  readonly create: (record: LeaseRecord, signal: AbortSignal) => Promise<HeldLease>;
  readonly update: (record: LeaseRecord, resourceVersion: string, signal: AbortSignal) => Promise<HeldLease>;
  /** Tells of the state now and of each change, undefined for a deletion, until the server ends it. For standbys; may be missing or refused. */
  readonly follow?: (seen: (lease: HeldLease | undefined) => void, signal: AbortSignal) => Promise<void>;
}

export interface LeasePlace {
  readonly namespace: string;
  readonly name: string;
}

function read(lease: unknown): HeldLease {
  const object = isRaw(lease) ? lease : {};
  const metadata = isRaw(object['metadata']) ? object['metadata'] : {};
  const spec = isRaw(object['spec']) ? object['spec'] : {};
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  const count = (value: unknown): number => (typeof value === 'number' ? value : 0);
  return {
    resourceVersion: text(metadata['resourceVersion']),
    record: {
      holder: text(spec['holderIdentity']),
      durationSeconds: count(spec['leaseDurationSeconds']),
      transitions: count(spec['leaseTransitions']),
      acquireTime: text(spec['acquireTime']),
      renewTime: text(spec['renewTime']),
    },
  };
}

function body({ namespace, name }: LeasePlace, record: LeaseRecord, resourceVersion?: string): unknown {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { namespace, name, ...(resourceVersion === undefined ? {} : { resourceVersion }) },
    spec: {
      holderIdentity: record.holder,
      leaseDurationSeconds: record.durationSeconds,
      leaseTransitions: record.transitions,
      acquireTime: record.acquireTime,
      renewTime: record.renewTime,
    },
  };
}

/** The store in the cluster, on a connection of its own, so that nothing else can starve it. */
export function leaseStore(transport: Transport, place: LeasePlace): LeaseStore {
  const common = { resource: resourceName(LEASES), pool: 'lease' as const };
  const at = resourcePath(LEASES, place);
  return {
    get: async (signal) => {
      const found = await get(transport, LEASES, place, { signal, pool: 'lease' });
      return found === undefined ? undefined : read(found);
    },
    create: async (record, signal) => {
      const path = resourcePath(LEASES, { namespace: place.namespace });
      const wanted = { ...common, verb: 'create', method: 'POST', path, body: body(place, record), signal };
      return read((await transport.request(wanted)).body);
    },
    update: async (record, resourceVersion, signal) => {
      const changed = body(place, record, resourceVersion);
      const wanted = { ...common, verb: 'update', method: 'PUT', path: at, body: changed, signal };
      return read((await transport.request(wanted)).body);
    },
    follow: (seen, signal) => follow(transport, place, seen, signal),
  };
}

/** Without a version to start from, a watch begins with the state as it is. Not on the lease's own connection: it stays open. */
function follow(
  transport: Transport,
  { namespace, name }: LeasePlace,
  seen: (lease: HeldLease | undefined) => void,
  signal: AbortSignal,
): Promise<void> {
  return watch(
    {
      transport,
      resource: { ...LEASES, fieldSelector: `metadata.name=${name}` },
      namespace,
      codec: jsonCodec,
      clock: realClock,
      turns: processTurns,
      signal,
      seconds: FOLLOW.seconds,
      resourceVersion: '',
      initial: false,
      idleMs: () => FOLLOW.idleMs,
    },
    {
      opened: () => undefined,
      bytes: () => undefined,
      bookmark: () => undefined,
      object: (type, _, raw) => {
        seen(type === 'DELETED' ? undefined : read(raw));
      },
    },
  );
}

/** Whether a rejection says that someone else was faster. */
export function wasOvertaken(error: unknown): boolean {
  return error instanceof ApiError && error.code === 409;
}
