import type { Index } from '#model/inventory.ts';
import type { Kind } from '#model/kinds.ts';
import type { ObjectOf } from '#model/objects.ts';
import type { Ref } from '#model/ref.ts';

/** Where an object is: among those of its namespace, by name. A key of both would be a new text each time that somebody looks. */
type Place = Pick<Ref, 'namespace' | 'name'>;

type Filed<K extends Kind> = Map<string, Set<ObjectOf<K>>>;

const NONE: readonly never[] = [];

/** The objects of one kind, filed under every index that was ever asked for. */
export class Table<K extends Kind> {
  readonly #namespaces = new Map<string, Map<string, ObjectOf<K>>>();
  readonly #indexes = new Map<Index<K>, Filed<K>>();
  #size = 0;

  size(namespace?: string): number {
    return namespace === undefined ? this.#size : (this.#namespaces.get(namespace)?.size ?? 0);
  }

  get({ namespace, name }: Place): ObjectOf<K> | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  list(namespace?: string): readonly ObjectOf<K>[] {
    if (namespace === undefined) return [...this.#namespaces.values()].flatMap((objects) => [...objects.values()]);
    const objects = this.#namespaces.get(namespace);
    return objects === undefined ? NONE : [...objects.values()];
  }

  /** The objects filed under a value. An index is built when it is first asked for, and kept from then on. */
  by(index: Index<K>, value: string): readonly ObjectOf<K>[] {
    let filed = this.#indexes.get(index);
    if (filed === undefined) {
      filed = new Map();
      this.#indexes.set(index, filed);
      for (const object of this.list()) file(filed, index.of(object), object);
    }
    const drawer = filed.get(value);
    return drawer === undefined ? NONE : [...drawer];
  }

  put(object: ObjectOf<K>): void {
    const { namespace, name } = object.metadata;
    this.remove(object.metadata);
    const objects = this.#namespaces.get(namespace);
    if (objects === undefined) this.#namespaces.set(namespace, new Map([[name, object]]));
    else objects.set(name, object);
    this.#size += 1;
    for (const [index, filed] of this.#indexes) file(filed, index.of(object), object);
  }

  remove(place: Place): void {
    const object = this.get(place);
    if (object === undefined) return;
    const objects = this.#namespaces.get(place.namespace);
    objects?.delete(place.name);
    if (objects?.size === 0) this.#namespaces.delete(place.namespace);
    this.#size -= 1;
    for (const [index, filed] of this.#indexes) unfile(filed, index.of(object), object);
  }
}

function file<K extends Kind>(filed: Filed<K>, values: readonly string[], object: ObjectOf<K>): void {
  for (const value of values) {
    const drawer = filed.get(value);
    if (drawer === undefined) filed.set(value, new Set([object]));
    else drawer.add(object);
  }
}

function unfile<K extends Kind>(filed: Filed<K>, values: readonly string[], object: ObjectOf<K>): void {
  for (const value of values) {
    const drawer = filed.get(value);
    drawer?.delete(object);
    if (drawer?.size === 0) filed.delete(value);
  }
}
