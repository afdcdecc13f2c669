import type { Change, View } from '#model/inventory.ts';
import { refOf } from '#model/ref.ts';
import { Network } from './engine.ts';
import { POLICY_KINDS } from './rules.ts';
import { DEFAULT_ASSUMPTIONS, type NetworkAssumptions } from './sources.ts';

/** The kinds that reachability follows from. */
export const NETWORK_KINDS = ['Namespace', 'Node', ...POLICY_KINDS, 'Pod'] as const;
export type NetworkKinds = (typeof NETWORK_KINDS)[number];

const views = new Map<string, View<NetworkKinds, Network>>();

/** The reachability of an inventory's pods under some assumptions, kept current. The same assumptions give the same view. */
export function networkView(assumed: Partial<NetworkAssumptions>): View<NetworkKinds, Network> {
  const assumptions = { ...DEFAULT_ASSUMPTIONS, ...assumed };
  const key = Object.values(assumptions).join(' ');
  const known = views.get(key);
  if (known !== undefined) return known;
  const made = viewOf(assumptions);
  views.set(key, made);
  return made;
}

function viewOf(assumptions: NetworkAssumptions): View<NetworkKinds, Network> {
  return {
    name: 'network',
    kinds: NETWORK_KINDS,
    open: (inventory) => {
      const engine = new Network(assumptions);
      for (const kind of NETWORK_KINDS)
        for (const after of inventory.list(kind)) engine.apply({ ref: refOf(after), after } as Change);
      return engine;
    },
    apply: (engine, change) => {
      engine.apply(change);
    },
  };
}
