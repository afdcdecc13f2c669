import { isSystemNamespace } from '#facts/namespace.ts';
import type { AnyBinding, AnyRole } from '#facts/rbac.ts';
import { isShipped } from '#analysis/rbac/shipped.ts';
import {
  defineCheckOfMany,
  judge,
  type BadExample,
  type Check,
  type Context,
  type Example,
  type Judge,
  type Meta,
  type Problem,
} from '#model/check.ts';
import type { PolicyRule } from '#model/policy.ts';
import { refOf } from '#model/ref.ts';
import { worse, type Severity } from '#model/severity.ts';
import {
  bindingsOfAClusterRole,
  bindingsOfARole,
  clusterRoleOfRoleBinding,
  rulesOfAClusterRole,
  type BoundClusterRole,
} from '#relations/grants.ts';
import { strongNamespaceOfRole, strongNamespaceOfRoleBinding } from '#relations/strength.ts';
import type { Reach, Right } from './right.ts';
import { examplesOfRights } from './rights-examples.ts';

interface Spec extends Meta {
  readonly rights: readonly Right[];
  /** What older servers alone have: without the examples that every right makes. */
  readonly older?: readonly Right[];
  readonly bad?: readonly BadExample[];
  readonly good: readonly Example[];
}

/**
 * A check of what roles give. It is reported once per role, with the severity of its widest grant; a ClusterRole that is granted in namespaces alone on each
 * RoleBinding, so that it counts there. Shipped roles are recognised by content and never judged.
 */
export function defineRightsCheck({ rights: current, older = [], bad = [], good, ...meta }: Spec): Check {
  const rights = [...current, ...older];
  const placed = rights.filter(({ clusterOnly }) => clusterOnly !== true);
  return defineCheckOfMany({
    ...meta,
    judges: [...(placed.length === 0 ? [] : placedJudges(placed)), ofClusterRole(rights)],
    examples: () => {
      const made = examplesOfRights(meta, current);
      return { bad: [...made.bad, ...bad], good: [...made.good, ...good] };
    },
  });
}

function ofClusterRole(rights: readonly Right[]): Judge {
  return judge({
    subject: 'ClusterRole',
    inputs: { bindings: bindingsOfAClusterRole, rules: rulesOfAClusterRole },
    evaluate: (role, { bindings, rules }, context) =>
      isShipped(role) ? [] : ofRules(rights, { rules, bindings, isStrong: false }, context),
  });
}

/** The judgements of what is granted in a namespace. Who lives there is asked only where it makes a difference. */
function placedJudges(rights: readonly Right[]): readonly Judge[] {
  const asks = rights.some(({ severity: { cluster, strong = cluster, namespace } }) => strong !== namespace);
  const roleInputs: { readonly bindings: typeof bindingsOfARole; readonly strong?: typeof strongNamespaceOfRole } = {
    bindings: bindingsOfARole,
    ...(asks ? { strong: strongNamespaceOfRole } : {}),
  };
  const bindingInputs: {
    readonly granted: typeof clusterRoleOfRoleBinding;
    readonly strong?: typeof strongNamespaceOfRoleBinding;
  } = {
    granted: clusterRoleOfRoleBinding,
    ...(asks ? { strong: strongNamespaceOfRoleBinding } : {}),
  };
  return [
    judge({
      subject: 'Role',
      inputs: roleInputs,
      evaluate: (role, { bindings, strong: [isStrong = false] = [] }, context) =>
        isShipped(role) ? [] : ofRules(inPlace(rights, role), { rules: role.rules, bindings, isStrong }, context),
    }),
    judge({
      subject: 'RoleBinding',
      inputs: bindingInputs,
      evaluate: (binding, { granted: [granted], strong: [isStrong = false] = [] }, context) =>
        ofBinding(rights, binding, granted, { context, isStrong }),
    }),
  ];
}

interface Granted {
  readonly rules: readonly PolicyRule[];
  readonly bindings: readonly AnyBinding[];
  readonly isStrong: boolean;
}

function reaches({ subjects }: AnyBinding): boolean {
  return subjects.length > 0;
}

function* ofRules(
  rights: readonly Right[],
  { rules, bindings, isStrong }: Granted,
  context: Context,
): Iterable<Problem> {
  const granting = bindings.filter(reaches);
  const because = granting.map(refOf);
  const granted =
    granting.length === 0
      ? 'bound to nobody'
      : `granted by ${String(granting.length)} binding${granting.length > 1 ? 's' : ''}`;
  // Granted by RoleBindings alone a ClusterRole is reported on each of them.
  const own = granting.filter(({ kind, roleRef }) => kind === 'ClusterRoleBinding' || roleRef.kind === 'Role');
  if (granting.length > 0 && own.length === 0) return;
  const there = rights.filter((right) => isComplete(right, rules, context));
  for (const [index, rule] of rules.entries()) {
    for (const right of there) {
      const reach = right.reach(rule, context);
      const meant = own.filter((binding) => isMeant(right, binding));
      if (reach === undefined || (meant.length === 0 && granting.length > 0)) continue;
      const severity = meant
        .map((binding) => severityOf(right, reach, binding, { context, isStrong }))
        .reduce<Severity>(worse, 'info');
      yield {
        at: `rules[${String(index)}]`,
        severity,
        message: `the rule ${right.says}; ${granted}`,
        because,
        ...aspectOf(right),
      };
    }
  }
}

interface Around {
  readonly context: Context;
  readonly isStrong: boolean;
}

function* ofBinding(
  rights: readonly Right[],
  binding: AnyBinding,
  granted: BoundClusterRole | undefined,
  { context, isStrong }: Around,
): Iterable<Problem> {
  if (granted === undefined || isShipped(granted.role) || granted.clusterWide.some(reaches) || !reaches(binding))
    return;
  const { name } = granted.role.metadata;
  for (const right of rights.filter((each) => isMeant(each, binding) && isComplete(each, granted.rules, context))) {
    const found = granted.rules.map((rule) => right.reach(rule, context)).filter((reach) => reach !== undefined);
    if (found.length === 0) continue;
    const severity = found.map((reach) => severityOf(right, reach, binding, { context, isStrong })).reduce(worse);
    const message = `ClusterRole ${name} ${right.says} in namespace ${binding.metadata.namespace}`;
    yield { at: 'roleRef', severity, message, because: [refOf(granted.role)], ...aspectOf(right) };
  }
}

/** The rights that mean something in the namespace of a Role. */
function inPlace(rights: readonly Right[], { metadata }: AnyRole): readonly Right[] {
  return rights.filter(({ onlyIn }) => onlyIn?.includes(metadata.namespace) !== false);
}

/** Whether the other rules of the role make it what it is. */
function isComplete({ beside = [], unless = [] }: Right, rules: readonly PolicyRule[], context: Context): boolean {
  const gives = (reach: Right['reach']): boolean => rules.some((rule) => reach(rule, context) !== undefined);
  return beside.every(gives) && (unless.length === 0 || !unless.every(gives));
}

function isMeant({ clusterOnly, onlyIn }: Right, { kind, metadata }: AnyBinding): boolean {
  if (kind === 'ClusterRoleBinding') return true;
  return clusterOnly !== true && onlyIn?.includes(metadata.namespace) !== false;
}

function severityOf({ severity }: Right, reach: Reach, binding: AnyBinding, { context, isStrong }: Around): Severity {
  const { cluster, strong = cluster, namespace, limited } = severity;
  if (reach === 'limited' && limited !== undefined) return limited;
  if (binding.kind === 'ClusterRoleBinding') return cluster;
  return isStrong || isSystemNamespace(binding.metadata.namespace, context.parameters) ? strong : namespace;
}

function aspectOf({ aspect }: Right): Pick<Problem, 'aspect'> {
  return aspect === undefined ? {} : { aspect };
}
