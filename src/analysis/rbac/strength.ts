import type { Account } from '#facts/rbac.ts';
import { EVERY_VERB, RBAC, atom, atoms, maskOf } from './atoms.ts';
import { MASTERS, isAccountKey, type Identity } from './identity.ts';
import { NEEDS, WRITE_AUTH_MAP, groupsFor, meets, need, usersFor, writesAuthMap, type Need } from './primitives.ts';
import { includes, isNone, type Granting, type Names, type Rights } from './rights.ts';

/**
 * How near an identity is to cluster-admin (CAE, cluster-admin-equivalent): `direct` is as good, `step` is after one more step, which needs
 * something to be there or to happen.
 */
export type Strength = 'direct' | 'step' | 'none';

/** An object by its name, in a namespace or, where that is `''`, in whichever. */
export type Named = Account;

/** What the strength of an identity depends on: its rights alone, or who lives where its rights reach. */
export interface Profile {
  readonly strength: Strength;
  /** It is direct if an account as strong lives in one of these namespaces, or is one of these accounts. */
  readonly directIn: readonly string[];
  readonly directBy: readonly Named[];
  /** It is direct if one of these users and groups is as strong, by their keys. */
  readonly directAs: readonly string[];
  /** It is direct on EKS, where a ConfigMap says which roles of the cloud are members of system:masters. */
  readonly isDirectOnEks: boolean;
  /** It is a step away if one lives in one of these. */
  readonly stepIn: readonly string[];
  /** It is a step away if the token of one lies in a Secret of one of these namespaces (`''`: of any), or in one of these Secrets. */
  readonly tokensIn: readonly string[];
  readonly tokensBy: readonly Named[];
}

const BIND = atom('bind', RBAC, 'clusterroles');
const ALL_OF_CORE = maskOf(atoms(EVERY_VERB, '', '*'));
const TOKENS: readonly Need[] = [need(['create'], '', 'serviceaccounts/token'), NEEDS.impersonateAccounts];

/** Rights that run code or take Secrets where an account lives; everywhere they reach the controllers of kube-system. */
const STEPS: readonly (readonly Need[])[] = [
  [NEEDS.createPods],
  [NEEDS.writeMakers],
  [need(['update', 'patch'], '', 'pods', 'pods/ephemeralcontainers')],
  [need(['create'], '', 'pods/exec', 'pods/attach')],
  [need(['escalate', 'bind'], RBAC, 'roles')],
  [need(['bind'], RBAC, 'clusterroles')],
  [NEEDS.createSecrets, NEEDS.readSecrets],
];

/** Everywhere, and needing nobody. */
const DIRECT: readonly (readonly Need[])[] = [
  [need(['escalate'], RBAC, 'clusterroles'), need(['create', 'update', 'patch'], RBAC, 'clusterroles')],
  [need(['bind'], RBAC, 'clusterroles'), NEEDS.writeClusterBindings],
  [NEEDS.impersonateUsers],
  ...TOKENS.map((each) => [each]),
  [NEEDS.createRequests, NEEDS.changeApproval, NEEDS.approveClients],
];

const STEP: readonly (readonly Need[])[] = [
  [NEEDS.mutate],
  [need(['get', 'create'], '', 'nodes/proxy')],
  [NEEDS.createVolumes, NEEDS.createPods],
  ...STEPS,
];

/** Whether a role of a name is itself as good as cluster-admin: what a right to bind named roles is worth. */
export type RoleStrength = (name: string) => boolean;

/** The atoms whose worth depends on who else there is, wherever they are granted. */
export const LEANING = [
  ...TOKENS,
  ...WRITE_AUTH_MAP,
  NEEDS.readSecrets,
  NEEDS.impersonateUsers,
  NEEDS.impersonateGroups,
].reduce((mask, each) => mask | each.mask, 0n);

/** Every atom that strength turns on: most identities hold none of them, and nothing more has to be asked. */
export const RELEVANT = [...DIRECT, ...STEP, WRITE_AUTH_MAP, [NEEDS.readSecrets, NEEDS.impersonateGroups]]
  .flat()
  .reduce((mask, each) => mask | each.mask, ALL_OF_CORE);

/** What follows from the rights of an identity. */
export function profileOf({ groups }: Identity, rights: Rights, isStrongRole: RoleStrength): Profile {
  if (groups.includes(MASTERS) || isDirect(rights, isStrongRole)) return DIRECTLY;
  if ((rights.reach & RELEVANT) === 0n) return WEAK;
  const isEverywhere = rights.mayAny('', RELEVANT);
  const namespaces = rights.namespaces.filter((namespace) => rights.mayAny(namespace, RELEVANT));
  const scopes = ['', ...rights.namespaces].filter((scope) => rights.hasNamed(scope));
  const readsAll = isEverywhere && meets(rights, '', NEEDS.readSecrets);
  return {
    strength: isEverywhere && hasAny(rights, '', STEP) ? 'step' : 'none',
    directIn: namespaces.filter((namespace) => TOKENS.some((each) => meets(rights, namespace, each))),
    directBy: scopes.flatMap((scope) => namesOf(rights, scope, TOKENS)),
    directAs: [...keys('u', usersFor(rights)).filter((key) => !isAccountKey(key)), ...keys('g', groupsFor(rights))],
    isDirectOnEks: writesAuthMap(rights),
    stepIn: namespaces.filter((namespace) => hasAny(rights, namespace, STEPS)),
    tokensIn: readsAll ? [''] : namespaces.filter((namespace) => meets(rights, namespace, NEEDS.readSecrets)),
    tokensBy: scopes.flatMap((scope) => namesOf(rights, scope, [NEEDS.readSecrets])),
  };
}

/** Whether nothing that happens to others makes it strong. */
export function isWeak({ strength, isDirectOnEks, directIn, directBy, directAs, stepIn, ...more }: Profile): boolean {
  const { tokensIn, tokensBy } = more;
  const waits = [directIn, directBy, directAs, stepIn, tokensIn, tokensBy].some(({ length }) => length > 0);
  return strength === 'none' && !isDirectOnEks && !waits;
}

export function isSame(a: Profile, b: Profile): boolean {
  return a.strength === b.strength && JSON.stringify(a) === JSON.stringify(b);
}

export const WEAK: Profile = {
  strength: 'none',
  directIn: [],
  directBy: [],
  directAs: [],
  isDirectOnEks: false,
  stepIn: [],
  tokensIn: [],
  tokensBy: [],
};
const DIRECTLY: Profile = { ...WEAK, strength: 'direct' };

/** Whether rights that hold everywhere are as good as cluster-admin by themselves. */
export function isDirect(rights: Rights, isStrongRole: RoleStrength): boolean {
  if (!rights.mayAny('', RELEVANT)) return false;
  return (
    (rights.mask('') & ALL_OF_CORE) === ALL_OF_CORE ||
    hasAny(rights, '', DIRECT) ||
    includes(groupsFor(rights), MASTERS) ||
    bindsStrongRole(rights, isStrongRole)
  );
}

/** Whether what a role gives everywhere is as good as cluster-admin, other roles aside. */
export function isStrongGrant(role: Granting, rights: Rights): boolean {
  rights.grant(role, '');
  return isDirect(rights, () => false);
}

function hasAny(rights: Rights, scope: string, ways: readonly (readonly Need[])[]): boolean {
  return ways.some((way) => way.every((each) => meets(rights, scope, each)));
}

function bindsStrongRole(rights: Rights, isStrongRole: RoleStrength): boolean {
  if (!meets(rights, '', NEEDS.writeClusterBindings)) return false;
  const names = rights.names('', BIND);
  return names !== 'all' && [...names].some(isStrongRole);
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
