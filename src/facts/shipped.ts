import type { PolicyRule } from '#model/policy.ts';
import type { Account, AnyBinding } from './rbac.ts';
import bindings from './shipped-bindings.json' with { type: 'json' };
import roles from './shipped-roles.json' with { type: 'json' };

/** A role that the API server makes by itself (bootstrap policy), as kube-apiserver 1.36 ships it; the cluster suite compares. */
interface ShippedRole {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly rules: readonly PolicyRule[];
}

/** A binding that it makes, with the subjects as `Kind:name`. */
interface ShippedBinding {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly role: string;
  readonly subjects: readonly string[];
}

const ROLES: ReadonlyMap<string, readonly PolicyRule[]> = new Map(
  (roles as readonly ShippedRole[]).map((role) => [keyed(role.kind, role.namespace, role.name), role.rules]),
);
const BINDINGS: ReadonlyMap<string, ShippedBinding> = new Map(
  (bindings as readonly ShippedBinding[]).map((each) => [keyed(each.kind, each.namespace, each.name), each]),
);

function keyed(kind: string, namespace = '', name = ''): string {
  return `${kind}/${namespace}/${name}`;
}

/** The rules of a shipped role; undefined for a name that is not shipped. In files shipped roles count as present. */
export function shippedRules(kind: string, namespace: string, name: string): readonly PolicyRule[] | undefined {
  return ROLES.get(keyed(kind, namespace, name));
}

const SHIPPED_SUBJECTS: ReadonlySet<string> = new Set([...BINDINGS.values()].flatMap(({ subjects }) => subjects));

/** Whether a shipped binding gives a ClusterRole to a group. */
export function isShippedFor(role: string, group: string): boolean {
  return [...BINDINGS.values()].some((each) => each.role === role && each.subjects.includes(`Group:${group}`));
}

/** The bindings of cluster-admin that every cluster has, or every one of kubeadm, each with the one group that it is for. */
const ADMINS: ReadonlyMap<string, string> = new Map([
  ['cluster-admin', 'system:masters'],
  ['kubeadm:cluster-admins', 'kubeadm:cluster-admins'],
]);

/** The group that a binding of cluster-admin is shipped for; undefined for every other binding. */
export function adminsOf({ kind, metadata, roleRef }: AnyBinding): string | undefined {
  const isOfAdmin = kind === 'ClusterRoleBinding' && roleRef.kind === 'ClusterRole' && roleRef.name === 'cluster-admin';
  return isOfAdmin ? ADMINS.get(metadata.name) : undefined;
}

/** Whether a shipped binding names a service account: in files it counts as present. The control plane runs as such, and no pod does. */
export function isShippedAccount({ namespace, name }: Account): boolean {
  return SHIPPED_SUBJECTS.has(`ServiceAccount:${namespace}/${name}`);
}

/** Set by the API server on what it makes by itself. Anyone may write it: alone it proves nothing. */
export function isMarkedDefault({ metadata }: { readonly metadata: AnyBinding['metadata'] }): boolean {
  return metadata.labels['kubernetes.io/bootstrapping'] === 'rbac-defaults';
}

/** Whether a binding is a default, by content: shipped name, bootstrap label, the shipped role and no subject beside the shipped ones. */
export function isShippedBinding(binding: AnyBinding): boolean {
  const { kind, metadata, roleRef, subjects } = binding;
  const shipped = BINDINGS.get(keyed(kind, metadata.namespace, metadata.name));
  if (shipped?.role !== roleRef.name || !isMarkedDefault(binding)) return false;
  return subjects.every((subject) => {
    const home = subject.kind === 'ServiceAccount' ? `${subject.namespace ?? metadata.namespace}/` : '';
    return shipped.subjects.includes(`${subject.kind}:${home}${subject.name}`);
  });
}
