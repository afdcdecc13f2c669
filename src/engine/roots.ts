import { KINDS, TEMPLATE_KINDS, groupOf, isKind, kindFor, type Kind, type TemplateKind } from '#model/kinds.ts';
import { controllerOf, type OwnerReference } from '#model/metadata.ts';
import type { Index, Inventory } from '#model/inventory.ts';
import type { AnyObject, Pod } from '#model/objects.ts';
import { subjectOf, type Subject } from '#model/ref.ts';
import { isFinished, isTemplate } from '#model/workload.ts';

const DEEPEST = 10; // No controller chain of real life is longer; a ring of owners in a hostile file ends here.

/** Kinds whose objects a top-level owner may have below it. */
const OWNED_KINDS = [...TEMPLATE_KINDS, 'Pod'] as const satisfies readonly Kind[];

/**
 * The subject that an object is reported on: its top-level controller. Unknown kinds are fine: what the reference says of them is enough.
 * A mirror pod is its own owner (its node's).
 */
export function rootOf(object: AnyObject, inventory: Inventory): Subject {
  let here = object;
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const owner = controllerOf(here);
    if (owner === undefined || owner.kind === 'Node') break;
    const above = objectOf(owner, here.metadata.namespace, inventory);
    if (above === undefined) return subjectOfOwner(owner, here.metadata.namespace);
    here = above;
  }
  return subjectOf(here);
}

function objectOf(owner: OwnerReference, namespace: string, inventory: Inventory): AnyObject | undefined {
  const kind = kindFor(owner.apiVersion, owner.kind);
  if (kind === undefined) return undefined;
  const object = inventory.get({ kind, namespace: KINDS[kind].namespaced ? namespace : '', name: owner.name });
  return object !== undefined && isSame(owner.uid, object.metadata.uid) ? object : undefined;
}

/** Whether two uids can be of one object: files often state none. */
function isSame(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}

function subjectOfOwner({ apiVersion, kind, name, uid }: OwnerReference, namespace: string): Subject {
  return { apiVersion, kind, namespace, name, ...(uid === undefined ? {} : { uid }) };
}

/** Objects by their controller: `Kind.group/name`, within a namespace. */
function controllerKey(object: AnyObject): readonly string[] {
  const owner = controllerOf(object);
  if (owner === undefined || owner.kind === 'Node') return [];
  return [ownerKey(owner.kind, groupOf(owner.apiVersion), object.metadata.namespace, owner.name)];
}

function ownerKey(kind: string, group: string, namespace: string, name: string): string {
  return `${kind}.${group}/${namespace}/${name}`;
}

const BY_CONTROLLER = Object.fromEntries(
  OWNED_KINDS.map((kind) => [kind, { kind, name: 'controller', of: controllerKey }]),
) as unknown as Readonly<Record<Owned, Index<Owned>>>;

type Owned = TemplateKind | 'Pod';

function ownedBy(kind: Owned, owner: Subject, inventory: Inventory): readonly AnyObject[] {
  const key = ownerKey(owner.kind, groupOf(owner.apiVersion), owner.namespace, owner.name);
  const index = BY_CONTROLLER[kind];
  return inventory.by(index, key).filter((object) => isSame(owner.uid, controllerOf(object)?.uid));
}

/**
 * A subject that we hold no object of, as the objects that it controls name it; undefined when there are none. Where they disagree, as
 * for a moment after it was made anew, the last in order speaks: the answer must not depend on who was asked first.
 */
export function asItsPodsNameIt(subject: Subject, inventory: Inventory): Subject | undefined {
  const { uid: _, ...anyOfThatName } = subject;
  const names = OWNED_KINDS.flatMap((kind) => ownedBy(kind, anyOfThatName, inventory)).flatMap((object) => {
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

/** The pods that a subject stands for. A template counts only where it has no live pod: the live pod wins (checks-catalogue 1.3). */
export function podsBelow(subject: Subject, inventory: Inventory): PodsBelow {
  const own = objectAt(subject, inventory);
  if (own?.kind === 'Pod') return { live: [own], templates: [] };
  return gather(subject, inventory, 0);
}

function gather(subject: Subject, inventory: Inventory, depth: number): PodsBelow {
  if (depth > DEEPEST) return { live: [], templates: [] };
  const pods = ownedBy('Pod', subject, inventory) as readonly Pod[];
  const below = TEMPLATE_KINDS.flatMap((kind) =>
    ownedBy(kind, subject, inventory).map((owned) => gather(subjectOf(owned), inventory, depth + 1)),
  );
  const live = [...pods.filter((pod) => !isTemplate(pod)), ...below.flatMap((each) => each.live)];
  const own = pods.filter(isTemplate);
  if (own.length === 0) return { live, templates: below.flatMap((each) => each.templates) };
  return { live, templates: live.every(isFinished) ? own : [] };
}

/** The object that a subject names, where we hold its kind. */
export function objectAt(subject: Subject, inventory: Inventory): AnyObject | undefined {
  if (!isKind(subject.kind) || kindFor(subject.apiVersion, subject.kind) === undefined) return undefined;
  return inventory.get({ kind: subject.kind, namespace: subject.namespace, name: subject.name });
}
