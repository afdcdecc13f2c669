/** The cluster that a pod runs in, entered with the service account that is mounted into it. */
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { environment, KubeConfigError, type Access, type Entry } from './access.ts';

/** Where the kubelet mounts it (kubernetes.io/docs/tasks/run-application/access-api-from-pod). */
export const MOUNTED_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Throws KubeConfigError where the environment names no API server or the folder holds no token. */
export function podAccess(folder: string): Access {
  const { KUBERNETES_SERVICE_HOST: host = '', KUBERNETES_SERVICE_PORT: port = '443' } = environment();
  if (host === '') throw new KubeConfigError('KUBERNETES_SERVICE_HOST is not set: this is no pod');
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8').trim();
  const enter = (): Promise<Entry> =>
    Promise.resolve({ headers: { Authorization: `Bearer ${read('token')}` }, tls: { ca: read('ca.crt') } });
  try {
    void enter();
    const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
    return { server, context: 'inClusterContext', namespace: read('namespace'), proxyUrl: undefined, enter };
  } catch {
    throw new KubeConfigError(`${folder}: no service account is mounted there`);
  }
}
