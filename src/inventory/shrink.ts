import { startedBy } from '#facts/control-plane.ts';
import { pullPolicyOf } from '#facts/image.ts';
import { directionsOf } from '#facts/policy.ts';
import { toolsOf } from '#facts/tools.ts';
import { EXCEPTION_KINDS, KINDS, apiVersionOf, infoOf, kindFor, type Kind, type TemplateKind } from '#model/kinds.ts';
import { SHAPES, type AnyObject, type ObjectOf, type Pod } from '#model/objects.ts';
import type { Metadata } from '#model/metadata.ts';
import type { Container, PodSpec, PodTemplate, Volume } from '#model/pod.ts';
import type { Reader, Trail } from '#model/shape.ts';

/** A raw object as the API server or a file gives it. */
export type Raw = Readonly<Record<string, unknown>>;

const NO_METADATA: Metadata = { name: '', namespace: '', labels: {}, annotations: {} };

/**
 * The one funnel for list, watch and file: raw JSON in, our shape out, with the defaults that the API server would certainly fill in
 * (k8s.io/kubernetes/pkg/apis, SetDefaults). Never throws: what cannot be read is left out and listed in `malformed`.
 */
export function shrink<K extends Kind>(kind: K, raw: Raw): ObjectOf<K> {
  const trail: Trail = { path: [], notes: [] };
  const reader = SHAPES[kind] as Reader<{ readonly metadata?: Metadata } | undefined>;
  const read = reader(raw, trail) ?? reader({}, trail) ?? {};
  const stated = read.metadata ?? NO_METADATA;
  const object = {
    ...read,
    kind,
    metadata: withDefaults(kind, stated),
    ...otherVersion(kind, raw),
    ...(trail.notes.length === 0 ? {} : { malformed: trail.notes }),
    ...(KINDS[kind].namespaced && stated.namespace === '' ? { statesNoNamespace: true } : {}),
  };
  return finish(object as unknown as AnyObject) as ObjectOf<K>;
}

/** Reports name their owner in a version that the server has: garbage is not collected otherwise. */
function otherVersion(kind: Kind, raw: unknown): { readonly apiVersion?: string } {
  const { also = [] } = infoOf(kind);
  const apiVersion = isRecord(raw) ? raw['apiVersion'] : undefined;
  const [other] = also.map(apiVersionOf).filter((known) => known === apiVersion);
  return other === undefined ? {} : { apiVersion: other };
}

/** An object as a live cluster gives it: of some kinds it was asked only for what has certain values, which metadata do not say. */
export function shrinkLive<K extends Kind>(kind: K, raw: Raw): ObjectOf<K> {
  const { only } = infoOf(kind);
  return shrink(kind, only === undefined ? raw : { ...raw, ...only });
}

/** The kinds whose age some check asks for; of the others it would only take room. */
const AGED: ReadonlySet<Kind> = new Set<Kind>([
  ...EXCEPTION_KINDS,
  'ServiceAccount',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'NetworkPolicy',
  'Service',
  'Ingress',
  'HTTPRoute',
  'GRPCRoute',
  'TLSRoute',
  'TCPRoute',
  'UDPRoute',
]);

/** The kinds whose status we write: it says which of their generations it is about. */
const COUNTED: ReadonlySet<Kind> = new Set<Kind>(EXCEPTION_KINDS);

function withDefaults(kind: Kind, metadata: Metadata): Metadata {
  const { generateName, ownerReferences, creationTimestamp, generation, ...kept } = metadata;
  const name = metadata.name === '' && generateName !== undefined ? `${generateName}*` : metadata.name;
  const namespace = KINDS[kind].namespaced ? metadata.namespace || 'default' : '';
  const owners = ownerReferences?.filter((owner) => owner.controller === true) ?? [];
  return {
    ...kept,
    name,
    namespace,
    ...(owners.length === 0 ? {} : { ownerReferences: owners }),
    ...(creationTimestamp === undefined || !AGED.has(kind) ? {} : { creationTimestamp }),
    ...(generation === undefined || !COUNTED.has(kind) ? {} : { generation }),
  };
}

/** The last step per kind: defaults inside the object, and what only some objects of the kind may keep. */
function finish(object: AnyObject): AnyObject {
  switch (object.kind) {
    case 'Pod':
      return placed(
        { ...oneAddress(object), spec: tidySpec(object.spec, object.metadata.labels) },
        object.spec.nodeName,
      );
    case 'CronJob': {
      const template = object.spec?.jobTemplate?.spec?.template;
      return template === undefined
        ? object
        : { ...object, spec: { jobTemplate: { spec: { template: tidyTemplate(template) } } } };
    }
    case 'ReplicaSet':
    case 'ReplicationController':
    case 'Job':
      // Managed ones are not judged beside their owner: of these only the ownership is kept.
      return object.metadata.ownerReferences === undefined
        ? tidyWorkload(object)
        : { kind: object.kind, metadata: object.metadata };
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'DeploymentConfig':
      return tidyWorkload(object);
    case 'NetworkPolicy':
      return (object.spec.policyTypes ?? []).length > 0
        ? object
        : { ...object, spec: { ...object.spec, policyTypes: directionsOf(object) } };
    default:
      return object;
  }
}

function tidyWorkload<T extends ObjectOf<Exclude<TemplateKind, 'CronJob'>>>(workload: T): T {
  const template = workload.spec?.template;
  return template === undefined ? workload : { ...workload, spec: { template: tidyTemplate(template) } };
}

function tidyTemplate(template: PodTemplate): PodTemplate {
  return { ...template, spec: tidySpec(template.spec, template.metadata.labels) };
}

/** An only address is said twice. */
function oneAddress({ status, ...pod }: Pod): Pod {
  if (status === undefined) return pod;
  const { podIPs, ...rest } = status;
  const isSaid = podIPs?.length === 1 && podIPs[0]?.ip === rest.podIP;
  return { ...pod, status: isSaid ? rest : status };
}

/** Where a pod runs is its own; its spec it shares. */
function placed({ nodeName: _, ...pod }: Pod, nodeName = ''): Pod {
  return nodeName === '' ? pod : { ...pod, nodeName };
}

function tidySpec(
  { serviceAccount, nodeName: _, ...spec }: PodSpec,
  labels: Readonly<Record<string, string>>,
): PodSpec {
  const tidy = (container: Container): Container =>
    withoutWords(onNetworkOf(spec, withPullPolicy(steadyMounts(container))), labels);
  return {
    ...spec,
    // An empty name is none, and the old spelling counts only then.
    serviceAccountName: [spec.serviceAccountName, serviceAccount].find((name = '') => name !== '') ?? 'default',
    containers: spec.containers.map(tidy),
    ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(tidy) }),
    ...(spec.ephemeralContainers === undefined ? {} : { ephemeralContainers: spec.ephemeralContainers.map(tidy) }),
    ...(spec.volumes === undefined ? {} : { volumes: spec.volumes.map(steadyVolume) }),
  };
}

/** On the network of the node every declared port is a port of the node. */
function onNetworkOf({ hostNetwork }: Pick<PodSpec, 'hostNetwork'>, container: Container): Container {
  if (hostNetwork !== true || container.ports === undefined) return container;
  const ports = container.ports.map((port) =>
    port.containerPort === undefined || (port.hostPort ?? 0) !== 0 ? port : { ...port, hostPort: port.containerPort },
  );
  return { ...container, ports };
}

function withPullPolicy(container: Container): Container {
  const { image = '', imagePullPolicy = '' } = container;
  return image === '' || imagePullPolicy !== '' ? container : { ...container, imagePullPolicy: pullPolicyOf(image) };
}

/** The words of a command line may hold credentials: but those of control-plane components none is kept, only what tools they name. */
function withoutWords(container: Container, labels: Readonly<Record<string, string>>): Container {
  const { command = [], args = [], ...rest } = container;
  const tools = toolsOf([...command, ...args]);
  const told = tools.length === 0 ? {} : { tools };
  return startedBy(container, labels) === undefined ? { ...rest, ...told } : { ...container, ...told };
}

/** The volume that admission adds to each pod has a random name: with one name for all, the pods of a template share one shape. */
const ADMITTED_TOKEN = /^kube-api-access-[a-z0-9]{5}$/;
const STEADY_NAME = 'kube-api-access';

function steadyVolume(volume: Volume): Volume {
  return ADMITTED_TOKEN.test(volume.name) ? { ...volume, name: STEADY_NAME } : volume;
}

function steadyMounts(container: Container): Container {
  if (container.volumeMounts?.some(({ name }) => ADMITTED_TOKEN.test(name)) !== true) return container;
  const volumeMounts = container.volumeMounts.map((mount) =>
    ADMITTED_TOKEN.test(mount.name) ? { ...mount, name: STEADY_NAME } : mount,
  );
  return { ...container, volumeMounts };
}

/** What a document of a file is: an object of a kind that we know, or why not. */
export type Recognised = { readonly kind: Kind } | { readonly problem: string } | { readonly foreign: string };

/** Which of our kinds a raw object of a file is. `foreign` is a kind that the API may well have and no check reads. */
export function recognise(raw: unknown): Recognised {
  if (!isRecord(raw)) return { problem: 'not an object' };
  const { apiVersion, kind, metadata } = raw;
  if (!isWord(kind)) return { problem: 'has no kind' };
  if (!isWord(apiVersion)) return { problem: `${kind} has no apiVersion` };
  // Of a list with items nothing is left to recognise.
  if (apiVersion === 'v1' && kind === 'List') return { problem: 'List has items that are no list' };
  const known = kindFor(apiVersion, kind);
  if (known === undefined) return { foreign: `${apiVersion} ${kind}` };
  if (!isRecord(metadata)) return { problem: `${kind} has no metadata` };
  const problem = problemOfName(metadata);
  return problem === undefined ? { kind: known } : { problem: `${kind} has ${problem}` };
}

/** No server takes a name with a slash: here it would pass for another object, the pod of a template among them. */
function problemOfName({ name, generateName, namespace }: Raw): string | undefined {
  const stated = isWord(name) ? name : generateName;
  if (!isWord(stated)) return 'no metadata.name';
  if (stated.includes('/')) return 'a metadata.name with a slash';
  return isWord(namespace) && namespace.includes('/') ? 'a metadata.namespace with a slash' : undefined;
}

function isRecord(raw: unknown): raw is Raw {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

function isWord(raw: unknown): raw is string {
  return typeof raw === 'string' && raw !== '';
}
