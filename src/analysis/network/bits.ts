/**
 * A set of small numbers that grows as needed. It holds the words from its first member to its last: sets of classes of one namespace, whose
 * numbers lie near each other, are small.
 */
export class Bits {
  /** Of the first word that is held. */
  #from = 0;
  #words: Uint32Array = NOTHING;

  has(index: number): boolean {
    return (((this.#words[(index >>> 5) - this.#from] ?? 0) >>> (index & 31)) & 1) === 1;
  }

  set(index: number, isIn = true): void {
    const word = index >>> 5;
    const isHeld = word >= this.#from && word < this.#from + this.#words.length;
    if (!isHeld && !isIn) return;
    if (!isHeld) this.#hold(word, word + 1);
    const at = word - this.#from;
    const mask = 1 << (index & 31);
    const before = this.#words[at] ?? 0;
    this.#words[at] = isIn ? before | mask : before & ~mask;
  }

  /** Makes room for the words of a range beside those that are held. What grows upwards will do so again. */
  #hold(first: number, end: number): void {
    const { length } = this.#words;
    if (length === 0) {
      this.#from = first;
      this.#words = new Uint32Array(end - first);
      return;
    }
    const from = Math.min(this.#from, first);
    const held = this.#from + length;
    const last = end > held ? Math.max(end, held + (length >>> 1)) : held;
    const grown = new Uint32Array(last - from);
    grown.set(this.#words, this.#from - from);
    this.#from = from;
    this.#words = grown;
  }

  clone(): Bits {
    const copy = new Bits();
    copy.#from = this.#from;
    copy.#words = this.#words.slice();
    return copy;
  }

  /** Adds the members of another set. */
  add(other: Bits): this {
    const { length } = other.#words;
    if (length === 0) return this;
    if (other.#from < this.#from || other.#from + length > this.#from + this.#words.length)
      this.#hold(other.#from, other.#from + length);
    const shift = other.#from - this.#from;
    for (let word = 0; word < length; word += 1)
      this.#words[word + shift] = (this.#words[word + shift] ?? 0) | (other.#words[word] ?? 0);
    return this;
  }

  /** Keeps the members that another set has too. */
  keep(other: Bits): this {
    const shift = this.#from - other.#from;
    for (let word = 0; word < this.#words.length; word += 1)
      this.#words[word] = (this.#words[word] ?? 0) & (other.#words[word + shift] ?? 0);
    return this;
  }

  /** Removes the members of another set. */
  drop(other: Bits): this {
    const shift = this.#from - other.#from;
    for (let word = 0; word < this.#words.length; word += 1)
      this.#words[word] = (this.#words[word] ?? 0) & ~(other.#words[word + shift] ?? 0);
    return this;
  }

  /** The members, smallest first. */
  *[Symbol.iterator](): Generator<number> {
    for (let word = 0; word < this.#words.length; word += 1) {
      for (let rest = this.#words[word] ?? 0; rest !== 0; rest &= rest - 1)
        yield ((word + this.#from) << 5) + 31 - Math.clz32(rest & -rest);
    }
  }

  static from(members: Iterable<number>): Bits {
    const bits = new Bits();
    for (const member of members) bits.set(member);
    return bits;
  }
}

/** Whoever is in some of several sets. The sets are shared and large, so no sum of them is kept. */
export class AnyOf {
  readonly #parts: readonly Bits[];

  constructor(parts: readonly Bits[]) {
    this.#parts = parts;
  }

  has(index: number): boolean {
    for (const part of this.#parts) if (part.has(index)) return true;
    return false;
  }

  /** All of them, in a set of its own. */
  sum(): Bits {
    const sum = new Bits();
    for (const part of this.#parts) sum.add(part);
    return sum;
  }

  static of(several: readonly AnyOf[]): AnyOf {
    const [first, ...more] = several;
    if (first !== undefined && more.length === 0) return first;
    return new AnyOf([...new Set(several.flatMap((each) => each.#parts))]);
  }
}

const NOTHING = new Uint32Array(0);
