import lodash from 'lodash';
import { isTemplateWorkload, templatePod } from '#facts/workload.ts';
import { CLUSTER } from '#model/cluster.ts';
import { KINDS, apiVersionOf, isTemplateKind, type Kind } from '#model/kinds.ts';
import type { Change, Index, Inventory, Premises, Presuming, View } from '#model/inventory.ts';
import type { AnyObject, ObjectOf, Pod } from '#model/objects.ts';
import { DEFAULT_PARAMETERS } from '#model/parameters.ts';
import { refOf, type Ref } from '#model/ref.ts';
import { templatePodName } from '#model/workload.ts';
import { Interner } from './intern.ts';
import { Table } from './table.ts';

/**
 * The state of the cluster in memory: objects by kind, namespace and index. Synchronous and deterministic: same applies, same state.
 * For every workload it also holds the pod that its template would make (facts/workload.ts), so that relations see one kind of pod.
 */
export class Store implements Inventory, Presuming {
  readonly #tables = new Map<Kind, Table<Kind>>();
  readonly #missing = new Map<Kind, string>();
  readonly #unserved = new Set<Kind>();
  readonly #interner = new Interner();
  readonly #views = new Map<object, (change: Change) => void>();
  readonly #states = new Map<object, unknown>();
  #premises: Premises = { podTemplateKinds: DEFAULT_PARAMETERS.podTemplateKinds };

  /** `missing` names the kinds of which nothing certain is known yet, with the reason. The cluster itself is there from the start. */
  constructor(missing: Readonly<Partial<Record<Kind, string>>> = {}) {
    this.put(CLUSTER);
    for (const [kind, reason] of Object.entries(missing)) this.#missing.set(kind as Kind, reason);
  }

  /** Whether the server has the kind at all: of one that comes with an extension that is not installed there is nothing, for certain. */
  serves = (kind: Kind): boolean => !this.#unserved.has(kind);

  missing = (kind: Kind): string | undefined => this.#missing.get(kind);

  get = <Q extends Kind>(ref: Ref<Q>): ObjectOf<Q> | undefined => this.#table(ref.kind).get(ref);

  list = <Q extends Kind>(kind: Q, namespace?: string): readonly ObjectOf<Q>[] => this.#table(kind).list(namespace);

  size = <Q extends Kind>(kind: Q, namespace?: string): number => this.#table(kind).size(namespace);

  by = <Q extends Kind>(index: Index<Q>, value: string): readonly ObjectOf<Q>[] =>
    this.#table(index.kind).by(index, value);

  view = <Q extends Kind, T>(view: View<Q, T, Kind>): T => {
    if (!this.#states.has(view)) {
      const state = view.open(this);
      const kinds = new Set<Kind>([...view.kinds, ...(view.also ?? [])]);
      this.#states.set(view, state);
      this.#views.set(view, (change) => {
        if (kinds.has(change.ref.kind)) view.apply(state, change);
      });
    }
    return this.#states.get(view) as T;
  };

  premises = (): Premises => this.#premises;

  presume = ({ podTemplateKinds }: Premises): void => {
    if (lodash.isEqual(this.#premises, { podTemplateKinds })) return;
    this.#premises = { podTemplateKinds };
    this.#views.clear();
    this.#states.clear();
  };

  #changed(change: Change): readonly Change[] {
    for (const apply of this.#views.values()) apply(change);
    return [change];
  }

  /** How many objects of a kind the cluster has; pods of templates do not count. */
  count(kind: Kind): number {
    return kind === 'Pod' ? this.size('Pod') - this.#templates : this.size(kind);
  }

  #templates = 0;

  /** Says why a kind is unknown, or with `undefined` that it is known now. Answers whether that changed anything. */
  setMissing(kind: Kind, reason: string | undefined): boolean {
    if (this.#missing.get(kind) === reason) return false;
    if (reason === undefined) this.#missing.delete(kind);
    else this.#missing.set(kind, reason);
    return true;
  }

  /** Says whether the server has the kind. Answers whether that changed anything. */
  setServed(kind: Kind, isServed: boolean): boolean {
    if (this.serves(kind) === isServed) return false;
    if (isServed) this.#unserved.delete(kind);
    else this.#unserved.add(kind);
    return true;
  }

  /** Takes in an object. Answers what changed: nothing where we hold an equal one, as after a kubelet's heartbeat. */
  put(object: AnyObject): readonly Change[] {
    const changes = this.#put(object);
    if (changes.length === 0 || !isTemplateWorkload(object)) return changes;
    const pod = templatePod(object, apiVersionOf(KINDS[object.kind]));
    const held = this.get({ kind: 'Pod', ...templatePlace(refOf(object)) });
    const more = pod === undefined ? this.#removeTemplate(object.kind, object.metadata) : this.#put(pod);
    if (pod !== undefined && held === undefined) this.#templates += 1;
    return [...changes, ...more];
  }

  /** Forgets an object. */
  remove(ref: Ref): readonly Change[] {
    const changes = this.#remove(ref);
    return [...changes, ...this.#removeTemplate(ref.kind, ref)];
  }

  #removeTemplate(kind: Kind, at: { readonly namespace: string; readonly name: string }): readonly Change[] {
    if (!isTemplateKind(kind)) return [];
    const changes = this.#remove({ kind: 'Pod', ...templatePlace({ kind, ...at }) });
    this.#templates -= changes.length;
    return changes;
  }

  #put(object: AnyObject): readonly Change[] {
    const ref = refOf(object);
    const before = this.get(ref);
    if (before !== undefined && lodash.isEqual(before, object)) return [];
    const after = object.kind === 'Pod' ? this.#shared(object) : object;
    this.#table(ref.kind).put(after);
    if (before?.kind === 'Pod') this.#release(before);
    return this.#changed({ ref, ...(before === undefined ? {} : { before }), after } as Change);
  }

  #remove(ref: Ref): readonly Change[] {
    const before = this.get(ref);
    if (before === undefined) return [];
    this.#table(ref.kind).remove(ref);
    if (before.kind === 'Pod') this.#release(before);
    return this.#changed({ ref, before } as Change);
  }

  /** A pod whose parts are the same objects as those of its equals: spec, labels, annotations, owners and what containers run. */
  #shared({ metadata, spec, status, ...pod }: Pod): Pod {
    const { labels, annotations, ownerReferences, ...own } = metadata;
    const hold = <T extends object>(value: T): T => this.#interner.hold(value);
    return {
      ...pod,
      metadata: {
        ...own,
        labels: hold(labels),
        annotations: hold(annotations),
        ...(ownerReferences === undefined ? {} : { ownerReferences: hold(ownerReferences) }),
      },
      spec: hold(spec),
      ...(status === undefined ? {} : { status: withStatuses(status, hold) }),
    };
  }

  #release({ metadata, spec, status }: Pod): void {
    const { labels, annotations, ownerReferences } = metadata;
    const parts = [labels, annotations, ownerReferences, spec, status?.containerStatuses];
    for (const part of parts) if (part !== undefined) this.#interner.release(part);
  }

  #table<Q extends Kind>(kind: Q): Table<Q> {
    let table = this.#tables.get(kind);
    if (table === undefined) {
      table = new Table();
      this.#tables.set(kind, table);
    }
    return table as unknown as Table<Q>;
  }
}

type Hold = <T extends object>(value: T) => T;

function withStatuses(status: NonNullable<Pod['status']>, hold: Hold): NonNullable<Pod['status']> {
  const { containerStatuses } = status;
  return containerStatuses === undefined ? status : { ...status, containerStatuses: hold(containerStatuses) };
}

function templatePlace({
  kind,
  namespace,
  name,
}: {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}): {
  readonly namespace: string;
  readonly name: string;
} {
  return { namespace, name: isTemplateKind(kind) ? templatePodName(kind, name) : name };
}
