import { RBAC_ENGINE, type RbacKind } from '#analysis/rbac/engine.ts';
import { accountNamedBy, userOf } from '#analysis/rbac/identity.ts';
import { containersOf } from '#facts/containers.ts';
import type { AnyBinding } from '#facts/rbac.ts';
import { accountOf } from '#facts/token.ts';
import { sides, type ChangeOf, type Inventory } from '#model/inventory.ts';
import type { Pod } from '#model/objects.ts';
import type { Ref } from '#model/ref.ts';
import { defineRelation, sameFor } from '#model/relation.ts';
import { isFinished } from '#model/workload.ts';
import { podsByAccount } from './pods-by-account.ts';

/** Of each subject of a binding the pods that run as it: of a person or a group none. */
export type Runners = (binding: AnyBinding) => readonly (readonly Pod[])[];

export const runnersForClusterRole = defineRelation({
  subject: 'ClusterRole',
  name: 'pods of the ServiceAccounts that its bindings name',
  related: (_role, inventory: Inventory<RbacKind | 'Pod'>): readonly Runners[] => [
    ({ subjects, metadata }) =>
      subjects.map((subject) => {
        const account = accountNamedBy(subject, metadata.namespace);
        return account === undefined ? [] : podsOf(`${account.namespace}/${account.name}`, inventory);
      }),
  ],
  affected: {
    ...sameFor(RBAC_ENGINE.kinds, () => []),
    Pod: (change: ChangeOf<'Pod'>, inventory: Inventory<RbacKind>) =>
      runsAlike(change) ? [] : sides(change).flatMap((pod) => rolesOf(pod, inventory)),
  },
  mayLack: ['Pod'],
});

function podsOf(account: string, inventory: Inventory<'Pod'>): readonly Pod[] {
  return inventory.by(podsByAccount, account).filter((pod) => !isFinished(pod));
}

function rolesOf(pod: Pod, inventory: Inventory<RbacKind>): readonly Ref<'ClusterRole'>[] {
  const grants = inventory.view(RBAC_ENGINE).index.state.grantsOf({ user: userOf(accountOf(pod)), groups: [] });
  return [...grants]
    .filter(({ binding, role }) => binding.kind === 'ClusterRoleBinding' && role.kind === 'ClusterRole')
    .map(({ role }) => ({ kind: 'ClusterRole', namespace: '', name: role.name }));
}

/** Of most changes of pods nothing follows. */
function runsAlike({ before, after }: ChangeOf<'Pod'>): boolean {
  if (before === undefined || after === undefined || isFinished(before) !== isFinished(after)) return false;
  const [first, second] = [before, after].map((pod) => containersOf(pod.spec).map(({ container }) => container.image));
  return JSON.stringify(first) === JSON.stringify(second) && accountOf(before).name === accountOf(after).name;
}
