/** Roles, bindings and accounts of a synthetic cluster, the same in every run. */
import type { Raw } from '#inventory/shrink.ts';
import type { Kind } from '#model/kinds.ts';

export interface Sizes {
  readonly roles: number;
  readonly bindings: number;
  readonly accounts: number;
  readonly namespaces: number;
}

interface Account {
  readonly namespace: string;
  readonly name: string;
}

/** The same numbers in every run (mulberry32). */
let seed = 7;
export function chance(below: number): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let value = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
  return ((value ^ (value >>> 14)) >>> 0) % below;
}
export function one<T>(list: readonly T[]): T {
  return list[chance(list.length)]!;
}

export const RESOURCES = [
  ...['pods', 'pods/log', 'pods/exec', 'secrets', 'configmaps', 'services', 'endpoints', 'events', 'serviceaccounts'],
  ...['serviceaccounts/token', 'persistentvolumeclaims', 'deployments', 'statefulsets', 'daemonsets', 'jobs', 'leases'],
];
export const GROUPS = ['', 'apps', 'batch', 'coordination.k8s.io', 'networking.k8s.io'];
export const VERBS = [['get', 'list', 'watch'], ['get'], ['create', 'update', 'patch'], ['create'], ['delete'], ['*']];

export function rule(): object {
  const names = chance(10) === 0 ? { resourceNames: [`name-${String(chance(50))}`] } : {};
  const resources = Array.from({ length: 1 + chance(2) }, () => one(RESOURCES));
  return { apiGroups: [one(GROUPS)], resources, verbs: one(VERBS), ...names };
}

/** What there is of rights in so large a cluster. A fifth of the roles are ClusterRoles; the others lie in the namespaces, one after the other. */
export class Rights {
  readonly #sizes: Sizes;
  /** The accounts that come first: what bindings name is drawn from all alike. */
  readonly #first: readonly Account[];

  constructor(sizes: Sizes, first: readonly Account[] = []) {
    this.#sizes = sizes;
    this.#first = first;
  }

  namespaceOf(index: number): string {
    return `ns-${String(index % this.#sizes.namespaces)}`;
  }

  accountOf(index: number): Account {
    return this.#first[index] ?? { namespace: this.namespaceOf(index), name: `sa-${String(index)}` };
  }

  anyAccount(): Account {
    return this.accountOf(chance(this.#sizes.accounts));
  }

  /** The role of a number. */
  role(index: number, rules: readonly object[], labels: object = {}): readonly [Kind, Raw] {
    if (index % 5 === 0) return ['ClusterRole', { metadata: { name: `cr-${String(index)}`, labels }, rules }];
    return ['Role', { metadata: { name: `r-${String(index)}`, namespace: this.namespaceOf(index), labels }, rules }];
  }

  *manifests(): Iterable<readonly [Kind, Raw]> {
    const { accounts, roles, bindings } = this.#sizes;
    for (let index = 0; index < accounts; index += 1) yield ['ServiceAccount', { metadata: this.accountOf(index) }];
    for (let index = 0; index < roles; index += 1) yield this.role(index, Array.from({ length: 2 + chance(6) }, rule));
    for (let index = 0; index < bindings; index += 1) yield this.#binding(index);
  }

  /** A role in whose namespace, or anywhere where it is a ClusterRole, is given to one to three accounts or users. */
  #binding(index: number): readonly [Kind, Raw] {
    const role = chance(this.#sizes.roles);
    const isCluster = role % 5 === 0;
    const isWide = isCluster && chance(10) === 0;
    const subjects = Array.from({ length: 1 + chance(3) }, () => {
      const account = this.anyAccount();
      return chance(5) === 0
        ? { kind: 'User', name: `user-${String(chance(2000))}` }
        : { kind: 'ServiceAccount', ...account };
    });
    const roleRef = isCluster
      ? { kind: 'ClusterRole', name: `cr-${String(role)}` }
      : { kind: 'Role', name: `r-${String(role)}` };
    const name = `b-${String(index)}`;
    const namespace = this.namespaceOf(isCluster ? index : role);
    if (isWide) return ['ClusterRoleBinding', { metadata: { name }, roleRef, subjects }];
    return ['RoleBinding', { metadata: { name, namespace }, roleRef, subjects }];
  }
}
