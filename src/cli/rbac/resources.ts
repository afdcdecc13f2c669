import { isNamespaced, knownResources, type KnownResource } from '#facts/api-resources.ts';
import type { ResourceRequest } from '#analysis/rbac/request.ts';
import { ALL_KINDS, KINDS } from '#model/kinds.ts';
import type { ObjectOf } from '#model/objects.ts';
import { nearest } from '#model/nearest.ts';

/** Short names of `kubectl api-resources`. */
const SHORT: Readonly<Record<string, string>> = {
  cj: 'cronjobs',
  cm: 'configmaps',
  crd: 'customresourcedefinitions',
  crds: 'customresourcedefinitions',
  csr: 'certificatesigningrequests',
  deploy: 'deployments',
  ds: 'daemonsets',
  ep: 'endpoints',
  ev: 'events',
  hpa: 'horizontalpodautoscalers',
  ing: 'ingresses',
  limits: 'limitranges',
  netpol: 'networkpolicies',
  no: 'nodes',
  ns: 'namespaces',
  pc: 'priorityclasses',
  pdb: 'poddisruptionbudgets',
  po: 'pods',
  pv: 'persistentvolumes',
  pvc: 'persistentvolumeclaims',
  quota: 'resourcequotas',
  rc: 'replicationcontrollers',
  rs: 'replicasets',
  sa: 'serviceaccounts',
  sc: 'storageclasses',
  sts: 'statefulsets',
  svc: 'services',
};
/** `deployment` for `deployments`. */
const SINGULAR: ReadonlyMap<string, string> = new Map(
  ALL_KINDS.map((kind) => [kind.toLowerCase(), KINDS[kind].plural]),
);

const VERBS = [
  ...['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'],
  ...['bind', 'escalate', 'impersonate', 'approve', 'sign', 'attest', 'use', '*'],
];
const URL_VERBS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', '*'];
/** Constrained impersonation and what it allows. */
const CONSTRAINED = /^impersonate(-on)?:/;

/** What the API server of a cluster, or files, tell of resources beside our tables. */
export type Found = readonly ObjectOf<'ApiResource'>[];

/** A question as it is asked in the end, and what was not taken as it was said. */
export interface Resolved<R> {
  readonly request: R;
  readonly notes: readonly string[];
}

/** Says of a verb that no API server asks about it. */
export function verbNotes(verb: string, isUrl: boolean): readonly string[] {
  const known = isUrl ? URL_VERBS : VERBS;
  if (known.includes(verb) || (!isUrl && CONSTRAINED.test(verb))) return [];
  return [`"${verb}" is no verb that Kubernetes asks about${meant(verb, known)}: only rules for every verb allow it`];
}

function meant(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? '' : ` (did you mean ${near}?)`;
}

/** The resource of a word, and its group where none was said. */
export function resourceNamed(plural: string, group: string | undefined, found: Found): Resolved<KnownResource> {
  const resources = [
    ...knownResources(),
    ...found.map(({ spec }) => ({ plural: spec.names.plural, group: spec.group })),
  ];
  if (plural === '*') return { request: { plural, group: group ?? '' }, notes: [] };
  const isMeant = (each: KnownResource): boolean => group === undefined || each.group === group;
  const spelled = plural.toLowerCase();
  const names = [plural, spelled, SHORT[spelled], SINGULAR.get(spelled)];
  for (const name of names) {
    const known = resources.find((each) => each.plural === name && isMeant(each));
    if (known !== undefined) return { request: known, notes: [] };
  }
  const near = meant(
    plural,
    resources.filter(isMeant).map((each) => each.plural),
  );
  const request = { plural, group: group ?? '' };
  if (group !== undefined && !resources.some((each) => each.group === group)) return { request, notes: [] };
  const where = group === undefined ? 'a resource that is known' : `a resource of group ${group}`;
  const hint = group === undefined ? '; name the group of one that an extension brings: widgets.example.com' : '';
  return { request, notes: [`"${plural}" is not ${where}${near}: asked about as it is written${hint}`] };
}

/** Verbs whose requests for a Namespace carry its name as their namespace. */
const OF_ONE_NAMESPACE = ['get', 'update', 'patch', 'delete'];

/** As the API server would be asked: without a namespace for what has none, but for a Namespace with its own. */
export function placed(request: ResourceRequest, found: Found): Resolved<ResourceRequest> {
  const { group, resource, namespace, verb, name } = request;
  const [plural = '', subresource] = resource.split('/');
  if (plural === '*' || isNamespaced(group, plural, found) !== false) return { request, notes: [] };
  if (group === '' && plural === 'namespaces') {
    const own = name === '' ? namespace : name;
    const isOfOne = OF_ONE_NAMESPACE.includes(verb) || subresource !== undefined;
    if (isOfOne) return { request: { ...request, name: own, namespace: own }, notes: [] };
  }
  // The API server asks for this right in the namespace of the new RoleBinding.
  const isAsked = plural === 'clusterroles' && verb === 'bind';
  if (namespace === '' || isAsked) return { request, notes: [] };
  return { request: { ...request, namespace: '' }, notes: [`${plural} have no namespace: asked in the whole cluster`] };
}
