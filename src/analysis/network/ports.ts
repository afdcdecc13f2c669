import type { Bits } from './bits.ts';
import { Bits as BitSet } from './bits.ts';

export const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export const LAST_PORT = 65535;

export function isProtocol(word: string): word is Protocol {
  return (PROTOCOLS as readonly string[]).includes(word);
}

/** Ports of one protocol, both ends included. */
export interface PortRange {
  readonly protocol: Protocol;
  readonly first: number;
  readonly last: number;
}

/** Every port of every protocol, cut into atoms: ranges that no policy tells apart. */
export class PortMap {
  /** In order of protocol and port. */
  readonly atoms: readonly PortRange[];
  readonly #cuts: Readonly<Record<Protocol, ReadonlySet<number>>>;
  readonly #first: Readonly<Record<Protocol, number>>;
  readonly all: Bits;

  constructor(ranges: Iterable<PortRange>) {
    const cuts = { TCP: new Set([1]), UDP: new Set([1]), SCTP: new Set([1]) };
    for (const { protocol, first, last } of ranges) {
      cuts[protocol].add(first);
      if (last < LAST_PORT) cuts[protocol].add(last + 1);
    }
    const atoms: PortRange[] = [];
    const begins = { TCP: 0, UDP: 0, SCTP: 0 };
    for (const protocol of PROTOCOLS) {
      begins[protocol] = atoms.length;
      const starts = [...cuts[protocol]].sort((a, b) => a - b);
      for (const [index, first] of starts.entries())
        atoms.push({ protocol, first, last: (starts[index + 1] ?? LAST_PORT + 1) - 1 });
    }
    this.atoms = atoms;
    this.#cuts = cuts;
    this.#first = begins;
    this.all = BitSet.from(atoms.keys());
  }

  /** Whether a range is made of whole atoms. */
  fits({ protocol, first, last }: PortRange): boolean {
    return this.#cuts[protocol].has(first) && (last === LAST_PORT || this.#cuts[protocol].has(last + 1));
  }

  /** The atom that a port is in. */
  at(protocol: Protocol, port: number): number {
    let low = this.#first[protocol];
    let high = low + this.#cuts[protocol].size - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.atoms[middle]?.first ?? 0) <= port) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The atoms of a range. */
  in({ protocol, first, last }: PortRange): readonly number[] {
    const from = this.at(protocol, first);
    return Array.from({ length: this.at(protocol, last) - from + 1 }, (_, offset) => from + offset);
  }

  /** Atoms as ranges, neighbours joined. */
  rangesOf(atoms: Iterable<number>): readonly PortRange[] {
    const ranges: PortRange[] = [];
    for (const index of atoms) {
      const atom = this.atoms[index];
      if (atom === undefined) continue;
      const before = ranges.at(-1);
      if (before?.protocol === atom.protocol && before.last + 1 === atom.first)
        ranges[ranges.length - 1] = { ...before, last: atom.last };
      else ranges.push(atom);
    }
    return ranges;
  }
}
