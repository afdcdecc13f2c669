/** A reflector under test: its fake server, its clock, and what its handler was told. */
import { Reflector, type KindState, type ReflectorLimits } from '#kube/reflector.ts';
import type { Resource } from '#kube/resource.ts';
import { Transport, type Observation } from '#kube/transport.ts';
import type { Raw } from '#kube/codec.ts';
import { fakeClock, type FakeClock } from './fake-clock.ts';
import {
  clusterAt,
  fakeServer,
  until,
  watching,
  type Answer,
  type FakeServer,
  type WatchScript,
} from './fake-server.ts';

export const PODS: Resource = { kind: 'Pod', group: '', version: 'v1', plural: 'pods', namespaced: true };

export function pod(
  name: string,
  rv: number | string,
  uid = `${name}-1`,
  more: Readonly<Record<string, unknown>> = {},
): object {
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { namespace: 'a', name, uid, resourceVersion: String(rv) },
    ...more,
  };
}

export const added = (...at: Parameters<typeof pod>): object => ({ type: 'ADDED', object: pod(...at) });
export const modified = (...at: Parameters<typeof pod>): object => ({ type: 'MODIFIED', object: pod(...at) });
export const deleted = (...at: Parameters<typeof pod>): object => ({ type: 'DELETED', object: pod(...at) });
export const errorEvent = (status: object): object => ({ type: 'ERROR', object: status });

export function bookmark(rv: number | string, end = false): object {
  const annotations = end ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
  return {
    type: 'BOOKMARK',
    object: { kind: 'Pod', apiVersion: 'v1', metadata: { resourceVersion: String(rv), ...annotations } },
  };
}

/** An initial state and its end mark, at version `rv`. */
export const initial = (rv: number, ...objects: readonly object[]): object[] => [
  ...objects.map((object) => ({ type: 'ADDED', object })),
  bookmark(rv, true),
];

export const list = (rv: number, items: readonly object[], next = ''): object => ({
  kind: 'PodList',
  apiVersion: 'v1',
  metadata: { resourceVersion: String(rv), ...(next === '' ? {} : { continue: next }) },
  items: items.map((item) => ({ ...item, kind: undefined, apiVersion: undefined })),
});

export interface Bench {
  readonly server: FakeServer;
  readonly clock: FakeClock;
  readonly reflector: Reflector<string>;
  readonly transport: Transport;
  /** What the handler was told, in words: `+a/x 5`, `-a/x x-1`, `-a/x x-1 ?`, `synced`. */
  readonly told: string[];
  readonly observed: Observation[];
  /** Names and versions as the handler has them. */
  readonly store: Map<string, string>;
  /** The open watches, newest last. */
  readonly watches: WatchScript[];
  /** Answers a watch with these lines and keeps it open. */
  readonly stream: (...events: readonly (object | string)[]) => Answer;
  /** Waits for the next failure and moves the clock to the request after it; answers the delay between. */
  readonly retried: () => Promise<number>;
  readonly asked: () => string[];
  readonly end: () => Promise<void>;
}

export interface BenchOptions {
  readonly resource?: Resource;
  readonly limits?: Partial<ReflectorLimits>;
  readonly random?: () => number;
  readonly put?: (name: string) => unknown;
  readonly project?: (raw: Raw) => string;
}

const words = (state: KindState): string => ('reason' in state ? `${state.phase}: ${state.reason}` : state.phase);

export async function bench(options: BenchOptions = {}): Promise<Bench> {
  const { resource = PODS, limits = {}, random = () => 0.5, put = () => undefined } = options;
  const server = await fakeServer();
  const clock = fakeClock();
  const told: string[] = [];
  const observed: Observation[] = [];
  const store = new Map<string, string>();
  const watches: WatchScript[] = [];
  const transport = new Transport({ cluster: clusterAt(server.url), clock, onRequest: (seen) => observed.push(seen) });
  const reflector = new Reflector<string>({
    transport,
    resource,
    clock,
    random,
    limits,
    project: options.project ?? ((raw) => `${String(raw['apiVersion'])}/${String(raw['kind'])}`),
    handler: {
      put: (_, at) => {
        told.push(`+${at.namespace}/${at.name} ${at.resourceVersion}`);
        store.set(`${at.namespace}/${at.name}`, `${at.uid} ${at.resourceVersion}`);
        return put(at.name) as undefined;
      },
      remove: (at) => {
        told.push(`-${at.namespace}/${at.name} ${at.uid}${at.finalStateUnknown ? ' ?' : ''}`);
        store.delete(`${at.namespace}/${at.name}`);
      },
      state: (state) => told.push(words(state)),
    },
  });
  const asked = (): string[] =>
    server.requests.map(({ query }) => {
      if (query['watch'] !== 'true') return `list ${query['continue'] ?? ''}`.trim();
      const from = query['resourceVersion'] ?? '';
      return (query['sendInitialEvents'] === 'true' ? `initial ${from}` : `watch ${from}`).trim();
    });
  let handled = 0;
  const failures = (): number => Object.values(reflector.stats.reconnects).reduce((sum, count) => sum + count, 0);
  return {
    server,
    clock,
    reflector,
    transport,
    told,
    observed,
    store,
    watches,
    asked,
    stream: (...events) =>
      watching(events, (open) => {
        watches.push(open);
      }),
    retried: async () => {
      await until('a failure', () => failures() > handled);
      handled = failures();
      // A reflector that waits has no other timer.
      const [delay = NaN] = clock.pending();
      const before = server.requests.length;
      clock.advance(delay);
      await until('another request', () => server.requests.length > before);
      return delay;
    },
    end: async () => {
      await reflector.stop();
      transport.close();
      await server.close();
    },
  };
}
