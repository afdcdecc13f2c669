import type { PolicyRule } from '#model/policy.ts';
import { IN_NAMESPACES, appliersOf, maskOf, type Atom } from './atoms.ts';

/** For which objects something is allowed: all of them, or those of these names. */
export type Names = 'all' | ReadonlySet<string>;

/** A rule that is limited to names, with the atoms that it gives for these. */
export interface NamedRule {
  readonly rule: PolicyRule;
  readonly mask: bigint;
}

/** What a role gives: atoms for all names, and rules that are limited to some. */
export interface Granting {
  readonly kind?: 'Role' | 'ClusterRole';
  readonly name?: string;
  readonly rules?: readonly { readonly rule: PolicyRule }[] | undefined;
  readonly mask: bigint;
  readonly named: readonly NamedRule[];
}

/** What rules give for all names, for some, and for whatever names. */
export function masksOf(rules: readonly NamedRule[]): {
  readonly mask: bigint;
  readonly named: readonly NamedRule[];
  readonly reach: bigint;
} {
  const { limited = [], whole = [] } = Object.groupBy(rules, ({ rule }) =>
    (rule.resourceNames ?? []).length > 0 ? 'limited' : 'whole',
  );
  const mask = maskOf(whole);
  return { named: [...new Set(limited)], mask, reach: mask | maskOf(limited) };
}

/** The rules of what a role gives, as they are told. */
export function rulesOf({ rules = [] }: Granting): readonly PolicyRule[] {
  return rules.map(({ rule }) => rule);
}

const NONE: Names = new Set();

/** What some roles give together in one scope. */
class Bundle {
  mask = 0n;
  /** The atoms of the rules that are limited to names. */
  namedMask = 0n;
  readonly named: NamedRule[] = [];
  readonly roles = new Set<Granting>();

  add(role: Granting, within: bigint): void {
    if (this.roles.has(role)) return;
    this.roles.add(role);
    this.mask |= role.mask & within;
    for (const rule of role.named) {
      this.named.push(rule);
      this.namedMask |= rule.mask;
    }
  }
}

/**
 * The rights of one identity by scope, as atoms: what is asked of thousands of identities again and again. A namespace has what is granted everywhere
 * too.
 */
export class Rights {
  readonly #bundles = new Map<string, Bundle>();
  #reach = 0n;

  /** Answers whether that was new. */
  grant(role: Granting, scope: string): boolean {
    const bundle = this.#bundles.get(scope) ?? new Bundle();
    if (bundle.roles.has(role)) return false;
    this.#bundles.set(scope, bundle);
    bundle.add(role, scope === '' ? -1n : IN_NAMESPACES);
    this.#reach |= bundle.mask | bundle.namedMask;
    return true;
  }

  /** Every atom that is held anywhere, for all names or for some: of most identities few. */
  get reach(): bigint {
    return this.#reach;
  }

  copy(): Rights {
    const copy = new Rights();
    copy.take(this);
    return copy;
  }

  /** Everything that another one has. */
  take(other: Rights): void {
    for (const [scope, bundle] of other.#bundles) for (const role of bundle.roles) this.grant(role, scope);
  }

  /** The namespaces in which something is granted that is not granted everywhere. */
  get namespaces(): readonly string[] {
    return [...this.#bundles.keys()].filter((scope) => scope !== '');
  }

  /** The roles of a scope alone: `''` for those of everywhere. */
  rolesIn(scope: string): Iterable<Granting> {
    return this.#bundles.get(scope)?.roles ?? [];
  }

  /** The atoms held for all names in a scope. */
  mask(scope: string): bigint {
    const everywhere = this.#bundles.get('')?.mask ?? 0n;
    return scope === '' ? everywhere : everywhere | (this.#bundles.get(scope)?.mask ?? 0n);
  }

  /** Whether an atom is held for all names. */
  may(scope: string, { mask }: Atom): boolean {
    return this.mayAny(scope, mask);
  }

  mayAny(scope: string, mask: bigint): boolean {
    return (this.mask(scope) & mask) !== 0n;
  }

  /** The atoms held in a scope, for all names or for some. */
  reachIn(scope: string): bigint {
    return this.mask(scope) | this.#namedMask(scope);
  }

  #namedMask(scope: string): bigint {
    const everywhere = this.#bundles.get('')?.namedMask ?? 0n;
    return scope === '' ? everywhere : everywhere | (this.#bundles.get(scope)?.namedMask ?? 0n);
  }

  /** Whether anything is limited to names in a scope. */
  hasNamed(scope: string): boolean {
    return (this.#bundles.get(scope)?.named.length ?? 0) > 0;
  }

  /** For which names something may be done in a scope. */
  names(scope: string, asked: Atom): Names {
    const held = this.#heldNames(scope, asked);
    const appliers = held === 'all' || held.size === 0 ? undefined : appliersOf(asked);
    if (appliers === undefined) return held;
    return both(held, appliers.map((each) => this.#heldNames(scope, each)).reduce(either));
  }

  #heldNames(scope: string, asked: Atom): Names {
    if (this.may(scope, asked)) return 'all';
    if ((this.#namedMask(scope) & asked.mask) === 0n) return NONE;
    const isVoidThere = asked.clusterOnly && asked.resource !== '*';
    const scopes = new Set(isVoidThere ? [''] : ['', scope]);
    const names = new Set<string>();
    for (const each of scopes) for (const name of this.#namesIn(each, asked)) names.add(name);
    return names.size === 0 ? NONE : names;
  }

  #namesIn(scope: string, asked: Atom): readonly string[] {
    const rules = this.#bundles.get(scope)?.named ?? [];
    return rules
      .filter(({ mask }) => (mask & asked.mask) !== 0n)
      .flatMap(({ rule: { resourceNames = [] } }) => resourceNames);
  }
}

/** Whether names are given at all, or this one among them. */
export function includes(names: Names, name: string): boolean {
  return names === 'all' || names.has(name);
}

export function either(a: Names, b: Names): Names {
  return a === 'all' || b === 'all' ? 'all' : new Set([...a, ...b]);
}

export function both(a: Names, b: Names): Names {
  if (a === 'all') return b;
  return b === 'all' ? a : new Set([...a].filter((name) => b.has(name)));
}

export function isNone(names: Names): boolean {
  return names !== 'all' && names.size === 0;
}
