import ipaddr from 'ipaddr.js';

/**
 * Addresses stand on one line, every IPv4 address before every IPv6 address: a stretch of it never mixes families. The parsing is a
 * library's (decision 0011).
 */
export interface Stretch {
  readonly first: bigint;
  readonly last: bigint;
}

const IPV6_BEGINS = 1n << 32n;
const LINE_ENDS = IPV6_BEGINS + (1n << 128n) - 1n;

/** Every address of a family. */
export const IPV4: Stretch = { first: 0n, last: IPV6_BEGINS - 1n };
export const IPV6: Stretch = { first: IPV6_BEGINS, last: LINE_ENDS };

type Parsed = ReturnType<typeof ipaddr.parse>;

function placeOf(address: Parsed): bigint {
  // Four bytes fit a number, and nearly all that are read are four.
  if ('octets' in address) return BigInt(address.octets.reduce((sum, byte) => sum * 256 + byte, 0));
  return address.parts.reduce((sum, part) => (sum << 16n) + BigInt(part), 0n) + IPV6_BEGINS;
}

/** The place of an address on the line; undefined for what the API server would not take. An IPv4 address in IPv6 dress is IPv4. */
export function addressAt(text: string): bigint | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return placeOf(ipaddr.IPv4.parse(text));
  return ipaddr.IPv6.isValid(text) ? placeOf(ipaddr.process(text)) : undefined;
}

/** One address as a stretch of its own; nothing where it is none. */
export function pointOf(text: string): readonly Stretch[] {
  const at = addressAt(text);
  return at === undefined ? [] : [{ first: at, last: at }];
}

/** The addresses of a block such as `10.0.0.0/8`, host bits ignored; undefined for what is none. */
export function stretchOf(cidr: string): Stretch | undefined {
  if (!ipaddr.IPv4.isValidCIDRFourPartDecimal(cidr) && !(cidr.includes(':') && ipaddr.IPv6.isValidCIDR(cidr)))
    return undefined;
  const [address, prefix] = ipaddr.parseCIDR(cidr);
  const hostBits = BigInt((address.kind() === 'ipv4' ? 32 : 128) - prefix);
  const [family, offset] = address.kind() === 'ipv4' ? [IPV4, 0n] : [IPV6, IPV6_BEGINS];
  const first = offset + (((placeOf(address) - offset) >> hostBits) << hostBits);
  const last = first + (1n << hostBits) - 1n;
  return last > family.last ? undefined : { first, last };
}

/** The stretches that are left of one when others are cut out of it. */
export function without(stretch: Stretch, holes: readonly Stretch[]): readonly Stretch[] {
  const rest: Stretch[] = [];
  let from = stretch.first;
  for (const { first, last } of [...holes].sort((a, b) => (a.first < b.first ? -1 : 1))) {
    if (last < from || first > stretch.last) continue;
    if (first > from) rest.push({ first: from, last: first - 1n });
    from = last + 1n;
  }
  return from > stretch.last ? rest : [...rest, { first: from, last: stretch.last }];
}

/** Whether a stretch lies within one of others. */
export function isWithin(inner: Stretch, outer: readonly Stretch[]): boolean {
  return outer.some(({ first, last }) => inner.first >= first && inner.last <= last);
}

/** An address as people write it. */
export function addressText(at: bigint): string {
  const [number, bytes] = at < IPV6_BEGINS ? [at, 4] : [at - IPV6_BEGINS, 16];
  const hex = number.toString(16).padStart(2 * bytes, '0');
  const address = ipaddr.fromByteArray([...hex.matchAll(/../g)].map(([byte]) => parseInt(byte, 16)));
  return address.kind() === 'ipv4' ? address.toString() : (address as ipaddr.IPv6).toRFC5952String();
}

function stretches(...blocks: readonly string[]): readonly Stretch[] {
  return blocks.flatMap((block) => stretchOf(block) ?? []);
}

/** Loopback: only the node itself comes in by it. */
const LOOPBACK = stretches('127.0.0.0/8', '::1/128');

/** Addresses of private networks: RFC 1918, shared address space, link-local and unique local. */
export const PRIVATE = stretches(
  '10.0.0.0/8',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fc00::/7',
  'fe80::/10',
);

/** What no host on the internet has: the private networks, loopback, "this" network, multicast and what is reserved. */
export const NOT_PUBLIC: readonly Stretch[] = [
  ...PRIVATE,
  ...LOOPBACK,
  ...stretches('0.0.0.0/8', '224.0.0.0/3', '::/128', 'ff00::/8'),
];

export function isPublic(at: bigint): boolean {
  return !isWithin({ first: at, last: at }, NOT_PUBLIC);
}
export function isLoopback(text: string): boolean {
  const at = addressAt(text);
  return at !== undefined && isWithin({ first: at, last: at }, LOOPBACK);
}
