import { selects } from '#facts/selector.ts';
import type { LabelSelector } from '#model/policy.ts';
import { Bits } from './bits.ts';
import type { PodSet } from './rules.ts';
import type { NamedPort } from './sources.ts';

/** Pods that no policy can tell apart. */
export interface PodClass {
  readonly namespace: string;
  /** Of the pod that was met first: all agree on the keys that policies look at. */
  readonly labels: Readonly<Record<string, string>>;
  readonly names: readonly NamedPort[];
  /** Where its addresses lie; empty where they are unknown, or no policy asks. */
  readonly cells: readonly number[];
  readonly isOnHost: boolean;
  pods: number;
}

/** A set of pods with the classes in it. */
interface Selected {
  readonly set: PodSet;
  readonly members: Bits;
}

type Labels = Readonly<Record<string, string>>;

/** The sets of pods that policies name, each with the classes in it: found once, and moved with every class and namespace. */
export class PodSets {
  readonly #classes: readonly (PodClass | undefined)[];
  readonly #classesIn: ReadonlyMap<string, readonly number[]>;
  readonly #labelsOf: (namespace: string) => Labels;
  readonly #sets = new Map<string, Selected>();
  /** By the namespace that they are bound to, `''` for those that look at many. */
  readonly #in = new Map<string, Selected[]>();

  constructor(
    classes: readonly (PodClass | undefined)[],
    classesIn: ReadonlyMap<string, readonly number[]>,
    labelsOf: (namespace: string) => Labels,
  ) {
    this.#classes = classes;
    this.#classesIn = classesIn;
    this.#labelsOf = labelsOf;
  }

  classAdded(index: number, made: PodClass): void {
    for (const where of new Set([made.namespace, '']))
      for (const { set, members } of this.#in.get(where) ?? []) if (this.#isIn(made, set)) members.set(index);
  }

  /** The labels of a namespace are others now. */
  namespaceChanged(namespace: string): void {
    for (const index of this.#classesIn.get(namespace) ?? []) {
      const held = this.#classes[index];
      if (held === undefined) continue;
      for (const { set, members } of this.#in.get('') ?? []) members.set(index, this.#isIn(held, set));
    }
  }

  #isIn({ namespace, labels, isOnHost }: PodClass, set: PodSet): boolean {
    if (set.namespace !== undefined && set.namespace !== namespace) return false;
    if (set.withoutHostNetwork === true && isOnHost) return false;
    return (
      (set.namespaces === undefined || selects(set.namespaces, this.#labelsOf(namespace))) &&
      (set.pods === undefined || selects(set.pods, labels))
    );
  }

  /** How many sets have been asked for. */
  get size(): number {
    return this.#sets.size;
  }

  /** The classes in a set: the same bits for equal sets, and current from now on. */
  membersOf(set: PodSet): Bits {
    const key = setKey(set);
    return (this.#sets.get(key) ?? this.#select(set, key)).members;
  }

  #select(set: PodSet, key: string): Selected {
    const selected = { set, members: new Bits() };
    const { namespace, namespaces } = set;
    const where =
      namespace === undefined
        ? [...this.#classesIn.keys()].filter(
            (each) => namespaces === undefined || selects(namespaces, this.#labelsOf(each)),
          )
        : [namespace];
    for (const index of where.flatMap((each) => this.#classesIn.get(each) ?? [])) {
      const held = this.#classes[index];
      if (held !== undefined && this.#isIn(held, set)) selected.members.set(index);
    }
    this.#sets.set(key, selected);
    const near = this.#in.get(namespace ?? '') ?? [];
    near.push(selected);
    this.#in.set(namespace ?? '', near);
    return selected;
  }
}

/** Each word with its length before it: no two sets that differ have one key, whatever a file calls a label. */
function setKey({ namespace, namespaces, pods, withoutHostNetwork }: PodSet): string {
  const where = namespace === undefined ? selectorKey(namespaces) : `=${measured(namespace)}`;
  return `${where} ${selectorKey(pods)} ${String(withoutHostNetwork)}`;
}

function selectorKey(selector: LabelSelector | undefined): string {
  if (selector === undefined) return '';
  const { matchLabels, matchExpressions = [] } = selector;
  if (matchExpressions.length > 0) return JSON.stringify([matchLabels, matchExpressions]);
  let key = '{';
  for (const [label, value] of Object.entries(matchLabels)) key += measured(label) + measured(value);
  return key;
}

function measured(word: string): string {
  return `${String(word.length)}:${word}`;
}
