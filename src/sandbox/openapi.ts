import { createHash } from 'node:crypto';
import { isList, isRecord, mapValues, recordAt, without, type Raw } from './json.ts';
import { NATIVE_SCHEMAS } from './native.ts';
import type { Registry } from './registry.ts';
import { schemaNameOf, type Resource } from './resource.ts';
import { REF } from './schema.ts';

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const PATCHES = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];

const folderOf = ({ group, version }: Resource): string =>
  group === '' ? `api/${version}` : `apis/${group}/${version}`;
const gvkOf = ({ group, version, kind }: Resource): Raw => ({ group, version, kind });

/** `io.example.v1.Widget`: the group backwards, as the real server names the schemas of CRDs. */
function nameOfSchema(resource: Resource): string {
  return (
    schemaNameOf(resource) ?? `${resource.group.split('.').reverse().join('.')}.${resource.version}.${resource.kind}`
  );
}

function customSchema(resource: Resource): Raw {
  return { ...resource.schema, 'x-kubernetes-group-version-kind': [gvkOf(resource)] };
}

function listSchema(resource: Resource): Raw {
  return {
    description: `${resource.listKind} is a list of ${resource.kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      items: { type: 'array', items: { $ref: `${REF}${nameOfSchema(resource)}` } },
      kind: { type: 'string' },
      metadata: { allOf: [{ $ref: `${REF}${META}.ListMeta` }] },
    },
    'x-kubernetes-group-version-kind': [{ ...gvkOf(resource), kind: resource.listKind }],
  };
}

function refsIn(value: unknown, found: Set<string>): void {
  if (isList(value))
    value.forEach((item) => {
      refsIn(item, found);
    });
  else if (isRecord(value))
    for (const [key, inner] of Object.entries(value)) {
      if (key === '$ref' && typeof inner === 'string') found.add(inner.replace(REF, ''));
      else refsIn(inner, found);
    }
}

/** The schemas of these kinds and of everything that they mention. */
function schemasOf(resources: readonly Resource[]): Raw {
  const result: Record<string, Raw> = {};
  const wanted = new Set([`${META}.DeleteOptions`, `${META}.Status`, `${META}.ListMeta`]);
  for (const resource of resources) {
    const name = nameOfSchema(resource);
    if (resource.custom === undefined) wanted.add(name).add(`${name}List`);
    else {
      result[name] = customSchema(resource);
      result[`${name}List`] = listSchema(resource);
      refsIn(result[name], wanted);
    }
  }
  for (const name of wanted) {
    const schema = NATIVE_SCHEMAS[name];
    if (schema === undefined || Object.hasOwn(result, name)) continue;
    result[name] = schema;
    refsIn(schema, wanted);
  }
  return result;
}

const query = (name: string, type = 'string'): Raw => ({ name, in: 'query', schema: { type, uniqueItems: true } });

function operation(resource: Resource, action: string, body: readonly string[]): Raw {
  const schema = { $ref: `${REF}${nameOfSchema(resource)}` };
  const content = Object.fromEntries(body.map((type) => [type, { schema: { $ref: `${REF}${META}.Patch` } }]));
  const writes = action !== 'get' && action !== 'list';
  return {
    tags: [folderOf(resource).replace(/[/.]/g, '_')],
    ...(writes
      ? { parameters: [query('dryRun'), query('fieldManager'), query('fieldValidation'), query('force', 'boolean')] }
      : {}),
    ...(body.length > 0 ? { requestBody: { content, required: true } } : {}),
    responses: { 200: { description: 'OK', content: { 'application/json': { schema } } } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvkOf(resource),
  };
}

function pathsOf(resource: Resource): Raw {
  const base = `/${folderOf(resource)}/${resource.namespaced ? 'namespaces/{namespace}/' : ''}${resource.plural}`;
  const patches = resource.custom === undefined ? [...PATCHES, 'application/strategic-merge-patch+json'] : PATCHES;
  if (!resource.verbs.includes('get')) return { [base]: { post: operation(resource, 'post', ['application/json']) } };
  const parameters = ['name', ...(resource.namespaced ? ['namespace'] : [])].map((name) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', uniqueItems: true },
  }));
  return {
    [base]: { get: operation(resource, 'list', []), post: operation(resource, 'post', ['application/json']) },
    [`${base}/{name}`]: {
      parameters,
      get: operation(resource, 'get', []),
      put: operation(resource, 'put', ['application/json']),
      patch: operation(resource, 'patch', patches),
      delete: operation(resource, 'delete', ['application/json']),
    },
  };
}

const INFO: Raw = { title: 'Kubernetes', version: 'v1.36.3' };
const PATCH_SCHEMA: Raw = {
  description: 'Patch is provided to give a concrete name and type to the Kubernetes PATCH request body.',
  type: 'object',
};

/** `GET /openapi/v3/PATH`: the schemas and paths of one group version. */
export function openapiV3(registry: Registry, folder: string): Raw | undefined {
  const own = registry.all.filter((resource) => folderOf(resource) === folder);
  if (own.length === 0) return undefined;
  const paths = Object.assign({}, ...own.map(pathsOf)) as Raw;
  return {
    openapi: '3.0.0',
    info: INFO,
    paths,
    components: { schemas: { ...schemasOf(own), [`${META}.Patch`]: PATCH_SCHEMA } },
  };
}

/** `GET /openapi/v3`: where the documents are; the hash lets clients keep them. */
export function openapiIndex(registry: Registry): Raw {
  const folders = [...new Set(registry.all.map(folderOf))];
  const hash = createHash('sha256').update(String(registry.revision)).digest('hex').toUpperCase();
  return {
    paths: Object.fromEntries(
      folders.map((folder) => [folder, { serverRelativeURL: `/openapi/v3/${folder}?hash=${hash}` }]),
    ),
  };
}

/** What version 2 cannot say falls away: it has no allOf around a reference with siblings, no oneOf, no nullable. */
function toV2(value: unknown): unknown {
  if (isList(value)) return value.map(toV2);
  if (!isRecord(value)) return value;
  const inner = value['allOf'];
  if (isList(inner) && inner.length === 1) return toV2({ ...value, allOf: undefined, ...(inner[0] as Raw) });
  return mapValues(value, (item, key) => {
    if (
      ['oneOf', 'anyOf', 'nullable', 'default'].includes(key) &&
      (isList(item) || typeof item !== 'object' || key === 'default')
    )
      return undefined;
    return key === '$ref' && typeof item === 'string' ? item.replace(REF, '#/definitions/') : toV2(item);
  });
}

/** `GET /openapi/v2`: everything in one document. */
export function openapiV2(registry: Registry): Raw {
  const paths = Object.assign(
    {},
    ...registry.all.map((resource) => mapValues(pathsOf(resource), (item) => v2Path(recordAt({ item }, 'item')))),
  ) as Raw;
  return { swagger: '2.0', info: INFO, paths, definitions: toV2(schemasOf(registry.all)) };
}

function v2Path(item: Raw): Raw {
  return mapValues(item, (operation, method) => {
    if (!isRecord(operation)) return undefined;
    const consumes = Object.keys(recordAt(operation, 'requestBody', 'content'));
    const rest = without(operation, 'requestBody', 'parameters');
    const parameters = (isList(operation['parameters']) ? operation['parameters'] : []).map((each) => ({
      name: recordAt({ each }, 'each')['name'],
      in: 'query',
      type: 'string',
    }));
    const named = { ...rest, responses: { 200: { description: 'OK' } } };
    return method === 'parameters' ? undefined : { ...named, parameters, ...(consumes.length > 0 ? { consumes } : {}) };
  });
}
