/** The real control plane that the sandbox is compared with: etcd, kube-apiserver, and of the controllers only those that collect garbage. */
import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { send, until, type Target } from './sandbox-client.ts';

const PROGRAMS = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const;
const TOKEN = 'conformance';

/** Why there is no real control plane to compare with; undefined when there is one. */
export function realMissing(): string | undefined {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  if (assets === undefined) return 'KUBEBUILDER_ASSETS is not set';
  const missing = PROGRAMS.filter((program) => !existsSync(join(assets, program)));
  return missing.length === 0 ? undefined : `KUBEBUILDER_ASSETS lacks ${missing.join(', ')}`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

function kubeconfig(url: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'real', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'admin', user: { token: TOKEN } }],
    contexts: [{ name: 'real', context: { cluster: 'real', user: 'admin' } }],
    'current-context': 'real',
  });
}

export interface RealServer extends Target {
  readonly stop: () => Promise<void>;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Starts it in a folder of its own, which goes with it. */
export async function startReal(): Promise<RealServer> {
  const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';
  const dir = mkdtempSync(join(tmpdir(), 'sandbox-conformance-'));
  const [client, peer, api] = [await freePort(), await freePort(), await freePort()];
  const url = `https://127.0.0.1:${String(api)}`;
  const etcd = `http://127.0.0.1:${String(client)}`;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = join(dir, 'sa.key');
  writeFileSync(key, privateKey.export({ type: 'pkcs1', format: 'pem' }));
  writeFileSync(join(dir, 'tokens.csv'), `${TOKEN},admin,admin,"system:masters"\n`);
  writeFileSync(join(dir, 'kubeconfig'), kubeconfig(url));
  const children: ChildProcess[] = [];
  const run = (program: string, ...args: readonly string[]): void => {
    children.push(spawn(join(assets, program), args, { stdio: 'ignore', cwd: dir }));
  };
  const peers = `http://127.0.0.1:${String(peer)}`;
  run(
    'etcd',
    '--data-dir',
    join(dir, 'etcd'),
    '--unsafe-no-fsync',
    '--log-level',
    'error',
    '--listen-client-urls',
    etcd,
    '--advertise-client-urls',
    etcd,
    '--listen-peer-urls',
    peers,
  );
  run(
    'kube-apiserver',
    `--etcd-servers=${etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${String(api)}`,
    `--cert-dir=${join(dir, 'certs')}`,
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    '--authorization-mode=RBAC',
    `--token-auth-file=${join(dir, 'tokens.csv')}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--allow-privileged=true',
    '--disable-admission-plugins=ServiceAccount',
  );
  const target: Target = { url, token: TOKEN };
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(end));
    rmSync(dir, { recursive: true, force: true });
  };
  const ready = (): Promise<boolean> =>
    send(target, { path: '/readyz' }).then(
      ({ code }) => code === 200,
      () => false,
    );
  try {
    await until(ready, (yes) => yes, 60_000);
  } catch (error) {
    await stop();
    throw error;
  }
  run(
    'kube-controller-manager',
    `--kubeconfig=${join(dir, 'kubeconfig')}`,
    '--controllers=garbage-collector-controller,namespace-controller,persistentvolumeclaim-protection-controller,persistentvolume-protection-controller',
    '--leader-elect=false',
    '--secure-port=0',
    '--bind-address=127.0.0.1',
  );
  return { ...target, stop };
}
