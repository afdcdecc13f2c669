/** The cluster that kubeconfigs name. The only file that knows @kubernetes/client-node. */
import { existsSync, readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import type * as ClientNode from '@kubernetes/client-node';
import { load as parseYaml } from 'js-yaml';
import { KubeConfigError, oneLine, type Access, type Entry, type Tls } from './access.ts';

interface RawUsers {
  readonly users?: readonly { readonly name?: string; readonly user?: { readonly tokenFile?: unknown } | null }[];
}

/** It takes 45 MB of memory and a fifth of a second to load: only where there is a kubeconfig to read, as in no pod. */
function empty(): ClientNode.KubeConfig {
  const load = createRequire(import.meta.url) as (name: string) => typeof ClientNode;
  return new (load('@kubernetes/client-node').KubeConfig)();
}

/** client-node passes over `tokenFile`, which every other client knows, and would go without credentials. */
function readFile(config: ClientNode.KubeConfig, path: string): ClientNode.KubeConfig {
  config.loadFromFile(path);
  const { users = [] } = (parseYaml(readFileSync(path, 'utf8')) ?? {}) as RawUsers;
  for (const { name, user } of users) {
    if (typeof user?.tokenFile !== 'string') continue;
    const provider = { name: 'tokenFile', config: { tokenFile: resolve(dirname(path), user.tokenFile) } };
    config.users = config.users.map((known) => (known.name === name ? { ...known, authProvider: provider } : known));
  }
  return config;
}

function readFailure(where: string, thrown: unknown): KubeConfigError {
  const { code } = thrown as { readonly code?: string };
  if (code === 'ENOENT') return new KubeConfigError(`${where}: no such file`);
  if (code === 'EACCES') return new KubeConfigError(`${where}: permission denied`);
  return new KubeConfigError(`${where}: not a readable kubeconfig: ${oneLine(thrown)}`);
}

function loadFile(path: string): ClientNode.KubeConfig {
  try {
    return readFile(empty(), path);
  } catch (thrown) {
    throw readFailure(path, thrown);
  }
}

/**
 * Several files as one, by the rules of kubectl: a file that is not there is passed over, and what two files name is as
 * the first has it. client-node refuses the second, lets the last one choose the context, and knows no `tokenFile` there.
 */
function merged(paths: readonly string[]): ClientNode.KubeConfig {
  const there = paths.filter((path) => existsSync(path));
  // Of none: the first says what is wrong.
  const files = (there.length === 0 ? paths.slice(0, 1) : there).map(loadFile);
  const config = empty();
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

function verify(config: ClientNode.KubeConfig, where: string): void {
  const name = config.getCurrentContext() as string | undefined;
  if (name === undefined || name === '') throw new KubeConfigError(`${where}: no current context; name one`);
  const context = config.getContextObject(name);
  if (context === null) {
    const names = config.contexts.map((known) => known.name).join(', ');
    throw new KubeConfigError(`${where}: no context "${name}" (there ${names === '' ? 'are none' : `is: ${names}`})`);
  }
  verifyServer(config, where, name);
}

function verifyServer(config: ClientNode.KubeConfig, where: string, context: string): void {
  const { server, proxyUrl } = config.getCurrentCluster() ?? {};
  if (server === undefined) throw new KubeConfigError(`${where}: context "${context}" names no cluster with a server`);
  if (!URL.canParse(server)) throw new KubeConfigError(`${where}: "${server}" is no server address`);
  if (proxyUrl?.startsWith('socks') === true) throw new KubeConfigError(`${where}: SOCKS proxies are not supported`);
}

/** client-node reads a token file once a minute and keeps its trailing newline, which no header may hold (W16). */
function tokenFromFile(config: ClientNode.KubeConfig): string | undefined {
  const provider = config.getCurrentUser()?.authProvider as { config?: { tokenFile?: string } } | null | undefined;
  const file = provider?.config?.tokenFile;
  return file === undefined ? undefined : readFileSync(file, 'utf8').trim();
}

function headersOf(config: ClientNode.KubeConfig, options: RequestOptions): Record<string, string> {
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

async function enter(config: ClientNode.KubeConfig): Promise<Entry> {
  // client-node refuses http outright because of its agent, which we never use.
  const cluster = config.getCurrentCluster() as { server: string; skipTLSVerify: boolean };
  if (cluster.server.startsWith('http:')) cluster.skipTLSVerify = true;
  const options: RequestOptions = { headers: {} };
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, passphrase, servername, rejectUnauthorized } = options;
  const named = { ca, cert, key, passphrase, servername, rejectUnauthorized };
  const tls = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)) as Tls;
  return { headers: headersOf(config, options), tls };
}

/** The cluster of a context, the current one when none is named, of some files. Throws KubeConfigError. */
export function fileAccess(paths: readonly string[], context: string | undefined): Access {
  const where = paths.join(', ');
  const config = merged(paths);
  if (context !== undefined) config.setCurrentContext(context);
  verify(config, where);
  const { server, proxyUrl } = config.getCurrentCluster() ?? { server: '' };
  const name = config.getCurrentContext();
  const { namespace } = config.getContextObject(name) ?? {};
  return { server, context: name, namespace, proxyUrl, enter: () => enter(config) };
}
