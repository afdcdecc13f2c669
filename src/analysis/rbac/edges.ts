import { CHANGE, EXTENSION_MAKERS, MAKERS } from './atoms.ts';
import { accountOfKey } from './identity.ts';
import { groupsFor } from './impersonation.ts';
import { AUTH_MAP, NEEDS, capabilitiesOf, meets, namesFor, need, writesAuthMap } from './primitives.ts';
import { both, includes, type Names, type Rights } from './rights.ts';
import type { Surroundings } from './surroundings.ts';

/** Whom or what somebody can have: an identity `u:USER` or `g:GROUP`, a goal, or a hub that leads to many (`accounts:shop`, `pods:*`). */
export type Place = string;

/** One step: by holding `by` in a scope one has `to`. */
export interface Edge {
  readonly to: Place;
  readonly by: string;
  /** `cluster` or `ns:NAME`. */
  readonly scope: string;
}

export const ADMIN: Place = 'cluster-admin';
export const NODE: Place = 'node root';

/** Where what is held leads, by the kind of hub; `*` stands for every namespace. */
const HUBS: Readonly<Record<string, readonly string[]>> = {
  'token-request': ['accounts'],
  'token-secret-issue': ['accounts'],
  'pod-create': ['accounts', 'secrets'],
  'workload-create': ['accounts', 'secrets'],
  'impersonate-sa': ['names'],
  'secrets-read': ['tokens', 'secrets'],
  'pod-modify': ['pods'],
  'pod-exec': ['pods'],
  'pod-attach': ['pods'],
  'pod-ephemeral': ['pods'],
  'node-proxy': ['pods'],
};

/** What leads to everything at once. */
const ADMINS = new Set(['cluster-admin', 'csr-approve', 'webhook-mutate']);

/** Where the rights of one identity lead, in one step each. */
export function* edgesOf(rights: Rights, around: Surroundings, execRequiresCreate: boolean): Iterable<Edge> {
  if (rights.reach === 0n) return;
  const { held, named } = capabilitiesOf(rights, execRequiresCreate);
  for (const { id, scope } of held) {
    const namespace = scope === 'cluster' ? '*' : scope.slice('ns:'.length);
    if (ADMINS.has(id)) yield { to: ADMIN, by: id, scope };
    if (id === 'impersonate-user') yield { to: 'users', by: id, scope };
    for (const hub of HUBS[id] ?? []) yield { to: `${hub}:${namespace}`, by: id, scope };
  }
  if (around.isOfEks() && writesAuthMap(rights))
    yield { to: ADMIN, by: 'configmaps-write', scope: `ns:${AUTH_MAP.namespace}` };
  yield* groupEdges(rights);
  yield* nodeEdges(rights, around);
  yield* changeEdges(rights, around);
  yield* refillEdges(rights, around);
  for (const { id, scope, names } of named)
    for (const name of names) yield* namedEdges({ id, scope, name, namespace: scope.slice('ns:'.length) }, around);
}

/** A group header is refused without a user; with any user or account it gives system:masters. */
function* groupEdges(rights: Rights): Iterable<Edge> {
  const groups = groupsFor(rights);
  const edge = { by: 'impersonate-group', scope: 'cluster' };
  if (includes(groups, 'system:masters')) yield { to: ADMIN, ...edge };
  else if (groups !== 'all') for (const group of groups) yield { to: `g:${group}`, ...edge };
}

/** A pod that is made privileged where Pod Security lets it in is the node: the first such namespace is enough. */
function* nodeEdges(rights: Rights, around: Surroundings): Iterable<Edge> {
  for (const namespace of scopesOf(rights, around, INTO_NODE)) {
    const by = around.admitsPrivileged(namespace) ? wayToNode(rights, namespace, around) : undefined;
    if (by === undefined) continue;
    yield { to: NODE, by, scope: `ns:${namespace}` };
    return;
  }
}

/** The namespaces in which each of some rights may be held, for whatever names. */
export function scopesOf(rights: Rights, around: Surroundings, ...masks: readonly bigint[]): Iterable<string> {
  const areAll = (reach: bigint): boolean => masks.every((mask) => (reach & mask) !== 0n);
  if (!areAll(rights.reach)) return [];
  return areAll(rights.reachIn('')) ? around.namespaces() : rights.namespaces;
}

/** Of the kinds that make pods what changes them; without a kind those of extensions. */
const CHANGING = [...Object.entries(MAKERS), [undefined, { group: '', resource: EXTENSION_MAKERS }] as const].map(
  ([kind, { group, resource }]) => ({ kind, changing: need(CHANGE, group, resource) }),
);
const CHANGES = CHANGING.reduce((all, { changing }) => all | changing.mask, 0n);
/** What puts a container of one's own into a namespace. */
export const INTO_NODE = NEEDS.createPods.mask | NEEDS.createMakers.mask | CHANGES | NEEDS.addContainers.mask;

/** By which right a container of one's own comes into a namespace, `''` for any: in a pod with volumes of its own, if there is such a way. */
export function wayToNode(rights: Rights, namespace: string, around: Surroundings): string | undefined {
  if (meets(rights, namespace, NEEDS.createPods)) return 'pod-create';
  if (meets(rights, namespace, NEEDS.createMakers)) return 'workload-create';
  if (changesMaker(rights, namespace, around)) return 'workload-modify';
  const added = namesFor(rights, namespace, NEEDS.addContainers);
  return isAny(added, (name) => around.hasPod(namespace, name)) ? ADDED : undefined;
}

/** In a pod that is there: its volumes never change. */
export const ADDED = 'pod-ephemeral';

/** Whether something is there under one of some names, or under any. */
function isAny(names: Names, isThere: (name?: string) => boolean): boolean {
  return names === 'all' ? isThere() : [...names].some(isThere);
}

/** Changing a workload needs one that is there. */
function changesMaker(rights: Rights, namespace: string, around: Surroundings): boolean {
  const reach = rights.reachIn(namespace);
  return CHANGING.some(
    ({ kind, changing }) =>
      (reach & changing.mask) !== 0n &&
      isAny(namesFor(rights, namespace, changing), (name) => around.hasMaker(namespace, kind, name)),
  );
}

/** The pods of a workload that is changed run as any account and mount any Secret. */
function* changeEdges(rights: Rights, around: Surroundings): Iterable<Edge> {
  for (const namespace of scopesOf(rights, around, CHANGES)) {
    if (!changesMaker(rights, namespace, around)) continue;
    const edge = { by: 'workload-modify', scope: `ns:${namespace}` };
    yield { to: `accounts:${namespace}`, ...edge };
    yield { to: `secrets:${namespace}`, ...edge };
  }
}

/** A Secret for a token may be changed to that of any account of its namespace: the token controller fills it anew, and it can be read. */
export function* refillEdges(rights: Rights, around: Surroundings): Iterable<Edge> {
  const needs = [NEEDS.changeSecrets, NEEDS.readSecrets] as const;
  for (const namespace of scopesOf(rights, around, ...needs.map(({ mask }) => mask))) {
    const names = needs.map((each) => namesFor(rights, namespace, each)).reduce(both);
    if (isAny(names, (name) => around.accountsOfSecrets(namespace, name).length > 0))
      yield { to: `accounts:${namespace}`, by: 'token-secret-issue', scope: `ns:${namespace}` };
  }
}

interface NamedRight {
  readonly id: string;
  readonly scope: string;
  readonly namespace: string;
  readonly name: string;
}

/** A right over one object leads to that one alone. */
function* namedEdges({ id, scope, namespace, name }: NamedRight, around: Surroundings): Iterable<Edge> {
  // The server asks for a right to accounts where the name is that of one.
  if (id === 'impersonate-user' && accountOfKey(`u:${name}`) === undefined) yield { to: `u:${name}`, by: id, scope };
  const namespaces = scope === 'cluster' ? around.namespaces() : [namespace];
  for (const each of namespaces) {
    for (const account of accountsBy(id, each, name, around))
      yield { to: `u:system:serviceaccount:${account.namespace}:${account.name}`, by: id, scope: `ns:${each}` };
    if (REACHES_PODS.has(id) && around.hasPrivilegedPod(each, name)) yield { to: NODE, by: id, scope: `ns:${each}` };
  }
}

const REACHES_PODS = new Set(['pod-exec', 'pod-attach', 'pod-ephemeral', 'pod-modify']);

function accountsBy(
  id: string,
  namespace: string,
  name: string,
  around: Surroundings,
): readonly { readonly namespace: string; readonly name: string }[] {
  if (id === 'impersonate-sa') return [{ namespace, name }];
  if (id === 'token-request') return around.accounts(namespace).filter((account) => account.name === name);
  if (id === 'secrets-read') return around.accountsOfSecrets(namespace, name);
  return REACHES_PODS.has(id) ? around.accountsOfPods(namespace, name) : [];
}
