import type { ObjectOf, Pod } from '#model/objects.ts';
import { WIREGUARD_KEYS } from '#model/metadata.ts';

type PeerAuthentication = ObjectOf<'PeerAuthentication'>;

/** Where policies of Istio hold for the whole mesh, unless its operator chose another namespace. */
export const ISTIO_ROOT = 'istio-system';

/** The service mesh that takes in the pods of a namespace (istio.io: automatic injection, ambient mode; linkerd.io: automatic proxy injection). */
export function meshOf({ metadata: { labels, annotations } }: ObjectOf<'Namespace'>): 'Istio' | 'Linkerd' | undefined {
  const isRevised = (labels['istio.io/rev'] ?? '') !== '' && labels['istio-injection'] !== 'disabled';
  if (labels['istio-injection'] === 'enabled' || isRevised || labels['istio.io/dataplane-mode'] === 'ambient')
    return 'Istio';
  return ['enabled', 'ingress'].includes(annotations['linkerd.io/inject'] ?? '') ? 'Linkerd' : undefined;
}

/** Whether a pod is in a mesh, in a namespace that is or is not: it may say otherwise for itself. */
export function isInMesh({ metadata: { labels, annotations } }: Pod, namespaceIs: boolean): boolean {
  const stated = labels['sidecar.istio.io/inject'] ?? annotations['linkerd.io/inject'];
  if (stated === 'true' || stated === 'enabled') return true;
  return namespaceIs && stated !== 'false' && stated !== 'disabled' && labels['istio.io/dataplane-mode'] !== 'none';
}

/** Whether sidecars of a namespace take mutual TLS alone: Istio's PeerAuthentications of the namespace, else those of the mesh; by default they take both. */
export function isStrict(own: readonly PeerAuthentication[], root: readonly PeerAuthentication[]): boolean {
  const modes = [modesOf(own), modesOf(root)].find((each) => each.length > 0) ?? ['PERMISSIVE'];
  return modes.every((mode) => mode === 'STRICT') && own.every((each) => exceptionsOf(each).every(isHard));
}

/** The modes for a whole namespace; one that is not set leaves it to the mesh. */
function modesOf(all: readonly PeerAuthentication[]): readonly string[] {
  return all.filter((each) => !isForSome(each)).flatMap(({ spec }) => (isSet(spec?.mtls?.mode) ? spec.mtls.mode : []));
}

/** The modes for some pods or ports. */
function exceptionsOf(each: PeerAuthentication): readonly string[] {
  const { mtls, portLevelMtls = {} } = each.spec ?? {};
  const ofPorts = Object.values(portLevelMtls).flatMap(({ mode }) => mode ?? []);
  return isForSome(each) && isSet(mtls?.mode) ? [mtls.mode, ...ofPorts] : ofPorts;
}

function isForSome({ spec }: PeerAuthentication): boolean {
  return Object.keys(spec?.selector?.matchLabels ?? {}).length > 0;
}

function isSet(mode: string | undefined): mode is string {
  return mode !== undefined && mode !== 'UNSET';
}

function isHard(mode: string): boolean {
  return mode === 'STRICT' || mode === 'UNSET';
}

const AUTHENTICATED = ['all-authenticated', 'cluster-authenticated'];

/** Whether Linkerd lets in callers of the mesh alone; undefined where the namespace leaves that to the mesh. */
export function admitsMeshOnly({ metadata: { annotations } }: ObjectOf<'Namespace'>): boolean | undefined {
  const policy = annotations['config.linkerd.io/default-inbound-policy'];
  return policy === undefined ? undefined : AUTHENTICATED.includes(policy);
}

/** Whether a Node encrypts what its pods send to other Nodes. */
export function hasWireguardKey({ metadata: { annotations } }: ObjectOf<'Node'>): boolean {
  return WIREGUARD_KEYS.some((key) => (annotations[key] ?? '') !== '');
}
