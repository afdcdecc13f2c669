import { momentOf } from '#model/moment.ts';
import { TOKEN_SECRET } from '#model/served.ts';
import type { ObjectOf, Pod } from '#model/objects.ts';
import { containersOf } from './containers.ts';

/** The service account that a pod runs as: `default` where it names none. */
export function accountOf(pod: Pod): { readonly namespace: string; readonly name: string } {
  return {
    namespace: pod.metadata.namespace,
    name: pod.spec.serviceAccountName ?? 'default',
  };
}

const TOKEN_OF = 'kubernetes.io/service-account.name';

/** The account whose token a Secret holds; undefined for Secrets of other types. */
export function accountOfSecret({
  metadata,
  type,
}: ObjectOf<'Secret'>): { readonly namespace: string; readonly name: string } | undefined {
  const name = metadata.annotations[TOKEN_OF];
  return type === TOKEN_SECRET && name !== undefined ? { namespace: metadata.namespace, name } : undefined;
}

/** When a token was used last, to the day; undefined where nobody has noted it. Seconds since 1970. */
export function lastUseOf({ metadata }: ObjectOf<'Secret'>): number | undefined {
  return momentOf(`${metadata.labels['kubernetes.io/legacy-token-last-used'] ?? ''}T00:00:00Z`);
}

/** Whether the cluster has found a token unused for so long that it takes it no longer. */
export function isInvalidated({ metadata }: ObjectOf<'Secret'>): boolean {
  return metadata.labels['kubernetes.io/legacy-token-invalid-since'] !== undefined;
}

/** Whether a projected token is for the API server itself: no audience, or the issuer's usual name. */
function isForApiServer(audience: string | undefined): boolean {
  return audience === undefined || audience === '' || audience.startsWith('https://kubernetes.default.svc');
}

/** The volumes of a pod that carry a token for the API server and that some container mounts, with their paths. */
export function tokenVolumes(pod: Pod): readonly { readonly name: string; readonly at: string }[] {
  const mounted = new Set(
    containersOf(pod.spec).flatMap(({ container }) => (container.volumeMounts ?? []).map(({ name }) => name)),
  );
  return (pod.spec.volumes ?? [])
    .map((volume, index) => ({ volume, at: `spec.volumes[${String(index)}].projected` }))
    .filter(({ volume }) => mounted.has(volume.name) && carriesToken(volume.projected?.sources ?? []))
    .map(({ volume, at }) => ({ name: volume.name, at }));
}

function carriesToken(sources: readonly { readonly serviceAccountToken?: { readonly audience?: string } }[]): boolean {
  return sources.some(
    ({ serviceAccountToken }) => serviceAccountToken !== undefined && isForApiServer(serviceAccountToken.audience),
  );
}

/** How the token of a pod's service account gets into it. */
export interface MountedToken {
  /** The field that decides. */
  readonly at: string;
  /** Whether pod or service account say that the token is wanted or not. */
  readonly isStated: boolean;
}

/** The token that a pod mounts; undefined where it mounts none. The pod's own word counts before that of the service account. */
export function mountedToken(pod: Pod, account: ObjectOf<'ServiceAccount'> | undefined): MountedToken | undefined {
  const stated = pod.spec.automountServiceAccountToken ?? account?.automountServiceAccountToken;
  if (stated !== false) return { at: 'spec.automountServiceAccountToken', isStated: stated !== undefined };
  const [volume] = tokenVolumes(pod);
  return volume === undefined ? undefined : { at: volume.at, isStated: true };
}
