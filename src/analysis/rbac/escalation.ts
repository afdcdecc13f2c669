import type { Account } from '#facts/rbac.ts';
import {
  ADDED,
  ADMIN,
  INTO_NODE,
  NODE,
  edgesOf,
  refillEdges,
  scopesOf,
  wayToNode,
  type Edge,
  type Place,
} from './edges.ts';
import type { RoleEntry } from './entries.ts';
import {
  AUTHENTICATED,
  MASTERS,
  accountIdentity,
  accountOfKey,
  isAccountKey,
  userOf,
  type Identity,
} from './identity.ts';
import { accountKey } from './places.ts';
import { groupsFor, usersFor } from './impersonation.ts';
import { NEEDS, meets, namesFor, type Need } from './primitives.ts';
import { uncovered } from './cover.ts';
import { atom } from './atoms.ts';
import type { RbacIndex } from './rbac-index.ts';
import { Rights, includes, isNone, rulesOf } from './rights.ts';
import { RolesIn } from './roles-in.ts';
import { grantSelf, grantsAnywhere, mayGrantSelf } from './self-grants.ts';
import type { Surroundings } from './surroundings.ts';

/** What can be had, starting from an identity. */
export type Goal =
  | { readonly clusterAdmin: true }
  | { readonly nodeRoot: true }
  | { readonly serviceAccount: Account }
  | { readonly user: string }
  | { readonly group: string }
  | { readonly secretsIn: string }
  | { readonly namespaceAdmin: string };

export interface EscalationOptions {
  /** Since 1.35 connecting to a pod needs `create`; before, `get` was enough. */
  readonly execRequiresCreate: boolean;
}

/** A step of a way, from one place to the next. */
export type Step = Edge & { readonly from: Place };

const SOURCE: Place = 'itself';

/**
 * Everything that somebody who acts as an identity can have over the API, in any number of steps. Rights are united within one identity and never
 * across two, but for four pairs of rights that one attacker may use one after the other. Only what is reached is looked at.
 */
export class Escalation {
  readonly #index: RbacIndex;
  readonly #around: Surroundings;
  readonly #options: EscalationOptions;
  readonly #source: Identity;
  readonly #roles: RolesIn;
  readonly #steps = new Map<Place, Step | undefined>([[SOURCE, undefined]]);
  /** What has been reached and not looked at. */
  #unvisited: Place[] = [SOURCE];
  /** Users and accounts with groups that are not theirs. */
  readonly #joined = new Map<Place, Identity>();
  readonly #identities = new Map<Place, { readonly identity: Identity; readonly rights: Rights }>();
  /** The rights of all identities together: for the four pairs alone. */
  readonly #pool = new Rights();
  /** The namespaces of accounts whom no binding names, and whether there is such a user. */
  readonly #nameless = new Set<string>();
  #approves = false;
  #bound: ReadonlyMap<string, readonly Account[]> | undefined;

  constructor(index: RbacIndex, around: Surroundings, source: Identity, options: EscalationOptions) {
    this.#index = index;
    this.#around = around;
    this.#source = source;
    this.#roles = new RolesIn(index.state);
    this.#options = options;
    if (source.groups.includes(MASTERS)) this.#go(SOURCE, { to: ADMIN, by: MASTERS, scope: 'cluster' });
    this.#search();
  }

  /** Visits whatever is reached, each place once; when nothing is left, what two identities hold between them may lead on. */
  #search(): void {
    while (this.#unvisited.length > 0) {
      // The list grows while it is walked: what is reached on the way is visited in its turn.
      for (const place of this.#unvisited) {
        if (this.#steps.has(ADMIN)) return;
        this.#visit(place);
      }
      this.#unvisited = [];
      this.#combine();
    }
  }

  /** Whether a goal can be had, and by which steps. */
  way(goal: Goal): readonly Step[] | undefined {
    const place = this.#steps.has(ADMIN) ? ADMIN : this.#placeOf(goal);
    if (place === undefined) return undefined;
    const steps: Step[] = [];
    for (let step = this.#steps.get(place); step !== undefined; step = this.#steps.get(step.from)) steps.unshift(step);
    return steps;
  }

  #go(from: Place, edge: Edge): void {
    if (this.#steps.has(edge.to)) return;
    this.#steps.set(edge.to, { from, ...edge });
    this.#unvisited.push(edge.to);
  }

  #visit(place: Place): void {
    if (this.#isLikeAnother(place)) return;
    const identity = this.#identityOf(place);
    if (identity !== undefined) this.#actAs(place, identity);
    else this.#spread(place);
  }

  /** Whether one of the same groups has been looked at whom no binding names by his name either: he has the same rights. */
  #isLikeAnother(place: Place): boolean {
    if (!place.startsWith('u:') || this.#index.state.isNamed(place)) return false;
    const kin = isAccountKey(place) ? place.slice(0, place.lastIndexOf(':')) : 'users';
    const isKnown = this.#nameless.has(kin);
    this.#nameless.add(kin);
    return isKnown;
  }

  #identityOf(place: Place): Identity | undefined {
    if (place === SOURCE) return this.#source;
    const joined = this.#joined.get(place);
    if (joined !== undefined) return joined;
    if (place.startsWith('g:')) return { user: '', groups: [place.slice(2), AUTHENTICATED] };
    if (!place.startsWith('u:')) return undefined;
    const account = accountOfKey(place);
    return account === undefined ? { user: place.slice(2), groups: [AUTHENTICATED] } : accountIdentity(account);
  }

  #actAs(place: Place, identity: Identity): void {
    const held = this.#index.rightsOf(identity);
    const rights = mayGrantSelf(held) ? held.copy() : held;
    if (rights !== held && grantSelf(rights, this.#roles, (grown) => this.#homes(grown)))
      this.#go(place, { to: ADMIN, by: 'rbac-bind or rbac-escalate', scope: 'cluster' });
    this.#identities.set(place, { identity, rights });
    this.#pool.take(rights);
    this.#approves ||= meets(rights, '', NEEDS.changeApproval) && meets(rights, '', NEEDS.approveClients);
    for (const edge of edgesOf(rights, this.#around, this.#options.execRequiresCreate)) this.#go(place, edge);
    this.#joinGroups(place, rights);
  }

  /** One request may name a user and groups: what these hold together is united, and of an account its own groups are left out. */
  #joinGroups(from: Place, rights: Rights): void {
    const groups = groupsFor(rights);
    if (groups === 'all' || groups.size === 0) return;
    const names = [...groups].sort();
    for (const user of this.#carriers(rights)) {
      const to = `as ${user} in ${names.join(', ')}`;
      this.#joined.set(to, { user, groups: [...names, AUTHENTICATED] });
      this.#go(from, { to, by: 'impersonate-group', scope: 'cluster' });
    }
  }

  /** As whom groups may be joined: of users and accounts those whom bindings name. */
  #carriers(rights: Rights): readonly string[] {
    const users = usersFor(rights);
    const isMet = (key: string): boolean => {
      const account = accountOfKey(key);
      if (account === undefined) return includes(users, key.slice(2));
      return includes(namesFor(rights, account.namespace, NEEDS.impersonateAccounts), account.name);
    };
    const bound = [...this.#index.state.subjects()].map(({ key }) => key).filter((key) => key.startsWith('u:'));
    return [...new Set(bound)].filter(isMet).map((key) => key.slice(2));
  }

  /** Where an identity may give itself something. */
  #homes(rights: Rights): Iterable<string> {
    return [...rights.namespaces, ...(grantsAnywhere(rights) ? this.#around.namespaces() : [])];
  }

  /** From a hub to all that it stands for; that of all namespaces leads to whatever that of one does. */
  #spread(place: Place): void {
    const [hub = '', at = ''] = place.split(':');
    if (this.#steps.has(`${hub}:*`) && this.#around.namespaces().has(at)) return;
    for (const edge of hub === 'users' ? this.#users() : this.#membersOf(hub, at)) this.#go(place, edge);
  }

  *#users(): Iterable<Edge> {
    for (const { key } of this.#index.state.subjects())
      if (key.startsWith('u:') && !isAccountKey(key)) yield { to: key, by: 'user', scope: 'cluster' };
  }

  *#membersOf(hub: string, at: string): Iterable<Edge> {
    for (const namespace of at === '*' ? this.#around.namespaces() : [at]) {
      const scope = `ns:${namespace}`;
      for (const account of this.#accountsAt(hub, namespace)) yield { to: accountKey(account), by: hub, scope };
      if (hub === 'pods' && this.#around.hasPrivilegedPod(namespace)) yield { to: NODE, by: 'privileged pod', scope };
    }
  }

  #accountsAt(hub: string, namespace: string): readonly Account[] {
    if (hub === 'accounts') return this.#around.accounts(namespace);
    if (hub === 'names') return [...this.#around.accounts(namespace), ...this.#boundIn(namespace)];
    if (hub === 'tokens') return this.#around.accountsOfSecrets(namespace);
    return hub === 'pods' ? this.#around.accountsOfPods(namespace) : [];
  }

  /** The accounts of a namespace that bindings name, whether or not they exist. */
  #boundIn(namespace: string): readonly Account[] {
    this.#bound ??= Map.groupBy(
      [...this.#index.state.subjects()].flatMap(({ key }) => accountOfKey(key) ?? []),
      (account) => account.namespace,
    );
    return this.#bound.get(namespace) ?? [];
  }

  /** The pairs of rights that two identities may hold between them, and an account that sleeps until somebody makes it. */
  #combine(): void {
    if (this.#approves && meets(this.#pool, '', NEEDS.createRequests))
      this.#go(SOURCE, { to: ADMIN, by: 'csr-approve', scope: 'cluster' });
    for (const edge of refillEdges(this.#pool, this.#around)) this.#go(SOURCE, edge);
    for (const edge of this.#nodePairs()) this.#go(SOURCE, edge);
    for (const namespace of new Set(['', ...this.#pool.namespaces, ...this.#homesReached()])) {
      const scope = namespace === '' ? 'cluster' : `ns:${namespace}`;
      for (const [to, by] of this.#pairsIn(namespace)) this.#go(SOURCE, { to, by, scope });
    }
  }

  /** The namespaces all of whose accounts are reached, by whatever right. */
  #homesReached(): readonly string[] {
    const hub = 'accounts:';
    return [...this.#steps.keys()]
      .filter((place) => place.startsWith(hub) && place !== `${hub}*`)
      .map((place) => place.slice(hub.length));
  }

  *#pairsIn(namespace: string): Iterable<readonly [Place, string]> {
    const has = (need: Need): boolean => meets(this.#pool, namespace, need);
    const hub = namespace === '' ? '*' : namespace;
    if (has(NEEDS.createSecrets) && has(NEEDS.readSecrets)) yield [`accounts:${hub}`, 'token-secret-issue'];
    if (has(NEEDS.createAccounts) && this.#reached(`accounts:${hub}`, 'accounts:*') !== undefined)
      yield [`names:${hub}`, 'create serviceaccounts'];
  }

  /** A volume that is a path of a node with a pod that mounts it, and a namespace whose level is lifted with a container that is let in then. */
  *#nodePairs(): Iterable<Edge> {
    const makesVolumes = meets(this.#pool, '', NEEDS.createVolumes);
    for (const namespace of ['', ...scopesOf(this.#pool, this.#around, INTO_NODE)]) {
      const by = wayToNode(this.#pool, namespace, this.#around);
      const scope = namespace === '' ? 'cluster' : `ns:${namespace}`;
      // A generic ephemeral volume claims for whoever makes its pod: no right to claims is needed.
      if (makesVolumes && by !== undefined && by !== ADDED) yield { to: NODE, by: 'pv-create', scope };
      if (by !== undefined && this.#relabels(namespace)) yield { to: NODE, by: 'namespace-modify', scope };
    }
  }

  /** Whether the label of a namespace may be changed, `''` for that of any: all of them, or the one by its name. */
  #relabels(namespace: string): boolean {
    return NEEDS.changeNamespaces.atoms
      .map((each) => this.#pool.names(namespace, each))
      .some((names) => (namespace === '' ? !isNone(names) : includes(names, namespace)));
  }

  #placeOf(goal: Goal): Place | undefined {
    if ('nodeRoot' in goal) return this.#reached(NODE);
    if ('secretsIn' in goal) return this.#reached(`secrets:${goal.secretsIn}`, 'secrets:*');
    if ('namespaceAdmin' in goal) return this.#rulerOf(goal.namespaceAdmin);
    if ('group' in goal) return this.#memberOf(goal.group);
    if ('user' in goal) return this.#actorOf(goal.user);
    if (!('serviceAccount' in goal)) return undefined;
    const { namespace } = goal.serviceAccount;
    return this.#actorOf(userOf(goal.serviceAccount)) ?? this.#reached(`names:${namespace}`, 'names:*');
  }

  #reached(...places: readonly Place[]): Place | undefined {
    return places.find((place) => this.#steps.has(place));
  }

  #actorOf(user: string): Place | undefined {
    const isAccount = user.startsWith('system:serviceaccount:');
    const found = [...this.#identities].find(([, { identity }]) => identity.user === user)?.[0];
    return found ?? this.#reached(`u:${user}`, ...(isAccount ? [] : ['users']));
  }

  #memberOf(group: string): Place | undefined {
    return [...this.#identities].find(([, { identity }]) => identity.groups.includes(group))?.[0];
  }

  /** Whoever has every right of a namespace, or every right of its admin role. */
  #rulerOf(namespace: string): Place | undefined {
    const admin = this.#index.state.role('ClusterRole', '', 'admin');
    return [...this.#identities].find(
      ([, { rights }]) =>
        rights.may(namespace, atom('*', '*', '*')) || (admin !== undefined && hasAll(rights, namespace, admin)),
    )?.[0];
  }
}

function hasAll(rights: Rights, namespace: string, admin: RoleEntry): boolean {
  const own = ['', namespace].flatMap((scope) => [...rights.rolesIn(scope)]).flatMap(rulesOf);
  return rulesOf(admin).length > 0 && uncovered(own, rulesOf(admin)).length === 0;
}
