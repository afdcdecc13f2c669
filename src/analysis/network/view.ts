import type { View } from '#model/inventory.ts';
import { Network } from './engine.ts';
import { POLICY_KINDS } from './rules.ts';

const KINDS = ['Namespace', 'Node', ...POLICY_KINDS, 'Pod'] as const;

/** The reachability of the inventory's pods, kept current. */
export const network: View<(typeof KINDS)[number], Network> = {
  name: 'network',
  kinds: KINDS,
  open: (inventory) => {
    const engine = new Network();
    for (const kind of KINDS)
      for (const after of inventory.list(kind))
        engine.apply({
          ref: { kind, namespace: after.metadata.namespace, name: after.metadata.name },
          after,
        } as Parameters<Network['apply']>[0]);
    return engine;
  },
  apply: (engine, change) => {
    engine.apply(change);
  },
};
