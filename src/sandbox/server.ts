import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Raw } from './json.ts';
import { ControllerManager } from './controllers/manager.ts';
import { Collector } from './gc.ts';
import { loadObjects, type Loaded } from './load.ts';
import { Front } from './front.ts';
import { Registry } from './registry.ts';
import { bootstrap } from './bootstrap.ts';
import { makeIdentity } from './tls.ts';
import { Storage } from './storage.ts';
import { Watches } from './watch.ts';
import type { SandboxLogger, World } from './world.ts';

export interface SandboxOptions {
  /** On 127.0.0.1; 0 or nothing lets the system choose. */
  readonly port?: number;
  /** CustomResourceDefinitions to serve from the start. */
  readonly crds?: readonly object[];
  /** Whether workloads, Services and Namespaces come to life; yes unless told. */
  readonly controllers?: boolean;
  /** What time it is; the machine's unless told. */
  readonly clock?: () => Date;
  readonly logger?: SandboxLogger;
  /** Seconds between the bookmarks of a watch; 60 unless told. */
  readonly bookmarkSeconds?: number;
  /** How many changes a watch can catch up on; a smaller number brings its 410 nearer. */
  readonly history?: number;
}

export interface SandboxStats {
  /** How many requests came, by verb and resource: `list pods`, `patch deployments/status`. */
  readonly requests: Readonly<Record<string, number>>;
  readonly watches: number;
  readonly objects: number;
}

/** A running embedded API server. */
export interface Sandbox {
  readonly url: string;
  readonly token: string;
  readonly caPem: string;
  /** A kubeconfig, as YAML text. */
  readonly kubeconfig: string;
  readonly stats: () => SandboxStats;
  /** Creates or replaces raw objects, CRDs first and Namespaces where they are missing. */
  readonly load: (objects: readonly object[]) => Promise<Loaded>;
  /** Forgets the history: every watch and continue token of before answers 410. */
  readonly compact: () => void;
  /** Ends every stream, every connection and every timer. */
  readonly stop: () => Promise<void>;
}

const SILENT: SandboxLogger = { debug: () => undefined, warn: () => undefined };

function kubeconfigOf(url: string, caPem: string, token: string): string {
  return [
    'apiVersion: v1',
    'kind: Config',
    'current-context: sandbox',
    'clusters:',
    '  - name: sandbox',
    '    cluster:',
    `      server: ${url}`,
    `      certificate-authority-data: ${Buffer.from(caPem).toString('base64')}`,
    'users:',
    '  - name: admin',
    '    user:',
    `      token: ${token}`,
    'contexts:',
    '  - name: sandbox',
    '    context:',
    '      cluster: sandbox',
    '      user: admin',
    '',
  ].join('\n');
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function sameToken(given: string, token: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(token);
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Starts an embedded API server on 127.0.0.1. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const now = options.clock ?? ((): Date => new Date());
  const token = randomBytes(24).toString('base64url');
  const identity = makeIdentity(now());
  const world: World = {
    storage: new Storage(options.history),
    registry: new Registry(),
    now,
    logger: options.logger ?? SILENT,
    controllers: options.controllers ?? true,
  };
  const collector = new Collector(world);
  const manager = world.controllers ? new ControllerManager(world) : undefined;
  const watches = new Watches(world, options.bookmarkSeconds ?? 60);
  const front = new Front(world, watches, (given) => sameToken(given, token));
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    response.setHeader('audit-id', randomUUID());
    void front.handle(request, response);
  };
  const server = createServer({ key: identity.key, cert: identity.cert, keepAliveTimeout: 60_000 }, onRequest);
  const port = await listen(server, options.port ?? 0);
  const url = `https://127.0.0.1:${String(port)}`;
  bootstrap(world, port);
  const load = (objects: readonly object[]): Promise<Loaded> => loadObjects(world, objects as readonly Raw[]);
  await load(options.crds ?? []);
  return {
    url,
    token,
    caPem: identity.cert,
    kubeconfig: kubeconfigOf(url, identity.cert, token),
    stats: () => ({ requests: front.counts(), watches: watches.count, objects: world.storage.size }),
    load,
    compact: () => {
      world.storage.compact();
    },
    stop: async () => {
      manager?.stop();
      collector.stop();
      watches.stop();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      });
    },
  };
}

export type { Loaded, SandboxLogger };
