import { nameOf, namespaceOf, put, type Raw } from './json.ts';
import { storageKey, type Resource } from './resource.ts';

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** One change of the state: what was and what is. */
export interface Change {
  readonly type: EventType;
  readonly store: string;
  readonly key: string;
  /** For DELETED: as it was, at the version of its deletion. */
  readonly object: Raw;
  readonly before: Raw | undefined;
  readonly version: number;
}

/** `namespace/name` as etcd orders it; cluster-scoped objects have no namespace. */
export const keyFor = (namespace: string, name: string): string => (namespace === '' ? name : `${namespace}/${name}`);

const HISTORY = 20_000;

/** All objects and the last changes: everything that the server remembers. Synchronous, so that each write is atomic. */
export class Storage {
  #version = 1;
  /** The oldest version from which every later change is still known. */
  #floor = 1;
  readonly #stores = new Map<string, Map<string, Raw>>();
  readonly #sorted = new Map<string, readonly string[]>();
  #history: Change[] = [];
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #limit: number;

  constructor(limit = HISTORY) {
    this.#limit = limit;
  }

  get version(): number {
    return this.#version;
  }

  get floor(): number {
    return this.#floor;
  }

  /** How many objects there are, of all kinds. */
  get size(): number {
    let size = 0;
    for (const objects of this.#stores.values()) size += objects.size;
    return size;
  }

  get(resource: Pick<Resource, 'group' | 'plural'>, namespace: string, name: string): Raw | undefined {
    return this.#stores.get(storageKey(resource))?.get(keyFor(namespace, name));
  }

  /** The objects of a kind in the order of their keys; those of one namespace when it is not ''. */
  list(resource: Pick<Resource, 'group' | 'plural'>, namespace = ''): readonly Raw[] {
    const store = storageKey(resource);
    const objects = this.#stores.get(store);
    if (objects === undefined) return [];
    let keys = this.#sorted.get(store);
    if (keys === undefined) {
      keys = [...objects.keys()].sort();
      this.#sorted.set(store, keys);
    }
    const found: Raw[] = [];
    for (const key of keys) {
      const object = namespace === '' || key.startsWith(`${namespace}/`) ? objects.get(key) : undefined;
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  /** Writes the object at a new version and answers it as it is stored. */
  write(resource: Pick<Resource, 'group' | 'plural'>, object: Raw): Raw {
    const store = storageKey(resource);
    const key = keyFor(namespaceOf(object), nameOf(object));
    const objects = this.#stores.get(store) ?? new Map<string, Raw>();
    this.#stores.set(store, objects);
    const before = objects.get(key);
    const stored = this.#stamp(object);
    objects.set(key, stored);
    if (before === undefined) this.#sorted.delete(store);
    const type = before === undefined ? 'ADDED' : 'MODIFIED';
    this.#tell({ type, store, key, object: stored, before, version: this.#version });
    return stored;
  }

  /** Takes the object away; it may be given as it is in its last moment. */
  remove(resource: Pick<Resource, 'group' | 'plural'>, object: Raw): Raw {
    const store = storageKey(resource);
    const key = keyFor(namespaceOf(object), nameOf(object));
    const before = this.#stores.get(store)?.get(key);
    this.#stores.get(store)?.delete(key);
    this.#sorted.delete(store);
    const last = this.#stamp(object);
    this.#tell({ type: 'DELETED', store, key, object: last, before, version: this.#version });
    return last;
  }

  /** The changes of a kind after a version, oldest first; undefined when some of them are forgotten. */
  since(store: string, version: number): readonly Change[] | undefined {
    if (version < this.#floor) return undefined;
    let start = this.#history.length;
    while (start > 0 && (this.#history[start - 1]?.version ?? 0) > version) start -= 1;
    return this.#history.slice(start).filter((change) => change.store === store);
  }

  /** Forgets all changes up to now, as a compaction of etcd with a restart does. */
  compact(): void {
    this.#history = [];
    this.#floor = this.#version;
  }

  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #stamp(object: Raw): Raw {
    this.#version += 1;
    return put(object, ['metadata', 'resourceVersion'], String(this.#version));
  }

  #tell(change: Change): void {
    this.#history.push(change);
    if (this.#history.length > this.#limit * 1.5) {
      this.#history = this.#history.slice(-this.#limit);
      this.#floor = (this.#history[0]?.version ?? this.#version) - 1;
    }
    for (const listener of this.#listeners) listener(change);
  }
}

/** The list as it was at an earlier version: today's, with the later changes undone. */
export function rewind(objects: readonly Raw[], later: readonly Change[], namespace: string): readonly Raw[] {
  const byKey = new Map(objects.map((object) => [keyFor(namespaceOf(object), nameOf(object)), object]));
  for (const change of later.toReversed()) {
    if (namespace !== '' && namespaceOf(change.object) !== namespace) continue;
    if (change.before === undefined) byKey.delete(change.key);
    else byKey.set(change.key, change.before);
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
}
