import type { Direction } from '#facts/policy.ts';
import type { Ref } from '#model/ref.ts';
import { stepsOf, type Row } from './rows.ts';
import type { Action } from './rules.ts';
import type { Universe } from './universe.ts';

/** What one side of a connection says to it. */
export interface Explanation {
  readonly direction: Direction;
  readonly allowed: boolean;
  /** The policies that have a say. None: everything is allowed. */
  readonly policies: readonly Ref[];
  /** The rules that match: of a cluster policy the one that decides, of NetworkPolicies each one that allows. */
  readonly rules: readonly { readonly policy: Ref; readonly rule: number; readonly action: Action }[];
}

interface Question {
  readonly index: number;
  readonly other: number;
  readonly atom: number;
  readonly direction: Direction;
  readonly universe: Universe;
}

export function explained({ index, other, atom, direction, universe }: Question, row: Row): Explanation {
  const rules = row.policies.flatMap((policy) =>
    (policy[direction] ?? []).flatMap((rule, place) =>
      stepsOf(rule, policy.tier, { direction, index, universe }).some(
        ({ peers, atoms }) => peers.has(other) && atoms.has(atom),
      )
        ? [{ policy: policy.ref, rule: place, action: rule.action, tier: policy.tier }]
        : [],
    ),
  );
  const allowed = row.at[atom]?.has(other) === true;
  const admin = rules.filter(({ tier }) => tier === 'admin').slice(0, 1);
  const isDecided = admin[0] !== undefined && admin[0].action !== 'pass';
  const isIsolated = row.policies.some(({ tier }) => tier === 'namespaced');
  const next = rules.filter(({ tier }) => tier === (isIsolated ? 'namespaced' : 'baseline'));
  const deciding = isDecided ? admin : [...admin, ...(isIsolated ? next : next.slice(0, 1))];
  return {
    direction,
    allowed,
    policies: row.policies.map(({ ref }) => ref),
    rules: deciding.map(({ policy, rule, action }) => ({ policy, rule, action })),
  };
}
