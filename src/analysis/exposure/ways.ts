import type { Stretch } from '#facts/address.ts';
import type { Ref } from '#model/ref.ts';

/** Widest first. */
export const LEVELS = ['internet', 'vpc', 'node'] as const;
export type Level = (typeof LEVELS)[number];

export function wider(a: Level, b: Level): Level {
  return LEVELS.indexOf(a) <= LEVELS.indexOf(b) ? a : b;
}

export interface PortOf {
  readonly protocol: string;
  readonly port: number;
}

/** From outside, within these stretches if there are any; `isHidden`: a node may have put its address in place of the caller's. */
export interface Outside {
  readonly outside: readonly Stretch[];
  readonly isHidden: boolean;
}

/** Where the traffic of a way comes from when it reaches the pod. */
export type Source =
  | Outside
  /** From one of these pods; none: from some pod of another namespace. */
  | { readonly proxies: readonly string[] };

export type WayKind =
  | 'LoadBalancer'
  | 'NodePort'
  | 'ExternalIP'
  | 'Ingress'
  | 'HTTPRoute'
  | 'GRPCRoute'
  | 'TLSRoute'
  | 'TCPRoute'
  | 'UDPRoute'
  | 'HostPort'
  | 'HostNetwork';

/** One way in from outside the cluster. */
export interface Way {
  readonly kind: WayKind;
  /** The Service, Ingress, route or pod that opens it. */
  readonly ref: Ref;
  readonly level: Level;
  /** What is taken for granted and no object says; `undefined`: nothing. */
  readonly assumed?: string;
  /** The ports of the pod that it leads to. */
  readonly ports: readonly PortOf[];
  readonly source: Source;
  /** Who is let in, where the way itself says so. */
  readonly sources?: readonly string[];
}

export type WayIn = Omit<Way, 'ports'>;

/** What must be taken for granted for these ways to be there; undefined where one of them takes nothing, or there is none. */
export function assumptionOf(ways: readonly Way[]): string | undefined {
  return ways.every(({ assumed }) => assumed !== undefined) ? ways[0]?.assumed : undefined;
}
