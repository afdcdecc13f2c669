/**
 * Writes src/sandbox/native.json: discovery entries, table columns and OpenAPI schemas of the native kinds that the sandbox
 * serves, as a real API server states them. Run by hand when the version of Kubernetes moves:
 *
 *   NODE_TLS_REJECT_UNAUTHORIZED=0 node test/support/sandbox-native.ts https://127.0.0.1:6443 TOKEN GOMODCACHE/k8s.io VERSION
 *
 * The last two name the Go modules k8s.io/api and k8s.io/apimachinery: only their struct tags know the numbers of protobuf fields.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Group versions and the plurals of each that the sandbox serves. */
const SERVED: Readonly<Record<string, readonly string[]>> = {
  'api/v1': [
    'configmaps',
    'endpoints',
    'events',
    'limitranges',
    'namespaces',
    'nodes',
    'persistentvolumeclaims',
    'persistentvolumes',
    'pods',
    'replicationcontrollers',
    'resourcequotas',
    'secrets',
    'serviceaccounts',
    'services',
  ],
  'apis/apps/v1': ['controllerrevisions', 'daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  'apis/batch/v1': ['cronjobs', 'jobs'],
  'apis/networking.k8s.io/v1': ['ingressclasses', 'ingresses', 'networkpolicies'],
  'apis/rbac.authorization.k8s.io/v1': ['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'],
  'apis/discovery.k8s.io/v1': ['endpointslices'],
  'apis/coordination.k8s.io/v1': ['leases'],
  'apis/policy/v1': ['poddisruptionbudgets'],
  'apis/storage.k8s.io/v1': ['storageclasses'],
  'apis/apiextensions.k8s.io/v1': ['customresourcedefinitions'],
  'apis/authorization.k8s.io/v1': ['selfsubjectaccessreviews'],
};
/** Needed by every group: bodies of DELETE, replies, and lists. */
const ALWAYS = ['io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions', 'io.k8s.apimachinery.pkg.apis.meta.v1.Status'];

type Json = Record<string, unknown>;
const [url = '', token = '', modules = '', release = ''] = process.argv.slice(2);

async function ask(path: string, accept = 'application/json'): Promise<Json> {
  const answer = await fetch(`${url}/${path}`, { headers: { authorization: `Bearer ${token}`, accept } });
  if (!answer.ok) throw new Error(`${path}: ${String(answer.status)} ${await answer.text()}`);
  return (await answer.json()) as Json;
}

function refsIn(value: unknown, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '$ref' && typeof inner === 'string') found.add(inner.replace('#/components/schemas/', ''));
    else refsIn(inner, found);
  }
}

/** The names of the schemas of a kind and of its list. */
function schemasOf(kind: string, all: Json): readonly string[] {
  return Object.keys(all).filter((name) => {
    const marks = ((all[name] as Json)['x-kubernetes-group-version-kind'] ?? []) as Json[];
    return marks.length === 1 && [kind, `${kind}List`].includes(String(marks[0]?.['kind']));
  });
}

/** The first sentence tells what a field is; the rest of the page is at kubernetes.io. */
function firstSentence(text: string): string {
  const end = /\.(\s|$)/.exec(text.replace(/\b(e\.g|i\.e)\./g, '$1~'));
  return (end === null ? text : text.slice(0, end.index + 1)).split('\n\n')[0] ?? '';
}

function slim(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(slim);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      if (key === 'description' && typeof inner === 'string') return [[key, firstSentence(inner)]];
      return [[key, slim(inner)]];
    }),
  );
}

/** `io.k8s.api.core.v1.Pod` -> the file of its package. */
function sourceOf(name: string): string {
  const [, , module = '', ...rest] = name.split('.');
  return `${modules}/${module}@${release}/${rest.slice(0, -1).join('/')}/types.go`;
}

const FIELD = /^\s+(?:(\w+)\s+)?(\*?)([^\s`]+)\s+`json:"([^",]*)([^"]*)"[^`]*? protobuf:"\w+,(\d+),/;

/**
 * The fields of a Go struct by their protobuf numbers: `name`, `name?` where Go has a pointer (its zero was meant), `+Type` for
 * a struct whose fields are the outer one's.
 */
function fieldsOf(name: string, source: string): Json | undefined {
  const struct = name.split('.').at(-1) ?? '';
  const body = new RegExp(`^type ${struct} struct \\{\\n(.*?)^\\}`, 'ms').exec(source)?.[1];
  if (body === undefined) return undefined;
  const fields: Json = {};
  const outer = name.slice(0, -struct.length);
  for (const line of body.split('\n')) {
    const match = FIELD.exec(line);
    if (match !== null) fields[match[6] ?? ''] = spelling(match, outer);
  }
  return fields;
}

function spelling([, , pointer, type = '', json = '', options = '']: RegExpExecArray, outer: string): string {
  if (options.includes('inline')) return `+${outer}${type}`;
  return pointer === '*' ? `${json}?` : json;
}

function protoOf(names: readonly string[]): Json {
  const result: Json = {};
  const wanted = new Set(names);
  for (const name of wanted) {
    const path = sourceOf(name);
    const fields = existsSync(path) ? fieldsOf(name, readFileSync(path, 'utf8')) : undefined;
    if (fields === undefined || Object.keys(fields).length === 0) continue;
    result[name] = fields;
    for (const field of Object.values(fields)) if (String(field).startsWith('+')) wanted.add(String(field).slice(1));
  }
  return result;
}

const schemas: Json = {};
const resources: Json[] = [];
for (const [path, plurals] of Object.entries(SERVED)) {
  const listed = (await ask(path))['resources'] as Json[];
  const components = (await ask(`openapi/v3/${path}`))['components'] as { schemas: Json };
  const wanted = new Set<string>(ALWAYS);
  for (const plural of plurals) {
    const entry = listed.find(({ name }) => name === plural) ?? {};
    const listable = (entry['verbs'] as string[]).includes('list');
    const table = listable
      ? await ask(`${path}/${plural}?limit=1`, 'application/json;as=Table;v=v1;g=meta.k8s.io')
      : {};
    const subresources = listed.filter(
      ({ name }) => String(name) === `${plural}/status` || String(name) === `${plural}/scale`,
    );
    resources.push({
      path,
      ...entry,
      subresources: subresources.map(({ name }) => String(name).split('/')[1]),
      columns: table['columnDefinitions'],
    });
    for (const name of schemasOf(String(entry['kind']), components.schemas)) wanted.add(name);
  }
  for (const name of wanted) {
    if (components.schemas[name] !== undefined) schemas[name] ??= slim(components.schemas[name]);
    refsIn(components.schemas[name], wanted);
  }
}
const proto = Object.entries(protoOf(Object.keys(schemas)));
const line = ([name, value]: [string, unknown]): string => `${JSON.stringify(name)}:${JSON.stringify(value)}`;
const sorted = Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(
  new URL('../../src/sandbox/native.json', import.meta.url),
  `{"resources":[\n${resources.map((entry) => JSON.stringify(entry)).join(',\n')}\n],"proto":{\n${proto.map(line).join(',\n')}\n},"schemas":{\n${sorted.map(line).join(',\n')}\n}}\n`,
);
console.log(`${String(resources.length)} kinds, ${String(sorted.length)} schemas, ${String(proto.length)} messages`);
