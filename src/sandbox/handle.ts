import { without, type Raw } from './json.ts';
import { parseObject, parseOptions, parsePatch } from './body.ts';
import { decodeBody } from './decode.ts';
import { getOne, listPage } from './list.ts';
import { trackUpdate } from './managed.ts';
import { patch } from './patch.ts';
import { answersObject, remove, removedStatus } from './remove.ts';
import { present, presentList, write, type Form } from './represent.ts';
import type { Route } from './route.ts';
import { scaleOf, writeScale } from './scale.ts';
import * as status from './status.ts';
import { create, update } from './write.ts';
import { stamp, type Intent, type World } from './world.ts';

/** A request for a resource, read. */
export interface Ask {
  readonly method: string;
  readonly route: Route;
  readonly query: URLSearchParams;
  readonly contentType: string | undefined;
  readonly userAgent: string | undefined;
  readonly body: Buffer;
  readonly form: Form;
}

export interface Answer {
  readonly code: number;
  readonly text: string;
  readonly warnings: readonly string[];
}

/** `kubectl/v1.36.3 (linux/amd64) …` writes as `kubectl`, unless it says another name. */
function managerName({ query, userAgent }: Ask): string {
  return query.get('fieldManager') ?? (userAgent ?? '').split('/')[0]?.slice(0, 128) ?? '';
}

function validationOf(query: URLSearchParams): Intent['validation'] {
  const asked = query.get('fieldValidation') ?? 'Warn';
  if (asked === 'Strict' || asked === 'Warn' || asked === 'Ignore') return asked;
  throw status.invalid({ group: 'meta.k8s.io', kind: 'CreateOptions' }, [
    {
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(asked)}: supported values: "", "Ignore", "Strict", "Warn"`,
      field: 'fieldValidation',
    },
  ]);
}

function intentOf(ask: Ask, warnings: string[]): Intent {
  const { route, query, contentType } = ask;
  const applying = contentType?.startsWith('application/apply-patch') === true;
  if (applying && (query.get('fieldManager') ?? '') === '')
    throw status.invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, [
      { reason: 'FieldValueRequired', message: 'Required value: is required for apply patch', field: 'fieldManager' },
    ]);
  if (!applying && query.get('force') !== null && ask.method === 'PATCH')
    throw status.invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, [
      { reason: 'FieldValueForbidden', message: 'Forbidden: may not be specified for non-apply patch', field: 'force' },
    ]);
  return {
    resource: route.resource,
    namespace: route.namespace,
    name: route.name,
    manager: {
      name: managerName(ask),
      operation: applying ? 'Apply' : 'Update',
      subresource: route.subresource,
    },
    force: query.get('force') === 'true',
    dryRun: dryRunOf(query),
    validation: validationOf(query),
    warn: (message) => warnings.push(message),
  };
}

function dryRunOf(query: URLSearchParams): boolean {
  const asked = query.get('dryRun');
  if (asked === null || asked === '' || asked === 'All') return asked === 'All';
  throw status.invalid({ group: 'meta.k8s.io', kind: 'CreateOptions' }, [
    {
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify([asked])}: supported values: "All"`,
      field: 'dryRun',
    },
  ]);
}

/** The one review that the sandbox answers: whoever has its token may do everything. */
function review(body: Raw, intent: Intent, world: World): Raw {
  const decoded = decodeBody(body, intent);
  const tracked = trackUpdate(undefined, without(decoded, 'status'), { ...intent, now: stamp(world) });
  return { ...tracked, status: { allowed: true } };
}

function post(world: World, ask: Ask, warnings: string[]): Answer {
  const { route, form } = ask;
  if (route.name !== '') throw status.methodNotAllowed();
  const body = parseObject(ask.body, ask.contentType, ask.route.resource.kind);
  if (route.resource.kind === 'SelfSubjectAccessReview' && route.resource.custom === undefined)
    return { code: 201, text: write(review(body, intentOf(ask, warnings), world), form), warnings };
  const made = create(world, intentOf(ask, warnings), body);
  return { code: 201, text: write(present(made, route.resource, form), form), warnings };
}

function scaled(world: World, ask: Ask, warnings: string[]): Answer {
  const { route, form, method } = ask;
  const live = getOne(world, route.resource, route.namespace, route.name);
  const patching = method === 'PATCH';
  const intent = intentOf(ask, warnings);
  const body = patching
    ? parsePatch(ask.body, ask.contentType)
    : parseObject(ask.body, ask.contentType, ask.route.resource.kind);
  return { code: 200, text: write(writeScale(world, intent, live, { body, patching }), form), warnings };
}

function put(world: World, ask: Ask, warnings: string[]): Answer {
  const { route, form } = ask;
  if (route.name === '') throw status.methodNotAllowed();
  if (route.subresource === 'scale') return scaled(world, ask, warnings);
  const { object, created } = update(
    world,
    intentOf(ask, warnings),
    parseObject(ask.body, ask.contentType, ask.route.resource.kind),
  );
  return { code: created ? 201 : 200, text: write(present(object, route.resource, form), form), warnings };
}

function patchOne(world: World, ask: Ask, warnings: string[]): Answer {
  const { route, form } = ask;
  if (route.name === '') throw status.methodNotAllowed();
  if (route.subresource === 'scale') return scaled(world, ask, warnings);
  const type = (ask.contentType ?? '').split(';')[0]?.trim() ?? '';
  const { object, created } = patch(world, intentOf(ask, warnings), type, parsePatch(ask.body, ask.contentType));
  return { code: created ? 201 : 200, text: write(present(object, route.resource, form), form), warnings };
}

/** Options of a deletion: the body, and what old clients put into the query. */
function deleteOptions(ask: Ask): Raw {
  const options = parseOptions(ask.body, ask.contentType);
  const policy = ask.query.get('propagationPolicy');
  const grace = ask.query.get('gracePeriodSeconds');
  return {
    ...options,
    ...(policy === null ? {} : { propagationPolicy: policy }),
    ...(grace === null ? {} : { gracePeriodSeconds: Number(grace) }),
  };
}

function deleted(world: World, ask: Ask): Answer {
  const { route, form, query } = ask;
  const { resource, namespace, name } = route;
  const options = deleteOptions(ask);
  const dry = dryRunOf(query) || (Array.isArray(options['dryRun']) && options['dryRun'].includes('All'));
  if (name === '') {
    const { items, metadata } = listPage(world, { resource, namespace, name, query });
    const gone = items.map((item) => remove(world, { resource, object: item }, options, dry).object);
    return { code: 200, text: presentList({ items: gone, metadata }, resource, form), warnings: [] };
  }
  const found = getOne(world, resource, namespace, name);
  const { object, gone } = remove(world, { resource, object: found }, options, dry);
  const body = gone && !answersObject(resource) ? removedStatus(resource, object) : present(object, resource, form);
  return { code: 200, text: write(body, form), warnings: [] };
}

function read(world: World, { route, query, form }: Ask): Answer {
  const { resource, namespace, name, subresource } = route;
  if (name === '') {
    const page = listPage(world, { resource, namespace, name, query });
    return { code: 200, text: presentList(page, resource, form), warnings: [] };
  }
  const object = getOne(world, resource, namespace, name);
  const shown = subresource === 'scale' ? scaleOf(object, resource) : present(object, resource, form);
  return { code: 200, text: write(shown, form), warnings: [] };
}

const VERBS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  GET: ['get', 'list'],
  HEAD: ['get', 'list'],
  POST: ['create', 'create'],
  PUT: ['update', 'update'],
  PATCH: ['patch', 'patch'],
  DELETE: ['delete', 'deletecollection'],
};

/** The verb of RBAC for a request; '' for a method that means nothing here. */
export function verbOf(method: string, route: Route, watch: boolean): string {
  if (watch && method === 'GET') return 'watch';
  return VERBS[method]?.[route.name === '' ? 1 : 0] ?? '';
}

/** What the real server says beside each answer about these kinds. */
const DEPRECATED: Readonly<Record<string, readonly string[]>> = {
  Endpoints: ['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'],
};

/** The answer to everything but a watch. */
export function answer(world: World, ask: Ask): Answer {
  const verb = verbOf(ask.method, ask.route, false);
  const { resource, subresource } = ask.route;
  const possible = subresource === '' ? resource.verbs : ['get', 'patch', 'update'];
  if (!possible.includes(verb)) throw status.methodNotAllowed();
  const warnings = [...(DEPRECATED[resource.custom === undefined ? resource.kind : ''] ?? [])];
  switch (verb) {
    case 'create':
      return post(world, ask, warnings);
    case 'update':
      return put(world, ask, warnings);
    case 'patch':
      return patchOne(world, ask, warnings);
    case 'delete':
    case 'deletecollection':
      return deleted(world, ask);
    default:
      return { ...read(world, ask), warnings };
  }
}
