import { pointOf } from '#facts/address.ts';
import { selects } from '#facts/selector.ts';
import type { LabelSelector } from '#model/policy.ts';
import type { Pod } from '#model/objects.ts';
import { AnyOf, Bits } from './bits.ts';
import { Cells } from './cells.ts';
import { PodSets, type PodClass } from './pod-sets.ts';
import { keysIn, namesIn, peersIn, rangesIn } from './mentions.ts';
import { PortMap, isProtocol, type PortRange } from './ports.ts';
import type { Block, Peer, PodSet, Policy, Rule } from './rules.ts';
import { addressesOf, namedPortsOf, nodeAddressesOf, type NetworkAssumptions, type Sources } from './sources.ts';

/** An end as the rows know it. */
export interface Spot {
  readonly index: number;
  /** Policies have a say about it. */
  readonly isGuarded: boolean;
  readonly node?: string | undefined;
  /** The node whose network it sends from. */
  readonly sendsFrom?: string | undefined;
}

/** What stands for an address that nobody knows. */
export const NOWHERE = 0;
/** Some pod without labels, in a namespace without labels: what is known of an ingress controller that is not known. */
export const STRANGER = 1;
const FIRST_CELL = 2;

/** The class of a cell of addresses. */
export function classOfCell(cell: number): number {
  return cell + FIRST_CELL;
}

const SOMEBODY = { namespace: '', labels: {}, names: [], cells: [], isOnHost: false };

/** A universe that has outgrown what it was built for is built anew. */
const GROWTH = 1000;

/**
 * Everyone who can be an end of a connection, in classes that policies cannot tell apart: one for an unknown address, one for each cell of
 * addresses, and those of the pods. Classes are numbers; sets of them are bits. A change that would need finer cuts does not `fit`.
 */
export class Universe {
  readonly cells: Cells;
  readonly ports: PortMap;
  readonly classes: (PodClass | undefined)[];
  readonly spotOf = new Map<string, Spot>();
  readonly #sources: Sources;
  readonly #assumptions: NetworkAssumptions;
  readonly #keys = new Set<string>();
  readonly #names = new Set<string>();
  readonly #asksForAddresses: boolean;
  readonly #asksForNodes: boolean;
  readonly #byKey = new Map<string, number>();
  readonly #classesIn = new Map<string, number[]>();
  readonly #podSets: PodSets;
  readonly #blocks = new Map<string, { readonly peer: Block; readonly members: Bits }>();
  /** By the id of a policy. */
  readonly #subjects = new Map<number, Bits>();
  readonly #peersOf = new Map<Rule, AnyOf>();
  readonly #born: number;
  readonly #setsAtMost: number;
  #live = 0;
  #everyone: Bits;

  constructor(sources: Sources, assumptions: NetworkAssumptions) {
    this.#sources = sources;
    this.#assumptions = assumptions;
    const policies = [...sources.policies.values()];
    for (const key of policies.flatMap(keysIn)) this.#keys.add(key);
    for (const name of policies.flatMap(namesIn)) this.#names.add(name);
    const peers = policies.flatMap(peersIn);
    this.#asksForNodes = peers.some((peer) => 'nodes' in peer);
    this.#asksForAddresses = peers.some((peer) => this.#seesPods(peer));
    const nodes = this.#asksForNodes ? [...sources.nodes.values()].flatMap(nodeAddressesOf).flatMap(pointOf) : [];
    this.cells = new Cells([...peers.flatMap((peer) => ('block' in peer ? peer.block : [])), ...nodes]);
    this.ports = new PortMap([...policies.flatMap(rangesIn), ...this.#namedRanges([...sources.pods.values()])]);
    this.classes = [undefined, { ...SOMEBODY, pods: 1 }, ...this.cells.cells.map(() => undefined)];
    this.#classesIn.set(SOMEBODY.namespace, [STRANGER]);
    this.#podSets = new PodSets(this.classes, this.#classesIn, (namespace) => sources.labelsOf(namespace));
    this.#everyone = Bits.from(this.classes.keys());
    // Namespace by namespace: classes of one get numbers that lie near each other.
    for (const pods of Map.groupBy(sources.pods, ([, pod]) => pod.metadata.namespace).values())
      for (const [key, pod] of pods) this.putPod(key, pod);
    this.#born = this.classes.length;
    const sets = policies.length + peers.filter((peer) => 'pods' in peer).length;
    this.#setsAtMost = GROWTH + 2 * sets;
  }

  #seesPods(peer: Peer): boolean {
    return 'block' in peer && (peer.seesPods === 'always' || this.#assumptions.ipBlockSelectsPods);
  }

  #namedRanges(pods: readonly Pod[]): readonly PortRange[] {
    return pods.flatMap((pod) =>
      namedPortsOf(pod).flatMap(({ name, protocol, port }) =>
        this.#names.has(name) && isProtocol(protocol) ? [{ protocol, first: port, last: port }] : [],
      ),
    );
  }

  get everyone(): Bits {
    return this.#everyone;
  }

  /** Whether the universe has grown so far beyond what is alive that a new one is smaller. */
  get isOvergrown(): boolean {
    return (
      this.#podSets.size > this.#setsAtMost ||
      (this.classes.length > this.#born + GROWTH && this.classes.length > 2 * (this.#live + this.cells.cells.length))
    );
  }

  fitsPolicy(policy: Policy): boolean {
    return (
      keysIn(policy).every((key) => this.#keys.has(key)) &&
      namesIn(policy).every((name) => this.#names.has(name)) &&
      rangesIn(policy).every((range) => this.ports.fits(range)) &&
      peersIn(policy).every((peer) => {
        if ('nodes' in peer) return this.#asksForNodes;
        if (!('block' in peer)) return true;
        return (
          (this.#asksForAddresses || !this.#seesPods(peer)) && peer.block.every((stretch) => this.cells.fits(stretch))
        );
      })
    );
  }

  fitsPod(pod: Pod): boolean {
    return this.#namedRanges([pod]).every((range) => this.ports.fits(range));
  }

  get asksForNodes(): boolean {
    return this.#asksForNodes;
  }

  /** Where a pod on the network of its node, or a node, is met. */
  classOfAddresses(addresses: readonly string[]): number {
    const [cell] = this.cells.of(addresses);
    return cell === undefined ? NOWHERE : classOfCell(cell);
  }

  isGuarded(pod: Pod): boolean {
    return pod.spec.hostNetwork !== true || this.#assumptions.hostNetwork === 'policy-applies';
  }

  /** Takes in a pod. Answers whether that made a class that was not there. */
  putPod(key: string, pod: Pod): boolean {
    this.removePod(key);
    const { nodeName: node, spec, status } = pod;
    const sendsFrom = spec.hostNetwork === true ? node : undefined;
    if (!this.isGuarded(pod)) {
      const known = addressesOf(pod);
      const index = this.classOfAddresses(known.length > 0 ? known : [status?.hostIP ?? []].flat());
      this.spotOf.set(key, { index, isGuarded: false, node, sendsFrom });
      return false;
    }
    const made = this.#classKey(pod);
    const known = this.#byKey.get(made.key);
    const index = known ?? this.classes.length;
    if (known === undefined) this.#addClass(index, made.key, { ...made.class, pods: 0 });
    const held = this.classes[index];
    if (held !== undefined && (held.pods += 1) === 1) this.#live += 1;
    this.spotOf.set(key, { index, isGuarded: true, node, sendsFrom });
    return known === undefined;
  }

  #classKey(pod: Pod): { readonly key: string; readonly class: Omit<PodClass, 'pods'> } {
    const { namespace, labels } = pod.metadata;
    const names = this.#names.size === 0 ? [] : namedPortsOf(pod).filter(({ name }) => this.#names.has(name));
    const cells = this.#asksForAddresses ? this.cells.around(this.#sources.placesOf(pod)) : [];
    const isOnHost = pod.spec.hostNetwork === true;
    // Each value with its length before it: no value can pass for two.
    let seen = '';
    for (const key of this.#keys) {
      const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
      seen += value === undefined ? '-' : `${String(value.length)}:${value}`;
    }
    const named = names.map(({ name, protocol, port }) => `${name}/${protocol}/${String(port)}`).join();
    const key = [namespace, String(isOnHost), cells.join(), named, seen].join(' ');
    return { key, class: { namespace, labels, names, cells, isOnHost } };
  }

  #addClass(index: number, key: string, made: PodClass): void {
    this.classes.push(made);
    this.#byKey.set(key, index);
    this.#everyone.set(index);
    const { namespace } = made;
    const near = this.#classesIn.get(namespace);
    if (near === undefined) this.#classesIn.set(namespace, [index]);
    else near.push(index);
    this.#podSets.classAdded(index, made);
    for (const { peer, members } of this.#blocks.values()) if (this.#isInBlock(made, peer, members)) members.set(index);
  }

  removePod(key: string): void {
    const spot = this.spotOf.get(key);
    if (spot === undefined) return;
    this.spotOf.delete(key);
    const held = this.classes[spot.index];
    if (held !== undefined && (held.pods -= 1) === 0) this.#live -= 1;
  }

  namespaceChanged(namespace: string): void {
    this.#podSets.namespaceChanged(namespace);
  }

  /** `cells` are the members that are cells. */
  #isInBlock({ cells }: PodClass, peer: Block, members: Bits): boolean {
    if (!this.#seesPods(peer)) return false;
    return cells.length === 0 ? peer.wholeFamily : cells.some((cell) => members.has(classOfCell(cell)));
  }

  membersOf(set: PodSet): Bits {
    return this.#podSets.membersOf(set);
  }

  /** How many pods a set has; the stranger is none. */
  podsIn(set: PodSet): number {
    let sum = 0;
    for (const index of this.membersOf(set)) if (index !== STRANGER) sum += this.classes[index]?.pods ?? 0;
    return sum;
  }

  #peers(peer: Peer): Bits {
    if ('pods' in peer) return this.membersOf(peer.pods);
    return 'nodes' in peer ? this.#nodes(peer.nodes) : this.#block(peer);
  }

  #block(peer: Block): Bits {
    const key = `${peer.seesPods} ${String(peer.wholeFamily)} ${peer.block.map(({ first, last }) => `${String(first)}-${String(last)}`).join()}`;
    const known = this.#blocks.get(key);
    if (known !== undefined) return known.members;
    const members = Bits.from(peer.block.flatMap((stretch) => this.cells.in(stretch)).map(classOfCell));
    if (peer.wholeFamily) members.set(NOWHERE);
    for (const [index, held] of this.classes.entries())
      if (held !== undefined && this.#isInBlock(held, peer, members)) members.set(index);
    this.#blocks.set(key, { peer, members });
    return members;
  }

  #nodes(selector: LabelSelector): Bits {
    const chosen = [...this.#sources.nodes.values()].filter(({ metadata }) => selects(selector, metadata.labels));
    return Bits.from(chosen.flatMap((node) => this.cells.of(nodeAddressesOf(node))).map(classOfCell));
  }

  /** The classes that a policy is for. */
  subjectsOf({ id, subject }: Policy): Bits {
    const known = this.#subjects.get(id);
    if (known !== undefined) return known;
    const members = this.membersOf(subject);
    this.#subjects.set(id, members);
    return members;
  }

  /** A policy is no more. */
  forgetPolicy({ id, Ingress = [], Egress = [] }: Policy): void {
    this.#subjects.delete(id);
    for (const rule of [...Ingress, ...Egress]) this.#peersOf.delete(rule);
  }

  /** Everyone that a rule's peers mean, and will mean: the sets move with every class. */
  peersOf(rule: Rule): AnyOf {
    const known = this.#peersOf.get(rule);
    if (known !== undefined) return known;
    const peers = new AnyOf(rule.peers === 'any' ? [this.#everyone] : rule.peers.map((peer) => this.#peers(peer)));
    this.#peersOf.set(rule, peers);
    return peers;
  }

  /** The ports of a rule by number; `'any'` where it has no list. */
  atomsOf({ ports }: Rule): Bits {
    if (ports === 'any') return this.ports.all;
    return Bits.from(ports.flatMap((port) => ('name' in port ? [] : this.ports.in(port))));
  }
}
