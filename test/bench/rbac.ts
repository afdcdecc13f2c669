/**
 * One run of the RBAC engine over as many roles, bindings and accounts as its arguments say; prints the figures as JSON. What takes long
 * is told in time of the processor, so that what else the machine does counts little; its clock is too coarse for the rest.
 */
import { RBAC_ENGINE, type RbacEngine } from '#analysis/rbac/engine.ts';
import { Escalation } from '#analysis/rbac/escalation.ts';
import { accountIdentity } from '#analysis/rbac/identity.ts';
import { Surroundings } from '#analysis/rbac/surroundings.ts';
import { shrink } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import type { Figures } from './figures.ts';
import { GROUPS, RESOURCES, Rights, VERBS, chance, one, rule } from './rights.ts';

const MIB = 1024 * 1024;
const [roles = 0, bindings = 0, accounts = 0, namespaces = 0] = process.argv.slice(2).map(Number);
const rights = new Rights({ roles, bindings, accounts, namespaces });
const figures: Figures[] = [];

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
  for (let round = 0; round < 3; round += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function filled(): Store {
  const empty = new Store();
  for (const [kind, raw] of rights.manifests()) empty.put(shrink(kind, raw));
  return empty;
}

const store = filled();
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

/** Who is strong is known of each reading that is asked for, and followed from then on: what is so and what is possible, by `get` or not. */
function ask(of: RbacEngine, seen: 'known' | 'possible', byGet: boolean): void {
  const held = heap();
  const began = spentSoFar();
  of.isStrongNamespace('', { seen, byGet });
  const milliseconds = spentSoFar() - began;
  const step = `MiB of who is strong: ${seen}${byGet ? ', by get' : ''}`;
  figures.push({ step, milliseconds, longest: 0, count: Math.round(((heap() - held) / MIB) * 10) / 10, note: '' });
}
ask(engine, 'known', false);

const { index } = engine;
each('who can', { times: 2000, note: 'longest: the 99th percentile' }, () => {
  const namespace = rights.namespaceOf(chance(namespaces));
  index.whoCan({ verb: one(one(VERBS)), group: one(GROUPS), resource: one(RESOURCES), name: '', namespace });
});
each('can, an account with its groups', { times: 5000 }, () => {
  const account = rights.anyAccount();
  index.can(accountIdentity(account), {
    verb: 'get',
    group: '',
    resource: 'pods',
    name: '',
    namespace: account.namespace,
  });
});
each('one role changed', { times: 500, note: 'and everything that follows, strength too' }, (turn) => {
  store.put(shrink(...rights.role(chance(roles), [rule(), rule()], { turn: String(turn) })));
});
const around = new Surroundings(store);
const closure = { times: 20, clock: spentSoFar, note: 'a search from it to everything it reaches' };
each('closure of one account', closure, () => {
  const options = { execRequiresCreate: true };
  new Escalation(index, around, accountIdentity(rights.anyAccount()), options).way({ clusterAdmin: true });
});

// A cluster of its own: where there is much to free, what is held by one more reading cannot be told.
const other = filled();
other.setMissing('Secret', 'not read');
const followed = other.view(RBAC_ENGINE);
ask(followed, 'known', true);
ask(followed, 'possible', false);
ask(followed, 'possible', true);
console.log(JSON.stringify(figures));
