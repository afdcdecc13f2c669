interface Entry {
  readonly value: object;
  holders: number;
}

/** cyrb53: 53 bits of a string, fast and well spread. Collisions are resolved by comparing. */
function hash(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}

/**
 * Keeps one copy of equal values: five hundred replicas share one pod spec. Values are counted by holder and forgotten with the last one.
 * Law: two held values are written the same exactly when they are the same object.
 */
export class Interner {
  readonly #entries = new Map<number, Entry[]>();

  /** The held copy of a value; the caller gives it back with `release`. */
  hold<T extends object>(value: T): T {
    const text = JSON.stringify(value);
    const key = hash(text);
    const bucket = this.#entries.get(key);
    // Texts are written again rather than kept: that is faster than a walk over both values, and costs no memory.
    const found = bucket?.find((entry) => JSON.stringify(entry.value) === text);
    if (found !== undefined) {
      found.holders += 1;
      return found.value as T;
    }
    if (bucket === undefined) this.#entries.set(key, [{ value, holders: 1 }]);
    else bucket.push({ value, holders: 1 });
    return value;
  }

  release(value: object): void {
    const key = hash(JSON.stringify(value));
    const bucket = this.#entries.get(key) ?? [];
    const entry = bucket.find((candidate) => candidate.value === value);
    if (entry === undefined) return;
    entry.holders -= 1;
    if (entry.holders > 0) return;
    const rest = bucket.filter((candidate) => candidate !== entry);
    if (rest.length === 0) this.#entries.delete(key);
    else this.#entries.set(key, rest);
  }

  /** How many different values are held. */
  get size(): number {
    return [...this.#entries.values()].reduce((sum, bucket) => sum + bucket.length, 0);
  }
}
