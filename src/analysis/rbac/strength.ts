import type { Account } from '#facts/rbac.ts';
import { EVERY_VERB, RBAC, atom, atoms, maskOf } from './atoms.ts';
import { MASTERS, type Identity } from './identity.ts';
import { NEEDS, meets, need, type Need } from './primitives.ts';
import { isNone, type Granting, type Rights } from './rights.ts';

/**
 * How near an identity is to cluster-admin (CAE, cluster-admin-equivalent): `direct` is as good, `step` is after one more step, which needs
 * something to be there or to happen.
 */
export type Strength = 'direct' | 'step' | 'none';

/** What the strength of an identity depends on: its rights alone, or who lives where its rights reach. */
export interface Profile {
  readonly strength: Strength;
  /** It is direct if an account as strong lives in one of these namespaces, or is one of these accounts. */
  readonly directIn: readonly string[];
  readonly directBy: readonly Account[];
  /** It is a step away if one lives in one of these. */
  readonly stepIn: readonly string[];
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
  [NEEDS.impersonateGroups, NEEDS.impersonateAccounts],
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

/** Every atom that strength turns on: most identities hold none of them, and nothing more has to be asked. */
export const RELEVANT = [...DIRECT, ...STEP].flat().reduce((mask, each) => mask | each.mask, ALL_OF_CORE);

/** What follows from the rights of an identity. */
export function profileOf({ groups }: Identity, rights: Rights, isStrongRole: RoleStrength): Profile {
  if (groups.includes(MASTERS) || isDirect(rights, isStrongRole)) return DIRECTLY;
  const namespaces = rights.namespaces.filter((namespace) => rights.mayAny(namespace, RELEVANT));
  const directBy = rights.namespaces.flatMap((namespace) => namedAccounts(rights, namespace));
  const isStep = rights.mayAny('', RELEVANT) && hasAny(rights, '', STEP);
  if (!isStep && namespaces.length === 0 && directBy.length === 0) return WEAK;
  return {
    strength: isStep ? 'step' : 'none',
    directIn: namespaces.filter((namespace) => TOKENS.some((each) => meets(rights, namespace, each))),
    directBy,
    stepIn: namespaces.filter((namespace) => hasAny(rights, namespace, STEPS)),
  };
}

/** Whether nothing that happens to others makes it strong. */
export function isWeak({ strength, directIn, directBy, stepIn }: Profile): boolean {
  return strength === 'none' && directIn.length + directBy.length + stepIn.length === 0;
}

export function isSame(a: Profile, b: Profile): boolean {
  return a.strength === b.strength && JSON.stringify(a) === JSON.stringify(b);
}

export const WEAK: Profile = { strength: 'none', directIn: [], directBy: [], stepIn: [] };
const DIRECTLY: Profile = { ...WEAK, strength: 'direct' };

/** Whether rights that hold everywhere are as good as cluster-admin by themselves. */
export function isDirect(rights: Rights, isStrongRole: RoleStrength): boolean {
  if (!rights.mayAny('', RELEVANT)) return false;
  return (
    (rights.mask('') & ALL_OF_CORE) === ALL_OF_CORE ||
    hasAny(rights, '', DIRECT) ||
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

/** The accounts whose tokens a right is limited to. */
function namedAccounts(rights: Rights, namespace: string): readonly Account[] {
  if (!rights.hasNamed(namespace)) return [];
  return TOKENS.flatMap(({ atoms: list }) => list)
    .map((each) => rights.names(namespace, each))
    .flatMap((names) => (names === 'all' || isNone(names) ? [] : [...names].map((name) => ({ namespace, name }))));
}
