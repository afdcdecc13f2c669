import type { AnyBinding } from '#facts/rbac.ts';
import { judge, type Judge, type Word } from '#model/check.ts';
import { NO_ROLE, roleOfClusterRoleBinding, roleOfRoleBinding, type BoundRole } from '#relations/grants.ts';

/** Judges bindings of both kinds by what their role gives, in the same way. */
export function judgesOfBindings(evaluate: (binding: AnyBinding, role: BoundRole) => Iterable<Word>): readonly Judge[] {
  return [
    judge({
      subject: 'ClusterRoleBinding',
      inputs: { role: roleOfClusterRoleBinding },
      evaluate: (binding, { role: [role = NO_ROLE] }) => evaluate(binding, role),
    }),
    judge({
      subject: 'RoleBinding',
      inputs: { role: roleOfRoleBinding },
      evaluate: (binding, { role: [role = NO_ROLE] }) => evaluate(binding, role),
    }),
  ];
}
