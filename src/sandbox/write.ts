import {
  at,
  nameOf,
  namespaceOf,
  put,
  recordAt,
  same,
  textAt,
  textsAt,
  uidOf,
  versionOf,
  without,
  type Raw,
} from './json.ts';
import { establishedStatus } from './crd.ts';
import { decodeBody, finishNative } from './decode.ts';
import { fillDefaults } from './structural.ts';
import { applyConfig, trackUpdate } from './managed.ts';
import { dropStatus, numberGeneration, placed, prepareCreate, restrictUpdate } from './prepare.ts';
import { aboutKind, aboutPlural, type Resource } from './resource.ts';
import * as status from './status.ts';
import { finalizerCauses, immutableCauses, required, sameNamespace, validationCauses } from './validate.ts';
import { stamp, type Intent, type World } from './world.ts';

export interface Written {
  readonly object: Raw;
  readonly created: boolean;
}

function checkNamespace(world: World, { resource, namespace, name }: Intent): void {
  if (!resource.namespaced || namespace === '') return;
  const home = world.storage.get(world.registry.native('', 'namespaces'), '', namespace);
  if (home === undefined) throw status.notFound({ kind: 'namespaces', name: namespace });
  if (textAt(home, 'status', 'phase') !== 'Terminating') return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const error = status.forbidden(aboutPlural(resource, name), why);
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  throw new status.ApiError(403, 'Forbidden', error.message, {
    details: { ...recordAt(error.body, 'details'), causes: [cause] },
  });
}

function validated(object: Raw, resource: Resource, live?: Raw): Raw {
  const causes = [
    ...validationCauses(object, resource),
    ...(live === undefined ? [] : [...finalizerCauses(object, live), ...immutableCauses(object, live, resource)]),
  ];
  if (causes.length > 0) throw status.invalid(aboutKind(resource, nameOf(object)), causes);
  return object;
}

/** A CRD is accepted as it is written: its kinds are served from then on. */
function settled(object: Raw, resource: Resource, world: World): Raw {
  if (resource.kind !== 'CustomResourceDefinition' || resource.custom !== undefined) return object;
  return { ...object, status: establishedStatus(object, stamp(world)) };
}

function announce(object: Raw, resource: Resource, world: World): void {
  if (resource.kind === 'CustomResourceDefinition' && resource.custom === undefined) world.registry.define(object);
}

function refuseVersion(object: Raw): void {
  if (versionOf(object) !== '')
    throw new status.ApiError(500, '', 'resourceVersion should not be set on objects to be created');
}

const withStatus = (object: Raw, { status: given, resource }: Intent): Raw =>
  given === undefined || !resource.subresources.includes('status') ? object : { ...object, status: given };

/** Rules in CEL are kept but not evaluated: who relies on them has to know. */
function warnOfRules(object: Raw, { resource, warn }: Intent): void {
  const isCrd = resource.kind === 'CustomResourceDefinition' && resource.custom === undefined;
  if (isCrd && JSON.stringify(object).includes('"x-kubernetes-validations"'))
    warn('the sandbox does not evaluate x-kubernetes-validations');
}

/** Stores a new object whose fields are owned already. */
function insert(world: World, object: Raw, intent: Intent): Raw {
  const { resource } = intent;
  refuseVersion(object);
  if (nameOf(object) === '' && textAt(object, 'metadata', 'generateName') === '')
    throw status.invalid(aboutKind(resource, ''), [
      required('metadata.name', 'Required value: name or generateName is required'),
    ]);
  const made = prepareCreate(object, resource, world);
  const filled = resource.custom === undefined ? finishNative(made, resource) : made;
  const final = settled(validated(withStatus(filled, intent), resource), resource, world);
  if (world.storage.get(resource, namespaceOf(final), nameOf(final)) !== undefined)
    throw status.alreadyExists(aboutPlural(resource, nameOf(final)));
  warnOfRules(final, intent);
  if (intent.dryRun) return final;
  const stored = world.storage.write(resource, final);
  announce(stored, resource, world);
  return stored;
}

/** POST: a new object. */
export function create(world: World, intent: Intent, body: Raw): Raw {
  const { resource, namespace, manager } = intent;
  const decoded = decodeBody(body, intent);
  if (!sameNamespace(decoded, namespace))
    throw status.badRequest('the namespace of the provided object does not match the namespace sent on the request');
  const home = placed(decoded, resource.namespaced ? namespace : '');
  checkNamespace(world, { ...intent, name: nameOf(home) });
  return insert(
    world,
    trackUpdate(undefined, dropStatus(home, resource), { resource, manager, now: stamp(world) }),
    intent,
  );
}

/** Whether nothing but a time in managedFields would change: such a write leaves no trace. */
function unchanged(next: Raw, live: Raw): boolean {
  const timeless = (object: Raw): Raw => {
    const entries = at(object, 'metadata', 'managedFields');
    const list = Array.isArray(entries) ? entries.map((entry) => without(entry as Raw, 'time')) : undefined;
    return put(without(object), ['metadata', 'managedFields'], list);
  };
  return same(timeless(next), timeless(live));
}

/** Where etcd would keep the object; the real server names it in this one message. */
const storagePath = (object: Raw, { group, plural, custom }: Resource): string =>
  ['/registry', ...(custom === undefined ? [] : [group]), plural, namespaceOf(object), nameOf(object)]
    .filter((part) => part !== '')
    .join('/');

function checkPreconditions(next: Raw, live: Raw, resource: Resource): void {
  const about = aboutPlural(resource, nameOf(live));
  const uid = uidOf(next);
  if (uid !== '' && uid !== uidOf(live))
    throw status.conflict(
      about,
      `StorageError: invalid object, Code: 4, Key: ${storagePath(live, resource)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${uidOf(live)}`,
    );
  const version = versionOf(next);
  if (version !== '' && version !== versionOf(live)) throw status.conflict(about, status.STALE);
}

const renumbered = (next: Raw, live: Raw, { resource, manager }: Intent): Raw =>
  manager.subresource === 'status' ? next : numberGeneration(next, live, resource);

/** Stores the next state of an object that is there; the last finalizer gone from a dying object removes it. */
function replace(world: World, next: Raw, live: Raw, intent: Intent): Raw {
  const { resource } = intent;
  const filled = resource.custom === undefined ? finishNative(next, resource) : next;
  const final = settled(renumbered(validated(filled, resource, live), live, intent), resource, world);
  if (unchanged(final, live)) return live;
  if (intent.dryRun) return final;
  const dying = textAt(live, 'metadata', 'deletionTimestamp') !== '';
  if (dying && isReleased(final, resource)) return world.storage.remove(resource, final);
  const stored = world.storage.write(resource, final);
  announce(stored, resource, world);
  return stored;
}

/** Whether nothing keeps a dying object any more. */
export function isReleased(object: Raw, resource: Resource): boolean {
  const spec =
    resource.kind === 'Namespace' && resource.custom === undefined ? textsAt(object, 'spec', 'finalizers') : [];
  const waits = resource.kind === 'Pod' && Number(at(object, 'metadata', 'deletionGracePeriodSeconds') ?? 0) > 0;
  return textsAt(object, 'metadata', 'finalizers').length + spec.length === 0 && !waits;
}

/** The next state of a live object, from a complete one: PUT, and every patch once it is applied. */
export function updateTo(world: World, intent: Intent, live: Raw, next: Raw): Raw {
  const { resource, manager } = intent;
  checkPreconditions(next, live, resource);
  // The real server notes no time for a write through scale.
  const context = { resource, manager, now: manager.subresource === 'scale' ? '' : stamp(world) };
  const reached = restrictUpdate(next, live, resource, manager.subresource);
  return replace(world, trackUpdate(live, reached, context), live, intent);
}

/** Kinds that a PUT creates when they are not there. */
const CREATED_BY_PUT = new Set([
  'Endpoints',
  'Lease',
  'Event',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'LimitRange',
]);

/** PUT: the object, or its status, as a whole. */
export function update(world: World, intent: Intent, body: Raw): Written {
  const { resource, namespace, name } = intent;
  const decoded = decodeBody(body, intent);
  if (nameOf(decoded) !== '' && nameOf(decoded) !== name)
    throw status.badRequest(`the name of the object (${nameOf(decoded)}) does not match the name on the URL (${name})`);
  if (!sameNamespace(decoded, namespace))
    throw status.badRequest('the namespace of the provided object does not match the namespace sent on the request');
  const next = put(placed(decoded, resource.namespaced ? namespace : ''), ['metadata', 'name'], name);
  const live = world.storage.get(resource, namespace, name);
  if (live === undefined) {
    if (resource.custom !== undefined || !CREATED_BY_PUT.has(resource.kind))
      throw status.notFound(aboutPlural(resource, name));
    return { object: create(world, intent, next), created: true };
  }
  if (resource.custom !== undefined && versionOf(next) === '')
    throw status.invalid(aboutPlural(resource, name), [
      {
        reason: 'FieldValueInvalid',
        message: 'Invalid value: 0: must be specified for an update',
        field: 'metadata.resourceVersion',
      },
    ]);
  return { object: updateTo(world, intent, live, next), created: false };
}

/** PATCH with an applied configuration: creates what is not there. */
export function apply(world: World, intent: Intent, config: Raw): Written {
  const { resource, namespace, name, manager, force } = intent;
  const live = world.storage.get(resource, namespace, name);
  if (live === undefined && manager.subresource !== '') throw status.notFound(aboutPlural(resource, name));
  const home = put(placed(config, resource.namespaced ? namespace : ''), ['metadata', 'name'], name);
  const context = { resource, manager, now: stamp(world), force };
  if (live === undefined) {
    checkNamespace(world, intent);
    const applied = applyConfig(undefined, dropStatus(home, resource), context);
    return { object: insert(world, refill(applied, resource), intent), created: true };
  }
  checkPreconditions(home, live, resource);
  const applied = refill(applyConfig(live, home, context), resource);
  const reached = restrictUpdate(applied, live, resource, manager.subresource);
  return { object: replace(world, reached, live, intent), created: false };
}

/** What decoding adds, once more: a field that was given up falls back to its default. */
function refill(object: Raw, resource: Resource): Raw {
  if (resource.custom === undefined) return finishNative(object, resource);
  return fillDefaults(object, recordAt(resource.custom.version, 'schema', 'openAPIV3Schema')) as Raw;
}
