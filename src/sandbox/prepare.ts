import { randomInt, randomUUID } from 'node:crypto';
import { at, namespaceOf, own, put, recordAt, recordsAt, same, textAt, textsAt, without, type Raw } from './json.ts';
import { jobSelector } from './defaults.ts';
import { over, overEach, admitPod, qosClass, withDefaults } from './pod-defaults.ts';
import type { Resource } from './resource.ts';
import { stamp, type World } from './world.ts';

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** A random suffix as Kubernetes makes them: no vowels, no look-alikes. */
export function suffix(length = 5): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** Kinds whose objects carry no generation. */
const UNNUMBERED = new Set([
  ...[
    'ConfigMap',
    'Endpoints',
    'EndpointSlice',
    'Event',
    'Lease',
    'LimitRange',
    'Namespace',
    'Node',
    'PersistentVolume',
  ],
  ...['PersistentVolumeClaim', 'ResourceQuota', 'Secret', 'Service', 'ServiceAccount', 'StorageClass'],
  ...['ClusterRole', 'ClusterRoleBinding', 'ControllerRevision', 'Role', 'RoleBinding'],
]);

export const isNumbered = (resource: Resource): boolean =>
  resource.custom !== undefined || resource.kind === 'EndpointSlice' || !UNNUMBERED.has(resource.kind);

/** An address in 10.0.0.0/24 or a node port that no Service has yet. */
function firstFree(taken: ReadonlySet<unknown>, candidates: Iterable<unknown>): unknown {
  for (const candidate of candidates) if (!taken.has(candidate)) return candidate;
  return undefined;
}

function* addresses(): Iterable<string> {
  for (let low = 2; low < 65_000; low += 1) yield `10.0.${String(low >> 8)}.${String(low & 255)}`;
}

function* nodePorts(): Iterable<number> {
  for (let port = 30_000; port <= 32_767; port += 1) yield port;
}

/** The addresses and ports that the API server itself hands out to a Service. */
export function allocateService(service: Raw, world: World): Raw {
  const others = world.storage.list(world.registry.native('', 'services'));
  return over(service, 'spec', (spec) => {
    const type = textAt(spec, 'type');
    if (type === 'ExternalName') return spec;
    const taken = new Set(others.map((each) => textAt(each, 'spec', 'clusterIP')));
    const ip = textAt(spec, 'clusterIP') || firstFree(taken, addresses());
    const based = withDefaults(
      { ...spec, clusterIP: ip },
      { clusterIPs: [ip], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' },
    );
    if (type !== 'NodePort' && type !== 'LoadBalancer') return based;
    const ports = new Set(others.flatMap((each) => recordsAt(each, 'spec', 'ports').map((port) => port['nodePort'])));
    return overEach(based, 'ports', (port) => {
      const free = port['nodePort'] ?? firstFree(ports, nodePorts());
      ports.add(free);
      return { ...port, nodePort: free };
    });
  });
}

const finalized = (object: Raw, finalizer: string): Raw => {
  const present = textsAt(object, 'metadata', 'finalizers');
  return present.includes(finalizer) ? object : put(object, ['metadata', 'finalizers'], [...present, finalizer]);
};

/** Where there are ServiceAccounts, every pod has one. */
const withAccount = (pod: Raw): Raw =>
  over(pod, 'spec', (spec) => withDefaults(spec, { serviceAccountName: 'default', serviceAccount: 'default' }));

type Prepare = (object: Raw, world: World) => Raw;

const PREPARE: Readonly<Record<string, Prepare>> = {
  Pod: (pod, world) => {
    const admitted = admitPod(world.controllers ? withAccount(pod) : pod);
    return { ...admitted, status: { phase: 'Pending', qosClass: qosClass(admitted) } };
  },
  Namespace: (namespace) => ({
    ...put(namespace, ['spec', 'finalizers'], ['kubernetes']),
    status: { phase: 'Active' },
  }),
  Service: allocateService,
  Job: (job) => jobSelector(job),
  PersistentVolume: (volume, world) => ({
    ...finalized(volume, 'kubernetes.io/pv-protection'),
    status: { phase: 'Pending', lastPhaseTransitionTime: stamp(world) },
  }),
  Event: (event) => withDefaults(event, { eventTime: null, reportingComponent: '', reportingInstance: '' }),
  PersistentVolumeClaim: (claim) => ({
    ...finalized(claim, 'kubernetes.io/pvc-protection'),
    status: { phase: 'Pending' },
  }),
  StatefulSet: (set) => ({ ...set, status: { replicas: 0, availableReplicas: 0 } }),
};

/** Kinds whose status a creator may set. */
const OPEN_STATUS = new Set(['Node']);

/** The object as the server makes it out of a creator's: identity, first status, what it hands out itself. */
export function prepareCreate(object: Raw, resource: Resource, world: World): Raw {
  const meta = recordAt(object, 'metadata');
  const name = textAt(meta, 'name') || `${textAt(meta, 'generateName')}${suffix()}`;
  const clean = without(
    meta,
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'selfLink',
    'generation',
    'resourceVersion',
  );
  const identity = {
    name,
    uid: randomUUID(),
    creationTimestamp: stamp(world),
    ...(isNumbered(resource) ? { generation: 1 } : {}),
  };
  const made: Raw = { ...object, metadata: { ...clean, ...identity } };
  const step = resource.custom === undefined ? own(PREPARE, resource.kind) : undefined;
  return typeof step === 'function' ? (step as Prepare)(made, world) : made;
}

/** The object without a status that its creator may not set. */
export function dropStatus(object: Raw, resource: Resource): Raw {
  if (!resource.subresources.includes('status') || OPEN_STATUS.has(resource.kind)) return object;
  return without(object, 'status');
}

const IDENTITY = [
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'selfLink',
];

function keepIdentity(next: Raw, live: Raw): Raw {
  const old = recordAt(live, 'metadata');
  const kept = IDENTITY.flatMap((key) => (Object.hasOwn(old, key) ? [[key, old[key]] as const] : []));
  const meta = { ...without(recordAt(next, 'metadata'), ...IDENTITY), ...Object.fromEntries(kept) };
  return { ...next, metadata: { ...meta, resourceVersion: at(old, 'resourceVersion') } };
}

/** What of an update reaches the object: on `status` only the status, elsewhere everything but the status. */
export function restrictUpdate(next: Raw, live: Raw, resource: Resource, subresource: string): Raw {
  if (!resource.subresources.includes('status')) return keepIdentity(next, live);
  const [base, other] = subresource === 'status' ? [live, next] : [next, live];
  const status = own(other, 'status');
  const merged = { ...without(base, 'status'), ...(status === undefined ? {} : { status }) };
  if (subresource !== 'status') return keepIdentity(merged, live);
  // Native kinds let annotations through with the status: controllers keep notes there.
  const noted =
    resource.custom === undefined
      ? put(merged, ['metadata', 'annotations'], at(next, 'metadata', 'annotations'))
      : merged;
  return put(noted, ['metadata', 'managedFields'], at(next, 'metadata', 'managedFields'));
}

/** What a change of makes the generation grow. */
function desired(object: Raw, resource: Resource): unknown {
  const hidden = resource.custom === undefined || resource.subresources.includes('status') ? ['status'] : [];
  const content = without(object, 'metadata', ...hidden);
  return resource.kind === 'Deployment' ? [content, recordAt(object, 'metadata', 'annotations')] : content;
}

/** The object with the generation that follows from what it was. */
export function numberGeneration(next: Raw, live: Raw, resource: Resource): Raw {
  const generation = at(live, 'metadata', 'generation');
  if (typeof generation !== 'number' || same(desired(next, resource), desired(live, resource))) return next;
  return put(next, ['metadata', 'generation'], generation + 1);
}

/** The namespace that an object goes to: the request's, checked against its own. */
export const placed = (object: Raw, namespace: string): Raw =>
  namespace === '' || namespaceOf(object) === namespace ? object : put(object, ['metadata', 'namespace'], namespace);
