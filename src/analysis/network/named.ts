/** What the names of ports in rules mean: each destination resolves them for itself. */
import { Bits } from './bits.ts';
import { isProtocol } from './ports.ts';
import type { Port, Rule } from './rules.ts';
import type { NamedPort } from './sources.ts';
import type { Universe } from './universe.ts';

type Name = Extract<Port, { readonly name: string }>;

function namesOf({ ports }: Rule): readonly Name[] {
  return ports === 'any' ? [] : ports.filter((port) => 'name' in port);
}

function resolved(port: Name, names: readonly NamedPort[], { ports }: Universe): readonly number[] {
  return names
    .filter(({ name, protocol }) => name === port.name && (port.protocol ?? protocol) === protocol)
    .flatMap(({ protocol, port: number }) => (isProtocol(protocol) ? [ports.at(protocol, number)] : []));
}

/** The atoms that the names of a rule mean on a class. */
export function namedAtoms(rule: Rule, on: number, universe: Universe): readonly number[] {
  return namesOf(rule).flatMap((port) => resolved(port, universe.classes[on]?.names ?? [], universe));
}

/** For each atom that a name of the rule means on some peer: these peers. */
export function namedPeers(rule: Rule, peers: Bits, universe: Universe): ReadonlyMap<number, Bits> {
  const found = new Map<number, Bits>();
  const named = namesOf(rule);
  for (const index of peers) {
    for (const atom of named.flatMap((port) => resolved(port, universe.classes[index]?.names ?? [], universe))) {
      const there = found.get(atom) ?? new Bits();
      there.set(index);
      found.set(atom, there);
    }
  }
  return found;
}
