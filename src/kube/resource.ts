/** A kind as the API serves it, and the paths under which it does. */
export interface Resource {
  readonly kind: string;
  /** `''` for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** Ask for PartialObjectMetadata: the values never leave the server (W10). */
  readonly metadataOnly?: true;
  /** Comes with an extension: that the server does not have it is nothing to warn of. */
  readonly optional?: true;
  /** Objects a page of a list, where fewer than usual are enough. */
  readonly pageSize?: number;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

type Place = Pick<Resource, 'group' | 'version' | 'plural'>;

export interface At {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** `v1`, `apps/v1`. */
export function apiVersionOf({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `pods`, `deployments.apps`: the name that RBAC and metrics know. */
export function resourceName({ group, plural }: Pick<Resource, 'group' | 'plural'>): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** `/api/v1/namespaces/a/pods/b`; an empty namespace is none. */
export function resourcePath(place: Place, { namespace, name, subresource }: At = {}): string {
  const root = place.group === '' ? `/api/${place.version}` : `/apis/${place.group}/${place.version}`;
  const parts = [
    ...(namespace === undefined || namespace === '' ? [] : ['namespaces', namespace]),
    place.plural,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  return `${root}/${parts.map(encodeURIComponent).join('/')}`;
}

/** The Accept header that asks for metadata only, of one object or of a list. */
export function metadataAccept(as: 'PartialObjectMetadata' | 'PartialObjectMetadataList'): string {
  return `application/json;as=${as};g=meta.k8s.io;v=v1`;
}

export function selectorsOf(resource: Pick<Resource, 'fieldSelector' | 'labelSelector'>): Record<string, string> {
  return {
    ...(resource.fieldSelector === undefined ? {} : { fieldSelector: resource.fieldSelector }),
    ...(resource.labelSelector === undefined ? {} : { labelSelector: resource.labelSelector }),
  };
}
