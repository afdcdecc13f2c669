import { NEEDS, namesFor } from './primitives.ts';
import { isNone, type Names, type Rights } from './rights.ts';

/** The users whom an identity may act as, by name or all of them. */
export function usersFor(rights: Rights): Names {
  return namesFor(rights, '', NEEDS.impersonateUsers);
}

/** The groups that an identity may act as a member of: the server refuses a group without a user or an account. */
export function groupsFor(rights: Rights): Names {
  if ((rights.reach & NEEDS.impersonateGroups.mask) === 0n) return new Set();
  const hasAccount = ['', ...rights.namespaces].some(
    (scope) => !isNone(namesFor(rights, scope, NEEDS.impersonateAccounts)),
  );
  return hasAccount || !isNone(usersFor(rights)) ? namesFor(rights, '', NEEDS.impersonateGroups) : new Set();
}
