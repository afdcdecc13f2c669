import type { Registry } from './registry.ts';
import { aboutPlural, type Resource } from './resource.ts';
import { badRequest, notFound, notImplemented, noSuchResource } from './status.ts';

/** What the path of a request names. */
export interface Route {
  readonly resource: Resource;
  readonly namespace: string;
  /** '' for the collection. */
  readonly name: string;
  readonly subresource: string;
}

/** Subresources of a real server that have no meaning without kubelets, or that nobody asked for yet. */
const UNSERVED: Readonly<Record<string, readonly string[]>> = {
  pods: ['attach', 'binding', 'ephemeralcontainers', 'eviction', 'exec', 'log', 'portforward', 'proxy', 'resize'],
  nodes: ['proxy'],
  services: ['proxy'],
  serviceaccounts: ['token'],
  namespaces: ['finalize'],
};

interface Place {
  readonly namespace: string;
  readonly plural: string;
  readonly name: string;
  readonly subresource: string;
}

/** `namespaces/NS/PLURAL/NAME/SUB` or `PLURAL/NAME/SUB`; `namespaces/NS` is the Namespace itself. */
function placeOf(parts: readonly string[]): Place {
  const isNamespace =
    parts[0] === 'namespaces' && (parts.length < 3 || ['status', 'finalize'].includes(parts[2] ?? ''));
  const [namespace = '', rest] = parts[0] === 'namespaces' && !isNamespace ? [parts[1], parts.slice(2)] : ['', parts];
  const [plural = '', name = '', subresource = ''] = rest;
  return { namespace, plural, name, subresource };
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest(`invalid URL escape in ${JSON.stringify(part)}`);
  }
}

/** The group version that a path starts with, and what comes after it. */
function splitPath(path: string): {
  readonly group: string;
  readonly version: string;
  readonly rest: readonly string[];
} {
  const parts = path.split('/').slice(1).map(unescaped);
  if (parts.at(-1) === '') parts.pop();
  const [group = '', version = ''] = parts[0] === 'api' ? ['', parts[1]] : [parts[1], parts[2]];
  return { group, version, rest: parts.slice(parts[0] === 'api' ? 2 : 3) };
}

/** The resource that a path names; undefined when its group is not served at all. */
export function routeOf(path: string, registry: Registry): Route | undefined {
  const { group, version, rest } = splitPath(path);
  if (rest.length === 0 || rest.length > 5) return undefined;
  if (!registry.all.some((each) => each.group === group)) return undefined;
  const place = placeOf(rest);
  const resource = registry.find(group, version, place.plural);
  if (resource === undefined) throw noSuchResource();
  if (!fits(resource, place)) {
    if (resource.custom !== undefined) return undefined;
    throw noSuchResource();
  }
  checkSubresource(resource, place);
  return { resource, namespace: place.namespace, name: place.name, subresource: place.subresource };
}

/** A namespaced object lives in a namespace, others do not; a list may go over all namespaces. */
const fits = ({ namespaced }: Resource, { namespace, name }: Place): boolean =>
  namespaced ? namespace !== '' || name === '' : namespace === '';

function checkSubresource(resource: Resource, { name, subresource }: Place): void {
  if (subresource === '' || resource.subresources.includes(subresource)) return;
  if (resource.custom !== undefined) throw notFound(aboutPlural(resource, name));
  if (UNSERVED[resource.plural]?.includes(subresource) === true)
    throw notImplemented(`${resource.plural}/${subresource}`);
  throw noSuchResource();
}
