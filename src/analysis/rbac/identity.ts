import type { Account } from '#facts/rbac.ts';
import type { RbacSubject } from '#model/policy.ts';

/** Who asks: what authentication makes of a caller. Users and groups are no objects; any string may be one. */
export interface Identity {
  /** `''` where only membership of groups is asked about. */
  readonly user: string;
  readonly groups: readonly string[];
}

/** Members are let through before RBAC is asked: no binding shows it. */
export const MASTERS = 'system:masters';
export const AUTHENTICATED = 'system:authenticated';
const ALL_ACCOUNTS = 'system:serviceaccounts';

/** The user name of a service account. */
export function userOf({ namespace, name }: Account): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** A service account with the three groups that its token carries. */
export function accountIdentity(account: Account): Identity {
  return { user: userOf(account), groups: [ALL_ACCOUNTS, `${ALL_ACCOUNTS}:${account.namespace}`, AUTHENTICATED] };
}

/** A subject of bindings: how people name it, and what of an identity it is compared with. */
export interface Named {
  /** `User:alice`, `Group:ops`, `ServiceAccount:shop/web`. */
  readonly label: string;
  /** A user name behind `u:`, a group behind `g:`. */
  readonly key: string;
}

/**
 * What a subject stands for in a binding of a namespace, `''` for a ClusterRoleBinding; undefined where it matches nobody: a kind that is none, or a
 * service account without a namespace in a ClusterRoleBinding.
 */
export function namedBy({ kind, name, namespace = '' }: RbacSubject, bindingNamespace: string): Named | undefined {
  if (name === '') return undefined;
  if (kind === 'User') return { label: `User:${name}`, key: `u:${name}` };
  if (kind === 'Group') return { label: `Group:${name}`, key: `g:${name}` };
  const home = namespace === '' ? bindingNamespace : namespace;
  if (kind !== 'ServiceAccount' || home === '') return undefined;
  return { label: `ServiceAccount:${home}/${name}`, key: `u:${userOf({ namespace: home, name })}` };
}

/** What an identity is looked up by: its user name and each of its groups. */
export function keysOf({ user, groups }: Identity): readonly string[] {
  const keys = groups.map((group) => `g:${group}`);
  return user === '' ? keys : [`u:${user}`, ...keys];
}
