/** From this length on V8 keeps what is cut out of a text as a window on it: a name of an object holds its whole file in memory. */
const WINDOW = 13;

/** Gives the strings of objects memory of their own; equal ones are one. */
export class Strings {
  readonly #known = new Map<string, string>();

  /** Replaces every string in a fresh value that nobody else holds. Keys need none: as keys they are copied already. */
  own<T extends object>(value: T): T {
    const fields = value as Record<string, unknown>;
    for (const key of Object.keys(fields)) {
      const inner = fields[key];
      if (typeof inner === 'string') {
        if (inner.length >= WINDOW) fields[key] = this.#copy(inner);
      } else if (typeof inner === 'object' && inner !== null) this.own(inner);
    }
    return value;
  }

  #copy(text: string): string {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const copy = JSON.parse(JSON.stringify(text)) as string;
    this.#known.set(copy, copy);
    return copy;
  }
}
