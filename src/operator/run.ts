import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { CATALOGUE } from '#checks/version.ts';
import { serverVersion } from '#kube/client.ts';
import { KubeConfigError, loadCluster, type Cluster } from '#kube/kubeconfig.ts';
import { Elector } from '#kube/lease.ts';
import { leaseStore } from '#kube/lease-store.ts';
import { Transport, type Observation } from '#kube/transport.ts';
import { createLogger, type Logger } from '#log/logger.ts';
import { NEWEST_MINOR } from '#model/parameters.ts';
import type { Settings } from '#settings/types.ts';
import { Metrics } from '#sinks/metrics.ts';
import { followConfiguration } from './configuration.ts';
import { judgingBy } from './judging.ts';
import { Operator } from './operator.ts';
import { probe, serve, type HttpServer } from './server.ts';

/** Exit statuses of the command (docs/cli.md). */
const EXIT = { done: 0, lostLeadership: 1, noCluster: 3 } as const;

export const LEASE = 'kubeposture';
/** Between two tries to reach the API server at the start. Milliseconds. */
const RETRY_MS = 2000;

interface RunOptions {
  readonly version: string;
  /** Ends the run in good order. */
  readonly signal: AbortSignal;
  /** The settings with another text of the configuration file. Throws SettingsError. Without it the file is read once. */
  readonly reread?: (text: string) => Settings;
  /** Told once, when it begins to watch: for whoever runs it in the same process. */
  readonly onStarted?: (running: Running) => void;
}

/** What is to be known of a run from outside. */
export interface Running {
  /** Where metrics and probes are served: `http://HOST:PORT`. */
  readonly url: string;
  /** Whether everything that it was told of is judged, and every report stands as it should. */
  readonly isSettled: () => boolean;
}

/** Runs the controller until the signal ends it. Resolves to the exit status. */
export async function runOperator(settings: Settings, options: RunOptions): Promise<number> {
  const { version, signal, onStarted, reread = () => settings } = options;
  const logger = createLogger({ format: settings.logFormat, level: settings.logLevel });
  const cluster = clusterOf(settings, version, logger);
  if (cluster === undefined) return EXIT.noCluster;
  judgingBy(settings, NEWEST_MINOR); // What is wrong with them is said before anything begins.
  const requests = new RequestCounts();
  const metrics = new Metrics();
  defineProcessMetrics(metrics, requests, version);
  const transport = new Transport({ cluster, onRequest: requests.add, logger });
  const http = await listen(settings, logger, metrics);
  try {
    const minor = await reachServer(transport, logger, signal);
    if (minor === undefined) return EXIT.done;
    const operator = new Operator({
      transport,
      settings,
      minor,
      readMinor: () => readMinor(transport, signal),
      logger,
      metrics,
    });
    onStarted?.({ url: http.server.url, isSettled: () => operator.isSettled() });
    const unfollow = followConfiguration({
      settings,
      reread,
      apply: (next) => {
        operator.configure(next);
      },
      onRefused: (reason) => {
        operator.refused(reason);
      },
      logger,
      metrics,
    });
    return await lead(operator, { transport, settings, logger, signal, metrics, http }).finally(unfollow);
  } finally {
    await http.server.stop();
    logger.info('stopped');
  }
}

function clusterOf(settings: Settings, version: string, logger: Logger): Cluster | undefined {
  const { kubeconfig, context } = settings;
  try {
    const cluster = loadCluster({
      userAgent: `kubeposture/${version} (operator)`,
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(context === undefined ? {} : { context }),
    });
    logger.info('cluster found', { server: cluster.server.href, context: cluster.context });
    return cluster;
  } catch (error) {
    if (!(error instanceof KubeConfigError)) throw error;
    logger.error('no cluster: say which with --kubeconfig FILE and --context NAME, or run in a pod', {
      reason: error.message,
    });
    return undefined;
  }
}

/** The minor version of the API server; the newest known where it says none. Rejects where it does not answer. */
async function readMinor(transport: Transport, signal: AbortSignal): Promise<number> {
  const minor = /^v?1\.(\d+)/.exec(await serverVersion(transport, signal))?.[1];
  return minor === undefined ? NEWEST_MINOR : Number(minor);
}

/** Waits for the API server, saying once for each reason what it waits for. Undefined when the run ended before. */
async function reachServer(transport: Transport, logger: Logger, signal: AbortSignal): Promise<number | undefined> {
  let told = '';
  while (!signal.aborted) {
    try {
      const minor = await readMinor(transport, signal);
      logger.info('API server reached', { version: `1.${String(minor)}` });
      return minor;
    } catch (error) {
      if (isOver(signal)) return undefined;
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== told) logger.warn('waiting for the API server', { reason });
      told = reason;
      await pause(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}

/** Asked anew each time: it changes across an await, which the compiler does not see. */
function isOver(signal: AbortSignal): boolean {
  return signal.aborted;
}

interface Leading {
  readonly transport: Transport;
  readonly settings: Settings;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly metrics: Metrics;
  readonly http: Listening;
}

/** Runs the operator as leader, or as a warm standby until it is its turn. */
async function lead(
  operator: Operator,
  { transport, settings, logger, signal, metrics, http }: Leading,
): Promise<number> {
  const lost = new AbortController();
  const elector = settings.leaderElection.enabled
    ? new Elector({
        store: leaseStore(transport, { namespace: settings.leaderElection.namespace, name: LEASE }),
        identity: `${hostname()}_${String(process.pid)}`,
        logger,
        onStarted: () => {
          operator.publish(() => elector?.isLeader() ?? false);
        },
        onStopped: () => {
          operator.hold();
          lost.abort();
        },
      })
    : undefined;
  metrics.gauge('leader', () => [{ labels: {}, value: elector === undefined || elector.isLeader() ? 1 : 0 }]);
  http.attach({
    obstacles: () => [
      ...operator.obstacles(),
      ...(elector?.failure === undefined
        ? []
        : [`lease ${settings.leaderElection.namespace}/${LEASE}: ${elector.failure}`]),
    ],
    ailments: () => (elector === undefined || elector.healthy ? [] : ['the lease is overdue']),
  });
  operator.start();
  if (elector === undefined) operator.publish(() => true);
  else elector.start();
  await ended(AbortSignal.any([signal, lost.signal]));
  // First nothing is written any more, then the lease is given back: the next leader must never meet our writes.
  await operator.stop();
  await elector?.stop();
  if (signal.aborted) return EXIT.done;
  logger.error('leadership lost: ending, so that a fresh process takes the queue');
  return EXIT.lostLeadership;
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}

/** Requests to the API server by what they asked and what came of them. */
class RequestCounts {
  readonly #counts = new Map<string, { readonly seen: Observation; count: number }>();

  add = (seen: Observation): void => {
    const key = `${seen.verb} ${seen.resource} ${seen.code}`;
    const row = this.#counts.get(key);
    if (row === undefined) this.#counts.set(key, { seen, count: 1 });
    else row.count += 1;
  };

  *samples(): Iterable<{
    readonly labels: { readonly verb: string; readonly resource: string; readonly code: string };
    readonly value: number;
  }> {
    for (const { seen, count } of this.#counts.values()) {
      yield { labels: { verb: seen.verb, resource: seen.resource, code: seen.code }, value: count };
    }
  }
}

function defineProcessMetrics(metrics: Metrics, requests: RequestCounts, version: string): void {
  metrics.totals('requests', () => requests.samples());
  metrics.gauge('buildInfo', () => [{ labels: { version, catalogue: CATALOGUE }, value: 1 }]);
}

/** What the probes ask, one line for each thing that is not well. */
interface Probes {
  /** What keeps the operator from being ready. */
  readonly obstacles: () => readonly string[];
  /** What only a restart would mend. */
  readonly ailments: () => readonly string[];
}

interface Listening {
  readonly server: HttpServer;
  readonly attach: (probes: Probes) => void;
}

/** Metrics and probes are there before anything else, and say what is still missing. */
async function listen(settings: Settings, logger: Logger, metrics: Metrics): Promise<Listening> {
  let probes: Probes | undefined;
  const server = await serve(settings.listen, {
    '/metrics': async () => ({ status: 200, ...(await metrics.scrape()) }),
    '/healthz': () => probe(probes?.ailments() ?? []),
    '/readyz': () => probe(probes?.obstacles() ?? ['waiting for the API server']),
  });
  logger.info('listening', { url: server.url, metrics: `${server.url}/metrics` });
  return {
    server,
    attach: (answering) => {
      probes = answering;
    },
  };
}
