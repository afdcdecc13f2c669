/**
 * One run of everything that the operator keeps current while bindings come and go: pods with all checks, and as many roles, bindings, accounts and
 * namespaces beside them as the arguments say; prints the figures as JSON. Every pod's account is one that bindings may name.
 */
import { CHECKS } from '#checks/index.ts';
import { Engine } from '#engine/engine.ts';
import { addJob, type Jobs } from '#engine/plan.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import type { BindingKind } from '#facts/rbac.ts';
import type { Change } from '#model/inventory.ts';
import { isKind } from '#model/kinds.ts';
import { DEFAULT_PARAMETERS } from '#model/parameters.ts';
import { refOf } from '#model/ref.ts';
import { TRAITS } from '#traits/index.ts';
import { clusterOf } from './cluster.ts';
import type { Figures } from './figures.ts';
import { Rights, chance, one } from './rights.ts';
import { median, text } from './table.ts';

const [pods = 0, roles = 0, bindings = 0, accounts = 0, namespaces = 0] = process.argv.slice(2).map(Number);
const figures: Figures[] = [];
const store = new Store();

for (const { kind, json } of clusterOf(pods).lines)
  if (isKind(kind)) store.put(shrink(kind, JSON.parse(json.toString()) as Raw));
const ours = store.list('ServiceAccount').map(({ metadata: { namespace, name } }) => ({ namespace, name }));
for (const [kind, raw] of new Rights({ roles, bindings, accounts, namespaces }, ours).manifests())
  store.put(shrink(kind, raw));

const context = { minor: 36, complete: true, parameters: DEFAULT_PARAMETERS };
const engine = new Engine(CHECKS, store, context, TRAITS);

interface Followed {
  readonly jobs: number;
  readonly moved: number;
  /** Milliseconds until the last workload was judged, and until everything was. */
  readonly workloads: number;
  readonly all: number;
}

/** What follows from an edit, all of it. */
function follow(edit: () => readonly Change[]): Followed {
  const start = performance.now();
  const jobs: Jobs = new Map();
  for (const change of edit()) for (const job of engine.plan(change).values()) addJob(jobs, job);
  let [moved, workloads] = [0, 0];
  for (const job of jobs.values()) {
    if (engine.judge(job)) moved += 1;
    if (engine.verdict(job.subject)?.isWorkload === true) workloads = performance.now() - start;
  }
  return { jobs: jobs.size, moved, workloads, all: performance.now() - start };
}

/** Medians of edits of one kind, and the longest of all. */
function figuresOf(step: string, edits: readonly Followed[]): Figures {
  const of = (figure: keyof Followed): number => median(edits.map((each) => each[figure]));
  return {
    step,
    milliseconds: of('all'),
    longest: Math.max(...edits.map(({ all }) => all)),
    count: of('jobs'),
    note: `${String(of('moved'))} verdicts moved; workloads after ${text(of('workloads'))} ms`,
  };
}

function bindingOf(role: string, subject: object, metadata: object = {}): Raw {
  return {
    metadata: { name: 'edit', ...metadata },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [subject],
  };
}

/** A binding comes and goes again, so many times. */
function comesAndGoes(words: string, times: number, binding: () => readonly [kind: BindingKind, raw: Raw]): void {
  const coming: Followed[] = [];
  const going: Followed[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    const object = shrink(...binding());
    coming.push(follow(() => store.put(object)));
    going.push(follow(() => store.remove(refOf(object))));
  }
  figures.push(figuresOf(`${words} comes`, coming), figuresOf(`${words} goes`, going));
}

const start = performance.now();
for (const job of engine.planAll().values()) engine.judge(job);
const milliseconds = performance.now() - start;
figures.push({
  step: 'judge everything',
  milliseconds,
  longest: 0,
  count: [...engine.verdicts()].length,
  note: 'verdicts',
});

comesAndGoes('a RoleBinding of one account', 100, () => {
  const { namespace, name } = one(ours);
  const role = `cr-${String(chance(roles / 5) * 5)}`;
  return ['RoleBinding', bindingOf(role, { kind: 'ServiceAccount', namespace, name }, { namespace })];
});
for (const role of ['view', 'cluster-admin'])
  comesAndGoes(`${role} of one account`, 20, () => [
    'ClusterRoleBinding',
    bindingOf(role, { kind: 'ServiceAccount', ...one(ours) }),
  ]);
for (const role of ['view', 'edit', 'cluster-admin'])
  for (const name of ['system:serviceaccounts', 'system:authenticated'])
    comesAndGoes(`${role} of ${name}`, 3, () => ['ClusterRoleBinding', bindingOf(role, { kind: 'Group', name })]);
process.stdout.write(JSON.stringify(figures));
