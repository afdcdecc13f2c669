import { RBAC_ENGINE, STRENGTH_KINDS, type Clue, type RbacEngine, type RbacKind } from '#analysis/rbac/engine.ts';
import type { BindingKind } from '#facts/rbac.ts';
import type { ChangeOf, Inventory } from '#model/inventory.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { defineRelation, sameFor, type Relation } from '#model/relation.ts';
import { bindingsMovedBy } from './grants.ts';
import { podsByAccount, podsOfSubjects } from './pods-by-account.ts';

/** The engine that knows what the service account of a pod may do. */
export const accessOfPod = defineRelation({
  subject: 'Pod',
  name: 'rights of its ServiceAccount, all together',
  related: (_pod, inventory: Inventory<RbacKind>): readonly RbacEngine[] => [inventory.view(RBAC_ENGINE)],
  affected: sameFor(STRENGTH_KINDS, (change: ChangeOf<RbacKind | Clue>, inventory: Inventory<RbacKind | 'Pod'>) => {
    const { subjects, accounts } = inventory.view(RBAC_ENGINE).shiftOf(change);
    const stronger = [...accounts].flatMap((account) => inventory.by(podsByAccount, account).map(refOf));
    return [...podsOfSubjects(subjects, inventory), ...stronger] as readonly Ref<'Pod'>[];
  }),
  mayLack: RBAC_ENGINE.also,
});

/** The engine that knows what a binding opens. */
function accessOf<K extends BindingKind>(subject: K): Relation<K, RbacEngine> {
  return defineRelation<K, RbacKind | Clue, RbacEngine>({
    subject,
    name: 'everything that the binding gives',
    related: (_binding, inventory) => [inventory.view(RBAC_ENGINE)],
    affected: sameFor(STRENGTH_KINDS, (change: ChangeOf<RbacKind | Clue>, inventory: Inventory<RbacKind>) =>
      bindingsMovedBy(subject, change, inventory),
    ),
    mayLack: RBAC_ENGINE.also,
  });
}

export const accessOfRoleBinding = accessOf('RoleBinding');
export const accessOfClusterRoleBinding = accessOf('ClusterRoleBinding');
