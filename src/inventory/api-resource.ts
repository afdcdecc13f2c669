import type { ObjectOf } from '#model/objects.ts';
import { shrink } from './shrink.ts';

/** A resource as discovery tells it. */
export interface DiscoveredResource {
  readonly group: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Why resources are not known: the server lets discovery not be read, or is older than that of all groups in one answer (1.27). */
export const REFUSED = 'discovery: forbidden';
export const NOT_TOLD = 'the server has no aggregated discovery';

/** What discovery tells of a resource as the CustomResourceDefinition says it that brings one: one shape for both. */
export function apiResourceOf({ group, plural, namespaced }: DiscoveredResource): ObjectOf<'ApiResource'> {
  return shrink('ApiResource', {
    metadata: { name: `${plural}.${group}` },
    spec: { group, names: { plural }, scope: namespaced ? 'Namespaced' : 'Cluster' },
  });
}
