import { exposureOf } from '#analysis/exposure/exposure.ts';
import type { Way } from '#analysis/exposure/ways.ts';
import { SHARES, appOf, type Shares } from '#analysis/namespaces/shares.ts';
import { RBAC_ENGINE, type Known, type RbacKind } from '#analysis/rbac/engine.ts';
import { WIDEST } from '#analysis/rbac/strengths.ts';
import { TO_CLUSTER } from '#model/cluster.ts';
import type { ChangeOf, Inventory } from '#model/inventory.ts';
import type { Kind } from '#model/kinds.ts';
import type { Ref } from '#model/ref.ts';
import { defineRelation, sameFor } from '#model/relation.ts';
import { guardIn, namespacesExposed, onExposure, type OfExposure } from './exposure.ts';

function namespaceRef(name: string): Ref<'Namespace'> {
  return { kind: 'Namespace', namespace: '', name };
}

/** What runs in all namespaces; which of them are the system's, the reader knows. */
export const sharesOfCluster = defineRelation({
  subject: 'Cluster',
  name: 'Pods of all namespaces',
  related: (_cluster, inventory: Inventory<'Pod'>): readonly Shares[] => [inventory.view(SHARES)],
  affected: { Pod: ({ before, after }) => (appOf(before) === appOf(after) ? [] : TO_CLUSTER) },
});

/** What opens a namespace to the internet in which an account lives that is cluster-admin, or a step from it. */
export interface Mixture {
  readonly doors: readonly Way[];
  /** Whether such an account lives there. */
  readonly isStrong: Known<boolean>;
}

export const mixtureOfNamespace = defineRelation({
  subject: 'Namespace',
  name: 'rights of the ServiceAccounts of the namespace, and how its pods are exposed',
  related: ({ metadata: { name } }, inventory: Inventory<OfExposure | RbacKind>, terms): readonly Mixture[] => {
    const engine = inventory.view(RBAC_ENGINE);
    const isStrong = engine.known(terms, (reading) => engine.isStrongNamespace(name, reading));
    if (!isStrong.answer && isStrong.unseen.length === 0) return [];
    const { ways } = exposureOf(inventory.list('Pod', name), inventory, guardIn(inventory));
    return [{ doors: ways.filter(({ level }) => level === 'internet'), isStrong }];
  },
  affected: {
    ...sameFor([...RBAC_ENGINE.kinds, 'Secret'] as const, strengthened),
    ...onExposure<'Namespace', RbacKind>((change, inventory) => {
      const engine = inventory.view(RBAC_ENGINE);
      const exposed = [...namespacesExposed(change, inventory)];
      const strong = exposed.filter((name) => engine.isStrongNamespace(name, WIDEST)).map(namespaceRef);
      // A Node may also be the first of EKS.
      return [...strong, ...strengthened(change, inventory)];
    }),
  },
  mayLack: ['Secret'],
});

/** The namespaces where somebody has come near to cluster-admin by a change, or is no longer. */
function strengthened(change: ChangeOf<Kind>, inventory: Inventory<RbacKind>): readonly Ref<'Namespace'>[] {
  return [...inventory.view(RBAC_ENGINE).shiftOf(change).namespaces].map(namespaceRef);
}
