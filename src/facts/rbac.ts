import type { ObjectOf } from '#model/objects.ts';
import type { PolicyRule, RbacSubject } from '#model/policy.ts';

export type AnyRole = ObjectOf<'Role'> | ObjectOf<'ClusterRole'>;
export type AnyBinding = ObjectOf<'RoleBinding'> | ObjectOf<'ClusterRoleBinding'>;

const EVERY_VERB = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'] as const;

/**
 * Whether one rule grants every verb on every resource: `*` or the full set of verbs, `*` in resources, `*` or the core group. The core group
 * alone is as good as all: it holds pods, secrets and service account tokens. A list of names restricts it.
 */
export function isWildcardAll(rule: PolicyRule): boolean {
  const everyVerb = rule.verbs.includes('*') || EVERY_VERB.every((verb) => rule.verbs.includes(verb));
  const groups = rule.apiGroups ?? [];
  return (
    everyVerb &&
    (rule.resources ?? []).includes('*') &&
    (groups.includes('*') || groups.includes('')) &&
    (rule.resourceNames ?? []).length === 0
  );
}

const OLD_GROUPS = ['*', '', 'apps', 'batch', 'autoscaling', 'policy', 'extensions'];

/** Whether a group is one of Kubernetes itself, not of an operator. */
export function isOfKubernetes(group: string): boolean {
  return OLD_GROUPS.includes(group) || (group.endsWith('.k8s.io') && !group.endsWith('.x-k8s.io'));
}

/** A service account as bindings may mean it. */
export interface Account {
  readonly namespace: string;
  readonly name: string;
}

const ACCOUNT_USER = 'system:serviceaccount:';
const NAMESPACE_GROUP = 'system:serviceaccounts:';

type Accounts = Account | { readonly allOf: string } | 'all' | undefined;

/** What a binding's subject stands for among service accounts: one account, those of a namespace, all of them; undefined for others. */
export function accountsOf(subject: RbacSubject, bindingNamespace: string): Accounts {
  switch (subject.kind) {
    case 'ServiceAccount':
      // Without a namespace it is the binding's; in a ClusterRoleBinding that matches nobody (validation refuses it).
      return account(namespaceOf(subject, bindingNamespace), subject.name);
    case 'User':
      return accountOfUser(subject.name);
    case 'Group':
      return accountsOfGroup(subject.name);
    default:
      return undefined;
  }
}

function namespaceOf({ namespace = '' }: RbacSubject, bindingNamespace: string): string {
  return namespace === '' ? bindingNamespace : namespace;
}

/** No account has a slash in its name or namespace: such a subject is nobody, and `namespace/name` stays unambiguous. */
function account(namespace: string, name: string): Account | undefined {
  return isWord(namespace) && isWord(name) ? { namespace, name } : undefined;
}

function isWord(name: string): boolean {
  return name !== '' && !name.includes('/');
}

function accountOfUser(user: string): Account | undefined {
  const [namespace = '', name = '', ...rest] = user.startsWith(ACCOUNT_USER)
    ? user.slice(ACCOUNT_USER.length).split(':')
    : [];
  return rest.length > 0 ? undefined : account(namespace, name);
}

function accountsOfGroup(group: string): Accounts {
  if (group === 'system:serviceaccounts' || group === 'system:authenticated') return 'all';
  const allOf = group.startsWith(NAMESPACE_GROUP) ? group.slice(NAMESPACE_GROUP.length) : '';
  return isWord(allOf) ? { allOf } : undefined;
}

/** `User alice`, `ServiceAccount shop/web`: how messages name a binding's subject. */
export function subjectName(subject: RbacSubject, bindingNamespace: string): string {
  if (subject.kind !== 'ServiceAccount') return `${subject.kind} ${subject.name}`;
  return `ServiceAccount ${namespaceOf(subject, bindingNamespace)}/${subject.name}`;
}
