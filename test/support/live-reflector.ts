/** A reflector against a real API server, with the store that its handler keeps. */
import type { Raw } from '#kube/codec.ts';
import { loadCluster } from '#kube/kubeconfig.ts';
import { listPages } from '#kube/list.ts';
import { Reflector, type ReflectorLimits } from '#kube/reflector.ts';
import type { Resource } from '#kube/resource.ts';
import { Transport, type Observation } from '#kube/transport.ts';
import { waitFor } from './wait.ts';

export interface Live {
  readonly reflector: Reflector<Raw>;
  readonly transport: Transport;
  /** `uid resourceVersion` by `namespace/name`. */
  readonly store: Map<string, string>;
  readonly raws: Map<string, Raw>;
  /** What the handler was told: `+ns/name`, `-ns/name`, `synced`, `forbidden`. */
  readonly told: string[];
  readonly observed: Observation[];
  readonly synced: (deadlineMs?: number) => Promise<void>;
  /** Waits until the state is in this phase. */
  readonly phase: (phase: string, deadlineMs?: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface LiveOptions {
  readonly kubeconfig: string;
  readonly resource: Resource;
  readonly limits?: Partial<ReflectorLimits>;
}

export function live({ kubeconfig, resource, limits = {} }: LiveOptions): Live {
  const observed: Observation[] = [];
  const cluster = loadCluster({ kubeconfig, userAgent: 'kubeposture/0 (test)' });
  const transport = new Transport({ cluster, onRequest: (seen) => observed.push(seen) });
  const store = new Map<string, string>();
  const raws = new Map<string, Raw>();
  const told: string[] = [];
  const reflector = new Reflector<Raw>({
    transport,
    resource,
    limits,
    project: (raw) => raw,
    handler: {
      put: (raw, at) => {
        const key = `${at.namespace}/${at.name}`;
        told.push(`+${key}`);
        store.set(key, `${at.uid} ${at.resourceVersion}`);
        raws.set(key, raw);
      },
      remove: ({ namespace, name }) => {
        told.push(`-${namespace}/${name}`);
        store.delete(`${namespace}/${name}`);
        raws.delete(`${namespace}/${name}`);
      },
      state: ({ phase }) => told.push(phase),
    },
  });
  const phase = async (wanted: string, deadlineMs = 20_000): Promise<void> => {
    await waitFor(`${resource.plural} ${wanted}`, () => reflector.state.phase === wanted, { deadlineMs });
  };
  reflector.start();
  return {
    reflector,
    transport,
    store,
    raws,
    told,
    observed,
    phase,
    synced: (deadlineMs) => phase('synced', deadlineMs),
    stop: async () => {
      await reflector.stop();
      transport.close();
    },
  };
}

/** The server's own account, page by page, over a connection of its own. */
async function listed(kubeconfig: string, resource: Resource): Promise<Readonly<Record<string, string>>> {
  const transport = new Transport({ cluster: loadCluster({ kubeconfig, userAgent: 'kubeposture/0 (list)' }) });
  const all: Record<string, string> = {};
  try {
    for await (const { items } of listPages({ transport, resource }))
      for (const { at } of items) all[`${at.namespace}/${at.name}`] = `${at.uid} ${at.resourceVersion}`;
    return all;
  } finally {
    transport.close();
  }
}

/** W3: waits until the store is what a list answers, and answers how many objects that are. */
export async function agrees(
  { store }: Live,
  kubeconfig: string,
  resource: Resource,
  deadlineMs = 20_000,
): Promise<number> {
  return waitFor(
    `the store of ${resource.plural} to be the server's state`,
    async () => {
      const truth = await listed(kubeconfig, resource);
      const keys = Object.keys(truth);
      const differs = keys.filter((key) => store.get(key) !== truth[key]);
      if (differs.length > 0 || store.size !== keys.length)
        throw new Error(`held ${String(store.size)} of ${String(keys.length)}; other: ${differs.join(' ')}`);
      return { count: keys.length };
    },
    { deadlineMs, everyMs: 100 },
  ).then(({ count }) => count);
}
