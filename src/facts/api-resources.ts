import lodash from 'lodash';
import { ALL_KINDS, KINDS, groupsOf } from '#model/kinds.ts';
import type { ObjectOf } from '#model/objects.ts';

/**
 * Which resources of Kubernetes have a namespace, by group, as the API server of 1.36 serves them (`kubectl api-resources`); the cluster suite
 * compares. All others of these groups have none.
 */
const NAMESPACED: Readonly<Record<string, readonly string[]>> = {
  '': [
    'bindings',
    'configmaps',
    'endpoints',
    'events',
    'limitranges',
    'persistentvolumeclaims',
    'pods',
    'podtemplates',
    'replicationcontrollers',
    'resourcequotas',
    'secrets',
    'serviceaccounts',
    'services',
  ],
  'admissionregistration.k8s.io': [],
  'apiextensions.k8s.io': [],
  'apiregistration.k8s.io': [],
  apps: ['controllerrevisions', 'daemonsets', 'deployments', 'replicasets', 'statefulsets'],
  'authentication.k8s.io': [],
  'authorization.k8s.io': ['localsubjectaccessreviews'],
  autoscaling: ['horizontalpodautoscalers'],
  batch: ['cronjobs', 'jobs'],
  'certificates.k8s.io': [],
  'coordination.k8s.io': ['leases'],
  'discovery.k8s.io': ['endpointslices'],
  'events.k8s.io': ['events'],
  'flowcontrol.apiserver.k8s.io': [],
  'networking.k8s.io': ['ingresses', 'networkpolicies'],
  'node.k8s.io': [],
  policy: ['poddisruptionbudgets'],
  'rbac.authorization.k8s.io': ['rolebindings', 'roles'],
  'resource.k8s.io': ['resourceclaims', 'resourceclaimtemplates'],
  'scheduling.k8s.io': [],
  'storage.k8s.io': ['csistoragecapacities'],
};

/** Whether a resource of a rule is known to have no namespace, `nodes/proxy` as `nodes`; a wildcard where nothing that it stands for has one. */
export function hasNoNamespace(group: string, resource: string): boolean {
  const [plural = ''] = resource.split('/');
  if (plural !== '*') return isNamespaced(group, resource) === false;
  return Object.hasOwn(NAMESPACED, group) && NAMESPACED[group]?.length === 0;
}

/** Those of them that have none, and what is no resource and can be asked about: whom somebody acts as, and signers. */
const CLUSTER_SCOPED: Readonly<Record<string, readonly string[]>> = {
  '': ['componentstatuses', 'groups', 'namespaces', 'nodes', 'persistentvolumes', 'users'],
  'admissionregistration.k8s.io': [
    'mutatingadmissionpolicies',
    'mutatingadmissionpolicybindings',
    'mutatingwebhookconfigurations',
    'validatingadmissionpolicies',
    'validatingadmissionpolicybindings',
    'validatingwebhookconfigurations',
  ],
  'apiextensions.k8s.io': ['customresourcedefinitions'],
  'apiregistration.k8s.io': ['apiservices'],
  'authentication.k8s.io': ['selfsubjectreviews', 'tokenreviews', 'uids', 'userextras'],
  'authorization.k8s.io': ['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'subjectaccessreviews'],
  'certificates.k8s.io': ['certificatesigningrequests', 'clustertrustbundles', 'signers'],
  'flowcontrol.apiserver.k8s.io': ['flowschemas', 'prioritylevelconfigurations'],
  'networking.k8s.io': ['ingressclasses', 'ipaddresses', 'servicecidrs'],
  'node.k8s.io': ['runtimeclasses'],
  'rbac.authorization.k8s.io': ['clusterrolebindings', 'clusterroles'],
  'resource.k8s.io': ['deviceclasses', 'resourceslices'],
  'scheduling.k8s.io': ['priorityclasses'],
  'storage.k8s.io': ['csidrivers', 'csinodes', 'storageclasses', 'volumeattachments', 'volumeattributesclasses'],
};

/** A resource as requests name it. */
export interface KnownResource {
  readonly plural: string;
  readonly group: string;
}

/** The resources of Kubernetes, those of the core group first, and those of extensions whose kinds we read. */
export function knownResources(): readonly KnownResource[] {
  const tables = [NAMESPACED, CLUSTER_SCOPED].flatMap((table) =>
    Object.entries(table).flatMap(([group, plurals]) => plurals.map((plural) => ({ plural, group }))),
  );
  const read = READ.map(({ plural, group }) => ({ plural, group }));
  return lodash.sortBy([...tables, ...read], ({ group }) => group !== '');
}

/** Groups of which every resource has a namespace: there `*` has one too. */
const WHOLLY = new Set(['apps', 'autoscaling', 'batch', 'discovery.k8s.io', 'events.k8s.io', 'policy']);

/** The kinds that we read, those of extensions too, and whether they have a namespace. */
const READ = ALL_KINDS.map((kind) => ({ ...KINDS[kind], groups: groupsOf(kind) }));

/**
 * Whether a resource of a rule has a namespace, `pods/exec` as `pods`; a wildcard where all that it stands for has one. What was `found` in the
 * API goes before our tables; undefined where neither knows it.
 */
export function isNamespaced(
  group: string,
  resource: string,
  found: readonly ObjectOf<'ApiResource'>[] = [],
): boolean | undefined {
  const [plural = ''] = resource.split('/');
  const scopes = found
    .filter(({ spec }) => [spec.group, '*'].includes(group) && [spec.names.plural, '*'].includes(plural))
    .flatMap(({ spec: { scope } }) => (scope === undefined ? [] : [scope === 'Namespaced']));
  if (group === '*') return ofAnyGroup(plural, scopes);
  return scopes.length > 0 ? !scopes.includes(false) : byTable(group, plural);
}

function ofAnyGroup(plural: string, found: readonly boolean[]): boolean | undefined {
  if (plural === '*') return false;
  const listed = Object.values(NAMESPACED).some((plurals) => plurals.includes(plural)) ? [true] : [];
  const read = READ.filter((each) => each.plural === plural).map(({ namespaced }) => namespaced);
  const scopes = [...found, ...listed, ...read];
  return scopes.length === 0 ? undefined : !scopes.includes(false);
}

function byTable(group: string, plural: string): boolean | undefined {
  const known = Object.hasOwn(NAMESPACED, group) ? NAMESPACED[group] : undefined;
  if (known !== undefined) return known.includes(plural) || (plural === '*' && WHOLLY.has(group));
  return READ.find((each) => each.plural === plural && each.groups.includes(group))?.namespaced;
}
