interface Entry {
  readonly value: object;
  holders: number;
  /** Of its whole text: worked out when another value has the same first words. */
  hash?: number;
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

/** Enough of a value to tell it from most others: of a pod spec the names and the image of its first container are among them. */
const WORDS = 16;

/** The hash of the first words in a value. Values that are written the same have the same words. */
function beginning(value: object): number {
  const words: string[] = [];
  gather(value, words);
  return hash(words.join('\n'));
}

function gather(value: object, words: string[]): void {
  for (const inner of Object.values(value) as readonly unknown[]) {
    if (words.length >= WORDS) return;
    if (typeof inner === 'string') words.push(inner);
    else if (typeof inner === 'object' && inner !== null) gather(inner, words);
  }
}

/**
 * Keeps one copy of equal values: five hundred replicas share one pod spec. Values are counted by holder and forgotten with the last one.
 * Law: two held values are written the same exactly when they are the same object.
 */
export class Interner {
  readonly #entries = new Map<number, Entry[]>();

  /** The held copy of a value; the caller gives it back with `release`. */
  hold<T extends object>(value: T): T {
    const key = beginning(value);
    const bucket = this.#entries.get(key);
    if (bucket === undefined) {
      this.#entries.set(key, [{ value, holders: 1 }]);
      return value;
    }
    const text = JSON.stringify(value);
    const hashed = hash(text);
    // Texts are written again rather than kept: that is faster than a walk over both values, and costs no memory.
    const found = bucket.find((entry) => hashOf(entry) === hashed && JSON.stringify(entry.value) === text);
    if (found !== undefined) {
      found.holders += 1;
      return found.value as T;
    }
    bucket.push({ value, holders: 1, hash: hashed });
    return value;
  }

  release(value: object): void {
    const key = beginning(value);
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

function hashOf(entry: Entry): number {
  entry.hash ??= hash(JSON.stringify(entry.value));
  return entry.hash;
}
