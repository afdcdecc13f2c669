import { createHash } from 'node:crypto';
import {
  at,
  canonical,
  labelsOf,
  nameOf,
  namespaceOf,
  put,
  recordAt,
  recordsAt,
  same,
  textAt,
  uidOf,
  type Raw,
} from '../json.ts';
import { ownIntent } from '../bootstrap.ts';
import { remove } from '../remove.ts';
import { apiVersionOf, type Resource } from '../resource.ts';
import { objectSelector } from '../selectors.ts';
import { ApiError } from '../status.ts';
import { create, updateTo } from '../write.ts';
import { stamp, type World } from '../world.ts';

const GROUPS: Readonly<Record<string, readonly [group: string, plural: string]>> = {
  ConfigMap: ['', 'configmaps'],
  ControllerRevision: ['apps', 'controllerrevisions'],
  DaemonSet: ['apps', 'daemonsets'],
  Deployment: ['apps', 'deployments'],
  EndpointSlice: ['discovery.k8s.io', 'endpointslices'],
  Job: ['batch', 'jobs'],
  Namespace: ['', 'namespaces'],
  Node: ['', 'nodes'],
  PersistentVolumeClaim: ['', 'persistentvolumeclaims'],
  Pod: ['', 'pods'],
  ReplicaSet: ['apps', 'replicasets'],
  ReplicationController: ['', 'replicationcontrollers'],
  Service: ['', 'services'],
  ServiceAccount: ['', 'serviceaccounts'],
  StatefulSet: ['apps', 'statefulsets'],
};

export const isDying = (object: Raw): boolean => textAt(object, 'metadata', 'deletionTimestamp') !== '';

/** The reference by which an owner controls what it makes. */
export function controllerReference(owner: Raw, resource: Resource): Raw {
  return {
    apiVersion: apiVersionOf(resource),
    kind: resource.kind,
    name: nameOf(owner),
    uid: uidOf(owner),
    controller: true,
    blockOwnerDeletion: true,
  };
}

export const controllerOf = (object: Raw): Raw | undefined =>
  recordsAt(object, 'metadata', 'ownerReferences').find((owner) => owner['controller'] === true);

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** A short name for a template: the same template has the same. */
export function hashOf(template: unknown): string {
  const bytes = createHash('sha256').update(canonical(template)).digest();
  return [...bytes.subarray(0, 10)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

/** What controllers do to the objects of a world, by kind. */
export class Client {
  readonly world: World;
  readonly #resources = new Map<string, Resource>();

  constructor(world: World) {
    this.world = world;
    for (const [kind, [group, plural]] of Object.entries(GROUPS))
      this.#resources.set(kind, world.registry.native(group, plural));
  }

  get now(): string {
    return stamp(this.world);
  }

  resource(kind: string): Resource {
    const found = this.#resources.get(kind);
    if (found === undefined) throw new Error(`controllers do not know the kind ${kind}`);
    return found;
  }

  get(kind: string, namespace: string, name: string): Raw | undefined {
    return this.world.storage.get(this.resource(kind), namespace, name);
  }

  list(kind: string, namespace = ''): readonly Raw[] {
    return this.world.storage.list(this.resource(kind), namespace);
  }

  /** The objects of a kind that this owner controls. */
  owned(kind: string, owner: Raw): readonly Raw[] {
    return this.list(kind, namespaceOf(owner)).filter((each) => textAt(controllerOf(each), 'uid') === uidOf(owner));
  }

  /** Makes an object; one that is there already stays as it is. */
  create(kind: string, object: Raw): void {
    const resource = this.resource(kind);
    try {
      create(this.world, ownIntent(resource, namespaceOf(object), '', 'kube-controller-manager'), object);
    } catch (error) {
      const expected = error instanceof ApiError && (error.code === 409 || error.code === 403);
      if (!expected)
        this.world.logger.warn('sandbox controller could not create', {
          kind,
          name: nameOf(object),
          error: String(error),
        });
    }
  }

  update(kind: string, live: Raw, next: Raw): void {
    const resource = this.resource(kind);
    if (!same(live, next))
      updateTo(this.world, ownIntent(resource, namespaceOf(live), nameOf(live), 'kube-controller-manager'), live, next);
  }

  /** Writes the status and the annotations of the object. */
  setStatus(kind: string, object: Raw, status: Raw): void {
    const resource = this.resource(kind);
    const live = this.get(kind, namespaceOf(object), nameOf(object));
    if (live === undefined || uidOf(live) !== uidOf(object)) return;
    const next = put({ ...live, status }, ['metadata', 'annotations'], at(object, 'metadata', 'annotations'));
    if (same(next, live)) return;
    const intent = ownIntent(resource, namespaceOf(live), nameOf(live), 'kube-controller-manager');
    updateTo(this.world, { ...intent, manager: { ...intent.manager, subresource: 'status' } }, live, next);
  }

  remove(kind: string, object: Raw): void {
    if (!isDying(object)) remove(this.world, { resource: this.resource(kind), object }, {});
  }
}

/** The pod that a template makes for its owner. */
export function podFrom(
  template: Raw,
  owner: Raw,
  resource: Resource,
  more: { readonly name?: string; readonly labels?: Raw; readonly spec?: Raw },
): Raw {
  const meta = recordAt(template, 'metadata');
  const annotations = at(meta, 'annotations');
  const name = more.name === undefined ? { generateName: `${nameOf(owner)}-` } : { name: more.name };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...name,
      namespace: namespaceOf(owner),
      labels: { ...recordAt(meta, 'labels'), ...more.labels },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [controllerReference(owner, resource)],
    },
    spec: { ...recordAt(template, 'spec'), ...more.spec },
  };
}

export const isReady = (pod: Raw): boolean =>
  !isDying(pod) &&
  recordsAt(pod, 'status', 'conditions').some((each) => each['type'] === 'Ready' && each['status'] === 'True');

/** A condition that keeps its time while its status stays. */
export function condition(
  old: readonly Raw[],
  next: { readonly type: string; readonly status: string; readonly reason: string; readonly message: string },
  now: string,
): Raw {
  const before = old.find((each) => each['type'] === next.type);
  const steady = before?.['status'] === next.status;
  if (steady && before['reason'] === next.reason) return before;
  const since = steady ? textAt(before, 'lastTransitionTime') : now;
  return { ...next, lastUpdateTime: now, lastTransitionTime: since };
}

export const generationOf = (object: Raw): Raw => {
  const generation = at(object, 'metadata', 'generation');
  return generation === undefined ? {} : { observedGeneration: generation };
};

export const selects = (selector: Raw, object: Raw): boolean => objectSelector(selector)(labelsOf(object));
