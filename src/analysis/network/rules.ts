import { IPV4, IPV6, stretchOf, without, type Stretch } from '#facts/address.ts';
import { directionsOf } from '#facts/policy.ts';
import type { ObjectOf } from '#model/objects.ts';
import type {
  ClusterPeer,
  ClusterPort,
  ClusterProtocol,
  LabelSelector,
  PolicyPeer,
  PolicyPort,
} from '#model/policy.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { LAST_PORT, isProtocol, type PortRange } from './ports.ts';

/** The kinds whose objects are policies that we can read. */
export const POLICY_KINDS = [
  'NetworkPolicy',
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
] as const;
export type PolicyKind = (typeof POLICY_KINDS)[number];
export type AnyPolicy = ObjectOf<PolicyKind>;

/** Pods by labels; an absent part selects all. `namespace` is the policy's own. */
export interface PodSet {
  readonly namespace?: string;
  readonly namespaces?: LabelSelector;
  readonly pods?: LabelSelector;
  /** Cluster-wide policies neither guard nor know pods on the network of their node, whatever plugins do with NetworkPolicies. */
  readonly withoutHostNetwork?: true;
}

/** Addresses. `wholeFamily`: also one that nobody knows. `seesPods`: whether pods' addresses count for certain. */
export interface Block {
  readonly block: readonly Stretch[];
  readonly wholeFamily: boolean;
  readonly seesPods: 'always' | 'assumed';
}

export type Peer = { readonly pods: PodSet } | Block | { readonly nodes: LabelSelector };

/** A port by number, or by a name that each destination resolves for itself; without a protocol in any. */
export type Port = PortRange | { readonly name: string; readonly protocol?: string };

export type Action = 'allow' | 'deny' | 'pass';

/** One rule: its peers are alternatives, so are its ports, and both must match. */
export interface Rule {
  readonly action: Action;
  readonly peers: readonly Peer[] | 'any';
  readonly ports: readonly Port[] | 'any';
}

export type Tier = 'admin' | 'namespaced' | 'baseline';

/** A policy of any kind, in words that the engine understands. Made of one object alone. */
export interface Policy {
  /** Given anew each time that the policy changes. */
  readonly id: number;
  readonly ref: Ref<PolicyKind>;
  readonly tier: Tier;
  /** Lower first. */
  readonly priority: number;
  readonly subject: PodSet;
  /** Absent: the direction is not touched. */
  readonly Ingress?: readonly Rule[];
  readonly Egress?: readonly Rule[];
  /** What could not be understood, with its path, and how it is taken. */
  readonly notes: readonly string[];
}

type Note = (at: string, text: string) => void;

/** Reads a policy. Never throws: what no API server would take matches nothing, with a note. */
export function policyOf(object: AnyPolicy, id: number): Policy {
  const notes = [...(object.malformed ?? [])];
  const note: Note = (at, text) => notes.push(`${at}: ${text}`);
  const read = object.kind === 'NetworkPolicy' ? networkPolicy(object, note) : clusterPolicy(object, note);
  return { id, ref: refOf(object), ...read, notes };
}

type Read = Omit<Policy, 'id' | 'ref' | 'notes'>;

function networkPolicy(object: ObjectOf<'NetworkPolicy'>, note: Note): Read {
  const { namespace } = object.metadata;
  const { podSelector, ingress = [], egress = [] } = object.spec;
  const directions = directionsOf(object);
  const ruleOf = (peers: readonly PolicyPeer[], ports: readonly PolicyPort[], at: string, word: string): Rule => ({
    action: 'allow',
    // Absent and empty are the same: any source, in- or outside.
    peers:
      peers.length === 0
        ? 'any'
        : peers.flatMap((peer, index) => peerOf(peer, namespace, `${at}.${word}[${String(index)}]`, note)),
    ports:
      ports.length === 0 ? 'any' : ports.flatMap((port, index) => portOf(port, `${at}.ports[${String(index)}]`, note)),
  });
  return {
    tier: 'namespaced',
    priority: 0,
    subject: { namespace, pods: podSelector },
    ...(directions.includes('Ingress')
      ? {
          Ingress: ingress.map(({ from = [], ports = [] }, index) =>
            ruleOf(from, ports, `spec.ingress[${String(index)}]`, 'from'),
          ),
        }
      : {}),
    ...(directions.includes('Egress')
      ? {
          Egress: egress.map(({ to = [], ports = [] }, index) =>
            ruleOf(to, ports, `spec.egress[${String(index)}]`, 'to'),
          ),
        }
      : {}),
  };
}

function peerOf(
  { podSelector, namespaceSelector, ipBlock }: PolicyPeer,
  namespace: string,
  at: string,
  note: Note,
): readonly Peer[] {
  if (ipBlock !== undefined) {
    if (podSelector !== undefined || namespaceSelector !== undefined)
      note(at, 'a block and a selector in one peer: only the block is read');
    return blockOf(ipBlock.cidr, ipBlock.except ?? [], `${at}.ipBlock`, note).map((peer) => ({
      ...peer,
      seesPods: 'assumed',
    }));
  }
  if (podSelector === undefined && namespaceSelector === undefined) {
    note(at, 'a peer that names nobody: it matches nothing');
    return [];
  }
  const where = namespaceSelector === undefined ? { namespace } : { namespaces: namespaceSelector };
  return [{ pods: { ...where, ...(podSelector === undefined ? {} : { pods: podSelector }) } }];
}

function blockOf(cidr: string, except: readonly string[], at: string, note: Note): readonly Omit<Block, 'seesPods'>[] {
  const whole = stretchOf(cidr);
  if (whole === undefined) {
    note(`${at}.cidr`, `"${cidr}" is no block of addresses: it matches nothing`);
    return [];
  }
  const holes: Stretch[] = [];
  for (const [index, text] of except.entries()) {
    const hole = stretchOf(text);
    if (hole === undefined)
      note(`${at}.except[${String(index)}]`, `"${text}" is no block of addresses: it takes nothing away`);
    else holes.push(hole);
  }
  const isWhole = [IPV4, IPV6].some(({ first, last }) => whole.first === first && whole.last === last);
  return [{ block: without(whole, holes), wholeFamily: isWhole && holes.length === 0 }];
}

function portOf({ protocol = 'TCP', port, endPort }: PolicyPort, at: string, note: Note): readonly Port[] {
  if (!isProtocol(protocol)) {
    note(`${at}.protocol`, `"${protocol}" is none that policies know: it matches nothing`);
    return [];
  }
  if (typeof port === 'string' && endPort === undefined) return [{ name: port, protocol }];
  const first = port ?? (endPort === undefined ? 1 : undefined);
  const last = endPort ?? port ?? LAST_PORT;
  return rangeOf(protocol, first, last, { at, note });
}

function rangeOf(
  protocol: string | undefined,
  first: number | string | undefined,
  last: number | string | undefined,
  { at, note }: { readonly at: string; readonly note: Note },
): readonly PortRange[] {
  const isGood = isPort(first) && isPort(last) && first <= last && protocol !== undefined && isProtocol(protocol);
  if (isGood) return [{ protocol, first, last }];
  note(at, 'these are no ports: it matches nothing');
  return [];
}

function isPort(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LAST_PORT;
}

const ACTIONS: Readonly<Record<string, Action>> = { Allow: 'allow', Accept: 'allow', Deny: 'deny', Pass: 'pass' };

function clusterPolicy({ kind, spec }: ObjectOf<Exclude<PolicyKind, 'NetworkPolicy'>>, note: Note): Read {
  const isBaseline = kind === 'BaselineAdminNetworkPolicy' || spec.tier === 'Baseline';
  const { ingress = [], egress = [], subject } = spec;
  return {
    tier: isBaseline ? 'baseline' : 'admin',
    priority: spec.priority ?? 0,
    subject: namespacedPods(subject) ?? {
      namespaces: { matchLabels: {}, matchExpressions: [{ key: '', operator: '' }] },
    },
    ...(ingress.length === 0
      ? {}
      : {
          Ingress: ingress.map((rule, index) =>
            clusterRule(rule, rule.from ?? [], `spec.ingress[${String(index)}]`, note),
          ),
        }),
    ...(egress.length === 0
      ? {}
      : {
          Egress: egress.map((rule, index) => clusterRule(rule, rule.to ?? [], `spec.egress[${String(index)}]`, note)),
        }),
  };
}

interface ClusterRule {
  readonly action: string;
  readonly ports?: readonly ClusterPort[];
  readonly protocols?: readonly ClusterProtocol[];
}

/** What is not understood fails closed: an Accept matches nothing, a Deny or Pass denies all (comments of the API's types). */
function clusterRule(
  { action: word, ports, protocols }: ClusterRule,
  peers: readonly ClusterPeer[],
  at: string,
  note: Note,
): Rule {
  const action = ACTIONS[word];
  const readPeers = peers.map((peer) => clusterPeer(peer, at, note));
  const readPorts = [...(ports ?? []).map(alpha1Port), ...(protocols ?? []).map(alpha2Port)];
  const isUnread = action === undefined || readPeers.includes(undefined) || readPorts.includes(undefined);
  if (isUnread) {
    note(at, 'an action, a peer or a port that is not understood: an Accept matches nothing, anything else denies all');
    return action === 'allow' ? { action, peers: [], ports: 'any' } : { action: 'deny', peers: 'any', ports: 'any' };
  }
  return {
    action,
    peers: readPeers.flatMap((each) => each ?? []),
    ports: readPorts.length === 0 ? 'any' : readPorts.flatMap((each) => each ?? []),
  };
}

function clusterPeer(peer: ClusterPeer, at: string, note: Note): readonly Peer[] | undefined {
  const pods = namespacedPods(peer);
  if (pods !== undefined) return [{ pods }];
  if (peer.nodes !== undefined) return [{ nodes: peer.nodes }];
  if (peer.networks !== undefined)
    return peer.networks.flatMap((cidr) =>
      blockOf(cidr, [], at, note).map((block) => ({ ...block, seesPods: 'always' as const })),
    );
  if (peer.domainNames === undefined) return undefined;
  note(at, 'names of domains stand for addresses that are not known here');
  return [];
}

function namespacedPods({ namespaces, pods }: Pick<ClusterPeer, 'namespaces' | 'pods'>): PodSet | undefined {
  if (namespaces !== undefined) return { namespaces, withoutHostNetwork: true };
  if (pods === undefined) return undefined;
  const { namespaceSelector, podSelector } = pods;
  return {
    withoutHostNetwork: true,
    ...(namespaceSelector === undefined ? {} : { namespaces: namespaceSelector }),
    ...(podSelector === undefined ? {} : { pods: podSelector }),
  };
}

const SILENT: { readonly at: string; readonly note: Note } = { at: '', note: () => undefined };

function alpha1Port({ portNumber, portRange, namedPort }: ClusterPort): readonly Port[] | undefined {
  if (namedPort !== undefined) return [{ name: namedPort }];
  const { protocol = 'TCP' } = portNumber ?? portRange ?? {};
  const read =
    portNumber === undefined
      ? rangeOf(protocol, portRange?.start, portRange?.end, SILENT)
      : rangeOf(protocol, portNumber.port, portNumber.port, SILENT);
  return read.length === 0 ? undefined : read;
}

function alpha2Port({ tcp, udp, sctp, destinationNamedPort }: ClusterProtocol): readonly Port[] | undefined {
  if (destinationNamedPort !== undefined) return [{ name: destinationNamedPort }];
  const [protocol, stated] = [['TCP', tcp] as const, ['UDP', udp] as const, ['SCTP', sctp] as const].find(
    ([, each]) => each !== undefined,
  ) ?? [undefined, undefined];
  if (stated === undefined) return undefined;
  const { destinationPort } = stated;
  if (destinationPort === undefined) return rangeOf(protocol, 1, LAST_PORT, SILENT);
  const { number, range } = destinationPort;
  const read = rangeOf(protocol, number ?? range?.start, number ?? range?.end, SILENT);
  return read.length === 0 ? undefined : read;
}
