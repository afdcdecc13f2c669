/** The requests that the sandbox and a real API server have to answer alike, in order: later ones build on earlier ones. */
import type { Ask } from './sandbox-client.ts';

type Json = Readonly<Record<string, unknown>>;

/** What earlier answers of the same server said. */
export interface Seen {
  readonly version: (step: string) => string;
  readonly uid: (step: string) => string;
  readonly continue: (step: string) => string;
}

export interface Step {
  readonly name: string;
  readonly ask: Ask | ((seen: Seen) => Ask);
  /** A watch: how many lines to wait for. */
  readonly lines?: number;
  /** Ask until the answer has this code: what controllers do takes a moment. */
  readonly untilCode?: number;
  /** Compare the code only: how far a controller is when we ask is chance. */
  readonly codeOnly?: true;
  /** The part of the answer that is compared, where the real server serves more. */
  readonly part?: (json: unknown) => unknown;
}

const NS = '/api/v1/namespaces/conf';
const APPS = '/apis/apps/v1/namespaces/conf';
const WIDGETS = '/apis/conf.example.io/v1/namespaces/conf/widgets';
const GIZMOS = '/apis/conf.example.io/v1/gizmos';
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const MERGE = 'application/merge-patch+json';
const JSONP = 'application/json-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
const APPLY = 'application/apply-patch+yaml';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const PARTIAL = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io';
const PARTIAL_LIST = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

const get = (path: string, accept?: string): Ask => ({ path, ...(accept === undefined ? {} : { accept }) });
const post = (path: string, body: unknown): Ask => ({ method: 'POST', path, body });
const put = (path: string, body: unknown): Ask => ({ method: 'PUT', path, body });
const del = (path: string, body?: unknown): Ask => ({
  method: 'DELETE',
  path,
  ...(body === undefined ? {} : { body }),
});
const patch = (path: string, contentType: string, body: unknown): Ask => ({ method: 'PATCH', path, contentType, body });
const step = (name: string, ask: Step['ask'], more: Omit<Step, 'name' | 'ask'> = {}): Step => ({ name, ask, ...more });

const configMap = (name: string, data: Json, more: Json = {}): Json => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...more },
  data,
});
const container = { name: 'main', image: 'nginx', ports: [{ containerPort: 80 }] };
const template = (app: string): Json => ({ metadata: { labels: { app } }, spec: { containers: [container] } });
const workload = (kind: string, name: string, more: Json = {}): Json => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, labels: { app: name } },
  spec: { selector: { matchLabels: { app: name } }, template: template(name), ...more },
});
const deployment = workload('Deployment', 'web', { replicas: 2 });
const widget = (name: string, spec: unknown, more: Json = {}): Json => ({
  apiVersion: 'conf.example.io/v1',
  kind: 'Widget',
  metadata: { name, ...more },
  spec,
});
const without = (object: Json, ...keys: readonly string[]): Json =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));

const crd = (plural: string, kind: string, scope: string, version: Json): Json => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.conf.example.io` },
  spec: {
    group: 'conf.example.io',
    scope,
    names: { plural, kind, shortNames: [plural.slice(0, 2)], categories: ['conf'] },
    versions: [{ name: 'v1', served: true, storage: true, ...version }],
  },
});

const WIDGET_SCHEMA = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['size'],
      properties: {
        size: { type: 'integer', minimum: 1, maximum: 100 },
        color: { type: 'string', default: 'red', enum: ['red', 'blue'] },
        code: { type: 'string', pattern: '^[a-z]+$', maxLength: 5 },
        title: { type: 'string', minLength: 2 },
        ratio: { type: 'number' },
        on: { type: 'boolean' },
        port: { 'x-kubernetes-int-or-string': true },
        tags: { type: 'array', maxItems: 2, items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        plain: { type: 'array', minItems: 1, items: { type: 'string' } },
        parts: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string' }, count: { type: 'integer', default: 1 } },
          },
        },
        limits: { type: 'object', additionalProperties: { type: 'string' } },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        maybe: { type: 'string', nullable: true },
      },
    },
    status: { type: 'object', properties: { phase: { type: 'string' }, ready: { type: 'integer' } } },
  },
};

const CRD_STEPS: readonly Step[] = [
  step(
    'create a namespaced CRD',
    post(
      CRDS,
      crd('widgets', 'Widget', 'Namespaced', {
        subresources: { status: {} },
        schema: { openAPIV3Schema: WIDGET_SCHEMA },
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size', description: 'how big' },
          { name: 'Color', type: 'string', jsonPath: '.spec.color', priority: 1 },
          { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
          { name: 'First', type: 'string', jsonPath: '.spec.parts[0].name' },
          { name: 'On', type: 'boolean', jsonPath: '.spec.on' },
          { name: 'Ratio', type: 'number', jsonPath: '.spec.ratio' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
        selectableFields: [{ jsonPath: '.spec.color' }],
      }),
    ),
    { part: (json) => without(json as Json, 'status') },
  ),
  step(
    'create a cluster-scoped CRD without status',
    post(
      CRDS,
      crd('gizmos', 'Gizmo', 'Cluster', {
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      }),
    ),
    { part: (json) => without(json as Json, 'status') },
  ),
  step('the kinds of the CRDs are served', get(WIDGETS), { untilCode: 200 }),
  step('the cluster-scoped one too', get(GIZMOS), { untilCode: 200 }),
  step(
    'create a CRD with a wrong name',
    post(CRDS, {
      ...crd('other', 'Other', 'Namespaced', { schema: { openAPIV3Schema: { type: 'object' } } }),
      metadata: { name: 'wrong.conf.example.io' },
    }),
  ),
  step('discovery of the group', get('/apis/conf.example.io')),
  step('discovery of the version', get('/apis/conf.example.io/v1'), {
    part: (json) =>
      (json as { resources: Json[] }).resources
        .map((each) => without(each, 'storageVersionHash'))
        .toSorted((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1)),
  }),
];

const CUSTOM_STEPS: readonly Step[] = [
  step('create a widget', post(WIDGETS, widget('one', { size: 3 }, { labels: { a: '1' } }))),
  step('create it again', post(WIDGETS, widget('one', { size: 3 }))),
  step('get a widget', get(`${WIDGETS}/one`)),
  step('get a widget that is not there', get(`${WIDGETS}/none`)),
  step('a widget that is too small', post(WIDGETS, widget('bad', { size: 0 }))),
  step('a widget that is too big', post(WIDGETS, widget('bad', { size: 101 }))),
  step('a widget with a text for a number', post(WIDGETS, widget('bad', { size: 'big' }))),
  step('a widget with a number for a text', post(WIDGETS, widget('bad', { size: 1, color: 3 }))),
  step('a widget of an unknown color', post(WIDGETS, widget('bad', { size: 1, color: 'green' }))),
  step('a widget whose code does not match', post(WIDGETS, widget('bad', { size: 1, code: 'A1' }))),
  step('a widget whose code is too long', post(WIDGETS, widget('bad', { size: 1, code: 'abcdef' }))),
  step('a widget whose title is too short', post(WIDGETS, widget('bad', { size: 1, title: 'x' }))),
  step('a widget with too many tags', post(WIDGETS, widget('bad', { size: 1, tags: ['a', 'b', 'c'] }))),
  step('a widget with a tag twice', post(WIDGETS, widget('bad', { size: 1, tags: ['a', 'a'] }))),
  step('a widget with an empty plain list', post(WIDGETS, widget('bad', { size: 1, plain: [] }))),
  step('a widget with a part twice', post(WIDGETS, widget('bad', { size: 1, parts: [{ name: 'p' }, { name: 'p' }] }))),
  step('a widget with a part without name', post(WIDGETS, widget('bad', { size: 1, parts: [{ count: 1 }] }))),
  step('a widget without size', post(WIDGETS, widget('bad', {}))),
  step('a widget with two faults', post(WIDGETS, widget('bad', { size: 0, title: 'x' }))),
  step('a widget whose spec is a text', post(WIDGETS, widget('bad', 'text'))),
  step('a widget with a fraction for an integer', post(WIDGETS, widget('bad', { size: 1.5 }))),
  step('a widget with a wrong name', post(WIDGETS, widget('Not_Valid', { size: 1 }))),
  step('a widget with a wrong label', post(WIDGETS, widget('bad', { size: 1 }, { labels: { a: 'no spaces' } }))),
  step('a widget without name', post(WIDGETS, { ...widget('', { size: 1 }), metadata: {} })),
  step('a widget without kind', post(WIDGETS, without(widget('bad', { size: 1 }), 'kind'))),
  step('a widget of another kind', post(WIDGETS, { ...widget('bad', { size: 1 }), kind: 'Gadget' })),
  step(
    'an unknown field is pruned',
    post(
      `${WIDGETS}?fieldValidation=Ignore`,
      widget('pruned', { size: 1, nope: 1, free: { any: [1] }, limits: { cpu: '1' }, parts: [{ name: 'p', nope: 1 }] }),
    ),
  ),
  step(
    'an unknown field is warned of',
    post(`${WIDGETS}?fieldValidation=Warn`, widget('warned', { size: 1, nope: 1 })),
  ),
  step(
    'an unknown field is refused',
    post(`${WIDGETS}?fieldValidation=Strict`, widget('strict', { size: 1, nope: 1, worse: 2 })),
  ),
  step('nulls give way to defaults, or stay', post(WIDGETS, widget('nulls', { size: 1, color: null, maybe: null }))),
  step('a null where none may be', post(WIDGETS, widget('bad', { size: null }))),
  step('integers or strings', post(WIDGETS, widget('ports', { size: 1, port: 'http', ratio: 0.5, on: true }))),
  step('a wrong integer or string', post(WIDGETS, widget('bad', { size: 1, port: true }))),
  step(
    'the status of a creator is dropped',
    post(WIDGETS, { ...widget('statused', { size: 1 }), status: { phase: 'Ready' } }),
  ),
  step('dry run', post(`${WIDGETS}?dryRun=All`, widget('dry', { size: 1 }))),
  step('dry run leaves nothing', get(`${WIDGETS}/dry`)),
  step('a dry run of an unknown kind', post(`${WIDGETS}?dryRun=Some`, widget('dry', { size: 1 }))),
  step('put without resourceVersion', put(`${WIDGETS}/one`, widget('one', { size: 4 }))),
  step('put', (seen) =>
    put(
      `${WIDGETS}/one`,
      widget('one', { size: 4, code: 'abc' }, { resourceVersion: seen.version('create a widget') }),
    ),
  ),
  step('put with a stale resourceVersion', (seen) =>
    put(`${WIDGETS}/one`, widget('one', { size: 5 }, { resourceVersion: seen.version('create a widget') })),
  ),
  step('put with another name', put(`${WIDGETS}/one`, widget('two', { size: 5 }))),
  step('put with another uid', (seen) =>
    put(
      `${WIDGETS}/one`,
      widget('one', { size: 5 }, { resourceVersion: seen.version('put'), uid: '00000000-0000-0000-0000-000000000000' }),
    ),
  ),
  step('put of what is not there', put(`${WIDGETS}/none`, widget('none', { size: 5 }, { resourceVersion: '1' }))),
  step('put with a fault', (seen) =>
    put(`${WIDGETS}/one`, widget('one', { size: 0 }, { resourceVersion: seen.version('put') })),
  ),
  step('put in another namespace', put(`${WIDGETS}/one`, widget('one', { size: 5 }, { namespace: 'other' }))),
  step('put that changes nothing', (seen) =>
    put(
      `${WIDGETS}/one`,
      widget('one', { size: 4, code: 'abc', color: 'red' }, { resourceVersion: seen.version('put') }),
    ),
  ),
  step('put of the status', (seen) =>
    put(`${WIDGETS}/one/status`, {
      ...widget('one', { size: 9 }, { resourceVersion: seen.version('put') }),
      status: { phase: 'Ready', ready: 1 },
    }),
  ),
  step('the status does not move the generation', get(`${WIDGETS}/one`)),
  step(
    'merge patch',
    patch(`${WIDGETS}/one`, MERGE, { metadata: { labels: { b: '2' } }, spec: { code: null, title: 'title' } }),
  ),
  step(
    'merge patch of the status',
    patch(`${WIDGETS}/one/status`, MERGE, { status: { phase: 'Done' }, spec: { size: 50 } }),
  ),
  step('merge patch with a fault', patch(`${WIDGETS}/one`, MERGE, { spec: { size: 0 } })),
  step('merge patch that does nothing', patch(`${WIDGETS}/one`, MERGE, { spec: { title: 'title' } })),
  step('merge patch with a stale version', (seen) =>
    patch(`${WIDGETS}/one`, MERGE, {
      metadata: { resourceVersion: seen.version('create a widget') },
      spec: { size: 8 },
    }),
  ),
  step('merge patch of what is not there', patch(`${WIDGETS}/none`, MERGE, { spec: { size: 1 } })),
  step('merge patch that is a list', patch(`${WIDGETS}/one`, MERGE, [])),
  step('strategic merge patch of a custom kind', patch(`${WIDGETS}/one`, STRATEGIC, { spec: { size: 1 } })),
  step('patch of an unknown type', patch(`${WIDGETS}/one`, 'application/json', { spec: { size: 1 } })),
  step(
    'json patch',
    patch(`${WIDGETS}/one`, JSONP, [
      { op: 'test', path: '/spec/size', value: 4 },
      { op: 'replace', path: '/spec/size', value: 7 },
      { op: 'add', path: '/spec/tags', value: ['x'] },
    ]),
  ),
  step('json patch whose test fails', patch(`${WIDGETS}/one`, JSONP, [{ op: 'test', path: '/spec/size', value: 99 }])),
  step('json patch of a missing path', patch(`${WIDGETS}/one`, JSONP, [{ op: 'remove', path: '/spec/none' }])),
  step(
    'json patch that replaces a missing path',
    patch(`${WIDGETS}/one`, JSONP, [{ op: 'replace', path: '/spec/none', value: 1 }]),
  ),
  step('json patch that is an object', patch(`${WIDGETS}/one`, JSONP, {})),
  step('json patch that appends', patch(`${WIDGETS}/one`, JSONP, [{ op: 'add', path: '/spec/tags/-', value: 'y' }])),
  step(
    'json patch that moves',
    patch(`${WIDGETS}/one`, JSONP, [{ op: 'copy', from: '/spec/title', path: '/spec/code' }]),
  ),
  step('metadata only', get(`${WIDGETS}/one`, PARTIAL)),
  step('metadata only of a list', get(WIDGETS, PARTIAL_LIST)),
  step('the reply of a patch as metadata only', {
    ...patch(`${WIDGETS}/one`, MERGE, { spec: { size: 6 } }),
    accept: PARTIAL,
  }),
  step('a table of custom objects', get(WIDGETS, TABLE)),
  step('a table with the objects', get(`${WIDGETS}?includeObject=Object&labelSelector=a%3D1`, TABLE)),
  step('a table without objects', get(`${WIDGETS}/one?includeObject=None`, TABLE)),
  step('a field that the CRD selects by', get(`${WIDGETS}?fieldSelector=spec.color%3Dblue`)),
  step('a field that it does not', get(`${WIDGETS}?fieldSelector=spec.size%3D1`)),
  step(
    'a cluster-scoped object',
    post(GIZMOS, {
      apiVersion: 'conf.example.io/v1',
      kind: 'Gizmo',
      metadata: { name: 'g' },
      any: { thing: 1 },
      status: { kept: true },
    }),
  ),
  step('its status cannot be asked for', get(`${GIZMOS}/g/status`)),
  step(
    'it has no namespace',
    post('/apis/conf.example.io/v1/namespaces/conf/gizmos', {
      apiVersion: 'conf.example.io/v1',
      kind: 'Gizmo',
      metadata: { name: 'h' },
    }),
  ),
  step('its generation moves with anything', patch(`${GIZMOS}/g`, MERGE, { status: { kept: false } })),
  step('a table of objects without columns', get(GIZMOS, TABLE)),
];

const applied = (spec: Json, more: Json = {}): Json => widget('ssa', spec, more);
const APPLY_STEPS: readonly Step[] = [
  step(
    'apply creates',
    patch(
      `${WIDGETS}/ssa?fieldManager=alice`,
      APPLY,
      applied(
        { size: 1, parts: [{ name: 'a', count: 1 }, { name: 'b' }], tags: ['x'], limits: { cpu: '1' } },
        { labels: { l: '1' } },
      ),
    ),
  ),
  step(
    'apply changes nothing',
    patch(
      `${WIDGETS}/ssa?fieldManager=alice`,
      APPLY,
      applied(
        { size: 1, parts: [{ name: 'a', count: 1 }, { name: 'b' }], tags: ['x'], limits: { cpu: '1' } },
        { labels: { l: '1' } },
      ),
    ),
  ),
  step('apply without manager', patch(`${WIDGETS}/ssa`, APPLY, applied({ size: 1 }))),
  step(
    'apply by another shares what it agrees with',
    patch(`${WIDGETS}/ssa?fieldManager=bob`, APPLY, applied({ size: 1, title: 'by bob' })),
  ),
  step('apply conflicts', patch(`${WIDGETS}/ssa?fieldManager=bob`, APPLY, applied({ size: 2 }))),
  step(
    'apply conflicts twice',
    patch(
      `${WIDGETS}/ssa?fieldManager=carol`,
      APPLY,
      applied({ size: 2, parts: [{ name: 'a', count: 9 }], title: 'mine' }),
    ),
  ),
  step(
    'apply by force',
    patch(`${WIDGETS}/ssa?fieldManager=bob&force=true`, APPLY, applied({ size: 2, title: 'by bob' })),
  ),
  step(
    'apply gives up fields',
    patch(`${WIDGETS}/ssa?fieldManager=alice`, APPLY, applied({ size: 2, parts: [{ name: 'b' }] })),
  ),
  step('apply gives up the rest', patch(`${WIDGETS}/ssa?fieldManager=bob`, APPLY, applied({ size: 2 }))),
  step('an update takes over', patch(`${WIDGETS}/ssa`, MERGE, { spec: { size: 3, limits: { memory: '1' } } })),
  step('apply conflicts with an update', patch(`${WIDGETS}/ssa?fieldManager=alice`, APPLY, applied({ size: 4 }))),
  step(
    'apply of the status',
    patch(`${WIDGETS}/ssa/status?fieldManager=alice`, APPLY, {
      ...without(applied({}), 'spec'),
      status: { phase: 'Good' },
    }),
  ),
  step(
    'apply of the status of what is not there',
    patch(`${WIDGETS}/none/status?fieldManager=alice`, APPLY, {
      ...without(widget('none', {}), 'spec'),
      status: { phase: 'Good' },
    }),
  ),
  step(
    'apply in YAML',
    patch(
      `${WIDGETS}/yaml?fieldManager=alice`,
      APPLY,
      'apiVersion: conf.example.io/v1\nkind: Widget\nmetadata:\n  name: yaml\nspec:\n  size: 2\n',
    ),
  ),
  step('apply with a fault', patch(`${WIDGETS}/ssa?fieldManager=alice&force=true`, APPLY, applied({ size: 0 }))),
  step(
    'apply with managedFields',
    patch(`${WIDGETS}/ssa?fieldManager=alice`, APPLY, applied({ size: 3 }, { managedFields: [] })),
  ),
  step('apply under another name', patch(`${WIDGETS}/other?fieldManager=alice`, APPLY, applied({ size: 3 }))),
  step('force without apply', patch(`${WIDGETS}/ssa?force=true`, MERGE, { spec: { size: 3 } })),
  step('managed fields are cleared', patch(`${WIDGETS}/ssa`, MERGE, { metadata: { managedFields: [{}] } })),
  step('apply to what nobody manages', patch(`${WIDGETS}/ssa?fieldManager=alice`, APPLY, applied({ size: 5 }))),
  step(
    'apply of a deployment',
    patch(`${APPS}/deployments/applied?fieldManager=alice`, APPLY, workload('Deployment', 'applied')),
  ),
  step(
    'apply of a deployment with another image',
    patch(
      `${APPS}/deployments/applied?fieldManager=alice`,
      APPLY,
      workload('Deployment', 'applied', {
        template: {
          metadata: { labels: { app: 'applied' } },
          spec: { containers: [{ ...container, image: 'nginx:2', env: [{ name: 'A', value: '1' }] }] },
        },
      }),
    ),
  ),
  step(
    'apply by another adds a container',
    patch(`${APPS}/deployments/applied?fieldManager=bob`, APPLY, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'applied' },
      spec: { template: { spec: { containers: [{ name: 'side', image: 'side:1' }] } } },
    }),
  ),
  step(
    'apply of replicas conflicts',
    patch(`${APPS}/deployments/applied?fieldManager=bob`, APPLY, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'applied' },
      spec: { template: { spec: { containers: [{ name: 'main', image: 'mine' }] } } },
    }),
  ),
];

const NATIVE_STEPS: readonly Step[] = [
  step('create a namespace', post('/api/v1/namespaces', { metadata: { name: 'conf' } })),
  step('get a namespace', get(NS)),
  step('a namespace with a wrong name', post('/api/v1/namespaces', { metadata: { name: 'Conf' } })),
  step(
    'create in a namespace that is not there',
    post('/api/v1/namespaces/none/configmaps', configMap('a', { a: '1' })),
  ),
  step(
    'create a config map',
    post(`${NS}/configmaps`, configMap('one', { a: '1' }, { labels: { app: 'one', tier: 'x' } })),
  ),
  step('create it twice', post(`${NS}/configmaps`, configMap('one', { a: '1' }))),
  step('create with a generated name', post(`${NS}/configmaps`, { metadata: { generateName: 'gen-' }, data: {} })),
  step('create with a resource version', post(`${NS}/configmaps`, configMap('rv', {}, { resourceVersion: '5' }))),
  step(
    'create of another kind',
    post(`${NS}/configmaps`, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } }),
  ),
  step('create of another version', post(`${NS}/configmaps`, { ...configMap('x', {}), apiVersion: 'v2' })),
  step('create with a wrong type', post(`${NS}/configmaps`, { ...configMap('x', {}), data: 'text' })),
  step('create in the wrong namespace', post(`${NS}/configmaps`, configMap('x', {}, { namespace: 'default' }))),
  step(
    'create with an unknown field, strictly',
    post(`${NS}/configmaps?fieldValidation=Strict`, { ...configMap('x', {}), nope: 1 }),
  ),
  step('create with an unknown field, warned', post(`${NS}/configmaps`, { ...configMap('warned', {}), nope: 1 })),
  step(
    'put a config map',
    put(`${NS}/configmaps/one`, configMap('one', { a: '2', b: '3' }, { labels: { app: 'one' } })),
  ),
  step('put of a config map that is not there', put(`${NS}/configmaps/none`, configMap('none', {}))),
  step('put with a stale version', (seen) =>
    put(`${NS}/configmaps/one`, configMap('one', { a: '9' }, { resourceVersion: seen.version('create a config map') })),
  ),
  step('merge patch a config map', patch(`${NS}/configmaps/one`, MERGE, { data: { a: null, c: '4' } })),
  step(
    'a secret with stringData',
    post(`${NS}/secrets`, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { k: 'v' } }),
  ),
  step('secrets by type', get(`${NS}/secrets?fieldSelector=type%3DOpaque`, PARTIAL_LIST)),
  step('a service account', post(`${NS}/serviceaccounts`, { metadata: { name: 'sa' } })),
  step(
    'a pod',
    post(`${NS}/pods`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', labels: { app: 'p' } },
      spec: {
        containers: [{ ...container, resources: { limits: { cpu: '1' } }, livenessProbe: { httpGet: { port: 80 } } }],
        volumes: [{ name: 'v', configMap: { name: 'one' } }, { name: 'e' }],
      },
    }),
  ),
  step(
    'a pod without containers',
    post(`${NS}/pods`, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bad' }, spec: { containers: [] } }),
  ),
  step(
    'a pod whose container has no image',
    post(`${NS}/pods`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'bad' },
      spec: { containers: [{ name: 'a' }] },
    }),
  ),
  step('pods by a field', get(`${NS}/pods?fieldSelector=status.phase%3DPending,spec.nodeName%3D`, PARTIAL_LIST)),
  step('pods by an unknown field', get(`${NS}/pods?fieldSelector=spec.nope%3D1`)),
  step('a table of pods', get(`${NS}/pods`, TABLE)),
  step(
    'the status of a pod',
    patch(`${NS}/pods/p/status`, MERGE, {
      status: {
        phase: 'Running',
        podIP: '10.1.2.3',
        podIPs: [{ ip: '10.1.2.3' }],
        containerStatuses: [
          {
            name: 'main',
            ready: true,
            restartCount: 2,
            image: 'nginx',
            imageID: 'x',
            state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
          },
        ],
      },
    }),
  ),
  step('a table of a running pod', get(`${NS}/pods/p`, TABLE)),
  step('a deployment', post(`${APPS}/deployments`, deployment)),
  step('a deployment as a table', get(`${APPS}/deployments`, TABLE)),
  step(
    'a deployment with a wrong type',
    post(`${APPS}/deployments`, workload('Deployment', 'bad', { replicas: 'two' })),
  ),
  step(
    'a deployment without selector',
    post(`${APPS}/deployments`, { ...workload('Deployment', 'bad'), spec: { template: template('bad') } }),
  ),
  step(
    'a deployment that does not select its pods',
    post(`${APPS}/deployments`, {
      ...workload('Deployment', 'bad'),
      spec: { selector: { matchLabels: { app: 'x' } }, template: template('y') },
    }),
  ),
  step(
    'strategic merge patch of a container',
    patch(`${APPS}/deployments/web`, STRATEGIC, {
      spec: { template: { spec: { containers: [{ name: 'main', image: 'nginx:2' }] } } },
    }),
  ),
  step(
    'strategic merge patch adds a container',
    patch(`${APPS}/deployments/web`, STRATEGIC, {
      spec: {
        template: {
          spec: {
            containers: [
              {
                name: 'side',
                image: 'side:1',
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', value: '2' },
                ],
              },
            ],
          },
        },
      },
    }),
  ),
  step(
    'strategic merge patch deletes an item',
    patch(`${APPS}/deployments/web`, STRATEGIC, {
      spec: { template: { spec: { containers: [{ name: 'side', env: [{ name: 'A', $patch: 'delete' }] }] } } },
    }),
  ),
  step(
    'strategic merge patch orders items',
    patch(`${APPS}/deployments/web`, STRATEGIC, {
      spec: {
        template: {
          spec: {
            '$setElementOrder/containers': [{ name: 'side' }, { name: 'main' }],
            containers: [{ name: 'side', image: 'side:2' }],
          },
        },
      },
    }),
  ),
  step(
    'strategic merge patch replaces a map',
    patch(`${APPS}/deployments/web`, STRATEGIC, { spec: { strategy: { $patch: 'replace', type: 'Recreate' } } }),
  ),
  step(
    'strategic merge patch retains keys',
    patch(`${APPS}/deployments/web`, STRATEGIC, { spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } }),
  ),
  step(
    'merge patch replaces the list',
    patch(`${APPS}/deployments/web`, MERGE, { spec: { template: { spec: { containers: [container] } } } }),
  ),
  step(
    'labels do not move the generation',
    patch(`${APPS}/deployments/web`, MERGE, { metadata: { labels: { more: '1' } } }),
  ),
  step('annotations do', patch(`${APPS}/deployments/web`, MERGE, { metadata: { annotations: { more: '1' } } })),
  step(
    'the selector is immutable',
    patch(`${APPS}/deployments/web`, MERGE, {
      spec: { selector: { matchLabels: { app: 'other' } }, template: { metadata: { labels: { app: 'other' } } } },
    }),
  ),
  step('scale', get(`${APPS}/deployments/web/scale`)),
  step('scale up', patch(`${APPS}/deployments/web/scale`, MERGE, { spec: { replicas: 5 } })),
  step('scaled', get(`${APPS}/deployments/web`)),
  step(
    'status of a deployment',
    patch(`${APPS}/deployments/web/status`, MERGE, {
      status: { replicas: 5, readyReplicas: 4, observedGeneration: 3 },
    }),
  ),
  step('a scaled deployment as a table', get(`${APPS}/deployments/web`, TABLE)),
  step('a daemon set', post(`${APPS}/daemonsets`, workload('DaemonSet', 'agent'))),
  step('a daemon set as a table', get(`${APPS}/daemonsets?includeObject=None`, TABLE)),
  step(
    'a stateful set',
    post(
      `${APPS}/statefulsets`,
      workload('StatefulSet', 'db', {
        serviceName: 'db',
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        ],
      }),
    ),
  ),
  step('a stateful set as a table', get(`${APPS}/statefulsets`, TABLE)),
  step('a replica set', post(`${APPS}/replicasets`, workload('ReplicaSet', 'rs', { replicas: 0 }))),
  step('a replica set as a table', get(`${APPS}/replicasets`, TABLE)),
  step(
    'a job',
    post('/apis/batch/v1/namespaces/conf/jobs', {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'j' },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } },
    }),
  ),
  step(
    'a cron job',
    post('/apis/batch/v1/namespaces/conf/cronjobs', {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'c' },
      spec: {
        schedule: '* * * * *',
        jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [container] } } } },
      },
    }),
  ),
  step('a cron job as a table', get('/apis/batch/v1/namespaces/conf/cronjobs', TABLE)),
  step(
    'a service',
    post(`${NS}/services`, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
    }),
  ),
  step(
    'a headless service',
    post(`${NS}/services`, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'head' },
      spec: { clusterIP: 'None', selector: { app: 'web' }, ports: [{ port: 80, name: 'http' }] },
    }),
  ),
  step(
    'an external name',
    post(`${NS}/services`, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'ext' },
      spec: { type: 'ExternalName', externalName: 'example.com' },
    }),
  ),
  step(
    'a node port',
    post(`${NS}/services`, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'np' },
      spec: { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80, nodePort: 30080 }] },
    }),
  ),
  step(
    'a load balancer',
    post(`${NS}/services`, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'lb' },
      spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80, nodePort: 30081 }] },
    }),
  ),
  step(
    'a service without ports',
    post(`${NS}/services`, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'bad' },
      spec: { selector: { app: 'web' } },
    }),
  ),
  step('services as a table', get(`${NS}/services`, TABLE)),
  step(
    'an endpoint slice',
    post('/apis/discovery.k8s.io/v1/namespaces/conf/endpointslices', {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'es' },
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.1.1.1'] }],
      ports: [{ port: 80 }],
    }),
  ),
  step(
    'a network policy',
    post('/apis/networking.k8s.io/v1/namespaces/conf/networkpolicies', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'np' },
      spec: {
        podSelector: { matchLabels: { app: 'web' } },
        ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }],
        egress: [{}],
      },
    }),
  ),
  step('a network policy as a table', get('/apis/networking.k8s.io/v1/namespaces/conf/networkpolicies', TABLE)),
  step(
    'an ingress',
    post('/apis/networking.k8s.io/v1/namespaces/conf/ingresses', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'i' },
      spec: {
        rules: [
          {
            host: 'a.example',
            http: {
              paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { number: 80 } } } }],
            },
          },
        ],
      },
    }),
  ),
  step('an ingress as a table', get('/apis/networking.k8s.io/v1/namespaces/conf/ingresses', TABLE)),
  step(
    'a role',
    post('/apis/rbac.authorization.k8s.io/v1/namespaces/conf/roles', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: 'r' },
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    }),
  ),
  step(
    'a role binding',
    post('/apis/rbac.authorization.k8s.io/v1/namespaces/conf/rolebindings', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'rb' },
      subjects: [
        { kind: 'User', name: 'u' },
        { kind: 'ServiceAccount', name: 'sa', namespace: 'conf' },
      ],
      roleRef: { kind: 'Role', name: 'r', apiGroup: 'rbac.authorization.k8s.io' },
    }),
  ),
  step('a role binding as a table', get('/apis/rbac.authorization.k8s.io/v1/namespaces/conf/rolebindings', TABLE)),
  step(
    'a role reference is immutable',
    patch('/apis/rbac.authorization.k8s.io/v1/namespaces/conf/rolebindings/rb', MERGE, { roleRef: { name: 'other' } }),
  ),
  step(
    'a cluster role',
    post('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'conf:cr' },
      rules: [],
    }),
  ),
  step(
    'a lease',
    post('/apis/coordination.k8s.io/v1/namespaces/conf/leases', {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l' },
      spec: { holderIdentity: 'me', leaseDurationSeconds: 15 },
    }),
  ),
  step('renew a lease', (seen) =>
    put('/apis/coordination.k8s.io/v1/namespaces/conf/leases/l', {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l', resourceVersion: seen.version('a lease') },
      spec: { holderIdentity: 'me', leaseTransitions: 1 },
    }),
  ),
  step('renew a lease too late', (seen) =>
    put('/apis/coordination.k8s.io/v1/namespaces/conf/leases/l', {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'l', resourceVersion: seen.version('a lease') },
      spec: { holderIdentity: 'other' },
    }),
  ),
  step(
    'a disruption budget',
    post('/apis/policy/v1/namespaces/conf/poddisruptionbudgets', {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'pdb' },
      spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
    }),
  ),
  step('a disruption budget as a table', get('/apis/policy/v1/namespaces/conf/poddisruptionbudgets', TABLE)),
  step(
    'a claim',
    post(`${NS}/persistentvolumeclaims`, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'pvc' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    }),
  ),
  step(
    'a volume',
    post('/api/v1/persistentvolumes', {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'conf-pv' },
      spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/data' } },
    }),
  ),
  step(
    'a quota',
    post(`${NS}/resourcequotas`, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'q' },
      spec: { hard: { pods: '10' } },
    }),
  ),
  step(
    'a storage class',
    post('/apis/storage.k8s.io/v1/storageclasses', {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'conf' },
      provisioner: 'example.com/x',
    }),
  ),
  step(
    'an ingress class',
    post('/apis/networking.k8s.io/v1/ingressclasses', {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'conf' },
      spec: { controller: 'example.com/x' },
    }),
  ),
  step(
    'a node',
    post('/api/v1/nodes', {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'conf-node', labels: { 'node-role.kubernetes.io/worker': '' } },
    }),
    { part: (json) => without(json as Json, 'spec') },
  ),
  step('a node as a table', get('/api/v1/nodes', TABLE)),
  step(
    'an event',
    post(`${NS}/events`, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'conf' },
      involvedObject: { kind: 'Pod', name: 'p', namespace: 'conf' },
      reason: 'Tested',
      message: 'text',
      type: 'Normal',
      count: 2,
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
    }),
  ),
  step(
    'a limit range',
    post(`${NS}/limitranges`, {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'lr' },
      spec: { limits: [{ type: 'Pod', max: { cpu: '4' } }] },
    }),
  ),
  step(
    'a review of what one may do',
    post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb: 'get', resource: 'pods' } },
    }),
  ),
];

const LIST_STEPS: readonly Step[] = [
  ...['a', 'b', 'c', 'd', 'e'].map((name) =>
    step(
      `create config map ${name}`,
      post(
        `${NS}/configmaps`,
        configMap(`list-${name}`, {}, { labels: { set: 'list', odd: name < 'c' ? 'no' : 'yes' } }),
      ),
    ),
  ),
  step('list by label', get(`${NS}/configmaps?labelSelector=set%3Dlist`)),
  step('list by two labels', get(`${NS}/configmaps?labelSelector=set%3Dlist,odd!%3Dyes`)),
  step('list by a set', get(`${NS}/configmaps?labelSelector=odd+in+(yes,maybe)`)),
  step('list by not in a set', get(`${NS}/configmaps?labelSelector=set,odd+notin+(yes)`)),
  step('list by absence', get(`${NS}/configmaps?labelSelector=!set,app`)),
  step('list by a malformed selector', get(`${NS}/configmaps?labelSelector=a%3Db%3Dc`)),
  step('list by name', get(`${NS}/configmaps?fieldSelector=metadata.name%3Dlist-a`)),
  step('list by not a name', get(`${NS}/configmaps?labelSelector=set&fieldSelector=metadata.name!%3Dlist-a`)),
  step('list by a malformed field selector', get(`${NS}/configmaps?fieldSelector=metadata.name`)),
  step('list by an unknown field', get(`${NS}/configmaps?fieldSelector=data.a%3D1`)),
  step('a first page', get(`${NS}/configmaps?labelSelector=set%3Dlist&limit=2`)),
  step('a second page', (seen) =>
    get(`${NS}/configmaps?labelSelector=set%3Dlist&limit=2&continue=${seen.continue('a first page')}`),
  ),
  step('a last page', (seen) =>
    get(`${NS}/configmaps?labelSelector=set%3Dlist&limit=2&continue=${seen.continue('a second page')}`),
  ),
  step('a page that tells how many are left', get(`${NS}/services?limit=1`)),
  step('something changes between pages', del(`${NS}/configmaps/list-c`)),
  step('pages stay consistent', (seen) =>
    get(`${NS}/configmaps?labelSelector=set%3Dlist&limit=2&continue=${seen.continue('a first page')}`),
  ),
  step('a page with a wrong token', get(`${NS}/configmaps?limit=2&continue=nonsense`)),
  step('a page with token and version', (seen) =>
    get(`${NS}/configmaps?limit=2&resourceVersion=5&continue=${seen.continue('a first page')}`),
  ),
  step('a list at version 0', get(`${NS}/configmaps?labelSelector=set%3Dlist&resourceVersion=0&limit=1`)),
  step('a list at a malformed version', get(`${NS}/configmaps?resourceVersion=abc`)),
  step(
    'a list at a version of the future',
    get(`${NS}/configmaps?resourceVersion=99999999&resourceVersionMatch=NotOlderThan`),
  ),
  step('a match without version', get(`${NS}/configmaps?resourceVersionMatch=Exact`)),
  step('an exact match of 0', get(`${NS}/configmaps?resourceVersion=0&resourceVersionMatch=Exact`)),
  step('an unknown match', get(`${NS}/configmaps?resourceVersion=5&resourceVersionMatch=Sometimes`)),
  step('an exact list of before', (seen) =>
    get(
      `${NS}/configmaps?labelSelector=set%3Dlist&resourceVersionMatch=Exact&resourceVersion=${seen.version('create config map c')}`,
    ),
  ),
  step('a list over all namespaces', get('/api/v1/configmaps?labelSelector=set%3Dlist')),
  step('an empty list', get(`${NS}/endpoints`)),
  step('an empty table', get(`${NS}/endpoints`, TABLE)),
  step('an empty table without columns of its own', get(`${NS}/limitranges?labelSelector=none`, TABLE)),
  step('config maps as a table', get(`${NS}/configmaps?labelSelector=set`, TABLE)),
];

const WATCH_STEPS: readonly Step[] = [
  step(
    'watch from a version',
    (seen) =>
      get(
        `${NS}/configmaps?watch=true&timeoutSeconds=2&labelSelector=set&resourceVersion=${seen.version('create config map a')}`,
      ),
    { lines: 5 },
  ),
  step(
    'watch from the start',
    get(`${NS}/configmaps?watch=true&timeoutSeconds=2&fieldSelector=metadata.name%3Dlist-a`),
    { lines: 1 },
  ),
  step('watch one by its path', get(`${NS}/configmaps/list-b?watch=true&timeoutSeconds=1`)),
  step(
    'watch-list',
    get(
      `${NS}/configmaps?watch=true&timeoutSeconds=2&labelSelector=set&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`,
    ),
    { lines: 5 },
  ),
  step('watch-list without match', get(`${NS}/configmaps?watch=true&allowWatchBookmarks=true&sendInitialEvents=true`)),
  step('watch with a match', get(`${NS}/configmaps?watch=true&resourceVersion=5&resourceVersionMatch=Exact`)),
  step('initial events of a list', get(`${NS}/configmaps?sendInitialEvents=true`)),
  step('watch from a malformed version', get(`${NS}/configmaps?watch=true&resourceVersion=abc`)),
  step(
    'watch as a table',
    get(`${NS}/configmaps?watch=true&timeoutSeconds=2&fieldSelector=metadata.name%3Dlist-a`, TABLE),
    { lines: 1 },
  ),
  step(
    'watch metadata only',
    get(`${NS}/configmaps?watch=true&timeoutSeconds=2&fieldSelector=metadata.name%3Dlist-a`, PARTIAL),
    { lines: 1 },
  ),
  step('watch custom objects', get(`${WIDGETS}?watch=true&timeoutSeconds=2&fieldSelector=metadata.name%3Done`), {
    lines: 1,
  }),
];

const ERROR_STEPS: readonly Step[] = [
  step('an unknown path', get('/nope')),
  step('an unknown group', get('/apis/nope.example.io/v1/things')),
  step('an unknown version', get('/apis/apps/v9/deployments')),
  step('an unknown resource', get('/api/v1/nopes')),
  step('an unknown subresource', get(`${NS}/configmaps/one/nope`)),
  step('a method that a collection has not', put(`${NS}/configmaps`, {})),
  step('a method that an object has not', post(`${NS}/configmaps/one`, {})),
  step('malformed JSON', post(`${NS}/configmaps`, '{"metadata": {,}}')),
  step('JSON cut off', post(`${NS}/configmaps`, '{"metadata": {"name": "x"')),
  step('JSON of a list', post(`${NS}/configmaps`, '[]')),
  step('no JSON', post(`${NS}/configmaps`, 'hello')),
  step('an empty body', post(`${NS}/configmaps`, '')),
  step('malformed JSON for a custom kind', post(WIDGETS, '{"metadata": {,}}')),
  step('YAML', {
    ...post(`${NS}/configmaps`, 'metadata:\n  name: yaml\ndata:\n  a: "1"\n'),
    contentType: 'application/yaml',
  }),
  step('an unknown body type', { ...post(`${NS}/configmaps`, 'x'), contentType: 'text/plain' }),
  step('a malformed merge patch', patch(`${NS}/configmaps/one`, MERGE, '{')),
  step('a malformed json patch', patch(`${NS}/configmaps/one`, JSONP, '[{')),
  step('an unknown patch operation', patch(`${NS}/configmaps/one`, JSONP, [{ op: 'paint', path: '/data' }])),
  step('a body of 4 MB', post(`${NS}/configmaps`, configMap('big', { a: 'x'.repeat(4 * 1024 * 1024) }))),
  step('a body of 10 MB', post(`${NS}/configmaps`, configMap('big', { a: 'x'.repeat(10 * 1024 * 1024) }))),
  step('an unknown accept', get(`${NS}/configmaps`, 'text/html')),
  step('an unknown validation', post(`${NS}/configmaps?fieldValidation=Sometimes`, configMap('x', {}))),
  step('health', get('/healthz')),
  step('the versions of the core', get('/api'), { part: (json) => (json as Json)['versions'] }),
  step('a group', get('/apis/apps')),
  step('an unknown group in discovery', get('/apis/nope.example.io')),
  step('deployments in discovery', get('/apis/apps/v1'), {
    part: (json) =>
      (json as { resources: Json[] }).resources.filter((each) => String(each['name']).startsWith('deployments')),
  }),
];

const owned = (name: string, owner: string, uid: string, more: Json = {}): Json =>
  configMap(name, {}, { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: owner, uid, ...more }] });

const DELETE_STEPS: readonly Step[] = [
  step(
    'an object with a finalizer',
    post(`${NS}/configmaps`, configMap('held', {}, { finalizers: ['example.com/hold'] })),
  ),
  step('deleting it marks it', del(`${NS}/configmaps/held`)),
  step('deleting it again changes nothing', del(`${NS}/configmaps/held`)),
  step(
    'no finalizer may be added',
    patch(`${NS}/configmaps/held`, MERGE, { metadata: { finalizers: ['example.com/hold', 'example.com/more'] } }),
  ),
  step('taking the finalizer away ends it', patch(`${NS}/configmaps/held`, MERGE, { metadata: { finalizers: null } })),
  step('it is gone', get(`${NS}/configmaps/held`)),
  step('a wrong uid', del(`${NS}/configmaps/one`, { preconditions: { uid: '00000000-0000-0000-0000-000000000000' } })),
  step('a wrong version', del(`${NS}/configmaps/one`, { preconditions: { resourceVersion: '1' } })),
  step('a wrong policy', del(`${NS}/configmaps/one`, { propagationPolicy: 'Sideways' })),
  step('a dry deletion', del(`${NS}/configmaps/one?dryRun=All`)),
  step('delete', del(`${NS}/configmaps/one`)),
  step('delete it again', del(`${NS}/configmaps/one`)),
  step('delete a custom object', del(`${WIDGETS}/pruned`)),
  step(
    'delete a custom object with a finalizer',
    patch(`${WIDGETS}/one`, MERGE, { metadata: { finalizers: ['example.com/hold'] } }),
  ),
  step('deleting it marks it, and its generation moves', del(`${WIDGETS}/one`)),
  step('delete a pod', del(`${NS}/pods/p`)),
  step('delete a service', del(`${NS}/services/lb`)),
  step('delete a role', del('/apis/rbac.authorization.k8s.io/v1/namespaces/conf/roles/r')),
  step('delete a deployment', del(`${APPS}/deployments/applied`)),
  step('delete a volume', del('/api/v1/persistentvolumes/conf-pv')),
  step('delete a collection', del(`${NS}/configmaps?labelSelector=set`)),
  step('the collection is gone', get(`${NS}/configmaps?labelSelector=set`)),
  step('an owner', post(`${NS}/configmaps`, configMap('owner', {}))),
  step('an owned object', (seen) => post(`${NS}/configmaps`, owned('child', 'owner', seen.uid('an owner')))),
  step('a grandchild', (seen) => post(`${NS}/configmaps`, owned('grandchild', 'child', seen.uid('an owned object')))),
  step('the owner goes', del(`${NS}/configmaps/owner`)),
  step('the owned object goes too', get(`${NS}/configmaps/child`), { untilCode: 404 }),
  step('and what it owns', get(`${NS}/configmaps/grandchild`), { untilCode: 404 }),
  step('another owner', post(`${NS}/configmaps`, configMap('parent', {}))),
  step('another owned object', (seen) =>
    post(`${NS}/configmaps`, owned('orphan', 'parent', seen.uid('another owner'))),
  ),
  step('the owner orphans', del(`${NS}/configmaps/parent`, { propagationPolicy: 'Orphan' })),
  step('the owner is gone', get(`${NS}/configmaps/parent`), { untilCode: 404 }),
  step('the orphan stays', get(`${NS}/configmaps/orphan`)),
  step('a third owner', post(`${NS}/configmaps`, configMap('front', {}))),
  step('a third owned object', (seen) =>
    post(`${NS}/configmaps`, owned('behind', 'front', seen.uid('a third owner'), { blockOwnerDeletion: true })),
  ),
  step('the owner waits for it', del(`${NS}/configmaps/front`, { propagationPolicy: 'Foreground' })),
  step('both are gone', get(`${NS}/configmaps/front`), { untilCode: 404 }),
  step(
    'an owner that never was',
    post(
      `${NS}/configmaps`,
      configMap(
        'lost',
        {},
        {
          ownerReferences: [
            { apiVersion: 'v1', kind: 'ConfigMap', name: 'never', uid: '00000000-0000-0000-0000-000000000001' },
          ],
        },
      ),
    ),
  ),
  step('who belongs to nobody goes', get(`${NS}/configmaps/lost`), { untilCode: 404 }),
  step(
    'an owner reference without uid',
    post(
      `${NS}/configmaps`,
      configMap('bad', {}, { ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: '' }] }),
    ),
  ),
  step('the hold on the custom object ends', patch(`${WIDGETS}/one`, MERGE, { metadata: { finalizers: null } })),
  step('a CRD goes', del(`${CRDS}/gizmos.conf.example.io`), {
    part: (json) => (json as { metadata: Json }).metadata['name'],
  }),
  step('its objects are gone', get(`${GIZMOS}/g`), { untilCode: 404, codeOnly: true }),
  step(
    'an object holds its namespace',
    post(`${NS}/configmaps`, configMap('anchor', {}, { finalizers: ['example.com/hold'] })),
  ),
  step('a namespace goes', del(NS)),
  step('nothing new comes into it', post(`${NS}/configmaps`, configMap('late', {}))),
  step('the object lets go', patch(`${NS}/configmaps/anchor`, MERGE, { metadata: { finalizers: null } }), {
    part: (json) => (json as { metadata: Json }).metadata['name'],
  }),
  step('the namespace is gone', get(NS), { untilCode: 404, codeOnly: true }),
];

/** All of them, in the order in which they are sent. */
export const STEPS: readonly Step[] = [
  ...NATIVE_STEPS,
  ...CRD_STEPS,
  ...CUSTOM_STEPS,
  ...APPLY_STEPS,
  ...LIST_STEPS,
  ...WATCH_STEPS,
  ...ERROR_STEPS,
  ...DELETE_STEPS,
];
