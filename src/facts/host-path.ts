import type { Parameters } from '#model/parameters.ts';

/** What a path of the node gives away, worst first; the first that fits is the aspect of the finding. */
export type HostPathRisk =
  'rootFs' | 'runtimeSocket' | 'cloudCredentials' | 'kubeletDir' | 'etcdOrPki' | 'logDir' | 'other';

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

/** A socket is known by its name wherever it lies, or by its path with what holds it. */
function isSocket(path: string, { runtimeSockets }: HostPaths): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return runtimeSockets.some((socket) => (socket.startsWith('/') ? touches(path, [socket]) : socket === name));
}

function holdsCloudCredentials(path: string, { cloudCredentialPaths }: HostPaths): boolean {
  return cloudCredentialPaths.some((segments) => `${path}/`.includes(`/${segments}/`));
}

function isSensitive(path: string, { sensitiveHostPaths }: HostPaths): boolean {
  return sensitiveHostPaths.some((entry) =>
    entry.endsWith('/*') ? touches(path, [entry.slice(0, -2)]) : isIn(entry, path),
  );
}

type HostPaths = Pick<
  Parameters,
  'sensitiveHostPaths' | 'runtimeSockets' | 'cloudCredentialPaths' | 'hostPathSafeReadOnly'
>;

/** What a normal path of the node gives away; undefined when nothing. */
export function riskOf(path: string, places: HostPaths): HostPathRisk | undefined {
  if (path === '/') return 'rootFs';
  if (isSocket(path, places)) return 'runtimeSocket';
  if (holdsCloudCredentials(path, places)) return 'cloudCredentials';
  if (!isSensitive(path, places)) return undefined;
  return PLACES.find(([, known]) => touches(path, known))?.[0] ?? 'other';
}

/** Whether a normal path may be read without harm. */
export function isSafeToRead(path: string, { hostPathSafeReadOnly }: HostPaths): boolean {
  return hostPathSafeReadOnly.some((place) => isIn(path, place));
}
