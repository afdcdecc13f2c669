import lodash from 'lodash';

interface Entry {
  readonly value: object;
  holders: number;
}

/** Values that begin alike: one alone is not written out; of several each is found by the hash of its whole text. */
type Alike = Entry | Map<number, Entry[]>;

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
  readonly #entries = new Map<number, Alike>();

  /** The held copy of a value; the caller gives it back with `release`. */
  hold<T extends object>(value: T): T {
    const key = beginning(value);
    const alike = this.#entries.get(key);
    if (alike === undefined) {
      this.#entries.set(key, { value, holders: 1 });
      return value;
    }
    const several = alike instanceof Map ? alike : new Map([[hash(JSON.stringify(alike.value)), [alike]]]);
    if (several !== alike) this.#entries.set(key, several);
    const text = JSON.stringify(value);
    const hashed = hash(text);
    const bucket = several.get(hashed) ?? [];
    // Texts are written again rather than kept: that is faster than a walk over both values, and costs no memory.
    const found = bucket.find((entry) => JSON.stringify(entry.value) === text);
    if (found === undefined) several.set(hashed, [...bucket, { value, holders: 1 }]);
    else found.holders += 1;
    return (found?.value ?? value) as T;
  }

  release(value: object): void {
    const key = beginning(value);
    const alike = this.#entries.get(key);
    if (alike instanceof Map) {
      const hashed = hash(JSON.stringify(value));
      const rest = (alike.get(hashed) ?? []).filter((entry) => !isLast(entry, value));
      if (rest.length > 0) alike.set(hashed, rest);
      else alike.delete(hashed);
      if (alike.size === 0) this.#entries.delete(key);
    } else if (alike !== undefined && isLast(alike, value)) this.#entries.delete(key);
  }

  /** How many different values are held. */
  get size(): number {
    const sizes = Array.from(this.#entries.values(), (alike) =>
      alike instanceof Map ? [...alike.values()].flat().length : 1,
    );
    return lodash.sum(sizes);
  }
}

/** Takes a holder off an entry of the value, and tells whether it was the last. */
function isLast(entry: Entry, value: object): boolean {
  if (entry.value !== value) return false;
  entry.holders -= 1;
  return entry.holders === 0;
}
