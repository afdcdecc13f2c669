import lodash from 'lodash';
import { runsWith, runsWithout } from '#facts/control-plane.ts';
import { isSystemNamespace } from '#facts/namespace.ts';
import type { AnyBinding } from '#facts/rbac.ts';
import { inForce } from '#facts/rules-in-force.ts';
import type { Context } from '#model/check.ts';
import type { Pod } from '#model/objects.ts';
import type { PolicyRule } from '#model/policy.ts';
import type { Ref } from '#model/ref.ts';
import { rankOf, type Severity } from '#model/severity.ts';
import { byWord } from '#model/text.ts';
import type { Known } from '#analysis/rbac/engine.ts';
import type { Companions, OtherRole } from '#relations/companions.ts';
import type { Enforcing } from '#relations/enforcing.ts';
import type { Runners } from '#relations/runners.ts';
import type { Places } from '#relations/strength.ts';
import type { Targets } from '#relations/targets.ts';
import type { Provisioned } from '#relations/volumes.ts';
import type { Reach, Right, Together } from './right.ts';

/** What a right is weighed by: the rules of its role, and what is asked only where it makes a difference. */
export interface Around {
  readonly context: Context;
  readonly rules: readonly PolicyRule[];
  readonly places?: Places | undefined;
  readonly companions?: Companions | undefined;
  readonly targets?: Targets | undefined;
  readonly enforcing?: Enforcing | undefined;
  readonly runners?: Runners | undefined;
  readonly provisioned?: Provisioned | undefined;
  readonly apiServers?: readonly Pod[] | undefined;
  /** Whether the cluster is one of EKS. */
  readonly eks?: Known<boolean> | undefined;
}

/** What a right comes to. */
export interface Weighed {
  readonly as: Right | Together;
  readonly severity: Severity;
  /** The rule that gives it, as far as it counts there. */
  readonly rule: PolicyRule;
  /** The binding that gives most, and how many give it; none and 0 where nobody is bound. */
  readonly binding?: AnyBinding;
  readonly bindings: number;
  /** The other roles that make it what it is, and who has them too. */
  readonly others: readonly Ref[];
  readonly holder?: string;
  readonly unseen: readonly string[];
}

/** What a right of a rule comes to by some bindings; undefined where nobody whom they name has what it takes. */
export function weigh(
  right: Right,
  rule: PolicyRule,
  bindings: readonly AnyBinding[],
  around: Around,
): Weighed | undefined {
  if (right.reach(rule, around.context) === undefined) return undefined;
  const meant = bindings.filter((binding) => isMeant(right, binding) && isSpared(right, binding, around) === false);
  return worst(
    meant.flatMap((binding) =>
      inForce(rule, binding.metadata.namespace).flatMap((part) => weighPart(right, part, binding, around) ?? []),
    ),
  );
}

function weighPart(right: Right, rule: PolicyRule, binding: AnyBinding, around: Around): Weighed | undefined {
  const reach = right.reach(rule, around.context);
  const form = reach === undefined ? undefined : formOf(right, rule, binding, around);
  if (form === undefined) return undefined;
  const { severity, unseen } = priceOf(right, form.as, { rule, reach, binding }, around);
  return { ...form, severity, rule, binding, bindings: 1, unseen: [...unseen, ...unseenOfEks(right, rule, around)] };
}

/** What a right comes to that nobody has been given, by a Role of a namespace or by a ClusterRole. */
export function weighUnbound(right: Right, rule: PolicyRule, namespace: string, around: Around): Weighed | undefined {
  return worst(
    inForce(rule, namespace).flatMap((part): readonly Weighed[] => {
      if (right.reach(part, around.context) === undefined) return [];
      const form = formOf(right, part, undefined, around);
      return form === undefined ? [] : [{ ...form, severity: 'info', rule: part, bindings: 0, unseen: [] }];
    }),
  );
}

/** What is not seen that would make it what it is on EKS. */
function unseenOfEks({ onEks }: Right, rule: PolicyRule, { eks, context }: Around): readonly string[] {
  return onEks?.reach(rule, context) === undefined ? [] : (eks?.unseen ?? []);
}

/** Why it is accepted that a right is granted; undefined where it is not. */
export function acceptanceOfRight(
  { accepts }: Right,
  bindings: readonly AnyBinding[],
  { runners, provisioned, context }: Around,
): string | undefined {
  const everywhere = bindings.filter(({ kind }) => kind === 'ClusterRoleBinding');
  if (accepts === undefined || runners === undefined || provisioned === undefined || everywhere.length === 0)
    return undefined;
  const all = everywhere.flatMap(runners);
  return all.every((pods) => pods.length > 0 && pods.every((pod) => accepts.pod(pod, context)))
    ? accepts.reason(provisioned)
    : undefined;
}

/** The worst of several, with all others that make it that; of two that are as bad the one that takes more. */
export function worst(found: readonly Weighed[]): Weighed | undefined {
  const rank = ({ as, severity }: Weighed): number => 2 * rankOf(severity) + ('reach' in as && !('more' in as) ? 0 : 1);
  const [first] = [...found].sort((a, b) => rank(b) - rank(a) || byWord(placeOf(a), placeOf(b)));
  if (first === undefined) return undefined;
  const others = found.filter(({ as }) => as === first.as).flatMap((each) => each.others);
  return {
    ...first,
    bindings: new Set(found.flatMap(({ binding = [] }) => binding)).size,
    others: [...new Map(others.map((ref) => [JSON.stringify(ref), ref])).values()],
    unseen: [...new Set(found.flatMap(({ unseen }) => unseen))],
  };
}

/** Of what is as bad, the same comes first whatever came first to us. */
function placeOf({ binding }: Weighed): string {
  return binding === undefined ? '' : `${binding.kind} ${binding.metadata.namespace} ${binding.metadata.name}`;
}

function isMeant({ clusterOnly, onlyIn }: Right, { kind, metadata }: AnyBinding): boolean {
  if (kind === 'ClusterRoleBinding') return true;
  return clusterOnly !== true && onlyIn?.includes(metadata.namespace) !== false;
}

/** Whether a plugin keeps all whom a binding names to what is their own; undefined where that is not seen. It is off by default: so it is in files. */
function isSpared({ spares }: Right, { subjects }: AnyBinding, { apiServers = [], context }: Around): Maybe {
  if (spares === undefined || !subjects.every(spares.subject)) return false;
  return runsWith(spares.plugin, apiServers, context.parameters) ?? (context.complete ? undefined : false);
}

type Maybe = boolean | undefined;

type Form = Pick<Weighed, 'as' | 'others' | 'holder'>;

/** As what a right counts for whom a binding names, with the other roles that this takes. */
function formOf(right: Right, rule: PolicyRule, binding: AnyBinding | undefined, around: Around): Form | undefined {
  const { together, onEks } = right;
  const isOnEks = around.eks?.answer === true && onEks?.reach(rule, around.context) !== undefined;
  if (onEks !== undefined && isOnEks) return { as: onEks, others: [] };
  const beside = besideOf(right, around);
  if (together !== undefined && (together.reach ?? right.reach)(rule, around.context) !== undefined) {
    const others = heldBeside([...beside, ...together.beside], binding, together.anywhere === true, around);
    if (others !== undefined) return { as: together, ...others };
  }
  const others = heldBeside(beside, binding, false, around);
  return others === undefined ? undefined : { as: right, ...others };
}

function besideOf({ beside = [], guard }: Right, { apiServers = [], context }: Around): readonly Right['reach'][] {
  const isOff = guard !== undefined && runsWithout(guard.plugin, apiServers, context.parameters) === true;
  return guard === undefined || isOff ? beside : [...beside, ...guard.beside];
}

/** What is not seen that would make rights count which do not. What files do not hold is as it is by default. */
export function unseenOfGuards(
  rights: readonly Right[],
  bindings: readonly AnyBinding[],
  around: Around,
): readonly string[] {
  const counts = (right: Right): boolean =>
    around.rules.some((rule) => weigh(right, rule, bindings, around) !== undefined);
  return rights.flatMap((right) => {
    const how = around.context.complete ? unseenOf(right, around) : undefined;
    return how !== undefined && counts(lodash.omit(right, 'guard', 'spares')) && !counts(right) ? [notSeen(how)] : [];
  });
}

/** How nobody knows whether the API servers run. */
function unseenOf({ guard, spares }: Right, { apiServers = [], context: { parameters } }: Around): string | undefined {
  if (guard !== undefined && runsWithout(guard.plugin, apiServers, parameters) === undefined)
    return `without ${guard.plugin}`;
  return spares !== undefined && runsWith(spares.plugin, apiServers, parameters) === undefined
    ? `with ${spares.plugin}`
    : undefined;
}

function notSeen(how: string): string {
  return `no kube-apiserver pod is in sight, as on a managed control plane: whether it runs ${how} is not known`;
}

/** The other roles by which the first holder has all of some rights; undefined where none has. What the role itself gives takes no other. */
function heldBeside(
  reaches: readonly Right['reach'][],
  binding: AnyBinding | undefined,
  anywhere: boolean,
  { rules, companions, context }: Around,
): Pick<Form, 'others' | 'holder'> | undefined {
  const gives = (reach: Right['reach'], given: readonly PolicyRule[]): boolean =>
    given.some((rule) => reach(rule, context) !== undefined);
  const own = rules.flatMap((rule) => inForce(rule, binding?.metadata.namespace ?? ''));
  const lacking = reaches.filter((reach) => !gives(reach, own));
  if (lacking.length === 0) return { others: [] };
  for (const { holder, roles } of binding === undefined ? [] : (companions?.(binding, anywhere) ?? [])) {
    const found = lacking.map((reach) => roles.find((role: OtherRole) => gives(reach, role.rules)));
    if (found.every((role) => role !== undefined)) return { holder, others: found.map(({ ref }) => ref) };
  }
  return undefined;
}

interface Granted {
  readonly rule: PolicyRule;
  readonly reach: Reach;
  readonly binding: AnyBinding;
}

function priceOf(
  { named }: Right,
  { severity }: Pick<Right, 'severity'>,
  { rule, reach, binding: { metadata } }: Granted,
  around: Around,
): Price {
  const { namespace } = metadata;
  const there = priceAt(severity, namespace, around);
  if (reach !== 'limited') return there;
  const { limited = there.severity, grave = there.severity } = severity;
  if (named === undefined || around.targets === undefined) return { ...there, severity: limited };
  const { answer, unseen } = named(rule, namespace, around.targets, around.context);
  return answer ? { ...there, severity: grave } : { severity: limited, unseen };
}

type Price = Pick<Weighed, 'severity' | 'unseen'>;

function priceAt(severity: Right['severity'], namespace: string, around: Around): Price {
  const { cluster, strong = cluster, namespace: usual } = severity;
  const held = priceByLabels(severity, namespace, around);
  if (held !== undefined) return held;
  if (namespace === '') return { severity: cluster, unseen: [] };
  if (strong === usual) return { severity: usual, unseen: [] };
  if (isSystemNamespace(namespace, around.context.parameters)) return { severity: strong, unseen: [] };
  const { answer, unseen } = around.places?.(namespace) ?? { answer: false, unseen: [] };
  return { severity: answer ? strong : usual, unseen };
}

/** Where labels are all that keeps pods out. */
function priceByLabels({ enforced }: Right['severity'], namespace: string, { enforcing }: Around): Price | undefined {
  const labels = enforced === undefined ? undefined : enforcing?.(namespace);
  return enforced !== undefined && labels?.answer === true ? { severity: enforced, unseen: labels.unseen } : undefined;
}
