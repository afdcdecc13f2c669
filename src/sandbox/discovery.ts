import type { Raw } from './json.ts';
import { versionRank, type Registry } from './registry.ts';
import { apiVersionOf, type Resource } from './resource.ts';

const SUB_VERBS = ['get', 'patch', 'update'];

interface GroupVersions {
  readonly group: string;
  readonly versions: readonly string[];
}

/** The named groups, each with its versions, preferred first. */
function groupsOf(registry: Registry): readonly GroupVersions[] {
  const byGroup = new Map<string, Set<string>>();
  for (const { group, version } of registry.all) {
    const versions = byGroup.get(group) ?? new Set<string>();
    byGroup.set(group, versions.add(version));
  }
  return [...byGroup]
    .filter(([group]) => group !== '')
    .map(([group, versions]) => ({
      group,
      versions: [...versions].sort((a, b) => versionRank(b) - versionRank(a)),
    }));
}

const versionEntry = (group: string, version: string): Raw => ({ groupVersion: `${group}/${version}`, version });

function groupEntry({ group, versions }: GroupVersions): Raw {
  return {
    name: group,
    versions: versions.map((version) => versionEntry(group, version)),
    preferredVersion: versionEntry(group, versions[0] ?? ''),
  };
}

/** `GET /apis`. */
export function groupList(registry: Registry): Raw {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groupsOf(registry).map(groupEntry) };
}

/** `GET /apis/GROUP`. */
export function groupOf(registry: Registry, group: string): Raw | undefined {
  const found = groupsOf(registry).find((each) => each.group === group);
  return found === undefined ? undefined : { kind: 'APIGroup', apiVersion: 'v1', ...groupEntry(found) };
}

function entriesOf(resource: Resource): readonly Raw[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, subresources } = resource;
  const subs = subresources.map((sub) => ({
    name: `${plural}/${sub}`,
    singularName: '',
    namespaced,
    ...(sub === 'scale' ? { group: 'autoscaling', version: 'v1', kind: 'Scale' } : { kind }),
    verbs: SUB_VERBS,
  }));
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(resource.storageVersionHash === undefined ? {} : { storageVersionHash: resource.storageVersionHash }),
  };
  return [main, ...subs];
}

/** `GET /api/v1`, `GET /apis/GROUP/VERSION`. */
export function resourceList(registry: Registry, group: string, version: string): Raw | undefined {
  const own = registry.all.filter((each) => each.group === group && each.version === version);
  if (own.length === 0) return undefined;
  const first = own[0]?.custom === undefined ? {} : { apiVersion: 'v1' };
  const groupVersion = group === '' ? version : `${group}/${version}`;
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }),
    ...first,
    groupVersion,
    resources: own.flatMap(entriesOf),
  };
}

function aggregatedResource(resource: Resource): Raw {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories, subresources } = resource;
  const responseKind = { group: resource.group, version: resource.version, kind };
  const subs = subresources.map((subresource) => ({
    subresource,
    responseKind: subresource === 'scale' ? { group: 'autoscaling', version: 'v1', kind: 'Scale' } : responseKind,
    verbs: SUB_VERBS,
  }));
  return {
    resource: plural,
    responseKind,
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(subs.length === 0 ? {} : { subresources: subs }),
  };
}

/** Discovery in one document (`apidiscovery.k8s.io/v2`): the core group, or all named ones. */
export function aggregated(registry: Registry, core: boolean): Raw {
  const groups = core ? [{ group: '', versions: ['v1'] }] : groupsOf(registry);
  const items = groups.map(({ group, versions }) => ({
    metadata: group === '' ? {} : { name: group },
    versions: versions.map((version) => ({
      version,
      resources: registry.all
        .filter((each) => apiVersionOf(each) === apiVersionOf({ group, version }))
        .map(aggregatedResource),
      freshness: 'Current',
    })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

/** The media type of discovery in one document. */
export const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Whether a client asks for discovery in one document. */
export function wantsAggregated(accept: string | undefined): boolean {
  return (accept ?? '').includes(AGGREGATED);
}

/** `GET /api`. */
export function coreVersions(address: string): Raw {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

/** `GET /`: every path that answers something. */
export function rootPaths(registry: Registry): Raw {
  const groups = groupsOf(registry).flatMap(({ group, versions }) => [
    `/apis/${group}`,
    ...versions.map((version) => `/apis/${group}/${version}`),
  ]);
  const fixed = ['/api', '/api/v1', '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'];
  return { paths: [...fixed, ...groups].sort() };
}

/** `GET /version`: which server this is like. */
export const VERSION: Raw = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.3+kubeposture-sandbox',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'linux/amd64',
};
