import type { Pod } from '#model/objects.ts';
import { containersOf } from './containers.ts';

/** The service account that a pod runs as: `default` where it names none. */
export function accountOf(pod: Pod): { readonly namespace: string; readonly name: string } {
  return {
    namespace: pod.metadata.namespace,
    name: pod.spec.serviceAccountName ?? 'default',
  };
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
