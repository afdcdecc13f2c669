import lodash from 'lodash';
import {
  ADMISSION,
  CERTIFICATES,
  CHANGE,
  CONNECT,
  EXTENSION_MAKERS,
  MAKERS,
  MUTATING,
  RBAC,
  READ,
  VALIDATING,
  WRITE,
  atoms,
  maskOf,
  type Atom,
} from './atoms.ts';
import { either, isNone, type Names, type Rights } from './rights.ts';

/** A right of several verbs or resources, any of which will do. */
export interface Need {
  readonly atoms: readonly Atom[];
  readonly mask: bigint;
  /** Names that are as good as all. */
  readonly sufficient?: readonly string[];
  /** A name is no limit: who makes an object chooses it. */
  readonly anyName?: true;
}

/** What an identity can do that is more than it looks: any of its ways, of which every need must be met. */
export interface Primitive {
  readonly id: string;
  /** In words: `can …`. */
  readonly words: string;
  /** Leads to any service account where it is held: how. */
  readonly toAccounts?: string;
  readonly ways: readonly (readonly Need[])[];
  /** The atoms of all its needs. */
  readonly reach: bigint;
  /** Means nothing in a namespace. */
  readonly clusterOnly: boolean;
  /** Means something in this namespace only. */
  readonly onlyIn?: string;
}

export function need(verbs: readonly string[], group: string, ...resources: readonly string[]): Need {
  const list = atoms(verbs, group, ...resources);
  return { atoms: list, mask: maskOf(list) };
}

function anyName(of: Need): Need {
  return { ...of, anyName: true };
}

const everyMaker = [...Object.values(MAKERS), { group: '', resource: EXTENSION_MAKERS }];
function needOfMakers(verbs: readonly string[]): Need {
  const list = everyMaker.flatMap(({ group, resource }) => atoms(verbs, group, resource));
  return { atoms: list, mask: maskOf(list) };
}

const approve = need(['approve'], CERTIFICATES, 'signers');
/** The signer of certificates that the API server takes for users, and all of that domain. */
const CLIENT_SIGNERS = ['kubernetes.io/kube-apiserver-client', 'kubernetes.io/*'];

/** The needs that other rules are made of as well. */
export const NEEDS = {
  createPods: anyName(need(['create'], '', 'pods')),
  addContainers: need(CHANGE, '', 'pods/ephemeralcontainers'),
  /** What a volume is made of never changes: no right to change one counts. */
  createVolumes: anyName(need(['create'], '', 'persistentvolumes')),
  writeVolumes: need(WRITE, '', 'persistentvolumes'),
  createSecrets: anyName(need(['create'], '', 'secrets')),
  readSecrets: need(READ, '', 'secrets'),
  changeSecrets: need(CHANGE, '', 'secrets'),
  createMakers: anyName(needOfMakers(['create'])),
  writeMakers: needOfMakers(WRITE),
  mutate: need(WRITE, ADMISSION, ...MUTATING),
  changeNamespaces: need(CHANGE, '', 'namespaces'),
  changeNodes: need(CHANGE, '', 'nodes', 'nodes/status'),
  createAccounts: need(['create'], '', 'serviceaccounts'),
  createRequests: need(['create'], CERTIFICATES, 'certificatesigningrequests'),
  /** Whoever makes a request gives it its name. */
  changeApproval: anyName(need(CHANGE, CERTIFICATES, 'certificatesigningrequests/approval')),
  approveClients: { ...approve, sufficient: CLIENT_SIGNERS },
  writeClusterBindings: need(WRITE, RBAC, 'clusterrolebindings'),
  writeBindings: need(WRITE, RBAC, 'rolebindings'),
  impersonateUsers: need(['impersonate'], '', 'users'),
  impersonateGroups: need(['impersonate'], '', 'groups'),
  impersonateAccounts: need(['impersonate'], '', 'serviceaccounts'),
} as const satisfies Readonly<Record<string, Need>>;

function row(id: string, words: string, ...ways: readonly (readonly Need[])[]): Primitive {
  const clusterOnly = ways.every((way) => way.some(({ atoms: list }) => list.every((each) => each.clusterOnly)));
  const reach = maskOf(ways.flat().flatMap(({ atoms: list }) => list));
  return { id, words, ways, reach, clusterOnly };
}

/** What leads to any service account of a namespace, in words with the account and without. */
function toAccounts(id: string, how: string, words: string, way: readonly Need[]): Primitive {
  return { ...row(id, words, way), toAccounts: how };
}

const IDENTITIES_AND_WORKLOADS: readonly Primitive[] = [
  row('cluster-admin', 'do everything', [need(['*'], '*', '*')], [need(['*'], RBAC, '*')]),
  row(
    'rbac-escalate',
    'write roles beyond its own rights',
    [need(['escalate'], RBAC, 'clusterroles'), need(WRITE, RBAC, 'clusterroles')],
    [need(['escalate'], RBAC, 'roles'), need(WRITE, RBAC, 'roles')],
  ),
  row(
    'rbac-bind',
    'bind roles beyond its own rights',
    [need(['bind'], RBAC, 'clusterroles'), NEEDS.writeClusterBindings],
    [need(['bind'], RBAC, 'roles', 'clusterroles'), NEEDS.writeBindings],
  ),
  row('impersonate-user', 'act as any user', [NEEDS.impersonateUsers]),
  row(
    'impersonate-group',
    'act as a member of any group',
    [NEEDS.impersonateGroups, NEEDS.impersonateUsers],
    [NEEDS.impersonateGroups, NEEDS.impersonateAccounts],
  ),
  toAccounts('impersonate-sa', 'impersonation', 'act as any service account', [NEEDS.impersonateAccounts]),
  toAccounts('token-request', 'tokens', 'issue tokens of any service account', [
    need(['create'], '', 'serviceaccounts/token'),
  ]),
  toAccounts('token-secret-issue', 'token Secrets', 'make token Secrets of any service account and read them', [
    NEEDS.createSecrets,
    NEEDS.readSecrets,
  ]),
  row('secrets-read', 'read Secrets', [NEEDS.readSecrets]),
  toAccounts('pod-create', 'new pods', 'create pods as any service account', [NEEDS.createPods]),
  toAccounts('workload-create', 'new workloads', 'create workloads as any service account', [NEEDS.createMakers]),
  toAccounts('workload-modify', 'changed workloads', 'change workloads to any service account', [needOfMakers(CHANGE)]),
  row('pod-modify', 'change running pods', [need(CHANGE, '', 'pods')]),
];

/** The server asks for `create` to connect since 1.35; before, a WebSocket was authorised as `get`. */
function connecting(verbs: readonly string[]): readonly Primitive[] {
  return [
    row('pod-exec', 'run commands in pods', [need(verbs, '', 'pods/exec')]),
    row('pod-attach', 'attach to pods', [need(verbs, '', 'pods/attach')]),
    row('pods/portforward', 'forward ports of pods', [need(verbs, '', 'pods/portforward')]),
  ];
}

const OTHERS: readonly Primitive[] = [
  row('pod-ephemeral', 'add containers to running pods', [need(CHANGE, '', 'pods/ephemeralcontainers')]),
  row('pods/proxy', 'reach pods past network policies', [need(CONNECT, '', 'pods/proxy')]),
  row('services/proxy', 'reach Services past network policies', [need(CONNECT, '', 'services/proxy')]),
  row('node-proxy', 'run commands in every pod through the kubelet', [need(CONNECT, '', 'nodes/proxy')]),
  row('csr-approve', 'issue client certificates of any user', [
    NEEDS.createRequests,
    NEEDS.changeApproval,
    NEEDS.approveClients,
  ]),
  row('webhook-mutate', 'see and change every object that is written', [NEEDS.mutate]),
  row('webhook-validate', 'see and refuse every object that is written', [need(WRITE, ADMISSION, ...VALIDATING)]),
  row('apiservice-write', 'answer in place of API servers', [need(WRITE, 'apiregistration.k8s.io', 'apiservices')]),
  row('crd-write', 'convert custom resources', [need(WRITE, 'apiextensions.k8s.io', 'customresourcedefinitions')]),
  row('pv-create', 'make volumes of paths of nodes', [NEEDS.createVolumes]),
  row('node-modify', 'change labels and taints of nodes', [need(CHANGE, '', 'nodes')]),
  row('node-status', 'change the status of nodes', [need(CHANGE, '', 'nodes/status')]),
  row('pod-evict', 'remove pods', [need(['delete'], '', 'pods')], [need(['create'], '', 'pods/eviction')]),
  row('pods/binding', 'place pods on nodes', [need(['create'], '', 'pods/binding')]),
  row('pods/status', 'change the status of pods', [need(CHANGE, '', 'pods/status')]),
  row('namespace-modify', 'change labels of namespaces', [NEEDS.changeNamespaces]),
  row(
    'endpoints-write',
    'redirect traffic of Services',
    [need(WRITE, '', 'endpoints')],
    [need(WRITE, 'discovery.k8s.io', 'endpointslices')],
  ),
  row('services/status', 'claim addresses of Services', [need(CHANGE, '', 'services/status')]),
  {
    ...row('configmaps-write', 'change ConfigMaps of the system', [need(WRITE, '', 'configmaps')]),
    onlyIn: 'kube-system',
  },
  row('networkpolicies-write', 'open the network', [
    need([...WRITE, 'delete'], 'networking.k8s.io', 'networkpolicies'),
  ]),
];

const SINCE_135 = [...IDENTITIES_AND_WORKLOADS, ...connecting(['create']), ...OTHERS];
const BEFORE_135 = [...IDENTITIES_AND_WORKLOADS, ...connecting(CONNECT), ...OTHERS];

/** The primitives of a server that asks for `create` to connect to pods, or takes `get` as well. */
export function primitives(execRequiresCreate: boolean): readonly Primitive[] {
  return execRequiresCreate ? SINCE_135 : BEFORE_135;
}

const BY_ID = new Map(SINCE_135.map((primitive) => [primitive.id, primitive]));

/** What a primitive lets do, in words. */
export function primitiveWords(id: string): string {
  return BY_ID.get(id)?.words ?? id;
}

/** The same of some objects by their names: of these, not of any. */
export function namedWords(id: string): string {
  return primitiveWords(id).replace(/\bany (service account|user|group)\b/, '$1s');
}

/** The same of several: those that lead to any service account are told as one. */
export function wordsOfPrimitives(ids: readonly string[]): readonly string[] {
  const ways = ids.flatMap((id) => BY_ID.get(id)?.toAccounts ?? []);
  if (ways.length < 2) return ids.map(primitiveWords);
  const others = ids.filter((id) => BY_ID.get(id)?.toAccounts === undefined);
  return [`be any service account (by ${ways.join(', ')})`, ...others.map(primitiveWords)];
}

/** Whether a need is met for all objects. */
export function meets(
  rights: Rights,
  scope: string,
  { atoms: list, mask, sufficient = [], anyName: isFree }: Need,
): boolean {
  if (rights.mayAny(scope, mask)) return true;
  if (isFree === true && (rights.reachIn(scope) & mask) !== 0n)
    return list.some((each) => !isNone(rights.names(scope, each)));
  if (sufficient.length === 0) return false;
  return list.some((each) => {
    const names = rights.names(scope, each);
    return names !== 'all' && sufficient.some((name) => names.has(name));
  });
}

/** What maps roles of the cloud to groups, on EKS: whoever writes it is a member of system:masters by his own word. */
export const AUTH_MAP = { namespace: 'kube-system', name: 'aws-auth' };
/** One that is there may be written by its name; one that is made has none yet. */
export const WRITE_AUTH_MAP: readonly Need[] = [
  need(['create'], '', 'configmaps'),
  { ...need(CHANGE, '', 'configmaps'), sufficient: [AUTH_MAP.name] },
];

export function writesAuthMap(rights: Rights): boolean {
  return WRITE_AUTH_MAP.some((each) => meets(rights, AUTH_MAP.namespace, each));
}

/** For which names a need is met, by whichever of its atoms. */
export function namesFor(rights: Rights, scope: string, { atoms: list, mask }: Need): Names {
  if ((rights.reachIn(scope) & mask) === 0n) return NOBODY;
  return list.map((each) => rights.names(scope, each)).reduce(either, NOBODY);
}

const NOBODY: Names = new Set();

/** One thing that is held: everywhere, `cluster`, or in a namespace, `ns:NAME`. */
export interface Held {
  readonly id: string;
  readonly scope: string;
}

export interface Capabilities {
  readonly held: readonly Held[];
  /** What is held for some objects only, by name. */
  readonly named: readonly (Held & { readonly names: readonly string[] })[];
}

/** What rights amount to. What is held everywhere is not told again of namespaces. */
export function capabilitiesOf(rights: Rights, execRequiresCreate = true): Capabilities {
  const scopes = ['', ...[...rights.namespaces].sort()].map((at) => ({ at, within: rights.reachIn(at) }));
  const held: Held[] = [];
  const named: (Held & { readonly names: readonly string[] })[] = [];
  for (const primitive of primitives(execRequiresCreate)) {
    const { id, reach } = primitive;
    if ((rights.reach & reach) === 0n) continue;
    const everywhere = namesOf(rights, '', primitive);
    for (const { at, within } of holds(rights, '', primitive) ? scopes.slice(0, 1) : scopes) {
      if ((within & reach) === 0n) continue;
      const scope = at === '' ? 'cluster' : `ns:${at}`;
      const names = at === '' ? everywhere : lodash.difference(namesOf(rights, at, primitive), everywhere);
      if (holds(rights, at, primitive)) held.push({ id, scope });
      else if (names.length > 0) named.push({ id, scope, names });
    }
  }
  return { held, named };
}

function holds(rights: Rights, scope: string, { ways, clusterOnly, onlyIn = scope }: Primitive): boolean {
  if (scope !== '' && (clusterOnly || onlyIn !== scope)) return false;
  return ways.some((way) => way.every((each) => meets(rights, scope, each)));
}

/** Where some names are as good as all, others are of no use. */
function limitsOf(rights: Rights, scope: string, { atoms: list, sufficient }: Need): readonly Names[] {
  const limits = list.map((atom) => rights.names(scope, atom));
  return limits.filter((some) => !isNone(some) && (sufficient === undefined || some === 'all'));
}

/** The names for which a way is met where it is not for all: each need is met for some. */
function namesOf(rights: Rights, scope: string, primitive: Primitive): readonly string[] {
  const { ways, clusterOnly, onlyIn = scope } = primitive;
  const isVoid = scope !== '' && (clusterOnly || onlyIn !== scope);
  if (isVoid || !(rights.hasNamed(scope) || rights.hasNamed(''))) return [];
  const limits = ways.flatMap((way) => {
    const each = way.map((one) => limitsOf(rights, scope, one));
    return each.some((some) => some.length === 0) ? [] : each.flat();
  });
  return [...new Set(limits.flatMap((names) => (names === 'all' ? [] : [...names])))].sort();
}
