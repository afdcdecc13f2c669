/** From this length on V8 keeps what is cut out of a text as a window on it: a name of an object holds its whole file in memory. */
const WINDOW = 13;

/** Gives the strings of objects memory of their own; equal ones are one. */
export class Strings {
  readonly #known = new Map<string, string>();

  /** Replaces every string in a fresh value that nobody else holds. Keys need none: as keys they are copied already. */
  own<T extends object>(value: T): T {
    if (Array.isArray(value))
      for (let index = 0; index < value.length; index += 1) value[index] = this.#owned(value[index]);
    else {
      const fields = value as Record<string, unknown>;
      for (const key of Object.keys(fields)) {
        const inner = fields[key];
        const owned = this.#owned(inner);
        if (owned !== inner) fields[key] = owned;
      }
    }
    return value;
  }

  #owned(inner: unknown): unknown {
    if (typeof inner === 'string') return inner.length < WINDOW ? inner : this.#copy(inner);
    return typeof inner === 'object' && inner !== null ? this.own(inner) : inner;
  }

  #copy(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const copy = JSON.parse(JSON.stringify(text)) as string;
    this.#known.set(copy, copy);
    return copy;
  }
}
