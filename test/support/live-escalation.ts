import { Escalation } from '#analysis/rbac/escalation.ts';
import type { Identity } from '#analysis/rbac/identity.ts';
import { Surroundings } from '#analysis/rbac/surroundings.ts';
import { rbacView } from '#analysis/rbac/view.ts';
import type { Store } from '#inventory/store.ts';
import { readCluster } from '#cli/cluster.ts';
import type { ControlPlane } from './control-plane.ts';

const VIEW = rbacView({ aggregation: 'stored' });

/** A cluster as it is now, and where the rights of an identity lead in it. */
export async function liveEscalation(
  { kubeconfig }: ControlPlane,
  identity: Identity,
): Promise<{ readonly store: Store; readonly found: Escalation }> {
  const { store } = await readCluster({ kubeconfig, secrets: { mode: 'metadata' } }, 'test');
  const found = new Escalation(store.view(VIEW), new Surroundings(store), identity, { execRequiresCreate: true });
  return { store, found };
}
