import lodash from 'lodash';
import { EVERY_VERB, RBAC, atoms, maskOf } from './atoms.ts';
import { MASTERS, isAccountKey, type Identity } from './identity.ts';
import { groupsFor, usersFor } from './impersonation.ts';
import { NEEDS, WRITE_AUTH_MAP, meets, namesFor, need, writesAuthMap, type Need } from './primitives.ts';
import {
  BY_GET,
  ON_EKS,
  UNSEEN,
  accountPlace,
  connectedPlace,
  homePlace,
  refillPlace,
  tokenPlace,
  type Named,
  type Place,
} from './places.ts';
import { both, includes, isNone, type Names, type Rights } from './rights.ts';
import { grantSelf, mayGrantSelf, type RolesAround } from './self-grants.ts';

/**
 * How near an identity is to cluster-admin (CAE, cluster-admin-equivalent): `direct` is as good, `step` is after one more step, which needs
 * something to be there or to happen.
 */
export type Strength = 'direct' | 'step' | 'none';

/** What the strength of an identity depends on: its rights alone, or who is found where its rights reach. */
export interface Profile {
  readonly strength: Strength;
  /** It is direct if somebody strong is found at one of these, and a step away if at one of those. */
  readonly direct: readonly Place[];
  readonly step: readonly Place[];
}

const ALL_OF_CORE = maskOf(atoms(EVERY_VERB, '', '*'));
const TOKENS: readonly Need[] = [need(['create'], '', 'serviceaccounts/token'), NEEDS.impersonateAccounts];
const TOKEN_WAYS: readonly (readonly Need[])[] = TOKENS.map((each) => [each]);

const POD_WAYS: readonly (readonly Need[])[] = [[NEEDS.createPods], [NEEDS.createMakers], [NEEDS.writeMakers]];

/**
 * Rights that run code or take Secrets where an account lives; everywhere they reach the controllers of kube-system. A forwarded or proxied port
 * reaches what a pod serves and never its token, nor does its status: they do not count.
 */
const STEPS: readonly (readonly Need[])[] = [
  ...POD_WAYS,
  [need(['update', 'patch'], '', 'pods', 'pods/ephemeralcontainers')],
  [need(['create'], '', 'pods/exec', 'pods/attach')],
  [need(['escalate', 'bind'], RBAC, 'roles')],
  [need(['bind'], RBAC, 'clusterroles')],
  [NEEDS.createSecrets, NEEDS.readSecrets],
];

const INTO_HOMES = [...STEPS, ...TOKEN_WAYS];

/** The same where a WebSocket is authorised as `get`. */
const CONNECTING: readonly (readonly Need[])[] = [[need(['get'], '', 'pods/exec', 'pods/attach')]];

/** Everywhere, and needing nobody. */
const DIRECT: readonly (readonly Need[])[] = [
  [need(['escalate'], RBAC, 'clusterroles'), need(['create', 'update', 'patch'], RBAC, 'clusterroles')],
  [need(['bind'], RBAC, 'clusterroles'), NEEDS.writeClusterBindings],
  [NEEDS.impersonateUsers],
  ...TOKEN_WAYS,
  [NEEDS.createRequests, NEEDS.changeApproval, NEEDS.approveClients],
];

const STEP: readonly (readonly Need[])[] = [[NEEDS.mutate], [need(['get', 'create'], '', 'nodes/proxy')], ...STEPS];

/** The atoms whose worth depends on who else there is, wherever they are granted. */
export const LEANING = [
  ...TOKENS,
  ...WRITE_AUTH_MAP,
  NEEDS.readSecrets,
  NEEDS.impersonateUsers,
  NEEDS.impersonateGroups,
].reduce((mask, each) => mask | each.mask, 0n);

/** Every atom that strength turns on: most identities hold none of them, and nothing more has to be asked. */
export const RELEVANT = [
  ...DIRECT,
  ...STEP,
  ...CONNECTING,
  WRITE_AUTH_MAP,
  [NEEDS.createVolumes, NEEDS.readSecrets, NEEDS.changeSecrets, NEEDS.impersonateGroups],
]
  .flat()
  .reduce((mask, each) => mask | each.mask, ALL_OF_CORE);

/** What follows from the rights of an identity, and of roles and bindings that it may write or bind by their names. */
export function profileOf({ groups }: Identity, rights: Rights, around: RolesAround): Profile {
  if (groups.includes(MASTERS)) return DIRECTLY;
  if ((rights.reach & RELEVANT) === 0n) return WEAK;
  if (!mayGrantSelf(rights)) return profileFrom(rights, rights);
  const [everywhere, inside] = [rights.copy(), rights.copy()];
  if (grantSelf(everywhere, around, () => [])) return DIRECTLY;
  const homes = [...around.held()].map(({ scope }) => scope).filter((scope) => scope !== '');
  grantSelf(inside, around, ({ namespaces }) => [...namespaces, ...homes, ANY_NAMESPACE]);
  return profileFrom(everywhere, inside);
}

/** No namespace has this name: what somebody can give himself in every one. */
const ANY_NAMESPACE = '*';

/** `inside` holds beside all else what one can give oneself in namespaces: to use that is one more step. */
function profileFrom(rights: Rights, inside: Rights): Profile {
  if (isDirect(rights)) return DIRECTLY;
  const reaching = (scope: string): boolean => (inside.reachIn(scope) & RELEVANT) !== 0n;
  const isEverywhere = reaching('');
  const namespaces = inside.namespaces.filter((each) => each !== ANY_NAMESPACE && reaching(each));
  const scopes = ['', ...rights.namespaces].filter((scope) => rights.hasNamed(scope));
  const users = keys('u', usersFor(rights)).filter((key) => !isAccountKey(key));
  const isStep = (isEverywhere && hasAny(inside, '', STEP)) || mountsNodes(inside, namespaces);
  return {
    strength: isStep || hasAny(inside, ANY_NAMESPACE, INTO_HOMES) ? 'step' : 'none',
    direct: [
      ...namespaces.filter((each) => hasAny(rights, each, TOKEN_WAYS)).map(homePlace),
      ...scopes.flatMap((scope) => namesOf(rights, scope, TOKENS)).map(accountPlace),
      ...users,
      ...keys('g', groupsFor(rights)),
      ...(writesAuthMap(rights) ? [ON_EKS] : []),
    ],
    step: [
      ...namespaces.filter((each) => hasAny(inside, each, INTO_HOMES)).map(homePlace),
      ...(isEverywhere && hasAny(rights, '', CONNECTING) ? [BY_GET] : []),
      ...namespaces.filter((each) => hasAny(inside, each, CONNECTING)).map(connectedPlace),
      ...tokensOf(inside),
    ],
  };
}

/**
 * Whether a volume that is a path of a node can be made and mounted, in whichever namespace: no level of Pod Security looks through a claim. Whoever
 * makes a pod needs no right to claims, since a generic ephemeral volume claims for it.
 */
function mountsNodes(rights: Rights, namespaces: readonly string[]): boolean {
  const makesPods = (namespace: string): boolean => hasAny(rights, namespace, POD_WAYS);
  return meets(rights, '', NEEDS.createVolumes) && namespaces.some(makesPods);
}

/** The tokens that may be read in Secrets, and those that the token controller puts into Secrets that may be changed. */
function tokensOf(rights: Rights): readonly Place[] {
  return ['', ...rights.namespaces].flatMap((namespace) => {
    const read = namesFor(rights, namespace, NEEDS.readSecrets);
    if (isNone(read)) return [];
    const refilled = both(read, namesFor(rights, namespace, NEEDS.changeSecrets));
    return [...placesOf(tokenPlace, namespace, read), ...placesOf(refillPlace, namespace, refilled)];
  });
}

/** Of Secrets by their names it is not seen whether there are tokens in them. */
function placesOf(
  place: (namespace: string, name?: string) => Place,
  namespace: string,
  names: Names,
): readonly Place[] {
  if (names === 'all') return [place(namespace)];
  return [...names, ...(names.size > 0 ? [UNSEEN] : [])].map((name) => place(namespace, name));
}

/** Whether nothing that happens to others makes it strong. */
export function isWeak({ strength, direct, step }: Profile): boolean {
  return strength === 'none' && direct.length === 0 && step.length === 0;
}

export function isSame(a: Profile, b: Profile): boolean {
  return a.strength === b.strength && lodash.isEqual(a.direct, b.direct) && lodash.isEqual(a.step, b.step);
}

export const WEAK: Profile = { strength: 'none', direct: [], step: [] };
const DIRECTLY: Profile = { strength: 'direct', direct: [], step: [] };

/** Whether rights that hold everywhere are as good as cluster-admin by themselves. */
function isDirect(rights: Rights): boolean {
  return (
    (rights.mask('') & ALL_OF_CORE) === ALL_OF_CORE ||
    hasAny(rights, '', DIRECT) ||
    includes(groupsFor(rights), MASTERS)
  );
}

function hasAny(rights: Rights, scope: string, ways: readonly (readonly Need[])[]): boolean {
  return ways.some((way) => way.every((each) => meets(rights, scope, each)));
}

function keys(prefix: 'u' | 'g', names: Names): readonly string[] {
  return names === 'all' ? [] : [...names].map((name) => `${prefix}:${name}`);
}

/** The objects by name that a right is limited to. */
function namesOf(rights: Rights, namespace: string, needs: readonly Need[]): readonly Named[] {
  return needs
    .flatMap(({ atoms: list }) => list)
    .map((each) => rights.names(namespace, each))
    .flatMap((names) => (names === 'all' || isNone(names) ? [] : [...names].map((name) => ({ namespace, name }))));
}
