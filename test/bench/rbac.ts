/**
 * One run of the RBAC engine over as many roles, bindings and accounts as its arguments say; prints the figures as JSON. What takes long
 * is told in time of the processor, so that what else the machine does counts little; its clock is too coarse for the rest.
 */
import { RBAC_ENGINE } from '#analysis/rbac/engine.ts';
import { Escalation } from '#analysis/rbac/escalation.ts';
import { accountIdentity } from '#analysis/rbac/identity.ts';
import { Surroundings } from '#analysis/rbac/surroundings.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import type { Kind } from '#model/kinds.ts';
import type { Figures } from './figures.ts';

const MIB = 1024 * 1024;
const [roles = 0, bindings = 0, accounts = 0, namespaces = 0] = process.argv.slice(2).map(Number);
const figures: Figures[] = [];

/** The same numbers in every run (mulberry32). */
let seed = 7;
function chance(below: number): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let value = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
  return ((value ^ (value >>> 14)) >>> 0) % below;
}
function one<T>(list: readonly T[]): T {
  return list[chance(list.length)]!;
}

const RESOURCES = [
  ...['pods', 'pods/log', 'pods/exec', 'secrets', 'configmaps', 'services', 'endpoints', 'events', 'serviceaccounts'],
  ...['serviceaccounts/token', 'persistentvolumeclaims', 'deployments', 'statefulsets', 'daemonsets', 'jobs', 'leases'],
];
const GROUPS = ['', 'apps', 'batch', 'coordination.k8s.io', 'networking.k8s.io'];
const VERBS = [['get', 'list', 'watch'], ['get'], ['create', 'update', 'patch'], ['create'], ['delete'], ['*']];

const namespaceOf = (index: number): string => `ns-${String(index % namespaces)}`;
const accountOf = (index: number): { readonly namespace: string; readonly name: string } => ({
  namespace: namespaceOf(index),
  name: `sa-${String(index)}`,
});

function rule(): object {
  const names = chance(10) === 0 ? { resourceNames: [`name-${String(chance(50))}`] } : {};
  const resources = Array.from({ length: 1 + chance(2) }, () => one(RESOURCES));
  return { apiGroups: [one(GROUPS)], resources, verbs: one(VERBS), ...names };
}

/** A fifth are ClusterRoles; the others lie in the namespaces, one after the other. */
function* manifests(): Iterable<readonly [Kind, Raw]> {
  for (let index = 0; index < accounts; index += 1) yield ['ServiceAccount', { metadata: accountOf(index) }];
  for (let index = 0; index < roles; index += 1) {
    const rules = Array.from({ length: 2 + chance(6) }, rule);
    if (index % 5 === 0) yield ['ClusterRole', { metadata: { name: `cr-${String(index)}` }, rules }];
    else yield ['Role', { metadata: { name: `r-${String(index)}`, namespace: namespaceOf(index) }, rules }];
  }
  for (let index = 0; index < bindings; index += 1) {
    const role = chance(roles);
    const isCluster = role % 5 === 0;
    const isWide = isCluster && chance(10) === 0;
    const subjects = Array.from({ length: 1 + chance(3) }, () => {
      const { namespace, name } = accountOf(chance(accounts));
      return chance(5) === 0
        ? { kind: 'User', name: `user-${String(chance(2000))}` }
        : { kind: 'ServiceAccount', namespace, name };
    });
    const roleRef = isCluster
      ? { kind: 'ClusterRole', name: `cr-${String(role)}` }
      : { kind: 'Role', name: `r-${String(role)}` };
    const name = `b-${String(index)}`;
    const namespace = isCluster ? namespaceOf(index) : namespaceOf(role);
    if (isWide) yield ['ClusterRoleBinding', { metadata: { name }, roleRef, subjects }];
    else yield ['RoleBinding', { metadata: { name, namespace }, roleRef, subjects }];
  }
}

/** Milliseconds of the processor in this thread. */
const spentSoFar: Clock = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

type Clock = () => number;
const byTheClock: Clock = () => performance.now();

interface Work {
  readonly times: number;
  readonly clock?: Clock;
  readonly note?: string;
}

/** Each piece of work by itself: the figure is the median, `longest` the 99th percentile. */
function each(step: string, { times, clock = byTheClock, note = '' }: Work, work: (index: number) => unknown): void {
  const spent: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const start = clock();
    work(index);
    spent.push(clock() - start);
  }
  spent.sort((a, b) => a - b);
  const at = (share: number): number => spent[Math.floor(spent.length * share)] ?? 0;
  figures.push({ step, milliseconds: at(0.5), longest: at(0.99), count: times, note });
}

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

const store = new Store();
for (const [kind, raw] of manifests()) store.put(shrink(kind, raw));
const before = heap();
const start = spentSoFar();
const engine = store.view(RBAC_ENGINE);
figures.push({
  step: 'build: index, masks, strength of everybody',
  milliseconds: spentSoFar() - start,
  longest: 0,
  count: engine.index.state.differentRules,
  note: 'different rules',
});
figures.push({
  step: 'MiB of the engine',
  milliseconds: 0,
  longest: 0,
  count: Math.round((heap() - before) / MIB),
  note: 'beside the objects',
});

const { index } = engine;
each('who can', { times: 2000, note: 'longest: the 99th percentile' }, () => {
  const namespace = namespaceOf(chance(namespaces));
  index.whoCan({ verb: one(one(VERBS)), group: one(GROUPS), resource: one(RESOURCES), name: '', namespace });
});
each('can, an account with its groups', { times: 5000 }, () => {
  const account = accountOf(chance(accounts));
  index.can(accountIdentity(account), {
    verb: 'get',
    group: '',
    resource: 'pods',
    name: '',
    namespace: account.namespace,
  });
});
each('one role changed', { times: 500, note: 'and everything that follows, strength too' }, (turn) => {
  const place = chance(roles);
  const rules = [rule(), rule()];
  const at = `${place % 5 === 0 ? 'cr' : 'r'}-${String(place)}`;
  const metadata = { name: at, namespace: namespaceOf(place), labels: { turn: String(turn) } };
  store.put(shrink(place % 5 === 0 ? 'ClusterRole' : 'Role', { metadata, rules }));
});
const around = new Surroundings(store);
const closure = { times: 20, clock: spentSoFar, note: 'a search from it to everything it reaches' };
each('closure of one account', closure, () => {
  const options = { execRequiresCreate: true };
  new Escalation(index, around, accountIdentity(accountOf(chance(accounts))), options).way({ clusterAdmin: true });
});
console.log(JSON.stringify(figures));
