/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return -- an oracle reads raw manifests as the page of the documentation does */
/**
 * Decides about one packet by reading policies word for word, as the Kubernetes documentation of NetworkPolicy and the comments of the types of
 * policy.networking.k8s.io have it. Slow and plain on purpose, and without a line of the engine: it is what the engine is held against.
 */
import type { Manifest } from '#model/check.ts';

type Fields = Readonly<Record<string, any>>;

export interface End {
  readonly pod?: Fields;
  readonly ip?: string;
  readonly node?: string;
}

export interface Packet {
  readonly from: End;
  readonly to: End;
  readonly protocol: string;
  readonly port: number;
}

export interface Reading {
  readonly ipBlockSelectsPods: boolean;
  readonly hostNetwork: 'node-ip' | 'policy-applies';
  readonly ownNodeAlwaysAllowed: boolean;
}

function number(ip: string): bigint | undefined {
  if (ip.includes(':')) {
    const [head = '', tail = ''] = ip.split('::');
    const [left, right] = [head, tail].map((half) => half.split(':').filter((part) => part !== ''));
    const zeros = ip.includes('::') ? Array<string>(8 - left!.length - right!.length).fill('0') : [];
    return [...left!, ...zeros, ...right!].reduce((sum, part) => (sum << 16n) + BigInt(`0x${part}`), 0n);
  }
  const parts = ip.split('.');
  return parts.length === 4 ? parts.reduce((sum, part) => (sum << 8n) + BigInt(part), 0n) : undefined;
}

function inBlock(ip: string, cidr: string): boolean {
  const [base = '', prefix = ''] = cidr.split('/');
  if (ip.includes(':') !== base.includes(':')) return false;
  const bits = BigInt(ip.includes(':') ? 128 : 32) - BigInt(prefix);
  return number(ip)! >> bits === number(base)! >> bits;
}

const OPERATORS: Readonly<Record<string, (values: readonly string[], value: string | undefined) => boolean>> = {
  In: (values, value) => value !== undefined && values.includes(value),
  NotIn: (values, value) => value === undefined || !values.includes(value),
  Exists: (_values, value) => value !== undefined,
  DoesNotExist: (_values, value) => value === undefined,
};

function isSelected({ matchLabels = {}, matchExpressions = [] }: Fields, labels: Fields): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }: Fields) => OPERATORS[operator]!(values, labels[key]))
  );
}

interface At {
  readonly protocol: string;
  readonly port: number;
  readonly named: End;
}

export class Packets {
  readonly #objects: readonly Manifest[];
  readonly #reading: Reading;

  constructor(objects: readonly Manifest[], reading: Reading) {
    this.#objects = objects;
    this.#reading = reading;
  }

  #all(kind: string): readonly Fields[] {
    return this.#objects.filter((each) => each.kind === kind) as readonly Fields[];
  }

  #namespaceLabels(name: string): Fields {
    const found = this.#all('Namespace').find(({ metadata }) => metadata.name === name);
    return { ...found?.['metadata'].labels, 'kubernetes.io/metadata.name': name };
  }

  /** A pod on the network of its node is, for policies, an address of that node. */
  #isNode({ pod, node }: End): boolean {
    return node !== undefined || (pod?.['spec'].hostNetwork === true && this.#reading.hostNetwork === 'node-ip');
  }

  passes({ from, to, protocol, port }: Packet): boolean {
    const sender = from.node ?? (from.pod?.['spec'].hostNetwork === true ? from.pod['spec'].nodeName : undefined);
    const home = to.node ?? to.pod?.['spec'].nodeName;
    if (this.#reading.ownNodeAlwaysAllowed && sender !== undefined && sender === home) return true;
    const at = { protocol, port, named: to };
    return this.#lets('egress', from, to, at) && this.#lets('ingress', to, from, at);
  }

  #lets(way: 'ingress' | 'egress', own: End, other: End, at: At): boolean {
    return own.pod === undefined || this.#isNode(own) || this.#side(way, own.pod, other, at);
  }

  #side(way: 'ingress' | 'egress', own: Fields, other: End, at: At): boolean {
    const decide = (policies: readonly Fields[]): string => {
      const sorted = [...policies].sort(
        (a, b) =>
          (a['spec'].priority ?? 0) - (b['spec'].priority ?? 0) || (a['metadata'].name < b['metadata'].name ? -1 : 1),
      );
      for (const { spec } of sorted) {
        if (own['spec'].hostNetwork === true || !this.#isPeer(spec.subject, own)) continue;
        for (const rule of spec[way] ?? []) {
          if (this.#clusterRuleMatches(rule, rule[way === 'ingress' ? 'from' : 'to'], other, at)) return rule.action;
        }
      }
      return 'Next';
    };
    const cluster = this.#all('ClusterNetworkPolicy');
    const admin = decide([...this.#all('AdminNetworkPolicy'), ...cluster.filter(({ spec }) => spec.tier === 'Admin')]);
    if (admin === 'Allow' || admin === 'Accept') return true;
    if (admin === 'Deny') return false;
    const isolating = this.#all('NetworkPolicy').filter(
      ({ metadata, spec }) =>
        metadata.namespace === own['metadata'].namespace &&
        isSelected(spec.podSelector, own['metadata'].labels) &&
        (spec.policyTypes === undefined
          ? way === 'ingress' || (spec.egress ?? []).length > 0
          : spec.policyTypes.includes(way === 'ingress' ? 'Ingress' : 'Egress')),
    );
    if (isolating.length > 0)
      return isolating.some(({ metadata, spec }) =>
        (spec[way] ?? []).some((rule: Fields) =>
          this.#ruleMatches(rule, way, { other, namespace: metadata.namespace }, at),
        ),
      );
    const baseline = decide([
      ...this.#all('BaselineAdminNetworkPolicy'),
      ...cluster.filter(({ spec }) => spec.tier === 'Baseline'),
    ]);
    return baseline !== 'Deny';
  }

  #ruleMatches(rule: Fields, way: string, { other, namespace }: { other: End; namespace: string }, at: At): boolean {
    const peers: readonly Fields[] = rule[way === 'ingress' ? 'from' : 'to'] ?? [];
    const ports: readonly Fields[] = rule['ports'] ?? [];
    const fitsPeer =
      peers.length === 0 ||
      peers.some((peer) => {
        if (peer['ipBlock'] !== undefined) {
          if (other.pod !== undefined && !this.#isNode(other) && !this.#reading.ipBlockSelectsPods) return false;
          const { cidr, except = [] } = peer['ipBlock'];
          return this.#addresses(other).some(
            (ip) => inBlock(ip, cidr) && !except.some((hole: string) => inBlock(ip, hole)),
          );
        }
        if (other.pod === undefined || this.#isNode(other)) return false;
        const where = other.pod['metadata'].namespace;
        const near =
          peer['namespaceSelector'] === undefined
            ? where === namespace
            : isSelected(peer['namespaceSelector'], this.#namespaceLabels(where));
        return (
          near && (peer['podSelector'] === undefined || isSelected(peer['podSelector'], other.pod['metadata'].labels))
        );
      });
    const fitsPort =
      ports.length === 0 ||
      ports.some(({ protocol = 'TCP', port, endPort }) => {
        if (protocol !== at.protocol) return false;
        if (port === undefined) return true;
        if (typeof port === 'string') return this.#named(at.named, port, protocol) === at.port;
        return at.port >= port && at.port <= (endPort ?? port);
      });
    return fitsPeer && fitsPort;
  }

  #addresses(end: End): readonly string[] {
    if (end.ip !== undefined) return [end.ip];
    const node =
      end.node === undefined ? undefined : this.#all('Node').find(({ metadata }) => metadata.name === end.node);
    const known: readonly string[] = node?.['status']?.addresses?.map(({ address }: Fields) => address) ?? [];
    const own = end.pod?.['status']?.podIP;
    return own === undefined ? known : [own];
  }

  #named({ pod }: End, name: string, protocol: string | undefined): number | undefined {
    if (pod === undefined || this.#isNode({ pod })) return undefined;
    for (const { ports = [] } of pod['spec'].containers)
      for (const port of ports)
        if (port.name === name && (protocol ?? port.protocol ?? 'TCP') === (port.protocol ?? 'TCP'))
          return port.containerPort;
    return undefined;
  }

  /** Cluster-wide policies do not know pods on the network of their node. */
  #isPeer(peer: Fields, pod: Fields): boolean {
    const labels = this.#namespaceLabels(pod['metadata'].namespace);
    if (pod['spec'].hostNetwork === true) return false;
    if (peer['namespaces'] !== undefined) return isSelected(peer['namespaces'], labels);
    if (peer['pods'] === undefined) return false;
    return (
      isSelected(peer['pods'].namespaceSelector, labels) && isSelected(peer['pods'].podSelector, pod['metadata'].labels)
    );
  }

  #clusterRuleMatches(rule: Fields, peers: readonly Fields[], other: End, at: At): boolean {
    const fitsPeer = peers.some((peer) => {
      if (peer['networks'] !== undefined)
        return peer['networks'].some((cidr: string) => this.#addresses(other).some((ip) => inBlock(ip, cidr)));
      return other.pod !== undefined && this.#isPeer(peer, other.pod);
    });
    const ports: readonly Fields[] = rule['ports'] ?? [];
    const protocols: readonly Fields[] = rule['protocols'] ?? [];
    const fitsPort =
      ports.length + protocols.length === 0 ||
      ports.some((each) => this.#alpha1(each, at)) ||
      protocols.some((each) => this.#alpha2(each, at));
    return fitsPeer && fitsPort;
  }

  #alpha1({ portNumber, portRange, namedPort }: Fields, at: At): boolean {
    if (namedPort !== undefined) return this.#named(at.named, namedPort, at.protocol) === at.port;
    if (portNumber !== undefined) return portNumber.protocol === at.protocol && portNumber.port === at.port;
    return portRange.protocol === at.protocol && at.port >= portRange.start && at.port <= portRange.end;
  }

  #alpha2({ tcp, udp, sctp, destinationNamedPort: name }: Fields, at: At): boolean {
    if (name !== undefined) return this.#named(at.named, name, at.protocol) === at.port;
    const stated = { TCP: tcp, UDP: udp, SCTP: sctp }[at.protocol as 'TCP'];
    if (stated === undefined) return false;
    const { number: one, range } = stated.destinationPort ?? {};
    if (one !== undefined) return one === at.port;
    return range === undefined || (at.port >= range.start && at.port <= range.end);
  }
}
