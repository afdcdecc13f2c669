import type { Direction } from '#facts/policy.ts';
import { AnyOf, Bits } from './bits.ts';
import { hasNames } from './mentions.ts';
import { namedAtoms, namedPeers } from './named.ts';
import type { Action, Policy, Rule, Tier } from './rules.ts';
import type { Universe } from './universe.ts';

/** Whom a class may connect with in one direction: for each atom of ports the others. Classes with the same policies share a row. */
export interface Row {
  /** By atom. */
  readonly at: readonly AnyOf[];
  /** Those that select the class and touch the direction, in the order in which they are asked. */
  readonly policies: readonly Policy[];
  /** Made of sets that move with every class; else it is a sum of how they were. */
  readonly isLive: boolean;
}

/** A rule in terms of classes and atoms. */
interface Step {
  readonly tier: Tier;
  readonly action: Action;
  readonly peers: AnyOf;
  readonly atoms: Bits;
}

const TIERS: readonly Tier[] = ['admin', 'namespaced', 'baseline'];

/** The order in which policies are asked: tier, priority, name. Equal priorities are in no order by the API's word: names make it steady. */
export function inOrder(a: Policy, b: Policy): number {
  return TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier) || a.priority - b.priority || (a.ref.name < b.ref.name ? -1 : 1);
}

/** The row of a class that these policies select; they must be `inOrder`. */
export function rowOf(index: number, direction: Direction, policies: readonly Policy[], universe: Universe): Row {
  const { everyone, ports } = universe;
  if (policies.length === 0) {
    const all = new AnyOf([everyone]);
    return { at: ports.atoms.map(() => all), policies, isLive: true };
  }
  const steps = policies.flatMap((policy) =>
    (policy[direction] ?? []).flatMap((rule) => stepsOf(rule, policy.tier, { direction, index, universe })),
  );
  const isIsolated = policies.some(({ tier }) => tier === 'namespaced');
  // Atoms that the same steps are about share what these allow.
  const shared = new Map<string, AnyOf>();
  const at = ports.atoms.map((_, atom) => {
    let key = '';
    for (const { atoms } of steps) key += atoms.has(atom) ? '1' : '0';
    const known = shared.get(key);
    if (known !== undefined) return known;
    const allowed = allowedBy(
      steps.filter(({ atoms }) => atoms.has(atom)),
      isIsolated,
      everyone,
    );
    shared.set(key, allowed);
    return allowed;
  });
  const isLive = policies.every(
    ({ tier, Egress = [] }) => tier === 'namespaced' && (direction === 'Ingress' || !Egress.some(hasNames)),
  );
  return { at, policies, isLive };
}

interface Where {
  readonly direction: Direction;
  readonly index: number;
  readonly universe: Universe;
}

/** A name is resolved on the destination: the class itself for what comes in, each peer for what goes out. */
export function stepsOf(rule: Rule, tier: Tier, { direction, index, universe }: Where): readonly Step[] {
  const { action } = rule;
  const peers = universe.peersOf(rule);
  const atoms = universe.atomsOf(rule);
  if (!hasNames(rule)) return [{ tier, action, peers, atoms }];
  if (direction === 'Ingress')
    return [{ tier, action, peers, atoms: Bits.from([...atoms, ...namedAtoms(rule, index, universe)]) }];
  const named = [...namedPeers(rule, peers.sum(), universe)].map(([atom, some]) => ({
    tier,
    action,
    peers: new AnyOf([some]),
    atoms: Bits.from([atom]),
  }));
  return [{ tier, action, peers, atoms }, ...named];
}

/** Cluster policies of the admin tier first, first match decides; then NetworkPolicies, where one selects the class, else the baseline tier. */
function allowedBy(steps: readonly Step[], isIsolated: boolean, everyone: Bits): AnyOf {
  const inTier = (tier: Tier): readonly Step[] => steps.filter((step) => step.tier === tier);
  const [admin, namespaced] = [inTier('admin'), AnyOf.of(inTier('namespaced').map(({ peers }) => peers))];
  if (admin.length === 0 && isIsolated) return namespaced;
  const { allowed, left, passed } = walked(admin, everyone);
  left.add(passed);
  if (isIsolated) return new AnyOf([allowed.add(namespaced.sum().keep(left))]);
  const last = walked(inTier('baseline'), left);
  return new AnyOf([allowed.add(last.allowed).add(last.left).add(last.passed)]);
}

interface Walked {
  readonly allowed: Bits;
  readonly left: Bits;
  readonly passed: Bits;
}

/** The first rule that matches decides. */
function walked(steps: readonly Step[], begin: Bits): Walked {
  const [allowed, passed, left] = [new Bits(), new Bits(), begin.clone()];
  for (const { action, peers } of steps) {
    const matched = peers.sum().keep(left);
    if (action === 'allow') allowed.add(matched);
    if (action === 'pass') passed.add(matched);
    left.drop(matched);
  }
  return { allowed, left, passed };
}
