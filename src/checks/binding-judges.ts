import type { AnyBinding } from '#facts/rbac.ts';
import { judge, type Judge, type Word } from '#model/check.ts';
import { gainsOfClusterRoleBinding, gainsOfRoleBinding, type Gains } from '#relations/gains.ts';
import { NO_ROLE, roleOfClusterRoleBinding, roleOfRoleBinding, type BoundRole } from '#relations/grants.ts';

/** What a binding gives, and what that makes of those whom it names. */
export interface Given {
  readonly role: BoundRole;
  readonly gains: Gains;
}

const NO_GAINS: Gains = () => ({ answer: false, unseen: [] });

/** Judges bindings of both kinds by what they give, in the same way. */
export function judgesOfBindings(evaluate: (binding: AnyBinding, given: Given) => Iterable<Word>): readonly Judge[] {
  return [
    judge({
      subject: 'ClusterRoleBinding',
      inputs: { role: roleOfClusterRoleBinding, gains: gainsOfClusterRoleBinding },
      evaluate: (binding, { role: [role = NO_ROLE], gains: [gains = NO_GAINS] }) => evaluate(binding, { role, gains }),
    }),
    judge({
      subject: 'RoleBinding',
      inputs: { role: roleOfRoleBinding, gains: gainsOfRoleBinding },
      evaluate: (binding, { role: [role = NO_ROLE], gains: [gains = NO_GAINS] }) => evaluate(binding, { role, gains }),
    }),
  ];
}
