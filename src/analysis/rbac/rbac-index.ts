import type { Change } from '#model/inventory.ts';
import type { Kind } from '#model/kinds.ts';
import type { PolicyRule } from '#model/policy.ts';
import { originsOf } from './aggregation.ts';
import { keyOf, roleText, type BindingEntry, type RoleEntry, type SubjectEntry, type Touched } from './entries.ts';
import type { Identity } from './identity.ts';
import { allows, scopeOf, type Request } from './request.ts';
import { Rights } from './rights.ts';
import { RbacState, type RbacOptions } from './state.ts';

/** Why something is allowed: which rule of which role, granted by which binding. */
export interface Reason {
  readonly grant: BindingEntry;
  /** Place in the rules of the role. */
  readonly rule: number;
}

/** Yes; no; or not known, because what could not be read, or may not be, could allow it. */
export type Decision =
  | { readonly allowed: true; readonly because: Reason }
  | { readonly allowed: false }
  | { readonly unknown: readonly string[] };

const KINDS_OF_RBAC = ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'] as const;

/** Who may do what, by RBAC alone. Rights only add up: there is no deny, and a missing role is passed over. */
export class RbacIndex {
  readonly state: RbacState;
  readonly #missing: (kind: Kind) => string | undefined;

  /** `missing` says why nothing certain is known of a kind. */
  constructor(options: RbacOptions, missing: (kind: Kind) => string | undefined = () => undefined) {
    this.state = new RbacState(options);
    this.#missing = missing;
  }

  /** Answers what a change touches; one of anything but roles and bindings touches nothing. */
  apply(change: Change): Touched {
    return this.state.apply(change);
  }

  /** Whether the RBAC authorizer allows a request. Not asked here: system:masters, which is let through before. */
  can(identity: Identity, request: Request): Decision {
    const scope = scopeOf(request);
    const found = [...this.#grantsOf(identity, scope)].flatMap((grant) => {
      const rule = grant.role.rules?.findIndex((each) => allows(each.rule, request)) ?? -1;
      return rule < 0 ? [] : [{ grant, rule }];
    });
    const [first] = found.sort(byBinding);
    if (first !== undefined) return { allowed: true, because: first };
    const unknown = this.#doubts(scope, this.#grantsOf(identity, scope));
    return unknown.length > 0 ? { unknown } : { allowed: false };
  }

  /** The subjects, as bindings name them, that a request is allowed to. Groups stay groups. */
  whoCan(request: Request): { readonly subjects: readonly string[] } | { readonly unknown: readonly string[] } {
    const scope = scopeOf(request);
    const unknown = this.#doubts(scope, this.#boundIn(scope));
    if (unknown.length > 0) return { unknown };
    const labels = new Set<string>();
    for (const role of this.state.rolesFor(request))
      for (const { subjects } of grantsIn(role, scope)) for (const { label } of subjects) labels.add(label);
    return { subjects: [...labels].sort() };
  }

  /** Every grant that allows a request, with the first rule that does. */
  allowedBy(request: Request): readonly Reason[] {
    const scope = scopeOf(request);
    const reasons = [...this.state.rolesFor(request)].flatMap((role) => {
      const rule = (role.rules ?? []).findIndex((each) => allows(each.rule, request));
      return [...grantsIn(role, scope)].map((grant) => ({ grant, rule }));
    });
    return reasons.sort(byBinding);
  }

  /** The grants of an identity, in every namespace. */
  grantsOf(identity: Identity): readonly BindingEntry[] {
    return [...new Set(this.state.grantsOf(identity))].sort((a, b) => compare(keyOf(a.binding), keyOf(b.binding)));
  }

  /** The rules that hold for an identity in a namespace, `''` for the rights that hold everywhere; each once. */
  rulesFor(identity: Identity, namespace: string): readonly PolicyRule[] {
    const grants = [...this.#grantsOf(identity, namespace)].sort((a, b) => compare(keyOf(a.binding), keyOf(b.binding)));
    return [...new Set(grants.flatMap(({ role }) => role.rules ?? []))].map(({ rule }) => rule);
  }

  /** From which ClusterRoles the rule of a reason was aggregated; empty where it is the role's own. */
  originsOf({ grant: { role }, rule }: Reason): readonly string[] {
    const object = role.kind === 'ClusterRole' ? this.state.clusterRole(role.name) : undefined;
    const told = role.rules?.[rule]?.rule;
    if (object?.aggregationRule === undefined || told === undefined) return [];
    return originsOf(object, told, this.state.clusterRoles());
  }

  /** The doubts about what an identity may not do in a namespace. */
  doubtsAbout(identity: Identity, namespace: string): readonly string[] {
    return this.#doubts(namespace, this.#grantsOf(identity, namespace));
  }

  /** The doubts about what an identity may not do, in whatever namespace. */
  doubtsOf(identity: Identity): readonly string[] {
    return this.#doubts(undefined, this.grantsOf(identity));
  }

  /** The rights of an identity as atoms, over all its subjects: to be read, others may hold them. */
  rightsOf(identity: Identity): Rights {
    const [first, ...others] = this.state.subjectsOf(identity);
    if (first !== undefined && others.length === 0) return rightsOf(first);
    const rights = new Rights();
    for (const subject of first === undefined ? [] : [first, ...others]) rights.take(rightsOf(subject));
    return rights;
  }

  /** The same of those roles only that give some of these atoms, for whatever names: of most identities that is none. */
  rightsAmong(identity: Identity, mask: bigint): Rights {
    const rights = new Rights();
    for (const { role, scope } of this.state.grantsOf(identity))
      if ((role.reach & mask) !== 0n) rights.grant(role, scope);
    return rights;
  }

  *#grantsOf(identity: Identity, scope: string): Iterable<BindingEntry> {
    for (const { grants } of this.state.subjectsOf(identity)) {
      yield* grants.get('') ?? [];
      if (scope !== '') yield* grants.get(scope) ?? [];
    }
  }

  *#boundIn(scope: string): Iterable<BindingEntry> {
    for (const role of this.state.doubtfulRoles()) yield* grantsIn(role, scope);
  }

  /** Without a scope in all of them. */
  #doubts(scope: string | undefined, grants: Iterable<BindingEntry>): readonly string[] {
    const kinds = KINDS_OF_RBAC.filter((kind) => scope !== '' || kind.startsWith('Cluster'));
    const doubts = new Set(kinds.flatMap((kind) => this.#missing(kind) ?? []));
    for (const note of this.state.unreadIn(scope)) doubts.add(note);
    for (const { role } of grants) for (const note of role.malformed) doubts.add(`${roleText(role)}: ${note}`);
    return [...doubts].sort();
  }
}

/** What the bindings of one subject give. */
export function rightsOf(subject: SubjectEntry): Rights {
  if (subject.rights !== undefined) return subject.rights;
  const rights = new Rights();
  for (const [scope, grants] of subject.grants) for (const { role } of grants) rights.grant(role, scope);
  subject.rights = rights;
  return rights;
}

/** The bindings of a role that count in a namespace: its own and those of everywhere. */
function* grantsIn({ bindings }: RoleEntry, scope: string): Iterable<BindingEntry> {
  for (const grant of bindings) if (grant.scope === '' || grant.scope === scope) yield grant;
}

/** Of several reasons always the same one is told. */
function byBinding(a: Reason, b: Reason): number {
  return compare(keyOf(a.grant.binding), keyOf(b.grant.binding));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
