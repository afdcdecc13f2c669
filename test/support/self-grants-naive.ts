/**
 * What somebody gives himself, by brute force from the documentation of RBAC and the source of its registries: whatever single request the API server
 * lets him send is sent, with himself as the only subject, until none brings anything new.
 */
import type { Manifest } from '#model/check.ts';
import { NaiveRbac, isWho, permits, type Rule, type Subject, type Who } from './rbac-naive.ts';

const GROUP = 'rbac.authorization.k8s.io';
const EVERYTHING: Rule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
/** No object has this name. */
const FRESH = 'fresh';

interface RoleRef {
  readonly kind: string;
  readonly name: string;
}

interface Aggregate extends Manifest {
  readonly metadata: Names;
  readonly aggregationRule?: {
    readonly clusterRoleSelectors: readonly { readonly matchLabels?: Readonly<Record<string, string>> }[];
  };
}

interface Role extends Names {
  readonly rules: unknown;
}

interface Names {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly namespace?: string;
}

class Mover {
  readonly #world: readonly Manifest[];
  readonly #who: Who;
  readonly #rbac: NaiveRbac;
  readonly #rules = new Map<string, readonly Rule[]>();

  constructor(world: readonly Manifest[], who: Who) {
    this.#world = world;
    this.#who = who;
    this.#rbac = new NaiveRbac(world);
  }

  /** The world after one more move that brings something, if there is any. */
  next(scopes: readonly string[]): readonly Manifest[] | undefined {
    if (this.#hasEverything('')) return undefined;
    const lacking = scopes.filter((scope) => !this.#hasEverything(scope));
    for (const scope of lacking)
      for (const roleRef of this.#roleRefs(scope)) {
        const world = this.#move(scope, roleRef);
        if (world !== undefined) return world;
      }
    return this.#fed(lacking);
  }

  #hasEverything(namespace: string): boolean {
    return this.#rbac.can(this.#who, { verb: '*', group: '*', resource: '*', name: '', namespace });
  }

  #roleRefs(scope: string): readonly RoleRef[] {
    const kinds = scope === '' ? ['ClusterRole'] : ['ClusterRole', 'Role'];
    return kinds.flatMap((kind) => {
      const place = kind === 'Role' ? scope : '';
      const bound = this.#bindings(scope).map(({ roleRef }) => roleRef as RoleRef);
      const named = [...this.#in(kind, place).map(({ name }) => name), FRESH, ...NAMED];
      return [...named.map((name) => ({ kind, name })), ...bound.filter((each) => each.kind === kind)];
    });
  }

  #move(scope: string, roleRef: RoleRef): readonly Manifest[] | undefined {
    const place = roleRef.kind === 'Role' ? scope : '';
    const role = this.#in(roleRef.kind, place).find(({ name }) => name === roleRef.name);
    const isBound = this.#isBound(scope, roleRef);
    const bound = isBound ? this.#world : this.#bound(scope, roleRef);
    if (bound === undefined) return undefined;
    const binds = isBound || this.#mayBind(scope, roleRef, role !== undefined);
    const widens = this.#widens(place, roleRef, role, binds);
    if (widens && !isWide(role)) return this.#widened(bound, { ...roleRef, place });
    return !isBound && (widens || (binds && role !== undefined)) ? bound : undefined;
  }

  #mayBind(scope: string, roleRef: RoleRef, isThere: boolean): boolean {
    if (isThere) return this.#rbac.mayBind(this.#who, scope, roleRef);
    return this.#may('bind', `${roleRef.kind.toLowerCase()}s`, scope, roleRef.name);
  }

  /** Whether he can write everything into a role that is his, or that he may bind. One that he may change needs no more: it is emptied, bound, and widened. */
  #widens(place: string, { kind, name }: RoleRef, role: Role | undefined, binds: boolean): boolean {
    const may = (verb: string, of = name): boolean => this.#may(verb, `${kind.toLowerCase()}s`, place, of);
    const changes = may('update') || may('patch');
    const widens = may('escalate') && changes;
    if (role !== undefined) return widens;
    // For a role without rules nobody lacks a right. A POST has no name in its path, a PUT and what is applied have.
    const isMade = may('create', '') || (may('create') && changes);
    return (isMade && widens) || (binds && may('create', '') && may('escalate', ''));
  }

  #widened(
    world: readonly Manifest[],
    { kind, name, place }: RoleRef & { readonly place: string },
    more: object = {},
  ): readonly Manifest[] {
    const isIt = (each: Manifest): boolean =>
      each.kind === kind &&
      (each.metadata as Names).name === name &&
      ((each.metadata as Names).namespace ?? '') === place;
    const labels = { ...(world.find(isIt)?.metadata as Names | undefined)?.labels, ...more };
    const metadata = { name, labels, ...(place === '' ? {} : { namespace: place }) };
    return [...world.filter((each) => !isIt(each)), { kind, metadata, rules: [EVERYTHING] } as unknown as Manifest];
  }

  /** The world in which a ClusterRole that is aggregated, and his, takes everything from another one: for its labels nobody is checked. */
  #fed(scopes: readonly string[]): readonly Manifest[] | undefined {
    for (const { metadata, aggregationRule } of this.#world as readonly Aggregate[]) {
      const ref = { kind: 'ClusterRole', name: metadata.name };
      if (aggregationRule === undefined || !scopes.some((scope) => this.#isBound(scope, ref))) continue;
      const [{ matchLabels = {} } = {}] = aggregationRule.clusterRoleSelectors;
      // One that was made for another reason may not be changed any more.
      for (const roleRef of [...this.#roleRefs(''), { ...ref, name: `${FRESH} for ${ref.name}` }]) {
        const role = this.#in('ClusterRole', '').find(({ name }) => name === roleRef.name);
        const isFed = Object.entries(matchLabels).every(([key, value]) => role?.labels?.[key] === value);
        if (roleRef.name === ref.name || (isWide(role) && isFed) || !this.#widens('', roleRef, role, true)) continue;
        return this.#widened(this.#world, { ...roleRef, place: '' }, matchLabels);
      }
    }
    return undefined;
  }

  /** With a binding of the role that names nobody but him: a new one, or one that is there. */
  #bound(scope: string, roleRef: RoleRef): readonly Manifest[] | undefined {
    const plural = scope === '' ? 'clusterrolebindings' : 'rolebindings';
    const may = (verb: string, name = ''): boolean => this.#may(verb, plural, scope, name);
    const there = this.#bindings(scope);
    const isTaken = (name: string): boolean => there.some((each) => (each.metadata as Names).name === name);
    const changes = (name: string): boolean => may('update', name) || may('patch', name);
    const isMade =
      may('create') || [FRESH, ...NAMED].some((name) => !isTaken(name) && may('create', name) && changes(name));
    const isChanged = there.some(
      (each) =>
        JSON.stringify(refOf(each)) === JSON.stringify(refOf({ roleRef })) && changes((each.metadata as Names).name),
    );
    if (!isMade && !isChanged) return undefined;
    const binding = {
      kind: scope === '' ? 'ClusterRoleBinding' : 'RoleBinding',
      // A name that no right speaks of: nothing but what it grants may follow from it.
      metadata: { name: `of ${roleRef.kind} ${roleRef.name}`, ...(scope === '' ? {} : { namespace: scope }) },
      roleRef,
      subjects: [this.#subject],
    };
    return [...this.#world, binding as unknown as Manifest];
  }

  get #subject(): object {
    const { user, groups } = this.#who;
    return user === '' ? { kind: 'Group', name: groups[0] } : { kind: 'User', name: user };
  }

  #isBound(scope: string, roleRef: RoleRef): boolean {
    return this.#bindings(scope).some(
      (each) =>
        JSON.stringify(refOf(each)) === JSON.stringify(refOf({ roleRef })) &&
        (each['subjects'] as readonly Subject[]).some((subject) => isWho(subject, scope, this.#who)),
    );
  }

  #may(verb: string, resource: string, namespace: string, name: string): boolean {
    const rules = this.#rules.get(namespace) ?? this.#rbac.rulesFor(this.#who, namespace);
    this.#rules.set(namespace, rules);
    return rules.some((rule) => permits(rule, { verb, group: GROUP, resource, name, namespace }));
  }

  #bindings(scope: string): readonly Manifest[] {
    const kind = scope === '' ? 'ClusterRoleBinding' : 'RoleBinding';
    return this.#world.filter((each) => each.kind === kind && ((each.metadata as Names).namespace ?? '') === scope);
  }

  #in(kind: string, place: string): readonly Role[] {
    return this.#world
      .filter((each) => each.kind === kind && ((each.metadata as Names).namespace ?? '') === place)
      .map((each) => ({ ...(each.metadata as Names), rules: each['rules'] }));
  }
}

/** Names that rights are limited to, of objects that may not be there. */
const NAMED = ['r0', 'r1', 'k', 'admin', 'b0', 'b1'];

function isWide(role: Role | undefined): boolean {
  return JSON.stringify(role?.rules) === JSON.stringify([EVERYTHING]);
}

function refOf({ roleRef }: Readonly<Record<string, unknown>>): RoleRef {
  const { kind, name } = roleRef as RoleRef;
  return { kind, name };
}

/** The objects as somebody makes them who gives himself all that he can, everywhere (`''`) and in some namespaces. */
export function selfGranted(
  objects: readonly Manifest[],
  who: Who,
  namespaces: readonly string[],
): readonly Manifest[] {
  let world = objects;
  for (let next: readonly Manifest[] | undefined = world; next !== undefined;) {
    world = next;
    next = new Mover(world, who).next(['', ...namespaces]);
  }
  return world;
}
