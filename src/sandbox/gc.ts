import { at, nameOf, namespaceOf, put, recordsAt, textAt, textsAt, uidOf, type Raw } from './json.ts';
import { CLEANUP, remove, type Held } from './remove.ts';
import { ownIntent } from './bootstrap.ts';
import { isReleased, updateTo } from './write.ts';
import type { Resource } from './resource.ts';
import type { Change } from './storage.ts';
import type { World } from './world.ts';

const owners = (object: Raw): readonly Raw[] => recordsAt(object, 'metadata', 'ownerReferences');
const isDying = (object: Raw): boolean => textAt(object, 'metadata', 'deletionTimestamp') !== '';

interface Place {
  readonly resource: Resource | undefined;
  readonly namespace: string;
  readonly name: string;
}

/**
 * Owner references, finalizers of propagation, the ends of Namespaces and of CRDs: what the garbage collector and the
 * namespace controller of a cluster do. It works a moment after the change, as there, never inside it.
 */
export class Collector {
  readonly #world: World;
  readonly #children = new Map<string, Set<string>>();
  readonly #unlisten: () => void;
  #due: NodeJS.Immediate | undefined;
  readonly #touched = new Map<string, Place>();

  constructor(world: World) {
    this.#world = world;
    this.#unlisten = world.storage.listen((change) => {
      this.#note(change);
      if (this.#touched.size > 0)
        this.#due ??= setImmediate(() => {
          this.#run();
        });
    });
  }

  stop(): void {
    this.#unlisten();
    clearImmediate(this.#due);
  }

  #note({ type, object, before, store }: Change): void {
    const resource = this.#world.registry.byStore(store);
    const place = { resource, namespace: namespaceOf(object), name: nameOf(object) };
    const mine = owners(object);
    if (type === 'DELETED' || isDying(object) || (mine.length > 0 && before === undefined))
      this.#touched.set(uidOf(object), place);
    for (const owner of mine) {
      const uid = textAt(owner, 'uid');
      if (type === 'DELETED') this.#touched.set(uid, this.#placeOf(owner, place.namespace));
      else
        this.#children.set(
          uid,
          (this.#children.get(uid) ?? new Set()).add(`${store} ${place.namespace} ${place.name}`),
        );
    }
    if (type === 'DELETED') this.#noteContainers(place);
  }

  #placeOf(owner: Raw, namespace: string): Place {
    const resource = this.#world.registry.byKind(textAt(owner, 'apiVersion'), textAt(owner, 'kind'));
    return { resource, namespace: resource?.namespaced === true ? namespace : '', name: textAt(owner, 'name') };
  }

  /** The end of an object may be what its dying Namespace or CRD waits for. */
  #noteContainers({ resource, namespace }: Place): void {
    const homes = namespace === '' ? [] : [['namespaces', '', namespace] as const];
    const crd =
      resource?.custom === undefined
        ? []
        : [['customresourcedefinitions', 'apiextensions.k8s.io', nameOf(resource.custom.crd)] as const];
    for (const [plural, group, name] of [...homes, ...crd]) {
      const kind = this.#world.registry.native(group, plural);
      const found = this.#world.storage.get(kind, '', name);
      if (found !== undefined && isDying(found))
        this.#touched.set(uidOf(found), { resource: kind, namespace: '', name });
    }
  }

  #run(): void {
    this.#due = undefined;
    const touched = [...this.#touched];
    this.#touched.clear();
    for (const [uid, { resource, namespace, name }] of touched) {
      const object = resource === undefined ? undefined : this.#world.storage.get(resource, namespace, name);
      if (resource === undefined || object === undefined || uidOf(object) !== uid) this.#orphaned(uid);
      else if (isDying(object)) this.#finish({ resource, object });
      else this.#checkOwners({ resource, object });
    }
  }

  #dependents(uid: string): readonly Held[] {
    const keys = this.#children.get(uid) ?? [];
    return [...keys].flatMap((key) => {
      const [store = '', namespace = '', name = ''] = key.split(' ');
      const resource = this.#world.registry.byStore(store);
      const object = resource === undefined ? undefined : this.#world.storage.get(resource, namespace, name);
      const still = object !== undefined && owners(object).some((owner) => textAt(owner, 'uid') === uid);
      return resource === undefined || object === undefined || !still ? [] : [{ resource, object }];
    });
  }

  /** An owner is gone: who has no other one goes too. */
  #orphaned(uid: string): void {
    for (const held of this.#dependents(uid)) this.#checkOwners(held);
    this.#children.delete(uid);
  }

  #exists(owner: Raw, namespace: string): boolean {
    const resource = this.#world.registry.byKind(textAt(owner, 'apiVersion'), textAt(owner, 'kind'));
    if (resource === undefined) return true;
    const found = this.#world.storage.get(resource, resource.namespaced ? namespace : '', textAt(owner, 'name'));
    return found !== undefined && uidOf(found) === textAt(owner, 'uid');
  }

  #checkOwners({ resource, object }: Held): void {
    const all = owners(object);
    const alive = all.filter((owner) => this.#exists(owner, namespaceOf(object)));
    if (all.length === 0 || alive.length === all.length) return;
    if (alive.length === 0)
      remove(this.#world, { resource, object }, { propagationPolicy: 'Background', gracePeriodSeconds: 0 });
    else this.#world.storage.write(resource, put(object, ['metadata', 'ownerReferences'], alive));
  }

  #finish(held: Held): void {
    const { resource, object } = held;
    const finalizers = textsAt(object, 'metadata', 'finalizers');
    if (finalizers.includes('orphan')) {
      this.#dependents(uidOf(object)).forEach((each) => {
        this.#disown(each, uidOf(object));
      });
      this.#drop(held, 'orphan');
    } else if (finalizers.includes('foregroundDeletion')) this.#foreground(held);
    else if (
      finalizers.some((each) => each === 'kubernetes.io/pvc-protection' || each === 'kubernetes.io/pv-protection')
    ) {
      this.#drop(held, 'kubernetes.io/pvc-protection', 'kubernetes.io/pv-protection');
    } else if (finalizers.includes(CLEANUP)) this.#endCrd(held);
    else if (resource.kind === 'Namespace' && resource.custom === undefined) this.#endNamespace(object, resource);
  }

  #disown({ resource, object }: Held, uid: string): void {
    const left = owners(object).filter((owner) => textAt(owner, 'uid') !== uid);
    const next = put(object, ['metadata', 'ownerReferences'], left.length === 0 ? undefined : left);
    const intent = ownIntent(resource, namespaceOf(object), nameOf(object), 'kube-controller-manager');
    updateTo(this.#world, intent, object, next);
  }

  #drop({ resource, object }: Held, ...finalizers: readonly string[]): void {
    const left = textsAt(object, 'metadata', 'finalizers').filter((each) => !finalizers.includes(each));
    const next = put(object, ['metadata', 'finalizers'], left.length === 0 ? undefined : left);
    if (isReleased(next, resource)) this.#world.storage.remove(resource, next);
    else this.#world.storage.write(resource, next);
  }

  #foreground(held: Held): void {
    const uid = uidOf(held.object);
    const dependents = this.#dependents(uid);
    for (const { resource, object } of dependents)
      if (!isDying(object))
        remove(this.#world, { resource, object }, { propagationPolicy: 'Foreground', gracePeriodSeconds: 0 });
    const blocking = this.#dependents(uid).some(({ object }) =>
      owners(object).some((owner) => textAt(owner, 'uid') === uid && at(owner, 'blockOwnerDeletion') === true),
    );
    if (!blocking) this.#drop(held, 'foregroundDeletion');
  }

  #endCrd(held: Held): void {
    const spec = {
      group: textAt(held.object, 'spec', 'group'),
      plural: textAt(held.object, 'spec', 'names', 'plural'),
    };
    const resource = this.#world.registry.byStore(`${spec.group}/${spec.plural}`);
    const objects = resource === undefined ? [] : this.#world.storage.list(resource);
    if (resource !== undefined)
      for (const object of objects) if (!isDying(object)) remove(this.#world, { resource, object }, {});
    if (resource !== undefined && this.#world.storage.list(resource).length > 0) return;
    this.#drop(held, CLEANUP);
    this.#world.registry.forget(nameOf(held.object));
  }

  /** A dying Namespace first empties, then goes. */
  #endNamespace(namespace: Raw, resource: Resource): void {
    const name = nameOf(namespace);
    let left = 0;
    for (const kind of this.#world.registry.all.filter((each) => each.namespaced)) {
      for (const object of this.#world.storage.list(kind, name))
        if (!isDying(object)) remove(this.#world, { resource: kind, object }, { gracePeriodSeconds: 0 });
      left += this.#world.storage.list(kind, name).length;
    }
    if (left > 0) return;
    const current = this.#world.storage.get(resource, '', name);
    if (current === undefined) return;
    const next = put(current, ['spec', 'finalizers'], undefined);
    if (isReleased(next, resource)) this.#world.storage.remove(resource, next);
    else this.#world.storage.write(resource, next);
  }
}
