import {
  at,
  nameOf,
  namespaceOf,
  numberAt,
  own,
  put,
  recordAt,
  textAt,
  textsAt,
  uidOf,
  versionOf,
  type Raw,
} from './json.ts';
import type { Resource } from './resource.ts';
import * as status from './status.ts';
import { isReleased } from './write.ts';
import type { World } from './world.ts';

/** What a DELETE answers: the object when it lives on or when its kind says so, else a Status. */
export interface Removed {
  readonly object: Raw;
  readonly gone: boolean;
}

/** An object with its kind. */
export interface Held {
  readonly resource: Resource;
  readonly object: Raw;
}

const POLICIES = ['Orphan', 'Background', 'Foreground'];

/** Kinds whose DELETE answers the deleted object even when it is gone at once. */
const ANSWERS_OBJECT = new Set([
  'Pod',
  'Service',
  'ServiceAccount',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'ResourceQuota',
]);

export function answersObject(resource: Resource): boolean {
  return resource.custom === undefined && ANSWERS_OBJECT.has(resource.kind);
}

function checkOptions(options: Raw): void {
  const policy = own(options, 'propagationPolicy');
  const orphan = own(options, 'orphanDependents');
  if (typeof policy === 'string' && !POLICIES.includes(policy))
    throw status.invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, [
      {
        reason: 'FieldValueNotSupported',
        message: `Unsupported value: ${JSON.stringify(policy)}: supported values: "Foreground", "Background", "Orphan", "nil"`,
        field: 'propagationPolicy',
      },
    ]);
  if (typeof policy === 'string' && typeof orphan === 'boolean')
    throw status.invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, [
      {
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${JSON.stringify(policy)}: orphanDependents and deletionPropagation cannot be both set`,
        field: 'propagationPolicy',
      },
    ]);
}

function checkPreconditions(object: Raw, options: Raw, { kind, group }: Resource): void {
  const about = { group, kind, name: nameOf(object) };
  const uid = textAt(options, 'preconditions', 'uid');
  const version = textAt(options, 'preconditions', 'resourceVersion');
  if (uid !== '' && uid !== uidOf(object))
    throw status.conflict(
      about,
      `the UID in the precondition (${uid}) does not match the UID in record (${uidOf(object)}). The object might have been deleted and then recreated`,
    );
  if (version !== '' && version !== versionOf(object))
    throw status.conflict(
      about,
      `the ResourceVersion in the precondition (${version}) does not match the ResourceVersion in record (${versionOf(object)}). The object might have been modified`,
    );
}

/** A CRD waits for its objects to go. */
export const CLEANUP = 'customresourcecleanup.apiextensions.k8s.io';
const isCrd = ({ kind, custom }: Resource): boolean => custom === undefined && kind === 'CustomResourceDefinition';

/** The finalizers after the propagation policy of a deletion has put its own in or out. */
function finalizersFor(object: Raw, options: Raw, resource: Resource): readonly string[] {
  const policy = own(options, 'orphanDependents') === true ? 'Orphan' : textAt(options, 'propagationPolicy');
  const present = textsAt(object, 'metadata', 'finalizers').filter(
    (each) => policy === '' || (each !== 'orphan' && each !== 'foregroundDeletion'),
  );
  if (isCrd(resource) && !present.includes(CLEANUP)) return [CLEANUP];
  if (policy === 'Orphan') return [...present, 'orphan'];
  return policy === 'Foreground' ? [...present, 'foregroundDeletion'] : present;
}

/** How long a Pod may take to go: nothing runs here, so only one that was placed on a node is let go in grace. */
function graceOf(object: Raw, options: Raw, resource: Resource): number {
  if (resource.kind !== 'Pod' || resource.custom !== undefined) return 0;
  const phase = textAt(object, 'status', 'phase');
  if (textAt(object, 'spec', 'nodeName') === '' || phase === 'Succeeded' || phase === 'Failed') return 0;
  return numberAt(options, 'gracePeriodSeconds') ?? numberAt(object, 'spec', 'terminationGracePeriodSeconds') ?? 30;
}

function dying(world: World, object: Raw, finalizers: readonly string[], grace: number): Raw {
  const generation = numberAt(object, 'metadata', 'generation');
  const already = textAt(object, 'metadata', 'deletionTimestamp') !== '';
  const meta: Raw = {
    ...recordAt(object, 'metadata'),
    deletionTimestamp: already ? textAt(object, 'metadata', 'deletionTimestamp') : deadline(world, grace),
    deletionGracePeriodSeconds: already ? (at(object, 'metadata', 'deletionGracePeriodSeconds') ?? grace) : grace,
    ...(generation === undefined || already ? {} : { generation: generation + 1 }),
  };
  return { ...object, metadata: finalizers.length === 0 ? meta : { ...meta, finalizers } };
}

const deadline = (world: World, grace: number): string =>
  `${new Date(world.now().getTime() + grace * 1000).toISOString().slice(0, 19)}Z`;

const terminating = (namespace: Raw): Raw =>
  put(put(namespace, ['status', 'phase'], 'Terminating'), ['metadata', 'deletionGracePeriodSeconds'], undefined);

/** Deletes an object: at once, or, when finalizers or grace hold it, marks it as dying. */
export function remove(world: World, { resource, object }: Held, options: Raw, dryRun = false): Removed {
  checkOptions(options);
  checkPreconditions(object, options, resource);
  const finalizers = finalizersFor(object, options, resource);
  const grace = graceOf(object, options, resource);
  const isNamespace = resource.kind === 'Namespace' && resource.custom === undefined;
  const marked = dying(world, put(object, ['metadata', 'finalizers'], undefined), finalizers, grace);
  const next = isNamespace ? terminating(marked) : marked;
  const gone = isReleased(next, resource) && grace === 0;
  if (dryRun) return { object: next, gone };
  if (gone) {
    const last = world.storage.remove(resource, object);
    return { object: resource.kind === 'Pod' ? next : last, gone };
  }
  const before = object;
  const unchanged = textAt(before, 'metadata', 'deletionTimestamp') !== '' && sameFinalizers(before, next);
  return { object: unchanged ? before : world.storage.write(resource, next), gone };
}

const sameFinalizers = (a: Raw, b: Raw): boolean =>
  textsAt(a, 'metadata', 'finalizers').join() === textsAt(b, 'metadata', 'finalizers').join();

/** The Status that a deletion at once answers. */
export function removedStatus(resource: Resource, object: Raw): Raw {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: nameOf(object),
      ...(resource.group === '' ? {} : { group: resource.group }),
      kind: resource.plural,
      uid: uidOf(object),
    },
  };
}

/** Takes a dying Pod away when its grace is over or nobody runs it. */
export function release(world: World, resource: Resource, object: Raw): void {
  const current = world.storage.get(resource, namespaceOf(object), nameOf(object));
  if (current !== undefined && uidOf(current) === uidOf(object)) world.storage.remove(resource, current);
}
