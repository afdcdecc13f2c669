/** What a path of the node gives away, worst first; the first that fits is the aspect of the finding (checks-catalogue 2.1). */
export type HostPathRisk =
  'rootFs' | 'runtimeSocket' | 'cloudCredentials' | 'kubeletDir' | 'etcdOrPki' | 'logDir' | 'other';

/** Only these themselves and what holds them: not what lies below them. */
const EXACT = ['/', '/var', '/usr'];

/** These, what holds them, and what lies below them. */
const SUBTREES = [
  '/etc',
  '/root',
  '/home',
  '/boot',
  '/dev',
  '/proc',
  '/sys',
  '/run',
  '/bin',
  '/sbin',
  '/lib',
  '/lib64',
  '/usr/bin',
  '/usr/sbin',
  '/usr/lib',
  '/usr/lib64',
  '/usr/libexec',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/var/run',
  '/var/log',
  '/var/spool/cron',
  '/var/lib/kubelet',
  '/var/lib/etcd',
  '/var/lib/docker',
  '/var/lib/containerd',
  '/var/lib/containers',
  '/var/lib/rancher',
  '/var/lib/k0s',
  '/opt/cni/bin',
];

const SOCKET_NAMES: ReadonlySet<string> = new Set([
  'docker.sock',
  'containerd.sock',
  'crio.sock',
  'cri-dockerd.sock',
  'podman.sock',
  'docker_engine',
  'containerd-containerd',
]);

const SOCKETS = [
  'docker.sock',
  'containerd/containerd.sock',
  'k3s/containerd/containerd.sock',
  'crio/crio.sock',
  'cri-dockerd.sock',
  'podman/podman.sock',
].flatMap((socket) => [`/run/${socket}`, `/var/run/${socket}`]);

/** Anywhere in a path, as whole segments. */
const CLOUD_CREDENTIALS = ['azure.json', '.aws', '.azure', '.config/gcloud', 'cloud.conf'];

const SAFE_READ_ONLY = [
  '/etc/localtime',
  '/etc/timezone',
  '/etc/ssl/certs',
  '/etc/ca-certificates',
  '/lib/modules',
  '/usr/lib/modules',
  '/etc/os-release',
  '/etc/machine-id',
];

const PLACES: readonly (readonly [HostPathRisk, readonly string[]])[] = [
  ['kubeletDir', ['/var/lib/kubelet']],
  ['etcdOrPki', ['/var/lib/etcd', '/etc/kubernetes']],
  ['logDir', ['/var/log']],
];

/** A path as the node resolves it, links aside: absolute, without `//`, `.`, `..` and a slash at the end; of Windows without its drive. */
export function normalPath(path: string): string {
  const isOfWindows = path.includes('\\') || /^[A-Za-z]:/.test(path);
  const plain = isOfWindows
    ? path
        .replaceAll('\\', '/')
        .toLowerCase()
        .replace(/^[a-z]:/, '')
    : path;
  const segments: string[] = [];
  for (const segment of plain.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return `/${segments.join('/')}`;
}

/** Whether a normal path is another or lies below it. */
function isIn(path: string, place: string): boolean {
  return path === place || path.startsWith(place === '/' ? '/' : `${place}/`);
}

function touches(path: string, places: readonly string[]): boolean {
  return places.some((place) => isIn(path, place) || isIn(place, path));
}

function isSocket(path: string): boolean {
  return SOCKET_NAMES.has(path.split('/').at(-1) ?? '') || touches(path, SOCKETS);
}

function holdsCloudCredentials(path: string): boolean {
  return CLOUD_CREDENTIALS.some((segments) => `${path}/`.includes(`/${segments}/`));
}

function isSensitive(path: string): boolean {
  return EXACT.some((place) => isIn(place, path)) || touches(path, SUBTREES);
}

/** What a normal path of the node gives away; undefined when nothing. */
export function riskOf(path: string): HostPathRisk | undefined {
  if (path === '/') return 'rootFs';
  if (isSocket(path)) return 'runtimeSocket';
  if (holdsCloudCredentials(path)) return 'cloudCredentials';
  const named = PLACES.find(([, places]) => touches(path, places));
  return named?.[0] ?? (isSensitive(path) ? 'other' : undefined);
}

/** Whether a normal path may be read without harm. */
export function isSafeToRead(path: string): boolean {
  return SAFE_READ_ONLY.some((place) => isIn(path, place));
}
