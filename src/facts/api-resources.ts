import { KINDS, groupsOf, type Kind } from '#model/kinds.ts';

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

/** Groups of which every resource has a namespace: there `*` has one too. */
const WHOLLY = new Set(['apps', 'autoscaling', 'batch', 'discovery.k8s.io', 'events.k8s.io', 'policy']);

/** The kinds of extensions that we read, by group and resource. */
const OF_EXTENSIONS = new Map(
  (Object.keys(KINDS) as Kind[]).flatMap((kind) =>
    groupsOf(kind).map((group) => [`${group}/${KINDS[kind].plural}`, KINDS[kind].namespaced] as const),
  ),
);

/** Whether a resource of a rule has a namespace, `pods/exec` as `pods`; undefined where no table of ours knows it. */
export function isNamespaced(group: string, resource: string): boolean | undefined {
  const known = Object.hasOwn(NAMESPACED, group) ? NAMESPACED[group] : undefined;
  if (group === '*') return false;
  const [plural = ''] = resource.split('/');
  if (known === undefined) return OF_EXTENSIONS.get(`${group}/${plural}`);
  return known.includes(plural) || (plural === '*' && WHOLLY.has(group));
}
