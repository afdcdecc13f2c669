import { setTimeout as pause } from 'node:timers/promises';
import { loadCluster } from '#kube/kubeconfig.ts';
import { Transport } from '#kube/transport.ts';
import { createLogger, type Logger } from '#log/logger.ts';
import { runOperator, type Running } from '#operator/run.ts';
import { loadSettings } from '#settings/settings.ts';
import { EXIT, UsageError } from '../exit.ts';
import { complain, lookOf, outputClosed, print } from '../output/terminal.ts';
import type { Look } from '#report/formats/look.ts';
import { version } from '../package.ts';
import { headText, tailText } from './guide.ts';
import { objectsIn, shopObjects, type Placed } from './manifests.ts';
import { newsOf } from './news.ts';
import { ReportWatch, reportTable } from './reports.ts';
import { openStage, type Stage } from './stage.ts';
import { tableLines } from './table.ts';

export interface DemoFlags {
  readonly port?: string;
  readonly kubeconfigOut?: string;
  readonly empty?: true;
  readonly load?: string;
  readonly once?: true;
  readonly verbose?: true;
}

/** Of a run of the operator. */
const LOST_LEADERSHIP = 1;
/** A stop that takes longer than this is ended anyway. Milliseconds. */
const STOP_MS = 4500;
/** How long nothing may happen until everything has happened; controllers and operator hear of each other within a few. Milliseconds. */
const QUIET_MS = 150;
const POLL_MS = 15;

/** `kubeposture demo`: runs until SIGINT or SIGTERM, or with `--once` until the table is printed. Answers the exit status. */
export async function demo(flags: DemoFlags): Promise<number> {
  const port = portOf(flags.port);
  const objects = objectsOf(flags);
  const logger = createLogger({ format: 'text', level: flags.verbose === true ? 'info' : 'error' });
  const end = endOnSignals();
  const { kubeconfigOut } = flags;
  const hasShop = flags.empty !== true && flags.load === undefined;
  const stage = await openStage({ port, kubeconfigOut, objects, hasShop, logger });
  try {
    return await play(stage, flags, logger, end);
  } finally {
    await stage.close();
  }
}

function portOf(text = '0'): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new UsageError(`--port: "${text}" is no port`);
  return port;
}

function objectsOf({ empty, load }: DemoFlags): readonly Placed[] {
  if (empty === true && load !== undefined) throw new UsageError('--empty and --load: one of them');
  if (empty === true) return [];
  return load === undefined ? shopObjects() : objectsIn(load);
}

/** Every signal is heard, and the first one ends: npm and the terminal both pass on a Ctrl-C. */
function endOnSignals(): AbortController {
  const end = new AbortController();
  const stop = (): void => {
    end.abort();
    setTimeout(() => process.exit(1), STOP_MS).unref();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  return end;
}

async function play(stage: Stage, flags: DemoFlags, logger: Logger, end: AbortController): Promise<number> {
  const userAgent = `kubeposture/${version()} (demo)`;
  const transport = new Transport({ cluster: loadCluster({ kubeconfig: stage.kubeconfig, userAgent }) });
  const look = lookOf(process.stdout);
  const watch = new ReportWatch(transport, (name, before, after) => {
    const line = newsOf(name, before, after, look);
    if (line === undefined) return;
    if (outputClosed()) end.abort();
    void print(`${line}\n`);
  });
  const operator = operate(stage, flags, end.signal);
  const over = (): void => {
    end.abort();
  };
  void operator.ended.then(over, over);
  try {
    const running = await Promise.race([operator.running, operator.ended]);
    if (typeof running === 'number') return running;
    watch.start();
    await settled(stage, running, end.signal);
    if (!end.signal.aborted) await show(stage, { transport, running, look, isOnce: flags.once === true }, end.signal);
    watch.speak();
    if (flags.once === true) end.abort();
    const status = await operator.ended;
    return status === EXIT.done && flags.once === true && stage.refused.length > 0 ? EXIT.input : status;
  } catch (error) {
    // What a stop interrupts fails, and that is no failure.
    if (end.signal.aborted) return EXIT.done;
    throw error;
  } finally {
    end.abort();
    await Promise.all([operator.ended, watch.stop()]);
    transport.close();
    logger.info('demo over');
  }
}

interface Operating {
  readonly running: Promise<Running>;
  readonly ended: Promise<number>;
}

/** The operator as it runs in a cluster, restarts and all, but that nothing else in the environment tells it what to do. */
function operate({ kubeconfig }: Stage, { verbose }: DemoFlags, signal: AbortSignal): Operating {
  const { promise: running, resolve } = Promise.withResolvers<Running>();
  const runOnce = (listen: string, onStarted: (running: Running) => void): Promise<number> => {
    const logLevel = verbose === true ? 'info' : 'error';
    const settings = loadSettings({ kubeconfig, listen, leaderElect: 'true', logFormat: 'text', logLevel }, {});
    return runOperator(settings, { version: version(), signal, onStarted });
  };
  const run = async (): Promise<number> => {
    let listen = '127.0.0.1:0';
    let status = await runOnce(listen, (first) => {
      listen = new URL(first.url).host;
      resolve(first);
    });
    // A machine that slept has lost its Lease.
    while (status === LOST_LEADERSHIP && !signal.aborted) status = await runOnce(listen, () => undefined);
    return status;
  };
  return { running, ended: run() };
}

/** Resolves when the workloads have come to life and every report stands, or at a signal. */
async function settled({ sandbox }: Stage, running: Running, signal: AbortSignal): Promise<void> {
  let since = performance.now();
  let objects = -1;
  while (!signal.aborted && performance.now() - since < QUIET_MS) {
    await pause(POLL_MS);
    const now = sandbox.stats().objects;
    if (now !== objects || !running.isSettled()) since = performance.now();
    objects = now;
  }
}

interface Showing {
  readonly transport: Transport;
  readonly running: Running;
  readonly look: Look;
  readonly isOnce: boolean;
}

async function show(stage: Stage, { transport, running, look, isOnce }: Showing, signal: AbortSignal): Promise<void> {
  for (const line of stage.refused) complain(`kubeposture: left out: ${line}`);
  await print(headText(stage, running, look));
  for (const kind of ['ClusterSecurityReport', 'SecurityReport'] as const) {
    const table = await reportTable(transport, kind, signal);
    if (table.rows.length > 0) await print(`${tableLines(table, kind === 'SecurityReport', look).join('\n')}\n\n`);
  }
  if (!isOnce) await print(tailText(stage, look));
}
