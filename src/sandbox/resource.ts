import type { Column, NativeEntry } from './native.ts';
import { NATIVE_SCHEMAS } from './native.ts';
import { at, type Raw } from './json.ts';
import type { Schema } from './schema.ts';
import type { About } from './status.ts';

/** What a CRD says beyond what every kind has. */
export interface Custom {
  readonly crd: Raw;
  /** The version as the CRD states it: schema, columns, selectable fields. */
  readonly version: Raw;
  /** JSON paths of `additionalPrinterColumns`, in the order of `columns` after the name. */
  readonly columnPaths: readonly string[];
}

/** One kind in one version, as it is served. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly string[];
  readonly columns: readonly Column[];
  readonly schema: Schema | undefined;
  readonly custom?: Custom;
  readonly storageVersionHash?: string;
}

export const apiVersionOf = ({ group, version }: Pick<Resource, 'group' | 'version'>): string =>
  group === '' ? version : `${group}/${version}`;

/** Where the objects are kept: the versions of a kind share their objects. */
export const storageKey = ({ group, plural }: Pick<Resource, 'group' | 'plural'>): string => `${group}/${plural}`;

/** The resource in the words of a Status about a request. */
export const aboutPlural = ({ group, plural }: Resource, name?: string): About => ({
  group,
  kind: plural,
  ...(name === undefined ? {} : { name }),
});

/** The resource in the words of a Status about an object. */
export const aboutKind = ({ group, kind }: Resource, name: string): About => ({ group, kind, name });

const schemaNames = new Map(
  Object.entries(NATIVE_SCHEMAS).flatMap(([name, schema]) => {
    const kinds = schema['x-kubernetes-group-version-kind'];
    const only = Array.isArray(kinds) && kinds.length === 1 ? (kinds[0] as unknown) : undefined;
    return [[`${String(at(only, 'group'))}/${String(at(only, 'version'))}/${String(at(only, 'kind'))}`, name] as const];
  }),
);

/** The name of the OpenAPI schema of a native kind. */
export function schemaNameOf({
  group,
  version,
  kind,
}: Pick<Resource, 'group' | 'version' | 'kind'>): string | undefined {
  return schemaNames.get(`${group}/${version}/${kind}`);
}

/** Kinds that come in bodies without being resources. */
const BODIES: Readonly<Record<string, string>> = {
  DeleteOptions: 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions',
};

/** The name of the OpenAPI schema of a native kind, as an object spells the kind. */
export function schemaNameFor(apiVersion: string, kind: string): string | undefined {
  const slash = apiVersion.indexOf('/');
  const group = apiVersion.slice(0, Math.max(0, slash));
  return schemaNames.get(`${group}/${apiVersion.slice(slash + 1)}/${kind}`) ?? BODIES[kind];
}

/** A kind that is served from the start. */
export function nativeResource(entry: NativeEntry): Resource {
  const [, second = '', third] = entry.path.split('/');
  const group = third === undefined ? '' : second;
  const version = third ?? second;
  const name = schemaNameOf({ group, version, kind: entry.kind });
  return {
    group,
    version,
    plural: entry.name,
    singular: entry.singularName,
    kind: entry.kind,
    listKind: `${entry.kind}List`,
    namespaced: entry.namespaced,
    verbs: entry.verbs,
    shortNames: entry.shortNames ?? [],
    categories: entry.categories ?? [],
    subresources: entry.subresources,
    columns: entry.columns ?? [],
    schema: name === undefined ? undefined : NATIVE_SCHEMAS[name],
    ...(entry.storageVersionHash === undefined ? {} : { storageVersionHash: entry.storageVersionHash }),
  };
}
