import {
  RBAC_ENGINE,
  STRENGTH_KINDS,
  type Clue,
  type Known,
  type RbacEngine,
  type RbacKind,
} from '#analysis/rbac/engine.ts';
import { MASTERS, isAccountKey } from '#analysis/rbac/identity.ts';
import type { RoleEntry } from '#analysis/rbac/entries.ts';
import type { Grant } from '#analysis/rbac/self-grants.ts';
import type { Reading } from '#analysis/rbac/strengths.ts';
import { NEEDS } from '#analysis/rbac/primitives.ts';
import type { Account, AnyRole } from '#facts/rbac.ts';
import { accountOfSecret } from '#facts/token.ts';
import type { ChangeOf, Index, Inventory } from '#model/inventory.ts';
import type { Ref } from '#model/ref.ts';
import { defineRelation, sameFor, type Relation, type Terms } from '#model/relation.ts';
import { judgedFor, type Granting } from './companions.ts';

type Read = RbacKind | Clue;
type Held = Inventory<Read>;

/**
 * Whether the objects that rules name are as good as all of their kind. A namespace `''` stands for every one: a name may be of an object in each.
 */
export interface Targets {
  readonly account: (namespace: string, name: string) => Known<boolean>;
  readonly user: (name: string) => Known<boolean>;
  readonly group: (name: string) => Known<boolean>;
  /** Also where there is none: whoever makes it decides what it gives. */
  readonly role: (kind: 'Role' | 'ClusterRole', namespace: string, name: string) => Known<boolean>;
  /** A Secret with the token of a service account, or one in a namespace of the system. On a cluster only those with tokens are seen. */
  readonly secret: (namespace: string, name: string, isSystem: (namespace: string) => boolean) => Known<boolean>;
}

const NAMED = ['secrets', 'roles', 'clusterroles', 'users', 'groups', 'serviceaccounts', 'serviceaccounts/token'];

/** The words under which roles are found by the objects that they name: `secrets web`, `roles web`; `*` for all that name any of a kind. */
function wordsOf({ rules }: AnyRole): readonly string[] {
  return rules.flatMap(({ resources = [], resourceNames = [] }) => {
    const kinds = resources.includes('*') ? NAMED : NAMED.filter((kind) => resources.includes(kind));
    return resourceNames.length === 0
      ? []
      : kinds.flatMap((kind) => [`${kind} *`, ...resourceNames.map((name) => `${kind} ${name}`)]);
  });
}

const rolesByName: Index<'Role'> = { kind: 'Role', name: 'objects that it names', of: wordsOf };
const clusterRolesByName: Index<'ClusterRole'> = { kind: 'ClusterRole', name: 'objects that it names', of: wordsOf };

function targetsOf<K extends Granting>(subject: K): Relation<K, Targets> {
  return defineRelation<K, Read, Targets>({
    subject,
    name: 'objects that the rules name, and what these lead to',
    related: (_object, inventory, terms) => [targetsIn(inventory, terms)],
    affected: sameFor(STRENGTH_KINDS, (change: ChangeOf<Read>, inventory: Held) => {
      const words = wordsMovedBy(change, inventory);
      const { state } = inventory.view(RBAC_ENGINE).index;
      const roles = words.flatMap((word) => [
        ...inventory.by(rolesByName, word),
        ...inventory.by(clusterRolesByName, word),
      ]);
      return [...new Set(roles)]
        .flatMap(({ kind, metadata }) => state.role(kind, metadata.namespace, metadata.name) ?? [])
        .flatMap((role): readonly Ref<K>[] => judgedFor(subject, role));
    }),
    mayLack: RBAC_ENGINE.also,
  });
}

export const targetsOfRole = targetsOf('Role');
export const targetsOfClusterRole = targetsOf('ClusterRole');
export const targetsOfRoleBinding = targetsOf('RoleBinding');

/** Under which words those are filed that may lead elsewhere after a change. */
function wordsMovedBy(change: ChangeOf<Read>, inventory: Held): readonly string[] {
  const engine = inventory.view(RBAC_ENGINE);
  const secrets = change.ref.kind === 'Secret' ? [`secrets ${change.ref.name}`] : [];
  const named = [...engine.shiftOf(change).roles].map(({ kind, name }) => `${kind.toLowerCase()}s ${name}`);
  return [...secrets, ...named, ...(engine.movesStrength(change) ? NAMED.map((kind) => `${kind} *`) : [])];
}

function targetsIn(inventory: Held, terms: Terms): Targets {
  const engine = inventory.view(RBAC_ENGINE);
  const known = (ask: (reading: Reading) => boolean): Known<boolean> => engine.known(terms, ask);
  return {
    account: (namespace, name) => known((reading) => engine.isStrongAccount({ namespace, name }, reading)),
    user: (name) =>
      known((reading) => !isAccountKey(`u:${name}`) && engine.strengthOfKey(`u:${name}`, reading) !== 'none'),
    group: (name) => known((reading) => name === MASTERS || engine.strengthOfKey(`g:${name}`, reading) !== 'none'),
    // As good as all, if there is no such role, or it makes a cluster-admin or reads Secrets.
    role: (kind, namespace, name) => {
      const grants = grantsOfRole(engine, kind, { namespace, name });
      return known((reading) => grants.length === 0 || grants.some((grant) => isGrave(engine, grant, reading)));
    },
    secret: (namespace, name, isSystem) => isGraveSecret(inventory, { namespace, name }, isSystem),
  };
}

type RoleKind = RoleEntry['kind'];

/** What the roles of a name give where they mean most. */
function grantsOfRole(engine: RbacEngine, kind: RoleKind, { namespace, name }: Account): readonly Grant[] {
  const { state } = engine.index;
  const all = kind === 'Role' && namespace === '' ? [...state.roles()].filter((role) => isOf(role, kind, name)) : [];
  const one = state.roleInForce(kind, kind === 'Role' ? namespace : '', name);
  return [
    ...all.map((role) => ({ role, scope: role.namespace })),
    ...(one === undefined ? [] : [{ role: one, scope: namespace }]),
  ];
}

function isOf(role: RoleEntry, kind: RoleKind, name: string): boolean {
  return role.kind === kind && role.name === name && role.rules !== undefined;
}

function isGrave(engine: RbacEngine, grant: Grant, reading: Reading): boolean {
  return (grant.role.mask & NEEDS.readSecrets.mask) !== 0n || engine.strengthOfGrant(grant, reading) !== 'none';
}

const secretsByName: Index<'Secret'> = { kind: 'Secret', name: 'name', of: ({ metadata }) => [metadata.name] };

function isGraveSecret(
  inventory: Held,
  { namespace, name }: Account,
  isSystem: (namespace: string) => boolean,
): Known<boolean> {
  const answer =
    isSystem(namespace) ||
    inventory
      .by(secretsByName, name)
      .filter(({ metadata }) => namespace === '' || metadata.namespace === namespace)
      .some((secret) => accountOfSecret(secret) !== undefined || isSystem(secret.metadata.namespace));
  const missing = answer ? undefined : inventory.missing('Secret');
  return { answer, unseen: missing === undefined ? [] : [missing] };
}
