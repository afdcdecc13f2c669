/** Which cluster, and as whom. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { environment, KubeConfigError, oneLine, type Access, type Entry, type Tls } from './access.ts';
import { fileAccess } from './kubeconfig-files.ts';
import { MOUNTED_ACCOUNT, podAccess } from './pod-access.ts';

export { KubeConfigError };

/** What one request needs to be let in. */
export interface Credentials extends Entry {
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
  /** Folder of a mounted service account; when absent that of a pod, where nothing else says which cluster. */
  readonly serviceAccount?: string;
  /** `kubeposture/VERSION (COMPONENT)`. */
  readonly userAgent: string;
}

/** W16: a rotated token file or CA is picked up within this time. */
const FRESH_MS = 30_000;

function accessOf({ kubeconfig = defaultFiles(), context, serviceAccount }: ClusterOptions): Access {
  const files = [kubeconfig].flat();
  if (serviceAccount === undefined && files.length > 0) return fileAccess(files, context);
  if (serviceAccount === undefined && (environment()['KUBERNETES_SERVICE_HOST'] ?? '') === '')
    throw new KubeConfigError('no kubeconfig: set KUBECONFIG, name a file, or run in a cluster');
  if (context !== undefined)
    throw new KubeConfigError(`no context "${context}": a pod knows the cluster that it is in`);
  return podAccess(serviceAccount ?? MOUNTED_ACCOUNT);
}

/** What kubectl reads where nobody says. */
function defaultFiles(): readonly string[] {
  const named =
    environment()
      ['KUBECONFIG']?.split(delimiter)
      .filter((path) => path !== '') ?? [];
  const own = join(homedir(), '.kube', 'config');
  return named.length > 0 ? named : existsSync(own) ? [own] : [];
}

function fingerprintOf(tls: Tls): string {
  const hash = createHash('sha256');
  for (const part of [tls.ca, tls.cert, tls.key, tls.passphrase, tls.servername, String(tls.rejectUnauthorized)]) {
    hash.update(part ?? '').update('\0');
  }
  return hash.digest('hex');
}

async function readCredentials(access: Access): Promise<Credentials> {
  try {
    const { headers, tls } = await access.enter();
    return { headers, tls, fingerprint: fingerprintOf(tls) };
  } catch (thrown) {
    throw new KubeConfigError(`credentials: ${oneLine(thrown)}`);
  }
}

/**
 * Finds the cluster and how to enter it.
 * Throws KubeConfigError with a one-line message: no such file, unreadable YAML, no such context, no server.
 */
export function loadCluster(options: ClusterOptions, now: () => number = () => performance.now()): Cluster {
  let access = accessOf(options);
  let held: { readonly value: Promise<Credentials>; readonly until: number } | undefined;
  let current: Credentials | undefined;
  const { server, context, namespace, proxyUrl } = access;

  const credentials = (): Promise<Credentials> => {
    if (held !== undefined && now() < held.until) return held.value;
    const value = readCredentials(access).then((read) => (current = read));
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
      access = accessOf(options);
    } catch {
      // The file is being rewritten: go on with what we had, the next 401 tries again.
    }
  };
  return {
    server: new URL(server),
    context,
    namespace,
    userAgent: options.userAgent,
    proxyUrl,
    credentials,
    rejected,
  };
}
