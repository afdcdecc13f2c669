import type { ChangeOf, Inventory } from './inventory.ts';
import type { Kind } from './kinds.ts';
import type { AnyObject, ObjectOf } from './objects.ts';
import type { Parameters } from './parameters.ts';
import type { Ref } from './ref.ts';

/** What a relation may know of the whole run: where it moves, everything is judged again. */
export interface Terms {
  /** Minor version of the server, 36 for 1.36. */
  readonly minor: number;
  readonly parameters: Parameters;
}

/** A named road from a subject to other objects, and back: written once, walked both ways. */
export interface RelationSpec<S extends Kind, R extends Kind, T> {
  readonly subject: S;
  /** Printed in the docs: completes the sentence "reads the …". */
  readonly name: string;
  /** What the subject is related to now. May read the kinds that `affected` answers for, and no other: that is a compile error. */
  readonly related: (subject: ObjectOf<NoInfer<S>>, inventory: Inventory<NoInfer<R>>, terms: Terms) => readonly T[];
  /**
   * For a change of one related kind: the subjects whose `related` may differ now. Must look at both sides of the change (`sides`).
   * Naming too many subjects costs time, naming too few is a wrong report. A change of the subject itself is not asked about.
   */
  readonly affected: {
    readonly [K in R]: (change: ChangeOf<K>, inventory: Inventory<NoInfer<R | S>>) => readonly Ref<NoInfer<S>>[];
  };
  /** Those of the related kinds that may be missing: `related` then says itself what is not known. */
  readonly mayLack?: readonly NoInfer<R>[];
}

/** A relation that checks of subject `S` may use as an input of type `T`. */
export interface Relation<S extends Kind = Kind, T = unknown> {
  readonly subject: S;
  readonly name: string;
  /** The related kinds: from here come the informers, the permissions, the docs and the reasons for `unknown`. */
  readonly reads: readonly Kind[];
  /** More of them, whose absence alone makes nothing unknown. */
  readonly alsoReads: readonly Kind[];
  readonly related: (subject: AnyObject, inventory: Inventory, terms: Terms) => readonly T[];
  readonly affected: (change: ChangeOf<Kind>, inventory: Inventory) => readonly Ref[];
}

/** One way back for several kinds. */
export function sameFor<K extends Kind, F>(kinds: readonly K[], way: F): Readonly<Record<K, F>> {
  return Object.fromEntries(kinds.map((kind) => [kind, way])) as Record<K, F>;
}

/** Seals the generics of a relation: the one place where they are forgotten, so that no relation and no check writes a cast. */
export function defineRelation<S extends Kind, R extends Kind, T>(spec: RelationSpec<S, R, T>): Relation<S, T> {
  const roads = spec.affected as unknown as Readonly<
    Record<string, ((change: ChangeOf<Kind>, inventory: Inventory) => readonly Ref[]) | undefined>
  >;
  const mayLack: readonly Kind[] = spec.mayLack ?? [];
  return Object.freeze({
    subject: spec.subject,
    name: spec.name,
    reads: (Object.keys(spec.affected) as Kind[]).filter((kind) => !mayLack.includes(kind)),
    alsoReads: mayLack,
    related: spec.related as unknown as Relation<S, T>['related'],
    affected: (change: ChangeOf<Kind>, inventory: Inventory) => roads[change.ref.kind]?.(change, inventory) ?? [],
  });
}
