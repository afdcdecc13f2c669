import type { PolicyRule } from '#model/policy.ts';
import { groupResourceOf } from '#model/kinds.ts';
import { allowsResource, isIn, type ResourceRequest } from './request.ts';

/**
 * Atoms are the single questions about resources that security turns on. Every rule carries a mask with a bit for each atom that it allows for all
 * names; rules that are limited to names are remembered beside it.
 */
export interface Atom extends Pick<ResourceRequest, 'verb' | 'group' | 'resource'> {
  /** Its bit alone. */
  readonly mask: bigint;
  /** Of a cluster-scoped resource: a RoleBinding does not give it. */
  readonly clusterOnly: boolean;
}

export const RBAC = 'rbac.authorization.k8s.io';
export const ADMISSION = 'admissionregistration.k8s.io';
export const CERTIFICATES = 'certificates.k8s.io';
export const WRITE = ['create', 'update', 'patch'];
export const READ = ['get', 'list', 'watch'];
export const CHANGE = ['update', 'patch'];
export const CONNECT = ['create', 'get'];
/** With `*` or with each of these a rule allows everything that can be done to an object. */
export const EVERY_VERB = [...READ, ...WRITE, 'delete'];

export const MUTATING = [
  'mutatingwebhookconfigurations',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
];
export const VALIDATING = [
  'validatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
];

/** The kinds of the API that make pods, with the resource that they are written as. */
export const MAKERS: Readonly<Record<string, { readonly group: string; readonly resource: string }>> = {
  Deployment: { group: 'apps', resource: 'deployments' },
  DaemonSet: { group: 'apps', resource: 'daemonsets' },
  StatefulSet: { group: 'apps', resource: 'statefulsets' },
  ReplicaSet: { group: 'apps', resource: 'replicasets' },
  ReplicationController: { group: '', resource: 'replicationcontrollers' },
  Job: { group: 'batch', resource: 'jobs' },
  CronJob: { group: 'batch', resource: 'cronjobs' },
};

/** Resources of extensions whose writer makes pods are one to the atoms, whichever they are. No rule has this word. */
export const EXTENSION_MAKERS = 'makers of pods';

/** Group, resources, verbs. Resources of the cluster are marked: a grant in a namespace does not give them. */
const NAMESPACED: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['', ['secrets'], [...READ, ...WRITE]],
  ['', ['serviceaccounts'], ['create', 'impersonate']],
  ['', ['serviceaccounts/token'], ['create']],
  ['', ['pods'], ['create', 'update', 'patch', 'delete']],
  ['', ['pods/exec', 'pods/attach', 'pods/portforward', 'pods/proxy', 'services/proxy'], CONNECT],
  ['', ['pods/ephemeralcontainers', 'pods/status'], CHANGE],
  ['', ['pods/eviction', 'pods/binding'], ['create']],
  ['', ['replicationcontrollers'], WRITE],
  ['apps', ['deployments', 'daemonsets', 'statefulsets', 'replicasets'], WRITE],
  ['batch', ['jobs', 'cronjobs'], WRITE],
  ['', [EXTENSION_MAKERS], WRITE],
  ['', ['configmaps', 'endpoints'], WRITE],
  ['', ['services/status'], CHANGE],
  ['discovery.k8s.io', ['endpointslices'], WRITE],
  ['networking.k8s.io', ['networkpolicies'], [...WRITE, 'delete']],
  [RBAC, ['roles'], [...WRITE, 'escalate', 'bind']],
  [RBAC, ['rolebindings'], WRITE],
  // The server asks for `bind` in the namespace of the new RoleBinding, and a request for a Namespace carries its own name as namespace.
  [RBAC, ['clusterroles'], ['bind']],
  ['', ['namespaces'], CHANGE],
];

const CLUSTER: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['*', ['*'], ['*']],
  ['', ['*'], EVERY_VERB],
  [RBAC, ['*'], ['*']],
  [RBAC, ['clusterroles'], [...WRITE, 'escalate']],
  [RBAC, ['clusterrolebindings'], WRITE],
  ['', ['users', 'groups'], ['impersonate']],
  ['', ['nodes/proxy'], CONNECT],
  ['', ['nodes', 'nodes/status'], CHANGE],
  ['', ['persistentvolumes'], WRITE],
  [CERTIFICATES, ['certificatesigningrequests'], ['create']],
  [CERTIFICATES, ['certificatesigningrequests/approval'], CHANGE],
  [CERTIFICATES, ['signers'], ['approve']],
  [ADMISSION, [...MUTATING, ...VALIDATING], WRITE],
  ['apiregistration.k8s.io', ['apiservices'], WRITE],
  ['apiextensions.k8s.io', ['customresourcedefinitions'], WRITE],
];

function spread(rows: typeof CLUSTER, clusterOnly: boolean): readonly Omit<Atom, 'mask'>[] {
  return rows.flatMap(([group, resources, verbs]) =>
    resources.flatMap((resource) => verbs.map((verb) => ({ verb, group, resource, clusterOnly }))),
  );
}

const ATOMS: readonly Atom[] = [...spread(NAMESPACED, false), ...spread(CLUSTER, true)].map((atom, bit) => ({
  ...atom,
  mask: 1n << BigInt(bit),
}));

const BY_QUESTION = new Map(ATOMS.map((each) => [`${each.verb} ${each.group}/${each.resource}`, each]));

/** The bits of the atoms that a grant in a namespace can give. `* * *` there is everything of the namespace. */
export const IN_NAMESPACES = maskOf(ATOMS.filter(({ clusterOnly, resource }) => !clusterOnly || resource === '*'));

/** The atom of a question of the tables above. A question that is not there is a mistake in the code, said at load time. */
export function atom(verb: string, group: string, resource: string): Atom {
  const found = BY_QUESTION.get(`${verb} ${group}/${resource}`);
  if (found === undefined) throw new Error(`no atom: ${verb} ${group}/${resource}`);
  return found;
}

/** One atom for each of some verbs. */
export function atoms(verbs: readonly string[], group: string, ...resources: readonly string[]): readonly Atom[] {
  return resources.flatMap((resource) => verbs.map((verb) => atom(verb, group, resource)));
}

export function maskOf(list: readonly Pick<Atom, 'mask'>[]): bigint {
  return list.reduce((all, { mask }) => all | mask, 0n);
}

/**
 * The rights of which one makes an object together with `create` where both are limited to its name: server-side apply asks for `patch`, and a PUT of
 * what RBAC consists of for `update`, before either asks for `create` of that name (apiserver, pkg/endpoints/handlers; AllowCreateOnUpdate of the
 * registries). Undefined for whatever else is asked.
 */
export function appliersOf({ verb, group, resource }: Atom): readonly Atom[] | undefined {
  return verb === 'create' && !resource.includes('/') ? APPLIERS.get(`${group}/${resource}`) : undefined;
}

/** The atoms of each resource. */
const BY_RESOURCE: ReadonlyMap<string, readonly Atom[]> = Map.groupBy(
  ATOMS,
  ({ group, resource }) => `${group}/${resource}`,
);

const APPLIERS: ReadonlyMap<string, readonly Atom[]> = new Map(
  [...BY_RESOURCE]
    .map(
      ([key, list]) =>
        [key, list.filter(({ verb, group }) => verb === 'patch' || (verb === 'update' && group === RBAC))] as const,
    )
    .filter(([, list]) => list.length > 0),
);

/**
 * What a rule gives of the atoms, for all names or for those that it is limited to. A rule without a star speaks of the resources that it names and of
 * no other. `makers` are the resources of extensions whose writer makes pods, as `rollouts.argoproj.io`.
 */
export function maskOfRule(rule: PolicyRule, makers: readonly string[]): bigint {
  const { apiGroups = [], resources = [], resourceNames = [], verbs } = rule;
  const isPlain = ![...apiGroups, ...resources].some((word) => word.startsWith('*'));
  const spoken = isPlain
    ? apiGroups.flatMap((group) => resources.flatMap((resource) => BY_RESOURCE.get(`${group}/${resource}`) ?? []))
    : ATOMS.filter((each) => each.resource !== EXTENSION_MAKERS && allowsResource(rule, each));
  const isMaking = makers.some((maker) => allowsResource(rule, groupResourceOf(maker)));
  const all = isMaking ? [...spoken, ...atoms(WRITE, '', EXTENSION_MAKERS)] : spoken;
  const isLimited = resourceNames.length > 0;
  return maskOf(all.filter((each) => isIn(each.verb, verbs) && !(isLimited && isNameless(each))));
}

/** Whoever creates an object names it in its body alone: no rule that is limited to names allows that, unless the object can be applied. */
function isNameless(atom: Atom): boolean {
  return atom.verb === 'create' && !atom.resource.includes('/') && appliersOf(atom) === undefined;
}
