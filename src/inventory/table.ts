import type { Index } from '#model/inventory.ts';
import type { Kind } from '#model/kinds.ts';
import type { ObjectOf } from '#model/objects.ts';

type Filed<K extends Kind> = Map<string, Map<string, ObjectOf<K>>>;

const NONE: readonly never[] = [];

/** The objects of one kind, filed under every index that was ever asked for. */
export class Table<K extends Kind> {
  readonly #objects = new Map<string, ObjectOf<K>>();
  readonly #namespaces: Filed<K> = new Map();
  readonly #indexes = new Map<Index<K>, Filed<K>>();

  get size(): number {
    return this.#objects.size;
  }

  get(key: string): ObjectOf<K> | undefined {
    return this.#objects.get(key);
  }

  list(namespace?: string): readonly ObjectOf<K>[] {
    const objects = namespace === undefined ? this.#objects : this.#namespaces.get(namespace);
    return objects === undefined ? [] : [...objects.values()];
  }

  /** The objects filed under a value. An index is built when it is first asked for, and kept from then on. */
  by(index: Index<K>, value: string): readonly ObjectOf<K>[] {
    let filed = this.#indexes.get(index);
    if (filed === undefined) {
      filed = new Map();
      this.#indexes.set(index, filed);
      for (const [key, object] of this.#objects) file(filed, index.of(object), key, object);
    }
    const drawer = filed.get(value);
    return drawer === undefined ? NONE : [...drawer.values()];
  }

  put(key: string, object: ObjectOf<K>): void {
    this.remove(key);
    this.#objects.set(key, object);
    file(this.#namespaces, [object.metadata.namespace], key, object);
    for (const [index, filed] of this.#indexes) file(filed, index.of(object), key, object);
  }

  remove(key: string): void {
    const object = this.#objects.get(key);
    if (object === undefined) return;
    this.#objects.delete(key);
    unfile(this.#namespaces, [object.metadata.namespace], key);
    for (const [index, filed] of this.#indexes) unfile(filed, index.of(object), key);
  }
}

function file<K extends Kind>(filed: Filed<K>, values: readonly string[], key: string, object: ObjectOf<K>): void {
  for (const value of values) {
    const drawer = filed.get(value);
    if (drawer === undefined) filed.set(value, new Map([[key, object]]));
    else drawer.set(key, object);
  }
}

function unfile<K extends Kind>(filed: Filed<K>, values: readonly string[], key: string): void {
  for (const value of values) {
    const drawer = filed.get(value);
    drawer?.delete(key);
    if (drawer?.size === 0) filed.delete(value);
  }
}
