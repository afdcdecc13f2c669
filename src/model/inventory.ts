import type { Kind } from './kinds.ts';
import type { ObjectOf } from './objects.ts';
import type { Parameters } from './parameters.ts';
import type { Ref } from './ref.ts';

/** A question by which objects of one kind are looked up: the values under which each object is filed. */
export interface Index<K extends Kind> {
  readonly kind: K;
  readonly name: string;
  readonly of: (object: ObjectOf<K>) => readonly string[];
}

/**
 * What is made of objects of several kinds and kept current change by change: an engine of `src/analysis`. Law: after any history of
 * changes `state` answers as a fresh one opened on the same objects.
 */
export interface View<K extends Kind, T, A extends Kind = never> {
  readonly name: string;
  readonly kinds: readonly K[];
  /** Kinds that it takes in where they are known; what follows where they are not, it says in its answers. */
  readonly also?: readonly A[];
  readonly open: (inventory: Inventory<K | A>) => T;
  readonly apply: (state: T, change: Change) => void;
}

/**
 * A function of an object and of what the inventory holds of some kinds, worked out once until one of these changes: for what is asked again
 * and again while nothing does, as when everything is judged.
 */
export function remembered<K extends Kind, S extends object, T extends object>(
  name: string,
  kinds: readonly K[],
  of: (subject: S, inventory: Inventory<K>) => T,
): (subject: S, inventory: Inventory<K>) => T {
  const answers: View<K, Map<S, T>> = {
    name,
    kinds,
    open: () => new Map(),
    apply: (known) => {
      known.clear();
    },
  };
  return (subject, inventory) => {
    const known = inventory.view(answers);
    let answer = known.get(subject);
    if (answer === undefined) known.set(subject, (answer = of(subject, inventory)));
    return answer;
  };
}

/** What is taken to be so of the whole cluster, which no object says. */
export type Premises = Pick<Parameters, 'podTemplateKinds'>;

/** Where that can be said anew: views are opened again then. */
export interface Presuming {
  readonly presume: (premises: Premises) => void;
}

/**
 * The state of the cluster as a reader of the kinds `K` sees it. The mark `in` makes an inventory of more kinds usable where fewer
 * are declared and never the other way: without it TypeScript lets a relation read a kind it does not answer for.
 *
 * `list('Pod')` holds the pods that run and, for each workload, the pod its template would make (`isTemplate`).
 */
export interface Inventory<in K extends Kind = Kind> {
  readonly premises: () => Premises;
  /** Why nothing certain can be said of a kind: not synced, forbidden, not served. Undefined when it is known. */
  readonly missing: (kind: Kind) => string | undefined;
  readonly get: <Q extends K>(ref: Ref<Q>) => ObjectOf<Q> | undefined;
  /** All objects of a kind, or those of one namespace. The order is not defined. */
  readonly list: <Q extends K>(kind: Q, namespace?: string) => readonly ObjectOf<Q>[];
  /** How many `list` would answer, without making the list. */
  readonly size: <Q extends K>(kind: Q, namespace?: string) => number;
  readonly by: <Q extends K>(index: Index<Q>, value: string) => readonly ObjectOf<Q>[];
  /** Opened when it is first asked for, and kept current from then on. */
  readonly view: <Q extends K, T>(view: View<Q, T, Kind>) => T;
}

/** What happened to one object. At least one side is there. */
export interface ChangeOf<K extends Kind> {
  readonly ref: Ref<K>;
  readonly before?: ObjectOf<K>;
  readonly after?: ObjectOf<K>;
}

export type Change = { [K in Kind]: ChangeOf<K> }[Kind];

/** The versions of the object on both sides of a change: what pointed to the old one is affected as much as what points to the new. */
export function sides<K extends Kind>(change: ChangeOf<K>): readonly ObjectOf<K>[] {
  return [change.before, change.after].filter((side) => side !== undefined);
}
