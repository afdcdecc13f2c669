import type { Direction } from '#facts/policy.ts';
import { Bits } from './bits.ts';
import type { Action, Policy, Rule, Tier } from './rules.ts';
import type { Universe } from './universe.ts';

/** Whom a class may connect with in one direction: for each atom of ports the others. Classes with the same policies share a row. */
export interface Row {
  /** By atom; `everyone` where no policy has a say. */
  readonly at: readonly Bits[];
  /** Those that select the class and touch the direction, in the order in which they are asked. */
  readonly policies: readonly Policy[];
}

/** A rule in terms of classes and atoms. */
interface Step {
  readonly tier: Tier;
  readonly action: Action;
  readonly peers: Bits;
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
  if (policies.length === 0) return { at: ports.atoms.map(() => everyone), policies };
  const steps = policies.flatMap((policy) =>
    (policy[direction] ?? []).flatMap((rule) => stepsOf(rule, policy.tier, { direction, index, universe })),
  );
  const isIsolated = policies.some(({ tier }) => tier === 'namespaced');
  const shared = new Map<string, Bits>();
  const at = ports.atoms.map((_, atom) => {
    const here = steps.map((step, place) => ({ step, place })).filter(({ step }) => step.atoms.has(atom));
    const key = here.map(({ place }) => place).join();
    const known = shared.get(key);
    if (known !== undefined) return known;
    const allowed = allowedBy(
      here.map(({ step }) => step),
      isIsolated,
      everyone,
    );
    shared.set(key, allowed);
    return allowed;
  });
  return { at, policies };
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
  if (rule.ports === 'any' || rule.ports.every((port) => !('name' in port))) return [{ tier, action, peers, atoms }];
  if (direction === 'Ingress')
    return [{ tier, action, peers, atoms: Bits.from([...atoms, ...universe.namedAtoms(rule, index)]) }];
  const named = [...universe.namedPeers(rule, peers)].map(([atom, some]) => ({
    tier,
    action,
    peers: some,
    atoms: Bits.from([atom]),
  }));
  return [{ tier, action, peers, atoms }, ...named];
}

/** Cluster policies of the admin tier first, first match decides; then NetworkPolicies, where one selects the class, else the baseline tier. */
function allowedBy(steps: readonly Step[], isIsolated: boolean, everyone: Bits): Bits {
  const inTier = (tier: Tier): readonly Step[] => steps.filter((step) => step.tier === tier);
  const admin = inTier('admin');
  if (admin.length === 0 && isIsolated) return union(inTier('namespaced'));
  const { allowed, left, passed } = walked(admin, everyone);
  left.add(passed);
  if (isIsolated) return allowed.add(union(inTier('namespaced')).clone().keep(left));
  const last = walked(inTier('baseline'), left);
  return allowed.add(last.allowed).add(last.left).add(last.passed);
}

function union(steps: readonly Step[]): Bits {
  const [first, ...more] = steps;
  if (first === undefined) return new Bits();
  return more.length === 0 ? first.peers : more.reduce((sum, { peers }) => sum.add(peers), first.peers.clone());
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
    const matched = peers.clone().keep(left);
    if (action === 'allow') allowed.add(matched);
    if (action === 'pass') passed.add(matched);
    left.drop(matched);
  }
  return { allowed, left, passed };
}
