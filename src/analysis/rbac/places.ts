import type { Account } from '#facts/rbac.ts';
import { USER_OF, isAccountKey, userOf } from './identity.ts';

/**
 * Where a profile may look whether somebody strong is found: a namespace, an account, the token of one, a user or group by its key, EKS. Whoever is
 * strong is found at places of his own, and strength is catching from there.
 */
export type Place = string;

/** An object by its name, in a namespace or, where that is `''`, in whichever. */
export type Named = Account;

const MEMBERS_OF = 'members of ';

/** The key of what every account of a namespace is by its groups alone. */
export function membersKey(namespace: string): string {
  return `${MEMBERS_OF}${namespace}`;
}

export function isMembersKey(key: string): boolean {
  return key.startsWith(MEMBERS_OF);
}

export function accountKey(account: Account): string {
  return `u:${userOf(account)}`;
}

/** The namespace of the accounts that a key is of. */
export function homeOf(key: string): string | undefined {
  if (isMembersKey(key)) return key.slice(MEMBERS_OF.length);
  return isAccountKey(key) ? key.slice(USER_OF.length, key.lastIndexOf(':')) : undefined;
}

/** The name of the one account that a key is of. */
export function nameOf(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}

/** No Secret has this name: it stands for those that are not seen. */
export const UNSEEN = '*';

/** Where any account of a namespace is, if `get` is enough to connect to its pods; without a namespace those of every cluster. */
export function connectedPlace(namespace: string): Place {
  return `connected ${namespace}`;
}

/** Where `get` is enough to connect to pods everywhere: that reaches the controllers of kube-system, who are always there. */
export const BY_GET = connectedPlace('');

/** Where a ConfigMap says which roles of the cloud are members of system:masters. */
export const ON_EKS: Place = 'on EKS';

/** Where any account of a namespace is. */
export function homePlace(namespace: string): Place {
  return `home ${namespace}`;
}

const ACCOUNT = 'account ';

/** Where an account is, of any namespace where none is said. */
export function accountPlace({ namespace, name }: Named): Place {
  return `${ACCOUNT}${namespace}/${name}`;
}

/** The name that all accounts have that are at a place; undefined where there may be others. */
export function nameAt(place: Place): string | undefined {
  return place.startsWith(ACCOUNT) ? place.slice(place.lastIndexOf('/') + 1) : undefined;
}

/** Where the token in a Secret is; without a name in any of a namespace, without a namespace in any. */
export function tokenPlace(namespace: string, name = ''): Place {
  return `token ${namespace}/${name}`;
}

/**
 * Where any account of a namespace is that has a Secret for tokens, whosesoever, or one of a name: what the Secret says of its account may be changed.
 */
export function refillPlace(namespace: string, name = ''): Place {
  return `refill ${namespace}/${name}`;
}
