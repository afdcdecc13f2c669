import { IPV4, IPV6, NOT_PUBLIC, addressAt, isPublic, type Stretch } from '#facts/address.ts';

/** The line of addresses cut into cells: stretches that no policy tells apart, each wholly public or not at all. */
export class Cells {
  /** In order. */
  readonly cells: readonly Stretch[];
  readonly #starts: readonly bigint[];
  readonly #cuts: ReadonlySet<bigint>;

  constructor(stretches: Iterable<Stretch>) {
    const cuts = new Set([IPV4.first, IPV6.first]);
    for (const { first, last } of [...NOT_PUBLIC, ...stretches]) {
      cuts.add(first);
      if (last < IPV6.last) cuts.add(last + 1n);
    }
    this.#cuts = cuts;
    this.#starts = [...cuts].sort((a, b) => (a < b ? -1 : 1));
    this.cells = this.#starts.map((first, index) => ({
      first,
      last: (this.#starts[index + 1] ?? IPV6.last + 1n) - 1n,
    }));
  }

  /** Whether a stretch is made of whole cells. */
  fits({ first, last }: Stretch): boolean {
    return this.#cuts.has(first) && (last === IPV6.last || this.#cuts.has(last + 1n));
  }

  /** The cell of a place on the line. */
  at(place: bigint): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#starts[middle] ?? 0n) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The cells of a stretch. */
  in({ first, last }: Stretch): readonly number[] {
    const from = this.at(first);
    return Array.from({ length: this.at(last) - from + 1 }, (_, offset) => from + offset);
  }

  /** The cells of what may be no address at all. */
  of(addresses: readonly string[]): readonly number[] {
    return this.around(addresses.flatMap((address) => addressAt(address) ?? []));
  }

  /** The cells of places on the line. */
  around(places: readonly bigint[]): readonly number[] {
    if (places.length < 2) return places.map((place) => this.at(place));
    return [...new Set(places.map((place) => this.at(place)))].sort((a, b) => a - b);
  }

  isPublic(cell: number): boolean {
    const stretch = this.cells[cell];
    return stretch !== undefined && isPublic(stretch.first);
  }
}
