/** Several words under each key, in the order in which they came. One alone takes no set, as most do: there are tens of thousands of keys. */
export class Several {
  readonly #words = new Map<string, string | Set<string>>();

  /** Answers whether that was new. */
  add(key: string, word: string): boolean {
    if (this.has(key, word)) return false;
    const known = this.#words.get(key);
    if (known === undefined) this.#words.set(key, word);
    else if (typeof known === 'string') this.#words.set(key, new Set([known, word]));
    else known.add(word);
    return true;
  }

  /** Answers whether it was there. */
  delete(key: string, word: string): boolean {
    if (!this.has(key, word)) return false;
    const known = this.#words.get(key);
    if (typeof known === 'object' && known.size > 1) known.delete(word);
    else this.#words.delete(key);
    return true;
  }

  /** Whether there is this word under a key, or any. */
  has(key: string, word?: string): boolean {
    const known = this.#words.get(key);
    if (word === undefined || known === undefined) return known !== undefined;
    return typeof known === 'string' ? known === word : known.has(word);
  }

  keys(): Iterable<string> {
    return this.#words.keys();
  }

  of(key: string): Iterable<string> {
    const known = this.#words.get(key);
    return typeof known === 'string' ? [known] : (known ?? NONE);
  }

  size(key: string): number {
    const known = this.#words.get(key);
    return typeof known === 'string' ? 1 : (known?.size ?? 0);
  }
}

const NONE: readonly string[] = [];
