import { IPV6, addressText } from '#facts/address.ts';
import type { Network } from '#analysis/network/engine.ts';
import { LAST_PORT, PROTOCOLS, type PortRange } from '#analysis/network/ports.ts';
import { podKey } from '#analysis/network/sources.ts';
import type { Endpoint } from '#analysis/network/spots.ts';
import { textsAt, type Answer, type Question } from './question.ts';
import { podsAt, type World } from './world.ts';

interface Line {
  readonly from: string;
  readonly to: string;
  readonly conn: 'All' | Readonly<Record<string, readonly (readonly [number, number])[]>>;
}

/** Who may connect to whom among workloads, and with which addresses outside; pairs that may not are left out. */
export function connectivity(question: Question, { store, network }: World): Answer {
  const among = textsAt(question, 'among').map((name) => ({
    name,
    ends: podsAt(name, store).map((pod): Endpoint => ({ pod: podKey(pod) })),
  }));
  const inside = among.flatMap((from) =>
    among
      .filter((to) => to !== from)
      .flatMap((to) => lineOf(from.name, to.name, network.portsBetween(from.ends, to.ends))),
  );
  const outside = among.flatMap(({ name, ends }) => [
    ...rangesOf(network, (cell) => network.portsBetween(ends, [{ cell }])).flatMap(([range, ports]) =>
      lineOf(name, range, ports),
    ),
    ...rangesOf(network, (cell) => network.portsBetween([{ cell }], ends)).flatMap(([range, ports]) =>
      lineOf(range, name, ports),
    ),
  ]);
  return { answer: [...inside, ...outside] };
}

function lineOf(from: string, to: string, ports: readonly PortRange[]): readonly Line[] {
  return ports.length === 0 ? [] : [{ from, to, conn: connOf(ports) }];
}

function connOf(ports: readonly PortRange[]): Line['conn'] {
  const isAll = PROTOCOLS.every((protocol) =>
    ports.some((range) => range.protocol === protocol && range.first === 1 && range.last === LAST_PORT),
  );
  if (isAll) return 'All';
  const by = Map.groupBy(ports, ({ protocol }) => protocol);
  return Object.fromEntries(
    [...by].map(([protocol, ranges]) => [protocol, ranges.map(({ first, last }) => [first, last] as const)]),
  );
}

/** The addresses outside, neighbours with one answer joined. IPv6 is spoken of where a policy does. */
function rangesOf(
  network: Network,
  portsAt: (cell: number) => readonly PortRange[],
): readonly (readonly [string, readonly PortRange[]])[] {
  const ranges: { first: bigint; last: bigint; ports: readonly PortRange[] }[] = [];
  for (const [cell, { first, last }] of network.addresses.entries()) {
    if (first >= IPV6.first && !network.speaksOfIPv6) continue;
    const ports = portsAt(cell);
    const before = ranges.at(-1);
    const isMore =
      before !== undefined && first !== IPV6.first && JSON.stringify(before.ports) === JSON.stringify(ports);
    if (isMore) before.last = last;
    else ranges.push({ first, last, ports });
  }
  return ranges.map(({ first, last, ports }) => [`${addressText(first)}-${addressText(last)}`, ports] as const);
}
