/** A set of small numbers that grows as needed. */
export class Bits {
  #words: Uint32Array;

  constructor(words = new Uint32Array(4)) {
    this.#words = words;
  }

  has(index: number): boolean {
    return (((this.#words[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1;
  }

  set(index: number, isIn = true): void {
    const word = index >>> 5;
    if (word >= this.#words.length) {
      if (!isIn) return;
      const grown = new Uint32Array(Math.max(2 * this.#words.length, word + 1));
      grown.set(this.#words);
      this.#words = grown;
    }
    const mask = 1 << (index & 31);
    const before = this.#words[word] ?? 0;
    this.#words[word] = isIn ? before | mask : before & ~mask;
  }

  get isEmpty(): boolean {
    return this.#words.every((word) => word === 0);
  }

  clone(): Bits {
    return new Bits(this.#words.slice());
  }

  /** Adds the members of another set. */
  add(other: Bits): this {
    if (other.#words.length > this.#words.length) {
      const grown = new Uint32Array(other.#words.length);
      grown.set(this.#words);
      this.#words = grown;
    }
    for (let word = 0; word < other.#words.length; word += 1)
      this.#words[word] = (this.#words[word] ?? 0) | (other.#words[word] ?? 0);
    return this;
  }

  /** Keeps the members that another set has too. */
  keep(other: Bits): this {
    for (let word = 0; word < this.#words.length; word += 1)
      this.#words[word] = (this.#words[word] ?? 0) & (other.#words[word] ?? 0);
    return this;
  }

  /** Removes the members of another set. */
  drop(other: Bits): this {
    const shared = Math.min(this.#words.length, other.#words.length);
    for (let word = 0; word < shared; word += 1)
      this.#words[word] = (this.#words[word] ?? 0) & ~(other.#words[word] ?? 0);
    return this;
  }

  meets(other: Bits): boolean {
    const shared = Math.min(this.#words.length, other.#words.length);
    for (let word = 0; word < shared; word += 1)
      if (((this.#words[word] ?? 0) & (other.#words[word] ?? 0)) !== 0) return true;
    return false;
  }

  /** The members, smallest first. */
  *[Symbol.iterator](): Generator<number> {
    for (let word = 0; word < this.#words.length; word += 1) {
      for (let rest = this.#words[word] ?? 0; rest !== 0; rest &= rest - 1)
        yield (word << 5) + 31 - Math.clz32(rest & -rest);
    }
  }

  static from(members: Iterable<number>): Bits {
    const bits = new Bits();
    for (const member of members) bits.set(member);
    return bits;
  }
}
