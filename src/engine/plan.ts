import lodash from 'lodash';
import type { CheckId, Judge } from '#model/check.ts';
import { CLUSTER_SUBJECT } from '#model/cluster.ts';
import { ALL_KINDS, type Kind } from '#model/kinds.ts';
import { sides, type Change, type Inventory } from '#model/inventory.ts';
import type { AnyObject } from '#model/objects.ts';
import { subjectKey, type Subject } from '#model/ref.ts';
import type { Relation } from '#model/relation.ts';
import type { TraitId } from '#model/trait.ts';
import { rootOf, subjectsAbove } from './roots.ts';

/** What is asked of a subject again when something related changes. */
export interface Asked {
  readonly id: CheckId | TraitId;
  readonly judges: readonly Pick<Judge, 'subject' | 'inputs'>[];
}

/** A subject to be judged again, by some checks and traits or by all. Jobs carry names, not objects: state is read when the work is done. */
export interface Job {
  readonly subject: Subject;
  readonly checks: ReadonlySet<Asked['id']> | 'all';
}

/** Jobs by the key of their subject: ten changes of one subject are one job. */
export type Jobs = Map<string, Job>;

/** Adds a job; what is already planned for the subject is kept. */
export function addJob(jobs: Jobs, { subject, checks }: Job): void {
  const key = subjectKey(subject);
  const planned = jobs.get(key);
  if (planned === undefined) jobs.set(key, { subject, checks });
  else jobs.set(key, { subject, checks: union(planned.checks, checks) });
}

function union(a: Job['checks'], b: Job['checks']): Job['checks'] {
  if (a === 'all' || b === 'all') return 'all';
  return [...b].every((id) => a.has(id)) ? a : new Set([...a, ...b]);
}

function note<T, E>(sets: Map<T, Set<E>>, at: T, more: ReadonlySet<E>): void {
  const known = sets.get(at);
  if (known === undefined) sets.set(at, new Set(more));
  else for (const each of more) known.add(each);
}

/** Which subjects which change touches: the relations of checks and traits, walked backwards. */
export class Planner {
  readonly #relations = new Map<Relation, Set<Asked['id']>>();
  readonly #byKind = new Map<Kind, Relation[]>();
  readonly #judged: ReadonlySet<Kind>;
  readonly #inventory: Inventory;

  constructor(asked: readonly Asked[], inventory: Inventory) {
    this.#inventory = inventory;
    this.#judged = new Set(asked.flatMap(({ judges }) => judges.map(({ subject }) => subject)));
    for (const { id, judges } of asked) {
      for (const { inputs } of judges) for (const { relation } of inputs) this.#use(relation, id);
    }
  }

  #use(relation: Relation, id: Asked['id']): void {
    const users = this.#relations.get(relation);
    if (users !== undefined) {
      users.add(id);
      return;
    }
    this.#relations.set(relation, new Set([id]));
    for (const kind of [...relation.reads, ...relation.alsoReads])
      this.#byKind.set(kind, [...(this.#byKind.get(kind) ?? []), relation]);
  }

  /** The jobs that follow from a change that the inventory has already taken in. */
  plan(change: Change): Jobs {
    const jobs: Jobs = new Map();
    for (const object of sides<Kind>(change)) {
      // As its own subject too: what hangs below it was reported there while it was not known, or will be when it is gone. And all
      // above it: where it closes or opens a ring of owners, another of them speaks for the ring.
      for (const subject of subjectsAbove(object, this.#inventory)) addJob(jobs, { subject, checks: 'all' });
    }
    const [pods, others] = lodash.partition([...this.#askedAfter(change)], ([{ kind }]) => kind === 'Pod');
    // Of many jobs those of workloads come first: what runs is what people wait for.
    for (const [object, checks] of [...pods, ...others])
      addJob(jobs, { subject: rootOf(object, this.#inventory), checks });
    return jobs;
  }

  /** What is asked again of objects that are related to a changed one: of each together what all relations tell. */
  #askedAfter(change: Change): ReadonlyMap<AnyObject, ReadonlySet<Asked['id']>> {
    const asked = new Map<AnyObject, Set<Asked['id']>>();
    for (const relation of this.#byKind.get(change.ref.kind) ?? []) {
      const users = this.#relations.get(relation) ?? new Set();
      for (const ref of relation.affected(change, this.#inventory)) {
        const object = this.#inventory.get(ref);
        if (object !== undefined) note(asked, object, users);
      }
    }
    return asked;
  }

  /** Every subject that there is, with all checks: after a change of what all checks rest on. */
  planAll(): Jobs {
    const jobs: Jobs = new Map();
    addJob(jobs, { subject: CLUSTER_SUBJECT, checks: 'all' });
    for (const kind of ALL_KINDS.filter((each) => this.#judged.has(each))) {
      for (const object of this.#inventory.list(kind))
        addJob(jobs, { subject: rootOf(object, this.#inventory), checks: 'all' });
    }
    return jobs;
  }
}
