/** Which cluster, and as whom. The only file that knows @kubernetes/client-node. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { dirname, resolve } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { load as parseYaml } from 'js-yaml';

/** The cluster cannot be found or entered: a one-line message for whoever wrote the configuration. */
export class KubeConfigError extends Error {
  override readonly name = 'KubeConfigError';
}

export interface Tls {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly passphrase?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

/** What one request needs to be let in. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: Tls;
  /** Same fingerprint, same TLS material: connections can be shared. */
  readonly fingerprint: string;
}

export interface Cluster {
  readonly server: URL;
  readonly context: string;
  /** The namespace of the context, when it names one. */
  readonly namespace: string | undefined;
  readonly userAgent: string;
  readonly proxyUrl: string | undefined;
  /** Credentials as they are now; cached for some seconds. Rejects with KubeConfigError. */
  readonly credentials: () => Promise<Credentials>;
  /** W16: the server answered 401 to these credentials: forget them and read everything anew. */
  readonly rejected: (used: Credentials) => void;
}

export interface ClusterOptions {
  /** Path of a kubeconfig, or those of `KUBECONFIG`; when absent `~/.kube/config`, then the pod's own service account. */
  readonly kubeconfig?: string | readonly string[];
  readonly context?: string;
  /** `kubeposture/VERSION (COMPONENT)`. */
  readonly userAgent: string;
}

/** W16: a rotated token file or CA is picked up within this time. */
const FRESH_MS = 30_000;

interface RawUsers {
  readonly users?: readonly { readonly name?: string; readonly user?: { readonly tokenFile?: unknown } | null }[];
}

/** client-node passes over `tokenFile`, which every other client knows, and would go without credentials. */
class OwnKubeConfig extends KubeConfig {
  override loadFromFile(...args: Parameters<KubeConfig['loadFromFile']>): void {
    super.loadFromFile(...args);
    const [path] = args;
    const { users = [] } = (parseYaml(readFileSync(path, 'utf8')) ?? {}) as RawUsers;
    for (const { name, user } of users) {
      if (typeof user?.tokenFile !== 'string') continue;
      const config = { tokenFile: resolve(dirname(path), user.tokenFile) };
      this.users = this.users.map((known) =>
        known.name === name ? { ...known, authProvider: { name: 'tokenFile', config } } : known,
      );
    }
  }
}

function oneLine(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return text.split('\n', 1)[0] ?? '';
}

function readFailure(where: string, thrown: unknown): KubeConfigError {
  const { code } = thrown as { readonly code?: string };
  if (code === 'ENOENT') return new KubeConfigError(`${where}: no such file`);
  if (code === 'EACCES') return new KubeConfigError(`${where}: permission denied`);
  return new KubeConfigError(`${where}: not a readable kubeconfig: ${oneLine(thrown)}`);
}

function load({ kubeconfig, context }: ClusterOptions): KubeConfig {
  const paths = typeof kubeconfig === 'string' ? [kubeconfig] : kubeconfig;
  const where = paths?.join(', ') ?? 'kubeconfig';
  const config = paths === undefined ? loadDefault(where) : merged(paths);
  if (context !== undefined) config.setCurrentContext(context);
  verify(config, where);
  return config;
}

function loadDefault(where: string): KubeConfig {
  const config = new OwnKubeConfig();
  try {
    config.loadFromDefault();
  } catch (thrown) {
    throw readFailure(where, thrown);
  }
  return config;
}

function loadFile(path: string): KubeConfig {
  const config = new OwnKubeConfig();
  try {
    config.loadFromFile(path);
  } catch (thrown) {
    throw readFailure(path, thrown);
  }
  return config;
}

/**
 * Several files as one, by the rules of kubectl: a file that is not there is passed over, and what two files name is as
 * the first has it. client-node refuses the second, lets the last one choose the context, and knows no `tokenFile` there.
 */
function merged(paths: readonly string[]): KubeConfig {
  const there = paths.filter((path) => existsSync(path));
  // Of none: the first says what is wrong.
  const files = (there.length === 0 ? paths.slice(0, 1) : there).map(loadFile);
  const config = new KubeConfig();
  config.clusters = firstOfEachName(files.flatMap(({ clusters }) => clusters));
  config.users = firstOfEachName(files.flatMap(({ users }) => users));
  config.contexts = firstOfEachName(files.flatMap(({ contexts }) => contexts));
  config.currentContext = files.map((file) => file.currentContext as string | undefined).find(Boolean) ?? '';
  return config;
}

function firstOfEachName<T extends { readonly name: string }>(all: readonly T[]): T[] {
  const seen = new Set<string>();
  return all.filter(({ name }) => !seen.has(name) && seen.add(name));
}

function verify(config: KubeConfig, where: string): void {
  const name = config.getCurrentContext() as string | undefined;
  if (name === undefined || name === '') throw new KubeConfigError(`${where}: no current context; name one`);
  const context = config.getContextObject(name);
  if (context === null) {
    const names = config.contexts.map((known) => known.name).join(', ');
    throw new KubeConfigError(`${where}: no context "${name}" (there ${names === '' ? 'are none' : `is: ${names}`})`);
  }
  verifyServer(config, where, name);
}

function verifyServer(config: KubeConfig, where: string, context: string): void {
  const { server, proxyUrl } = config.getCurrentCluster() ?? {};
  if (server === undefined) throw new KubeConfigError(`${where}: context "${context}" names no cluster with a server`);
  // client-node's last resort when it found nothing at all: nobody meant this server.
  if (context === 'loaded-context' && server === 'http://localhost:8080')
    throw new KubeConfigError('no kubeconfig: set KUBECONFIG, name a file, or run in a cluster');
  if (!URL.canParse(server) || server.includes('//undefined:'))
    throw new KubeConfigError(`${where}: "${server}" is no server address`);
  if (proxyUrl?.startsWith('socks') === true) throw new KubeConfigError(`${where}: SOCKS proxies are not supported`);
}

function fingerprintOf(tls: Tls): string {
  const hash = createHash('sha256');
  for (const part of [tls.ca, tls.cert, tls.key, tls.passphrase, tls.servername, String(tls.rejectUnauthorized)]) {
    hash.update(part ?? '').update('\0');
  }
  return hash.digest('hex');
}

/** client-node reads a token file once a minute and keeps its trailing newline, which no header may hold (W16). */
function tokenFromFile(config: KubeConfig): string | undefined {
  const provider = config.getCurrentUser()?.authProvider as { config?: { tokenFile?: string } } | null | undefined;
  const file = provider?.config?.tokenFile;
  return file === undefined ? undefined : readFileSync(file, 'utf8').trim();
}

function headersOf(config: KubeConfig, options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    if (value !== undefined) headers[name] = String(value).trim();
  }
  if (typeof options.auth === 'string')
    headers['Authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  const token = tokenFromFile(config);
  if (token !== undefined) headers['Authorization'] = `Bearer ${token}`;
  return headers;
}

async function readCredentials(config: KubeConfig): Promise<Credentials> {
  // client-node refuses http outright because of its agent, which we never use.
  const cluster = config.getCurrentCluster() as { server: string; skipTLSVerify: boolean };
  if (cluster.server.startsWith('http:')) cluster.skipTLSVerify = true;
  const options: RequestOptions = { headers: {} };
  try {
    await config.applyToHTTPSOptions(options);
    const { ca, cert, key, passphrase, servername, rejectUnauthorized } = options;
    const named = { ca, cert, key, passphrase, servername, rejectUnauthorized };
    const tls = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)) as Tls;
    return { headers: headersOf(config, options), tls, fingerprint: fingerprintOf(tls) };
  } catch (thrown) {
    throw new KubeConfigError(`credentials: ${oneLine(thrown)}`);
  }
}

/**
 * Finds the cluster and how to enter it.
 * Throws KubeConfigError with a one-line message: no such file, unreadable YAML, no such context, no server.
 */
export function loadCluster(options: ClusterOptions, now: () => number = () => performance.now()): Cluster {
  let config = load(options);
  let held: { readonly value: Promise<Credentials>; readonly until: number } | undefined;
  let current: Credentials | undefined;
  const { server, proxyUrl } = config.getCurrentCluster() ?? { server: '' };
  const context = config.getCurrentContext();

  const credentials = (): Promise<Credentials> => {
    if (held !== undefined && now() < held.until) return held.value;
    const value = readCredentials(config).then((read) => (current = read));
    const mine = (held = { value, until: now() + FRESH_MS });
    value.catch(() => {
      if (held === mine) held = undefined;
    });
    return value;
  };
  const rejected = (used: Credentials): void => {
    // Several requests fail together: only the first of them throws the credentials away.
    if (used !== current) return;
    held = undefined;
    current = undefined;
    try {
      config = load(options);
    } catch {
      // The file is being rewritten: go on with what we had, the next 401 tries again.
    }
  };
  return {
    server: new URL(server),
    context,
    namespace: config.getContextObject(context)?.namespace,
    userAgent: options.userAgent,
    proxyUrl,
    credentials,
    rejected,
  };
}
