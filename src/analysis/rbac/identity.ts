import { homeOf, type Account } from '#facts/rbac.ts';
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
export function namedBy(subject: RbacSubject, bindingNamespace: string): Named | undefined {
  const { kind, name } = subject;
  if (name === '') return undefined;
  if (kind === 'User') return { label: `User:${name}`, key: `u:${name}` };
  if (kind === 'Group') return { label: `Group:${name}`, key: `g:${name}` };
  const home = homeOf(subject, bindingNamespace);
  if (kind !== 'ServiceAccount' || home === '') return undefined;
  return { label: `ServiceAccount:${home}/${name}`, key: `u:${userOf({ namespace: home, name })}` };
}

/** What an identity is looked up by: its user name and each of its groups. */
export function keysOf({ user, groups }: Identity): readonly string[] {
  const keys = groups.map((group) => `g:${group}`);
  return user === '' ? keys : [`u:${user}`, ...keys];
}

/** Who somebody is whom bindings name so: an account with its groups, all accounts, or one of whom nothing more is known. */
export function identityOfKey(key: string): Identity {
  const accounts = accountsOfKey(key);
  if (accounts === undefined)
    return key.startsWith('u:') ? { user: key.slice(2), groups: [] } : { user: '', groups: [key.slice(2)] };
  if (accounts === 'all') return { user: '', groups: [...new Set([key.slice(2), AUTHENTICATED])] };
  if ('name' in accounts) return accountIdentity(accounts);
  return { ...accountIdentity({ namespace: accounts.allOf, name: '' }), user: '' };
}

/** How the key of an account begins. */
export const USER_OF = 'u:system:serviceaccount:';
const GROUP_OF = `g:${ALL_ACCOUNTS}:`;

export function isAccountKey(key: string): boolean {
  return key.startsWith(USER_OF);
}

/** What the key of a subject stands for among service accounts: one of them, those of a namespace, all of them; undefined for others. */
export function accountsOfKey(key: string): Account | { readonly allOf: string } | 'all' | undefined {
  if (key === `g:${AUTHENTICATED}` || key === `g:${ALL_ACCOUNTS}`) return 'all';
  if (key.startsWith(GROUP_OF)) {
    const allOf = key.slice(GROUP_OF.length);
    return isWord(allOf) ? { allOf } : undefined;
  }
  if (!isAccountKey(key)) return undefined;
  const [namespace = '', name = '', ...rest] = key.slice(USER_OF.length).split(':');
  return rest.length === 0 && isWord(namespace) && isWord(name) ? { namespace, name } : undefined;
}

/** The service account that one subject of a binding is, in either spelling. */
export function accountNamedBy(subject: RbacSubject, bindingNamespace: string): Account | undefined {
  return accountOfKey(namedBy(subject, bindingNamespace)?.key ?? '');
}

/** The one account that the key of a subject stands for. */
export function accountOfKey(key: string): Account | undefined {
  const accounts = accountsOfKey(key);
  return typeof accounts === 'object' && 'name' in accounts ? accounts : undefined;
}

/** No account has a slash in its name or namespace: such a subject is nobody, and `namespace/name` stays unambiguous. */
function isWord(name: string): boolean {
  return name !== '' && !name.includes('/');
}
