import { CLUSTER, isCluster } from '#model/cluster.ts';
import { KINDS, TEMPLATE_KINDS, apiVersionOf, isKind, kindFor, type Kind, type TemplateKind } from '#model/kinds.ts';
import { controllerOf, type OwnerReference } from '#model/metadata.ts';
import type { Inventory, View } from '#model/inventory.ts';
import type { AnyObject, Pod } from '#model/objects.ts';
import { subjectKey, subjectOf, type Subject } from '#model/ref.ts';
import { isFinished, isTemplate } from '#model/workload.ts';

/** Kinds that are reported on their owner, and that a top-level owner may have below it. Every other object is reported on itself. */
const OWNED_KINDS = [...TEMPLATE_KINDS, 'Pod'] as const satisfies readonly Kind[];

type Owned = TemplateKind | 'Pod';

function isOwnedKind(kind: Kind): kind is Owned {
  return (OWNED_KINDS as readonly Kind[]).includes(kind);
}

/**
 * The subject that an object is reported on: its top-level controller. Unknown kinds are fine: what the reference says of them is enough.
 * A mirror pod is its own owner (its node's). Law: whatever owners say, no object falls between two subjects.
 */
export function rootOf(object: AnyObject, inventory: Inventory): Subject {
  if (ownerOf(object) === undefined) return subjectOf(object);
  const { line, beyond } = lineOf(object, inventory);
  return beyond ?? subjectOf(line.at(-1) ?? object);
}

/** The subjects from an object up to its root: what hangs below any of them may be reported elsewhere after a change of the object. */
export function subjectsAbove(object: AnyObject, inventory: Inventory): readonly Subject[] {
  const { line, beyond } = lineOf(object, inventory);
  return [...line.map(subjectOf), ...(beyond === undefined ? [] : [beyond])];
}

/** From an object up its controllers as far as we hold them, and the owner where that is not the last of them. */
interface Line {
  readonly line: readonly AnyObject[];
  readonly beyond?: Subject;
}

function lineOf(object: AnyObject, inventory: Inventory): Line {
  const line = [object];
  const seen = new Set<string>();
  for (let here = object; ;) {
    const owner = ownerOf(here);
    if (owner === undefined) return { line };
    const above = objectOf(owner, here.metadata.namespace, inventory);
    if (above === undefined) return { line, beyond: subjectOfOwner(owner, here.metadata.namespace) };
    line.push(above);
    if (line.length > RING_UNLIKELY) {
      const key = subjectKey(subjectOf(above));
      if (seen.has(key)) return { line, beyond: speakerOf(line, key) };
      seen.add(key);
    }
    here = above;
  }
}

/** No chain of controllers in real life is longer: only beyond it is looked for a ring of owners, as a hostile object may make. */
const RING_UNLIKELY = 5;

/** The member of a ring on which all are reported: the first by name, wherever one enters. The line ends where the ring closes. */
function speakerOf(line: readonly AnyObject[], key: string): Subject {
  const subjects = line.map(subjectOf).slice(0, -1);
  const ring = subjects.slice(subjects.findLastIndex((each) => subjectKey(each) === key));
  return ring.reduce((first, each) => (subjectKey(each) < subjectKey(first) ? each : first));
}

/** The owner on which an object is reported. A cluster-scoped one is none: a Node does not answer for its pods, nor does a Namespace. */
function ownerOf(object: AnyObject): OwnerReference | undefined {
  if (!isOwnedKind(object.kind)) return undefined;
  const owner = controllerOf(object);
  const kind = owner === undefined ? undefined : kindFor(owner.apiVersion, owner.kind);
  return kind === undefined || KINDS[kind].namespaced ? owner : undefined;
}

function objectOf(owner: OwnerReference, namespace: string, inventory: Inventory): AnyObject | undefined {
  const kind = kindFor(owner.apiVersion, owner.kind);
  if (kind === undefined) return undefined;
  const object = inventory.get({ kind, namespace, name: owner.name });
  return object !== undefined && isSame(owner.uid, object.metadata.uid) ? object : undefined;
}

/** Whether two uids can be of one object: files often state none. */
function isSame(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}

function subjectOfOwner({ apiVersion, kind, name, uid }: OwnerReference, namespace: string): Subject {
  const known = kindFor(apiVersion, kind);
  return {
    // Old objects name their owner by a group of the past.
    apiVersion: known === undefined ? apiVersion : apiVersionOf(KINDS[known]),
    kind,
    namespace,
    name,
    ...(uid === undefined ? {} : { uid }),
  };
}

/** Who owns what. One look tells that nothing hangs below a subject, as below most. */
interface Ownership {
  /** Objects by the subject that their controller is. */
  readonly byController: Map<string, Set<AnyObject>>;
  /** How many a pod owns, as a Spark driver owns its executors: seldom any, and then every pod must be asked. */
  belowPods: number;
}

const OWNERSHIP: View<Owned, Ownership> = {
  name: 'objects by their controller',
  kinds: OWNED_KINDS,
  open: (inventory) => {
    const state: Ownership = { byController: new Map(), belowPods: 0 };
    for (const kind of OWNED_KINDS) for (const object of inventory.list(kind)) hang(state, object);
    return state;
  },
  apply: (state, { before, after }) => {
    if (before !== undefined) unhang(state, before);
    if (after !== undefined) hang(state, after);
  },
};

function hang(state: Ownership, object: AnyObject): void {
  const owner = ownerOf(object);
  if (owner === undefined) return;
  const key = controllerKey(owner, object);
  const owned = state.byController.get(key);
  if (owned === undefined) state.byController.set(key, new Set([object]));
  else owned.add(object);
  if (isPod(owner)) state.belowPods += 1;
}

function unhang(state: Ownership, object: AnyObject): void {
  const owner = ownerOf(object);
  if (owner === undefined) return;
  const key = controllerKey(owner, object);
  const owned = state.byController.get(key);
  owned?.delete(object);
  if (owned?.size === 0) state.byController.delete(key);
  if (isPod(owner)) state.belowPods -= 1;
}

function controllerKey(owner: OwnerReference, { metadata }: AnyObject): string {
  return subjectKey(subjectOfOwner(owner, metadata.namespace));
}

function isPod({ apiVersion, kind }: OwnerReference): boolean {
  return kindFor(apiVersion, kind) === 'Pod';
}

/** What says that a subject is its controller, kind by kind. */
function namedIn(key: string, { byController }: Ownership): readonly AnyObject[] {
  const owned = byController.get(key);
  if (owned === undefined) return [];
  return OWNED_KINDS.flatMap((kind) => [...owned].filter((object) => object.kind === kind));
}

/**
 * A subject that we hold no object of, as the objects that it controls name it; undefined when there are none. Where they disagree, as
 * for a moment after it was made anew, the last in order speaks: the answer must not depend on who was asked first.
 */
export function asItsPodsNameIt(subject: Subject, inventory: Inventory): Subject | undefined {
  const names = namedIn(subjectKey(subject), inventory.view(OWNERSHIP)).flatMap((object) => {
    const owner = controllerOf(object);
    return owner === undefined ? [] : [subjectOfOwner(owner, subject.namespace)];
  });
  return names.sort((a, b) => (nameKey(a) < nameKey(b) ? -1 : 1)).at(-1);
}

function nameKey({ apiVersion, uid }: Subject): string {
  return `${apiVersion} ${uid ?? ''}`;
}

/** The pods below a subject, at any depth: those that run or ran, and apart the ones that templates would make. */
export interface PodsBelow {
  readonly live: readonly Pod[];
  /** Of templates that have no live pod below them and no template above them. */
  readonly templates: readonly Pod[];
}

const NOTHING_BELOW: PodsBelow = { live: [], templates: [] };

/** The pods that a subject stands for. A template counts only where it has no live pod: the live pod wins (docs/adr/0003). */
export function podsBelow(subject: Subject, inventory: Inventory): PodsBelow {
  const own = objectAt(subject, inventory);
  if (own?.kind !== 'Pod' && !inventory.view(OWNERSHIP).byController.has(subjectKey(subject))) return NOTHING_BELOW;
  const levels = levelsFrom(subject, inventory);
  for (const level of levels.toReversed()) settle(level);
  const { live = [], templates = [] } = levels[0] ?? {};
  return { live: own?.kind === 'Pod' ? [...new Set([own, ...live])] : live, templates };
}

/** What one owner has directly below it; after `settle` what it has at any depth. */
interface Level {
  readonly subject: Subject;
  readonly key: string;
  readonly below: Level[];
  live: readonly Pod[];
  templates: readonly Pod[];
}

/** The owners below a subject, each after the one above it. Not recursive: a hostile chain of owners may be as long as it likes. */
function levelsFrom(subject: Subject, inventory: Inventory): readonly Level[] {
  const levels: Level[] = [{ subject, key: subjectKey(subject), below: [], live: [], templates: [] }];
  const seen = new Set(levels.map(({ key }) => key));
  const ownership = inventory.view(OWNERSHIP);
  for (const level of levels) {
    const owned = namedIn(level.key, ownership).filter((object) =>
      isSame(level.subject.uid, controllerOf(object)?.uid),
    );
    const pods = owned.filter((object) => object.kind === 'Pod');
    level.live = pods.filter((pod) => !isTemplate(pod));
    level.templates = pods.filter(isTemplate);
    const owners = owned.filter(({ kind }) => kind !== 'Pod');
    for (const owner of ownership.belowPods > 0 ? [...owners, ...level.live] : owners) {
      const below = subjectOf(owner);
      const key = subjectKey(below);
      if (seen.has(key)) continue;
      seen.add(key);
      const next: Level = { subject: below, key, below: [], live: [], templates: [] };
      level.below.push(next);
      levels.push(next);
    }
  }
  return levels;
}

/** A template of its own counts where no pod runs below, and hides those further down. */
function settle(level: Level): void {
  level.live = [...level.live, ...level.below.flatMap((each) => each.live)];
  if (level.templates.length === 0) level.templates = level.below.flatMap((each) => each.templates);
  else if (!level.live.every(isFinished)) level.templates = [];
}

/** The object that a subject names, where we hold its kind. */
export function objectAt(subject: Subject, inventory: Inventory): AnyObject | undefined {
  if (isCluster(subject)) return CLUSTER;
  if (!isKind(subject.kind) || kindFor(subject.apiVersion, subject.kind) === undefined) return undefined;
  return inventory.get({ kind: subject.kind, namespace: subject.namespace, name: subject.name });
}
