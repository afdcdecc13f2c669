import { IPV6, type Stretch } from '#facts/address.ts';
import { DIRECTIONS, type Direction } from '#facts/policy.ts';
import type { Change } from '#model/inventory.ts';
import type { ObjectOf, Pod } from '#model/objects.ts';
import { keyOf, type Ref } from '#model/ref.ts';
import type { Bits } from './bits.ts';
import { explained, type Explanation } from './explain.ts';
import { isProtocol, LAST_PORT, type PortRange, type Protocol } from './ports.ts';
import { inOrder, rowOf, type Row } from './rows.ts';
import { hasNames, peersIn } from './mentions.ts';
import { POLICY_KINDS, type AnyPolicy, type PodSet, type Policy } from './rules.ts';
import { DEFAULT_ASSUMPTIONS, Sources, type NetworkAssumptions } from './sources.ts';
import { spotsOf, type Endpoint } from './spots.ts';
import { Universe, type Spot } from './universe.ts';

/** A port of the other end; a protocol that policies know. */
export interface PortAt {
  readonly protocol: Protocol;
  readonly port: number;
}

/**
 * Declared reachability between pods, nodes and addresses: what NetworkPolicies and the cluster-wide policies say, not what a plugin
 * enforces. Told changes, it is always current; rows are made when they are asked for. Law: after any history it answers as a fresh one.
 */
export class Network {
  readonly #sources = new Sources();
  readonly #assumptions: NetworkAssumptions;
  #universe: Universe | undefined;
  #rows = new Map<string, Row>();
  #holdsSums = false;
  /** By class: the policies that have a say about it, in order, and its row. */
  readonly #guards: Record<Direction, (readonly Policy[] | undefined)[]> = { Ingress: [], Egress: [] };
  readonly #rowsOf: Record<Direction, (Row | undefined)[]> = { Ingress: [], Egress: [] };

  constructor(assumptions: Partial<NetworkAssumptions> = {}) {
    this.#assumptions = { ...DEFAULT_ASSUMPTIONS, ...assumptions };
  }

  /** Takes in a change of a pod, namespace, node or policy; others are no concern of it. */
  apply({ ref, after }: Change): void {
    const key = keyOf(ref);
    if (ref.kind === 'Pod') this.#putPod(after as Pod | undefined, key);
    else if (ref.kind === 'Namespace') this.#putNamespace(key, after as ObjectOf<'Namespace'> | undefined);
    else if (ref.kind === 'Node') this.#putNode(key, after as ObjectOf<'Node'> | undefined);
    else if ((POLICY_KINDS as readonly string[]).includes(ref.kind))
      this.#putPolicy(ref, after as AnyPolicy | undefined);
  }

  #putPod(pod: Pod | undefined, key: string): void {
    this.#sources.putPod(pod, key);
    const held = this.#sources.pods.get(key);
    const universe = this.#universe;
    if (universe === undefined) return;
    if (held === undefined) universe.removePod(key);
    else if (!universe.fitsPod(held)) this.#outgrown();
    // A new class: rows of live sets have it already.
    else if (universe.putPod(key, held) && this.#holdsSums) this.#forgetRows();
    if (universe.isOvergrown) this.#outgrown();
  }

  #putNamespace(name: string, namespace: ObjectOf<'Namespace'> | undefined): void {
    this.#sources.putNamespace(name, namespace);
    this.#universe?.namespaceChanged(name);
    this.#forgetRows();
  }

  #putNode(name: string, node: ObjectOf<'Node'> | undefined): void {
    if (node === undefined) this.#sources.nodes.delete(name);
    else this.#sources.nodes.set(name, node);
    if (this.#universe?.asksForNodes === true) this.#outgrown();
  }

  #putPolicy(ref: Ref, object: AnyPolicy | undefined): void {
    const key = policyKey(ref);
    const before = this.#sources.policies.get(key);
    const after = this.#sources.putPolicy(object, key, ref.namespace);
    const universe = this.#universe;
    if (universe === undefined) return;
    if (after !== undefined && !universe.fitsPolicy(after)) {
      this.#outgrown();
      return;
    }
    for (const policy of [before, after]) if (policy !== undefined) this.#forgetRowsOf(universe.subjectsOf(policy));
    if (before !== undefined) universe.forgetPolicy(before);
    if (universe.isOvergrown) this.#outgrown();
  }

  #outgrown(): void {
    this.#universe = undefined;
    this.#forgetRows();
  }

  #forgetRows(): void {
    this.#rows = new Map();
    this.#holdsSums = false;
    for (const direction of DIRECTIONS) {
      this.#guards[direction].fill(undefined);
      this.#rowsOf[direction].fill(undefined);
    }
  }

  /** The rows of some classes are asked for anew; what other classes share with them stays. */
  #forgetRowsOf(classes: Bits): void {
    for (const direction of DIRECTIONS)
      for (const index of classes) {
        this.#guards[direction][index] = undefined;
        this.#rowsOf[direction][index] = undefined;
      }
    if (this.#rows.size > SPARE_ROWS + 2 * this.#now.classes.length) this.#forgetRows();
  }

  get #now(): Universe {
    if (this.#universe === undefined) {
      this.#universe = new Universe(this.#sources, this.#assumptions);
      const { length } = this.#universe.classes;
      // Without holes: arrays with large ones are slow.
      for (const direction of DIRECTIONS) {
        this.#guards[direction] = new Array<undefined>(length).fill(undefined);
        this.#rowsOf[direction] = new Array<undefined>(length).fill(undefined);
      }
    }
    return this.#universe;
  }

  /** The policies that have a say about a pod in a direction, in the order in which they are asked. */
  policiesOf(pod: string, direction: Direction): readonly Policy[] {
    const spot = this.#spot(pod);
    return spot?.isGuarded === true ? this.#policiesOn(spot.index, direction) : [];
  }

  /** Whether a pod is isolated in a direction: a NetworkPolicy selects it. Undefined for a pod that there is not. */
  isIsolated(pod: string, direction: Direction): boolean | undefined {
    if (!this.#sources.pods.has(pod)) return undefined;
    return this.policiesOf(pod, direction).some(({ tier }) => tier === 'namespaced');
  }

  /** Whether a connection is allowed; undefined where an end is none that there is, or the port none that exists. A pod reaches itself. */
  reaches(from: Endpoint, to: Endpoint, { protocol, port }: PortAt): boolean | undefined {
    if (!isProtocol(protocol) || !Number.isInteger(port) || port < 1 || port > LAST_PORT) return undefined;
    return this.#allows(from, to, this.#now.ports.at(protocol, port));
  }

  #allows(from: Endpoint, to: Endpoint, atom: number): boolean | undefined {
    if ('pod' in from && 'pod' in to) {
      const [source, target] = [this.#spot(from.pod), this.#spot(to.pod)];
      if (source === undefined || target === undefined) return undefined;
      return from.pod === to.pod || this.#passes(source, target, atom);
    }
    const [sources, targets] = [this.#spots(from), this.#spots(to)];
    if (sources === undefined || targets === undefined) return undefined;
    return sources.some((source) => targets.some((target) => this.#passes(source, target, atom)));
  }

  #passes(source: Spot, target: Spot, atom: number): boolean {
    if (this.#isOwnNode(source, target)) return true;
    return (
      (!source.isGuarded || this.#row(source.index, 'Egress').at[atom]?.has(target.index) === true) &&
      (!target.isGuarded || this.#row(target.index, 'Ingress').at[atom]?.has(source.index) === true)
    );
  }

  #isOwnNode({ sendsFrom }: Spot, { node }: Spot): boolean {
    return this.#assumptions.ownNodeAlwaysAllowed && sendsFrom !== undefined && sendsFrom === node;
  }

  /** Whether an end is one that there is. */
  knows(endpoint: Endpoint): boolean {
    return this.#spots(endpoint) !== undefined;
  }

  /** Every port on which some of the one ends may connect to some of the others. */
  portsBetween(from: readonly Endpoint[], to: readonly Endpoint[]): readonly PortRange[] {
    const { ports } = this.#now;
    const isOpen = (atom: number): boolean =>
      from.some((source) => to.some((target) => this.#allows(source, target, atom) === true));
    return ports.rangesOf([...ports.atoms.keys()].filter(isOpen));
  }

  /** The addresses outside that may connect to an end on a port: cells of `addresses`. */
  addressesReaching(to: Endpoint, { protocol, port }: PortAt): readonly Stretch[] {
    const { cells, ports } = this.#now;
    const atom = ports.at(protocol, port);
    return cells.cells.filter((_, cell) => this.#allows({ cell }, to, atom) === true);
  }

  /** Whether there is any pod that may have traffic. */
  get hasPods(): boolean {
    return this.#sources.pods.size > 0;
  }

  /** How many pods a selector selects. */
  podsIn(set: PodSet): number {
    return this.#now.podsIn(set);
  }

  /** Which policies and rules decide about a connection, for each side that one guards. */
  explain(from: Endpoint, to: Endpoint, { protocol, port }: PortAt): readonly Explanation[] {
    const [[source], [target]] = [this.#spots(from) ?? [], this.#spots(to) ?? []];
    if (source === undefined || target === undefined || this.#isOwnNode(source, target)) return [];
    const atom = this.#now.ports.at(protocol, port);
    const side = (own: Spot, other: Spot, direction: Direction): readonly Explanation[] =>
      own.isGuarded
        ? [
            explained(
              { index: own.index, other: other.index, atom, direction, universe: this.#now },
              this.#row(own.index, direction),
            ),
          ]
        : [];
    return [...side(source, target, 'Egress'), ...side(target, source, 'Ingress')];
  }

  /** The pods that may connect to an end on a port, in no order. */
  whoReaches(to: Endpoint, { protocol, port }: PortAt): readonly string[] {
    const targets = this.#spots(to);
    if (targets === undefined) return [];
    const atom = this.#now.ports.at(protocol, port);
    const verdicts = new Map<number, boolean>();
    return [...this.#sources.pods.keys()].filter((pod) => {
      const source = this.#spot(pod);
      if (source === undefined) return false;
      // Pods of one class differ in their node only, which matters on the network of a node alone.
      if (!source.isGuarded || source.sendsFrom !== undefined)
        return targets.some((target) => this.#passes(source, target, atom));
      const known = verdicts.get(source.index);
      const answer = known ?? targets.some((target) => this.#passes(source, target, atom));
      verdicts.set(source.index, answer);
      return answer;
    });
  }

  /** The ports on which some public address may connect to a pod. */
  openToInternet(pod: string): readonly PortRange[] {
    return this.portsBetween([{ internet: true }], [{ pod }]);
  }

  /** The cells of addresses that policies tell apart: each is one answer. */
  get addresses(): readonly Stretch[] {
    return this.#now.cells.cells;
  }

  /** Whether some policy speaks of IPv6. */
  get speaksOfIPv6(): boolean {
    return [...this.#sources.policies.values()].some((policy) =>
      peersIn(policy).some((peer) => 'block' in peer && peer.block.some(({ first }) => first >= IPV6.first)),
    );
  }

  /** Notes of policies that could not be understood in full. */
  notes(): readonly { readonly ref: Ref; readonly note: string }[] {
    return [...this.#sources.policies.values()].flatMap(({ ref, notes }) => notes.map((note) => ({ ref, note })));
  }

  /** How much is held, for benches and logs. */
  get size(): { readonly classes: number; readonly atoms: number; readonly rows: number } {
    const { classes, ports } = this.#now;
    return { classes: classes.length, atoms: ports.atoms.length, rows: this.#rows.size };
  }

  #row(index: number, direction: Direction): Row {
    const known = this.#rowsOf[direction][index];
    if (known !== undefined) return known;
    const policies = this.#policiesOn(index, direction);
    const key = this.#rowKey(index, direction, policies);
    const row = this.#rows.get(key) ?? rowOf(index, direction, policies, this.#now);
    this.#rows.set(key, row);
    this.#holdsSums ||= !row.isLive;
    this.#rowsOf[direction][index] = row;
    return row;
  }

  /** Classes with one key share a row: their policies are the same, and where these name ports of their own, what the names mean. */
  #rowKey(index: number, direction: Direction, policies: readonly Policy[]): string {
    let key: string = direction;
    for (const { id } of policies) key += ` ${String(id)}`;
    const isNamed = direction === 'Ingress' && policies.some(({ Ingress = [] }) => Ingress.some(hasNames));
    return isNamed ? `${key} ${JSON.stringify(this.#now.classes[index]?.names)}` : key;
  }

  #spot(pod: string): Spot | undefined {
    return this.#now.spotOf.get(pod);
  }

  #spots(endpoint: Endpoint): readonly Spot[] | undefined {
    return spotsOf(endpoint, this.#sources, this.#now);
  }

  #policiesOn(index: number, direction: Direction): readonly Policy[] {
    const known = this.#guards[direction][index];
    if (known !== undefined) return known;
    const universe = this.#now;
    const namespace = universe.classes[index]?.namespace;
    const found: Policy[] = [];
    for (const near of namespace === undefined ? [] : ['', namespace])
      for (const policy of this.#sources.policiesIn.get(near)?.values() ?? [])
        if (policy[direction] !== undefined && universe.subjectsOf(policy).has(index)) found.push(policy);
    this.#guards[direction][index] = found.sort(inOrder);
    return found;
  }
}

/** Rows of policies that are no more stay until there are so many more than classes can use. */
const SPARE_ROWS = 1000;

function policyKey({ kind, namespace, name }: Ref): string {
  return `${kind}/${namespace}/${name}`;
}
