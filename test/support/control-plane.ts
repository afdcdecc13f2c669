/** A real control plane for tests: etcd and kube-apiserver, with kube-controller-manager and kwok where asked for. Nothing listens but 127.0.0.1. */
import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { kubeconfigText } from './kubeconfig.ts';
import { waitFor } from './wait.ts';

export interface ControlPlaneOptions {
  /** Makes ReplicaSets, Pods, EndpointSlices and ServiceAccounts, and collects garbage by owner reference. */
  readonly controllerManager?: boolean;
  /** Plays the kubelet of a Node named `fake`: pods that name it run, end and go. */
  readonly kwok?: boolean;
  /** As the server's flag spells them: `WatchList=false`. */
  readonly featureGates?: string;
  /** More flags of kube-apiserver: `--request-timeout=5s`. */
  readonly apiServerFlags?: readonly string[];
  /** Pods need their ServiceAccount and get its token mounted; wants the controller manager. */
  readonly serviceAccountAdmission?: boolean;
}

/** One line of the server's audit log. A watch has two: `ResponseStarted` and, when it ends, `ResponseComplete`. */
interface AuditEntry {
  readonly stage: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly requestReceivedTimestamp: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly apiGroup?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

type Signal = 'SIGKILL' | 'SIGTERM';

export interface ControlPlane {
  /** `https://127.0.0.1:PORT`; the same after a restart. */
  readonly url: string;
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Data, keys and `PROGRAM.log` of every program; removed by `stop`. */
  readonly dir: string;
  /** Standard output as the administrator; rejects with what kubectl says on its standard error. */
  readonly kubectl: (...args: readonly string[]) => Promise<string>;
  readonly kubectlWithInput: (input: string, ...args: readonly string[]) => Promise<string>;
  /** Path of the kubeconfig of a user without any rights: `user-1` to `user-9`. */
  readonly userKubeconfig: (name: string) => string;
  readonly stopApiServer: (how?: Signal) => Promise<void>;
  /** Resolves when the server is ready. */
  readonly startApiServer: () => Promise<void>;
  readonly restartApiServer: (how: Signal, betweenStopAndStart?: () => Promise<void>) => Promise<void>;
  /** Makes etcd forget every state but the newest. The API server still knows what is in its watch cache, until it is restarted. */
  readonly compactEtcd: () => Promise<void>;
  /**
   * Requests since the server started, by `VERB resource` or `VERB resource/subresource`: `APPLY securityreports` is a server-side
   * apply, `PATCH` any other patch. A watch is counted when it ends.
   */
  readonly requestCounts: () => Promise<ReadonlyMap<string, number>>;
  /** Every request that did not come from the control plane itself, oldest first. */
  readonly auditLines: () => Promise<readonly AuditEntry[]>;
  readonly stop: () => Promise<void>;
}

const USERS = Array.from({ length: 9 }, (_, index) => `user-${String(index + 1)}`);
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const START_MS = 60_000;

const AUDIT_POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: None
    users: ["system:apiserver", "system:kube-controller-manager"]
  - level: None
    userGroups: ["system:serviceaccounts:kube-system"]
  - level: Metadata
`;

const FAKE_NODE = `{"apiVersion":"v1","kind":"Node","metadata":{"name":"fake","annotations":{"kwok.x-k8s.io/node":"fake"}}}`;

/** Why no control plane can be started here, or nothing when one can. */
export function controlPlaneMissing(options: ControlPlaneOptions = {}): string | undefined {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  if (assets === undefined) return 'KUBEBUILDER_ASSETS is not set; export KUBEBUILDER_ASSETS="$(test/envtest/get)"';
  const manager = options.controllerManager === true ? ['kube-controller-manager'] : [];
  const missing = ['etcd', 'kube-apiserver', 'kubectl', ...manager].filter((name) => !existsSync(join(assets, name)));
  if (missing.length > 0) return `no ${missing.join(', ')} in KUBEBUILDER_ASSETS (${assets})`;
  if (options.kwok !== true) return undefined;
  const kwok = process.env['KWOK'];
  if (kwok === undefined) return 'KWOK is not set; export KWOK="$(test/envtest/get kwok)"';
  return existsSync(kwok) ? undefined : `KWOK names no file: ${kwok}`;
}

/** Starts one and resolves when it is ready, after about three seconds. Rejects where programs are missing or one of them ends early. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const missing = controlPlaneMissing(options);
  if (missing !== undefined) throw new Error(missing);
  const dir = mkdtempSync(join(tmpdir(), 'kubeposture-cluster-'));
  const programs = new Programs(dir);
  try {
    return await assemble(dir, programs, options);
  } catch (error) {
    await programs.stopAll();
    throw error;
  }
}

async function assemble(dir: string, programs: Programs, options: ControlPlaneOptions): Promise<ControlPlane> {
  const [etcdPort, peerPort, port] = await freePorts(3);
  const etcdUrl = `http://127.0.0.1:${String(etcdPort)}`;
  const url = `https://127.0.0.1:${String(port)}`;
  const tokens = new Map(['admin', ...USERS].map((name) => [name, randomUUID()]));
  writeIdentities(dir, tokens);

  const startApiServer = async (): Promise<void> => {
    programs.start('kube-apiserver', asset('kube-apiserver'), apiServerFlags(dir, etcdUrl, port ?? 0, options));
    await programs.ready('kube-apiserver', () => isReady(dir, url, tokens.get('admin') ?? ''));
  };
  const stopApiServer = (how: Signal = 'SIGTERM'): Promise<void> => programs.stop('kube-apiserver', how);
  const kubeconfigOf = (name: string): string => {
    const token = tokens.get(name);
    if (token === undefined) throw new Error(`no user ${name}: there are ${[...tokens.keys()].join(', ')}`);
    const path = join(dir, `${name}.kubeconfig`);
    const authority = readFileSync(certificateOf(dir), 'utf8');
    writeFileSync(path, kubeconfigText({ url, authority, token, user: name }));
    return path;
  };
  const kubectlWithInput = (input: string, ...args: readonly string[]): Promise<string> =>
    run(asset('kubectl'), args, input, { KUBECONFIG: join(dir, 'admin.kubeconfig'), HOME: dir });
  const kubectl = (...args: readonly string[]): Promise<string> => kubectlWithInput('', ...args);

  programs.start('etcd', asset('etcd'), etcdFlags(dir, etcdUrl, peerPort ?? 0));
  await startApiServer();
  const kubeconfig = kubeconfigOf('admin');
  await programs.ready('kube-apiserver', () => kubectl('get', 'namespace', 'default'));
  await Promise.all([
    options.controllerManager === true && startControllerManager(dir, programs, kubeconfig, kubectl),
    options.kwok === true && startKwok(programs, kubeconfig, kubectlWithInput),
  ]);

  return {
    url,
    kubeconfig,
    dir,
    kubectl,
    kubectlWithInput,
    userKubeconfig: kubeconfigOf,
    stopApiServer,
    startApiServer,
    restartApiServer: async (how, betweenStopAndStart) => {
      await stopApiServer(how);
      await betweenStopAndStart?.();
      await startApiServer();
    },
    compactEtcd: () => compact(etcdUrl),
    requestCounts: async () => countRequests(await kubectl('get', '--raw', '/metrics')),
    auditLines: async () =>
      (await readFile(join(dir, 'audit.log'), 'utf8'))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as AuditEntry),
    stop: () => programs.stopAll(),
  };
}

function asset(name: string): string {
  return join(process.env['KUBEBUILDER_ASSETS'] ?? '', name);
}

function etcdFlags(dir: string, etcdUrl: string, peerPort: number): readonly string[] {
  return [
    `--data-dir=${join(dir, 'etcd')}`,
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=http://127.0.0.1:${String(peerPort)}`,
    '--unsafe-no-fsync',
    '--log-level=error',
  ];
}

function apiServerFlags(dir: string, etcdUrl: string, port: number, options: ControlPlaneOptions): readonly string[] {
  return [
    `--etcd-servers=${etcdUrl}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${String(port)}`,
    `--cert-dir=${join(dir, 'certs')}`,
    `--service-account-key-file=${join(dir, 'sa.key')}`,
    `--service-account-signing-key-file=${join(dir, 'sa.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--authorization-mode=RBAC',
    `--token-auth-file=${join(dir, 'tokens.csv')}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--allow-privileged=true',
    `--audit-policy-file=${join(dir, 'audit-policy.yaml')}`,
    `--audit-log-path=${join(dir, 'audit.log')}`,
    ...(options.serviceAccountAdmission === true ? [] : ['--disable-admission-plugins=ServiceAccount']),
    ...(options.featureGates === undefined ? [] : [`--feature-gates=${options.featureGates}`]),
    ...(options.apiServerFlags ?? []),
  ];
}

async function startControllerManager(
  dir: string,
  programs: Programs,
  kubeconfig: string,
  kubectl: ControlPlane['kubectl'],
): Promise<void> {
  programs.start('kube-controller-manager', asset('kube-controller-manager'), [
    `--kubeconfig=${kubeconfig}`,
    `--service-account-private-key-file=${join(dir, 'sa.key')}`,
    '--use-service-account-credentials=true',
    '--leader-elect=false',
    // Its own throttle (20 requests a second) would make rollouts of one suite wait for those of another.
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
    '--secure-port=0',
    '--bind-address=127.0.0.1',
  ]);
  await programs.ready('kube-controller-manager', () => kubectl('get', 'serviceaccount', 'default', '-n', 'default'));
}

async function startKwok(
  programs: Programs,
  kubeconfig: string,
  kubectlWithInput: ControlPlane['kubectlWithInput'],
): Promise<void> {
  programs.start('kwok', process.env['KWOK'] ?? '', [
    `--kubeconfig=${kubeconfig}`,
    `--config=${join(import.meta.dirname, 'kwok-stages.yaml')}`,
    '--manage-all-nodes=false',
    '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
    '--server-address=127.0.0.1:0',
  ]);
  await kubectlWithInput(FAKE_NODE, 'apply', '-f', '-');
  const readiness = `-o=jsonpath={.status.conditions[?(@.type=="Ready")].status}`;
  await programs.ready('kwok', async () => (await kubectlWithInput('', 'get', 'node', 'fake', readiness)) === 'True');
}

function writeIdentities(dir: string, tokens: ReadonlyMap<string, string>): void {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const secret = { mode: 0o600 };
  writeFileSync(join(dir, 'sa.key'), privateKey, secret);
  const line = (name: string, token: string): string =>
    `${token},${name},${name}${name === 'admin' ? ',"system:masters"' : ''}\n`;
  const lines = [...tokens].map(([name, token]) => line(name, token));
  writeFileSync(join(dir, 'tokens.csv'), lines.join(''), secret);
  writeFileSync(join(dir, 'audit-policy.yaml'), AUDIT_POLICY);
}

/** The server's own certificate followed by the authority that signed it, written by the server on its first start. */
function certificateOf(dir: string): string {
  return join(dir, 'certs', 'apiserver.crt');
}

async function isReady(dir: string, url: string, token: string): Promise<boolean> {
  const asked = request(`${url}/readyz`, {
    ca: readFileSync(certificateOf(dir)),
    headers: { authorization: `Bearer ${token}` },
    agent: false,
    timeout: 2_000,
  });
  asked.on('timeout', () => asked.destroy(new Error('no answer within 2 s')));
  asked.end();
  const [response] = (await once(asked, 'response')) as [NodeJS.ReadableStream & { statusCode?: number }];
  return (await text(response)) === 'ok' && response.statusCode === 200;
}

/** Through etcd's JSON gateway, which puts 64-bit numbers in strings. */
async function compact(etcdUrl: string): Promise<void> {
  const ask = async (path: string, body: object): Promise<{ readonly header?: { readonly revision: string } }> => {
    const response = await fetch(`${etcdUrl}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`etcd ${path}: ${await response.text()}`);
    return (await response.json()) as { readonly header?: { readonly revision: string } };
  };
  const { header } = await ask('range', { key: Buffer.from('/').toString('base64') });
  await ask('compaction', { revision: header?.revision, physical: true });
}

/** As many ports that nobody listens on, chosen by the system, all different. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

function countRequests(metrics: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [, labels = '', value] of metrics.matchAll(/^apiserver_request_total\{(.*)\} (\S+)$/gm)) {
    const label = (name: string): string => new RegExp(`\\b${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
    const subresource = label('subresource');
    const key = `${label('verb')} ${label('resource')}${subresource === '' ? '' : `/${subresource}`}`;
    counts.set(key, (counts.get(key) ?? 0) + Number(value));
  }
  return counts;
}

async function run(
  program: string,
  args: readonly string[],
  input: string,
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const PATH = [process.env['KUBEBUILDER_ASSETS'], process.env['PATH']].join(delimiter);
  const child = spawn(program, args, { stdio: 'pipe', env: { PATH, ...environment } });
  child.stdin.on('error', () => undefined); // a program that refuses its flags does not read its input
  child.stdin.end(input);
  const [output, complaint, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${complaint.trim()}`);
  return output;
}

/** Programs in the background, ended by their process id at the latest when this process ends. */
class Programs {
  readonly #dir: string;
  readonly #running = new Map<string, ChildProcess>();
  readonly #atExit = (): void => {
    for (const child of this.#running.values()) child.kill('SIGKILL');
    rmSync(this.#dir, { recursive: true, force: true, maxRetries: 5 });
  };
  readonly #atSignal = (signal: NodeJS.Signals): void => {
    process.exit(128 + constants.signals[signal]);
  };

  constructor(dir: string) {
    this.#dir = dir;
    process.once('exit', this.#atExit);
    for (const signal of SIGNALS) process.once(signal, this.#atSignal);
  }

  start(name: string, program: string, args: readonly string[]): void {
    const log = openSync(join(this.#dir, `${name}.log`), 'a');
    const child = spawn(program, args, { stdio: ['ignore', log, log], cwd: this.#dir });
    closeSync(log);
    child.on('error', () => undefined); // seen by `ready`: there is no pid
    child.unref();
    this.#running.set(name, child);
  }

  /** Waits for `condition`; rejects at once, with the end of its log, when the program has ended. */
  async ready(name: string, condition: () => Promise<unknown>): Promise<void> {
    const child = this.#running.get(name);
    const ended = (): boolean => child?.pid === undefined || child.exitCode !== null || child.signalCode !== null;
    const settled = async (): Promise<boolean> => ended() || Boolean(await condition());
    await waitFor(`${name} to be ready`, settled, { deadlineMs: START_MS, everyMs: 50 });
    if (!ended()) return;
    const log = readFileSync(join(this.#dir, `${name}.log`), 'utf8')
      .split('\n')
      .slice(-15)
      .join('\n');
    throw new Error(`${name} ended before it was ready:\n${log}`);
  }

  async stop(name: string, how: Signal): Promise<void> {
    const child = this.#running.get(name);
    this.#running.delete(name);
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const gone = once(child, 'exit');
    child.kill(how);
    await gone;
  }

  async stopAll(): Promise<void> {
    const names = [...this.#running.keys()].reverse();
    await Promise.all(names.map((name) => this.stop(name, 'SIGKILL')));
    this.#atExit();
    process.off('exit', this.#atExit);
    for (const signal of SIGNALS) process.off(signal, this.#atSignal);
  }
}
