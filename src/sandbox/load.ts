import { nameOf, namespaceOf, put, recordsAt, textAt, versionOf, without, type Raw } from './json.ts';
import { ownIntent } from './bootstrap.ts';
import { ApiError } from './status.ts';
import { create, update } from './write.ts';
import type { World } from './world.ts';

/** What became of loaded objects. */
export interface Loaded {
  readonly created: number;
  readonly updated: number;
  /** Objects that the server refuses, each with its answer. */
  readonly failed: readonly { readonly object: string; readonly message: string }[];
}

/** Objects written before others get their turn. */
const SLICE = 200;
const FIRST = ['CustomResourceDefinition', 'Namespace', 'Node'];

const rank = (object: Raw): number => {
  const index = FIRST.indexOf(textAt(object, 'kind'));
  return index < 0 ? FIRST.length : index;
};

const flatten = (object: Raw): readonly Raw[] =>
  textAt(object, 'kind').endsWith('List') && Array.isArray(object['items']) ? recordsAt(object, 'items') : [object];

function ensureNamespace(world: World, name: string): void {
  const namespaces = world.registry.native('', 'namespaces');
  if (name === '' || world.storage.get(namespaces, '', name) !== undefined) return;
  create(world, ownIntent(namespaces, '', name), { metadata: { name } });
}

/** Creates the object, or replaces the one that is there; its status comes along, as no controller knows it better. */
function loadOne(world: World, object: Raw): 'created' | 'updated' {
  const apiVersion = textAt(object, 'apiVersion');
  const resource = world.registry.byKind(apiVersion, textAt(object, 'kind'));
  if (resource === undefined)
    throw new ApiError(404, 'NotFound', `no matches for kind "${textAt(object, 'kind')}" in version "${apiVersion}"`);
  const namespace = resource.namespaced ? namespaceOf(object) || 'default' : '';
  ensureNamespace(world, namespace);
  const intent = ownIntent(resource, namespace, nameOf(object), 'kubeposture-sandbox');
  const metadata = without(
    object['metadata'] as Raw,
    'resourceVersion',
    'uid',
    'generation',
    'managedFields',
    'creationTimestamp',
  );
  const clean: Raw = { ...object, metadata: resource.namespaced ? { ...metadata, namespace } : metadata };
  const live = world.storage.get(resource, namespace, nameOf(object));
  if (live === undefined) {
    create(world, { ...intent, status: object['status'] }, clean);
    return 'created';
  }
  const current = put(clean, ['metadata', 'resourceVersion'], versionOf(live));
  const written = update(world, intent, current).object;
  if (object['status'] === undefined || !resource.subresources.includes('status')) return 'updated';
  const manager = { ...intent.manager, subresource: 'status' };
  update(world, { ...intent, manager }, { ...written, status: object['status'] });
  return 'updated';
}

/** Loads raw objects, those that others need first. */
export async function loadObjects(world: World, objects: readonly Raw[]): Promise<Loaded> {
  const all = objects.flatMap(flatten).toSorted((a, b) => rank(a) - rank(b));
  const counts = { created: 0, updated: 0 };
  const failed: { object: string; message: string }[] = [];
  for (const [index, object] of all.entries()) {
    if (index % SLICE === SLICE - 1) await new Promise((resolve) => setImmediate(resolve));
    try {
      counts[loadOne(world, object)] += 1;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      failed.push({ object: `${textAt(object, 'kind')} ${namespaceOf(object)}/${nameOf(object)}`, message });
    }
  }
  return { ...counts, failed };
}
