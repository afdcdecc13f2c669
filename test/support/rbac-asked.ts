/** A cluster in a few words, and the questions of `kubeposture ask` about it. */
import { Session } from '#cli/ask/session.ts';
import { Store } from '#inventory/store.ts';

const RBAC = 'rbac.authorization.k8s.io';

export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** `may('get list', 'pods secrets')`; `group/resource` where the group is not core: `apps:deployments`. */
export function may(verbs: string, resources: string, ...resourceNames: readonly string[]): Rule {
  const parts = resources.split(' ').map((each) => (each.includes(':') ? each.split(':') : ['', each]));
  return {
    verbs: verbs.split(' '),
    apiGroups: [...new Set(parts.map(([group]) => group!))],
    resources: parts.map(([, resource]) => resource!),
    ...(resourceNames.length === 0 ? {} : { resourceNames }),
  };
}

export const EVERYTHING: Rule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };

export function role(at: string, ...rules: readonly Rule[]): object {
  const [namespace, name] = at.split('/');
  return { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { namespace, name }, rules };
}

export function clusterRole(name: string, ...rules: readonly Rule[]): object {
  return { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name }, rules };
}

/** `User:alice`, `Group:ops`, `ServiceAccount:shop/web`. */
function subjectOf(word: string): object {
  const [kind = '', ...rest] = word.split(':');
  const name = rest.join(':');
  if (kind !== 'ServiceAccount') return { apiGroup: RBAC, kind, name };
  const [namespace, account] = name.split('/');
  return { kind, namespace, name: account };
}

/** Binds a role, `Role:x` or `ClusterRole:x`, in a namespace; `''` binds it everywhere. */
export function bind(namespace: string, roleRef: string, ...subjects: readonly string[]): object {
  const [kind = '', ...rest] = roleRef.split(':');
  const name = `${rest.join(':')}-${subjects.join('-').replaceAll('/', '.')}`;
  return {
    apiVersion: `${RBAC}/v1`,
    kind: namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: namespace === '' ? { name } : { name, namespace },
    roleRef: { apiGroup: RBAC, kind, name: rest.join(':') },
    subjects: subjects.map(subjectOf),
  };
}

/** Rights of one subject in a namespace, `''` for everywhere, by a role and a binding of their own. */
export function grant(subject: string, namespace: string, ...rules: readonly Rule[]): readonly object[] {
  const name = `of-${subject.replaceAll('/', '.')}-in-${namespace}`;
  return namespace === ''
    ? [clusterRole(name, ...rules), bind('', `ClusterRole:${name}`, subject)]
    : [role(`${namespace}/${name}`, ...rules), bind(namespace, `Role:${name}`, subject)];
}

export function account(at: string, more: object = {}): object {
  const [namespace, name] = at.split('/');
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name }, ...more };
}

export function tokenSecret(at: string, of: string): object {
  const [namespace, name] = at.split('/');
  const annotations = { 'kubernetes.io/service-account.name': of };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name, annotations },
    type: 'kubernetes.io/service-account-token',
  };
}

export function namespace(name: string, level?: string): object {
  const labels = level === undefined ? {} : { 'pod-security.kubernetes.io/enforce': level };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

export function pod(at: string, serviceAccountName: string, more: object = {}): object {
  const [ns, name] = at.split('/');
  const spec = { serviceAccountName, containers: [{ name: 'app', image: 'a:1' }], ...more };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: ns, name }, spec };
}

/** The answer to one question about a cluster of these objects, without its reasons. */
export function answerTo(
  objects: readonly object[],
  question: object,
  assume: Readonly<Record<string, unknown>> = {},
): unknown {
  const session = new Session(new Store(), assume);
  const errors = session.apply(objects, 'objects');
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  const [told] = session.answer([question]) as readonly Readonly<Record<string, unknown>>[];
  if (told === undefined || !('answer' in told)) throw new Error(JSON.stringify(told));
  return told['answer'];
}
