import type { Account } from '#facts/rbac.ts';
import type { PolicyRule } from '#model/policy.ts';
import { ADMIN, NODE, edgesOf, refillEdges, type Edge, type Place } from './edges.ts';
import type { RoleEntry } from './entries.ts';
import { AUTHENTICATED, MASTERS, accountIdentity, userOf, type Identity } from './identity.ts';
import { NEEDS, meets, type Need } from './primitives.ts';
import { uncovered } from './cover.ts';
import { atom } from './atoms.ts';
import type { RbacIndex } from './rbac-index.ts';
import { Rights, includes, isNone, type Granting } from './rights.ts';
import { RolesIn } from './roles-in.ts';
import type { RbacState } from './state.ts';
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
  readonly #steps = new Map<Place, Step | undefined>();
  readonly #identities = new Map<Place, { readonly identity: Identity; readonly rights: Rights }>();
  /** The rights of all identities together: for the four pairs alone. */
  readonly #pool = new Rights();
  /** The groups of those whom no binding names. */
  readonly #nameless = new Set<string>();
  #approves = false;
  #bound: ReadonlyMap<string, readonly Account[]> | undefined;

  constructor(index: RbacIndex, around: Surroundings, source: Identity, options: EscalationOptions) {
    this.#index = index;
    this.#around = around;
    this.#source = source;
    this.#roles = new RolesIn(index.state);
    this.#options = options;
    this.#steps.set(SOURCE, undefined);
    if (source.groups.includes(MASTERS)) this.#go({ from: SOURCE, to: ADMIN, by: MASTERS, scope: 'cluster' });
    this.#search();
  }

  /** Visits whatever is reached, each place once; when nothing is left, what two identities hold between them may lead on. */
  #search(): void {
    const visited = new Set<Place>();
    for (let isMoving = true; isMoving && !this.#steps.has(ADMIN);) {
      // The map grows while it is walked: what is reached on the way is visited in its turn.
      for (const [place] of this.#steps) {
        if (this.#steps.has(ADMIN)) return;
        if (visited.has(place)) continue;
        visited.add(place);
        this.#visit(place);
      }
      this.#combine();
      isMoving = this.#steps.size > visited.size;
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

  #go(step: Step): void {
    if (!this.#steps.has(step.to)) this.#steps.set(step.to, step);
  }

  #visit(place: Place): void {
    const identity = this.#identityOf(place);
    if (identity !== undefined) this.#actAs(place, identity);
    else this.#spread(place);
  }

  #identityOf(place: Place): Identity | undefined {
    if (place === SOURCE) return this.#source;
    if (place.startsWith('g:')) return { user: '', groups: [place.slice(2), AUTHENTICATED] };
    if (!place.startsWith('u:')) return undefined;
    const [kind, type, namespace, name, ...rest] = place.slice(2).split(':');
    return kind === 'system' &&
      type === 'serviceaccount' &&
      namespace !== undefined &&
      name !== undefined &&
      rest.length === 0
      ? accountIdentity({ namespace, name })
      : { user: place.slice(2), groups: [AUTHENTICATED] };
  }

  #actAs(place: Place, identity: Identity): void {
    if (this.#isLikeAnother(identity)) return;
    const held = this.#index.rightsOf(identity);
    const rights = mayGrantSelf(held) ? held.copy() : held;
    if (rights !== held && grantSelf(rights, this.#roles, (grown) => this.#homes(grown)))
      this.#go({ from: place, to: ADMIN, by: 'rbac-bind or rbac-escalate', scope: 'cluster' });
    this.#identities.set(place, { identity, rights });
    this.#pool.take(rights);
    this.#approves ||= meets(rights, '', NEEDS.changeApproval) && meets(rights, '', NEEDS.approveClients);
    for (const edge of edgesOf(rights, this.#around, this.#options.execRequiresCreate))
      this.#go({ from: place, ...edge });
  }

  /** Where an identity may give itself something. */
  #homes(rights: Rights): Iterable<string> {
    return [...rights.namespaces, ...(grantsAnywhere(rights) ? this.#around.namespaces() : [])];
  }

  /** Whether one of the same groups has been looked at whom no binding names by his name either: it has the same rights. */
  #isLikeAnother({ user, groups }: Identity): boolean {
    if (this.#index.state.isNamed(`u:${user}`)) return false;
    const key = groups.join();
    const isKnown = this.#nameless.has(key);
    this.#nameless.add(key);
    return isKnown;
  }

  /** From a hub to all that it stands for. */
  #spread(place: Place): void {
    const [hub = '', at = ''] = place.split(':');
    if (hub === 'users') {
      for (const { key } of this.#index.state.subjects())
        if (key.startsWith('u:') && !key.startsWith('u:system:serviceaccount:'))
          this.#go({ from: place, to: key, by: 'user', scope: 'cluster' });
      return;
    }
    for (const namespace of at === '*' ? this.#around.namespaces() : [at]) {
      const scope = `ns:${namespace}`;
      for (const account of this.#accountsAt(hub, namespace))
        this.#go({ from: place, to: `u:${userOf(account)}`, by: hub, scope });
      if (hub === 'pods' && this.#around.hasPrivilegedPod(namespace))
        this.#go({ from: place, to: NODE, by: 'privileged pod', scope });
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
    this.#bound ??= Map.groupBy(boundAccounts(this.#index.state), (account) => account.namespace);
    return this.#bound.get(namespace) ?? [];
  }

  /** The pairs of rights that two identities may hold between them, and an account that sleeps until somebody makes it. */
  #combine(): void {
    const from = SOURCE;
    if (this.#approves && meets(this.#pool, '', NEEDS.createRequests))
      this.#go({ from, to: ADMIN, by: 'csr-approve', scope: 'cluster' });
    for (const edge of refillEdges(this.#pool, this.#around)) this.#go({ from, ...edge });
    for (const namespace of new Set(['', ...this.#pool.namespaces, ...this.#homesReached()])) {
      const scope = namespace === '' ? 'cluster' : `ns:${namespace}`;
      for (const [to, by] of this.#pairsIn(namespace)) this.#go({ from, to, by, scope });
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
    const has = (need: Need, scope = namespace): boolean => meets(this.#pool, scope, need);
    const hub = namespace === '' ? '*' : namespace;
    if (has(NEEDS.createSecrets) && has(NEEDS.readSecrets)) yield [`accounts:${hub}`, 'token-secret-issue'];
    if (has(NEEDS.createPods) || has(NEEDS.createMakers)) {
      // A generic ephemeral volume claims for whoever makes its pod: no right to claims is needed.
      if (has(NEEDS.createVolumes, '')) yield [NODE, 'pv-create'];
      if (this.#relabels(namespace)) yield [NODE, 'namespace-modify'];
    }
    if (has(NEEDS.createAccounts) && this.#reached(`accounts:${hub}`, 'accounts:*') !== undefined)
      yield [`names:${hub}`, 'create serviceaccounts'];
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

function* boundAccounts(state: RbacState): Iterable<Account> {
  for (const { key } of state.subjects()) {
    const [, namespace, name] = /^u:system:serviceaccount:([^:]+):(.+)$/.exec(key) ?? [];
    if (namespace !== undefined && name !== undefined) yield { namespace, name };
  }
}

function hasAll(rights: Rights, namespace: string, admin: RoleEntry): boolean {
  const own = ['', namespace].flatMap((scope) => [...rights.rolesIn(scope)]).flatMap(rulesOf);
  return rulesOf(admin).length > 0 && uncovered(own, rulesOf(admin)).length === 0;
}

function rulesOf({ rules = [] }: Granting): readonly PolicyRule[] {
  return rules.map(({ rule }) => rule);
}
