import lodash from 'lodash';
import type { AnyBinding } from '#facts/rbac.ts';
import { shippedRules } from '#facts/shipped.ts';
import type { Change, Premises } from '#model/inventory.ts';
import type { AnyObject, ObjectOf } from '#model/objects.ts';
import type { PolicyRule } from '#model/policy.ts';
import { refOf, subjectText } from '#model/ref.ts';
import { aggregated, isComputed, type Aggregation } from './aggregation.ts';
import { keyOf, roleKey, type BindingEntry, type RoleEntry, type SubjectEntry, type Touched } from './entries.ts';
import { keysOf, namedBy, type Identity, type Named } from './identity.ts';
import { scopeOf, type Request } from './request.ts';
import { masksOf, type Granting } from './rights.ts';
import { assumedRole } from './shipped.ts';
import { RuleTable } from './rule-table.ts';

export interface RbacOptions extends Partial<Premises> {
  readonly aggregation: Aggregation;
  /** Take the roles that every API server makes for itself as present where they are not told. */
  readonly assumeShipped?: boolean;
}

/**
 * Roles, bindings and their subjects, joined, kept current while they come and go in any order. Law: after any history the state is that of a fresh
 * one that is told the objects there are.
 */
export class RbacState {
  readonly #options: RbacOptions;
  readonly #rules: RuleTable<RoleEntry>;
  readonly #roles = new Map<string, RoleEntry>();
  readonly #clusterRoles = new Map<string, ObjectOf<'ClusterRole'>>();
  readonly #bindings = new Map<string, BindingEntry>();
  /** By key: one user may have two spellings. */
  readonly #subjects = new Map<string, SubjectEntry[]>();
  readonly #malformed = new Map<string, { readonly scope: string; readonly notes: readonly string[] }>();
  /** Roles of which something could not be read. */
  readonly #doubtful = new Set<RoleEntry>();
  #aggregates = 0;

  constructor(options: RbacOptions) {
    this.#options = options;
    this.#rules = new RuleTable(options.podTemplateKinds ?? []);
  }

  /** Takes in a change of a role or binding. Answers what it touches. Objects of other kinds touch nothing. */
  apply({ before, after }: Change): Touched {
    const touched: Touched = { subjects: new Set(), roles: new Set() };
    if (before !== undefined && after?.kind !== before.kind) this.#remove(before, touched);
    if (after !== undefined) this.#put(after, touched);
    for (const subject of touched.subjects) subject.rights = undefined;
    return touched;
  }

  #put(object: AnyObject, touched: Touched): void {
    if (object.kind === 'RoleBinding' || object.kind === 'ClusterRoleBinding') {
      this.#unbind(object, touched);
      this.#bind(object, touched);
    } else if (object.kind === 'Role') this.#setRules(this.#role(object), object.rules, touched, object.malformed);
    else if (object.kind === 'ClusterRole') this.#putClusterRole(object, touched);
  }

  #remove(object: AnyObject, touched: Touched): void {
    if (object.kind === 'RoleBinding' || object.kind === 'ClusterRoleBinding') this.#unbind(object, touched);
    else if (object.kind === 'Role') this.#setRules(this.#role(object), undefined, touched);
    else if (object.kind === 'ClusterRole') {
      if (this.#clusterRoles.get(object.metadata.name)?.aggregationRule !== undefined) this.#aggregates -= 1;
      this.#clusterRoles.delete(object.metadata.name);
      this.#setRules(this.#role(object), undefined, touched);
      this.#aggregate(touched);
    }
  }

  #putClusterRole(role: ObjectOf<'ClusterRole'>, touched: Touched): void {
    const { name } = role.metadata;
    if (this.#clusterRoles.get(name)?.aggregationRule !== undefined) this.#aggregates -= 1;
    if (role.aggregationRule !== undefined) this.#aggregates += 1;
    this.#clusterRoles.set(name, role);
    const isMade = isComputed(role, this.#options.aggregation);
    this.#setRules(this.#role(role), isMade ? [] : role.rules, touched, role.malformed);
    this.#aggregate(touched);
  }

  #aggregate(touched: Touched): void {
    if (this.#aggregates === 0 || this.#options.aggregation === 'stored') return;
    for (const [name, rules] of aggregated(this.#clusterRoles.values(), this.#options.aggregation)) {
      const entry = this.#roles.get(roleKey('ClusterRole', '', name));
      if (entry !== undefined) this.#setRules(entry, rules, touched, entry.malformed);
    }
  }

  #role({ kind, metadata }: ObjectOf<'Role' | 'ClusterRole'>): RoleEntry {
    return this.#roleAt(kind, metadata.namespace, metadata.name);
  }

  #roleAt(kind: 'Role' | 'ClusterRole', namespace: string, name: string): RoleEntry {
    const key = roleKey(kind, namespace, name);
    const known = this.#roles.get(key);
    if (known !== undefined) return known;
    const entry: RoleEntry = {
      kind,
      namespace,
      name,
      isTold: false,
      rules: undefined,
      mask: 0n,
      reach: 0n,
      named: [],
      malformed: [],
      bindings: new Set(),
    };
    this.#roles.set(key, entry);
    return entry;
  }

  /** A role that does not exist is remembered only for the bindings that wait for it. */
  #dropUnused(entry: RoleEntry): void {
    const { isTold, bindings, kind, namespace, name } = entry;
    if (isTold || bindings.size > 0) return;
    for (const rule of entry.rules ?? []) this.#rules.release(rule, entry);
    entry.rules = undefined;
    this.#roles.delete(roleKey(kind, namespace, name));
  }

  /** Rules that are the same as before cost nothing: nothing is touched. */
  #setRules(
    entry: RoleEntry,
    told: readonly PolicyRule[] | undefined,
    touched: Touched,
    malformed: readonly string[] = [],
  ): void {
    const { kind, namespace, name } = entry;
    const rules = told ?? this.#assumed(kind, namespace, name);
    const held = rules?.map((rule) => this.#rules.hold(rule, entry));
    const before = entry.rules;
    for (const rule of before ?? []) this.#rules.release(rule, entry);
    entry.malformed = malformed;
    if (malformed.length > 0) this.#doubtful.add(entry);
    else this.#doubtful.delete(entry);
    entry.rules = held;
    entry.isTold = told !== undefined;
    this.#dropUnused(entry);
    if (isSame(before, held)) return;
    touched.roles.add(entry);
    Object.assign(entry, masksOf(held ?? []));
    for (const { subjects } of entry.bindings) for (const subject of subjects) touched.subjects.add(subject);
  }

  #bind(binding: AnyBinding, touched: Touched): void {
    const { kind, name } = binding.roleRef;
    const scope = binding.metadata.namespace;
    if (binding.malformed !== undefined)
      this.#malformed.set(keyOf(binding), { scope, notes: notesOf(subjectText(refOf(binding)), binding.malformed) });
    // A Role through a ClusterRoleBinding, and a kind that is none, grant nothing: no such role is ever found.
    if (kind !== 'ClusterRole' && (kind !== 'Role' || scope === '')) return;
    const role = this.#roleAt(kind, kind === 'Role' ? scope : '', name);
    const subjects = [...this.#subjectsOf(binding)];
    const entry: BindingEntry = { binding, scope, role, subjects };
    this.#bindings.set(keyOf(binding), entry);
    role.bindings.add(entry);
    if (!role.isTold && role.rules === undefined) this.#setRules(role, undefined, touched);
    for (const subject of subjects) {
      const grants = subject.grants.get(scope);
      if (grants === undefined) subject.grants.set(scope, [entry]);
      else grants.push(entry);
      touched.subjects.add(subject);
    }
  }

  #subjectsOf(binding: AnyBinding): ReadonlySet<SubjectEntry> {
    const subjects = new Set<SubjectEntry>();
    for (const subject of binding.subjects) {
      const named = namedBy(subject, binding.metadata.namespace);
      if (named !== undefined) subjects.add(this.#subject(named));
    }
    return subjects;
  }

  #subject({ label, key }: Named): SubjectEntry {
    const spellings = this.#subjects.get(key) ?? [];
    const known = spellings.find((each) => each.label === label);
    if (known !== undefined) return known;
    const entry: SubjectEntry = { label, key, grants: new Map(), rights: undefined };
    spellings.push(entry);
    this.#subjects.set(key, spellings);
    return entry;
  }

  #unbind(binding: AnyBinding, touched: Touched): void {
    const key = keyOf(binding);
    const entry = this.#bindings.get(key);
    this.#malformed.delete(key);
    if (entry === undefined) return;
    this.#bindings.delete(key);
    const { role, scope, subjects } = entry;
    role.bindings.delete(entry);
    this.#dropUnused(role);
    for (const subject of subjects) {
      touched.subjects.add(subject);
      const grants = subject.grants.get(scope) ?? [];
      lodash.pull(grants, entry);
      if (grants.length === 0) subject.grants.delete(scope);
      if (subject.grants.size === 0) this.#forget(subject);
    }
  }

  #forget(subject: SubjectEntry): void {
    const spellings = this.#subjects.get(subject.key) ?? [];
    lodash.pull(spellings, subject);
    if (spellings.length === 0) this.#subjects.delete(subject.key);
  }

  role(kind: 'Role' | 'ClusterRole', namespace: string, name: string): RoleEntry | undefined {
    return this.#roles.get(roleKey(kind, namespace, name));
  }

  /** A role as it counts: a shipped one also where nothing tells of it. */
  roleInForce(kind: 'Role' | 'ClusterRole', namespace: string, name: string): Granting | undefined {
    const known = this.role(kind, namespace, name);
    if (known?.rules !== undefined) return known;
    return this.#options.assumeShipped === true ? assumedRole(kind, namespace, name) : undefined;
  }

  #assumed(kind: 'Role' | 'ClusterRole', namespace: string, name: string): readonly PolicyRule[] | undefined {
    return this.#options.assumeShipped === true ? shippedRules(kind, namespace, name) : undefined;
  }

  /** Every role that there is, in no order; also those that bindings name in vain. */
  roles(): Iterable<RoleEntry> {
    return this.#roles.values();
  }

  /** The roles of which something could not be read. */
  doubtfulRoles(): Iterable<RoleEntry> {
    return this.#doubtful;
  }

  bindings(): Iterable<BindingEntry> {
    return this.#bindings.values();
  }

  binding(object: Parameters<typeof keyOf>[0]): BindingEntry | undefined {
    return this.#bindings.get(keyOf(object));
  }

  clusterRole(name: string): ObjectOf<'ClusterRole'> | undefined {
    return this.#clusterRoles.get(name);
  }

  clusterRoles(): Iterable<ObjectOf<'ClusterRole'>> {
    return this.#clusterRoles.values();
  }

  /** Everyone whom some binding names, in no order. */
  *subjects(): Iterable<SubjectEntry> {
    for (const spellings of this.#subjects.values()) yield* spellings;
  }

  /** The subjects that an identity is: by its name, in both spellings, and by its groups. */
  *subjectsOf(identity: Identity): Iterable<SubjectEntry> {
    for (const key of keysOf(identity)) yield* this.#subjects.get(key) ?? [];
  }

  /** Every grant of an identity, in whatever scope; one that names it twice comes twice. */
  *grantsOf(identity: Identity): Iterable<BindingEntry> {
    for (const { grants } of this.subjectsOf(identity)) for (const bound of grants.values()) yield* bound;
  }

  /** Whether any binding names a user or a group, by its key. */
  isNamed(key: string): boolean {
    return this.#subjects.has(key);
  }

  /** The roles that hold a rule that allows a request and can be bound where it is made. */
  rolesFor(request: Request): ReadonlySet<RoleEntry> {
    const found = new Set<RoleEntry>();
    const scope = scopeOf(request);
    for (const rule of this.#rules.rulesFor(request))
      for (const role of rule.roles.keys()) if (role.namespace === '' || role.namespace === scope) found.add(role);
    return found;
  }

  /** How many different rules there are. */
  get differentRules(): number {
    return this.#rules.size;
  }

  /** What could not be read in the bindings of the cluster and of a namespace, or of all: whom they name is not certain. */
  unreadIn(namespace?: string): readonly string[] {
    return [...this.#malformed.values()]
      .filter(({ scope }) => scope === '' || scope === (namespace ?? scope))
      .flatMap(({ notes }) => notes);
  }
}

function notesOf(object: string, notes: readonly string[]): readonly string[] {
  return notes.map((note) => `${object}: ${note}`);
}

function isSame(before: RoleEntry['rules'], after: RoleEntry['rules']): boolean {
  if (before === undefined || after === undefined) return before === after;
  return before.length === after.length && before.every((rule, index) => rule === after[index]);
}
