import type { AnyBinding, AnyRole } from '#facts/rbac.ts';
import { isShipped, isTampered } from '#analysis/rbac/shipped.ts';
import {
  defineCheckOfMany,
  judge,
  type BadExample,
  type Check,
  type Example,
  type Judge,
  type Meta,
  type Problem,
  type Word,
} from '#model/check.ts';
import { refOf } from '#model/ref.ts';
import { apiServersForClusterRole } from '#relations/control-plane.ts';
import {
  bindingsOfAClusterRole,
  bindingsOfARole,
  clusterRoleOfRoleBinding,
  rulesOfAClusterRole,
  type BoundClusterRole,
} from '#relations/grants.ts';
import { companionsOfClusterRole, companionsOfRole, companionsOfRoleBinding } from '#relations/companions.ts';
import { strongPlacesOfClusterRole, strongPlacesOfRole, strongPlacesOfRoleBinding } from '#relations/strength.ts';
import { targetsOfClusterRole, targetsOfRole, targetsOfRoleBinding } from '#relations/targets.ts';
import { enforcingForClusterRole, enforcingForRole, enforcingForRoleBinding } from '#relations/enforcing.ts';
import { eksForClusterRole, eksForRole, eksForRoleBinding } from '#relations/eks.ts';
import { runnersForClusterRole } from '#relations/runners.ts';
import { provisionedForClusterRole } from '#relations/volumes.ts';
import type { Right } from './right.ts';
import { answers, asked, asksOf } from './rights-inputs.ts';
import { TAMPERED, examplesOfRights } from './rights-examples.ts';
import { grantedByBinding, grantedByRole } from './saying.ts';
import {
  acceptanceOfRight,
  unseenOfGuards,
  weigh,
  weighUnbound,
  worst,
  type Around,
  type Weighed,
} from './weighing.ts';

const TAMPERED_WORDS = 'a role that the cluster ships gives it, and did not as it was shipped';

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
  const isPlain = rights.some(({ aspect }) => aspect === undefined);
  const aspects = { ...meta.aspects, ...(isPlain ? { [TAMPERED]: TAMPERED_WORDS } : {}) };
  const placed = rights.filter(({ clusterOnly }) => clusterOnly !== true);
  return defineCheckOfMany({
    ...meta,
    ...(Object.keys(aspects).length === 0 ? {} : { aspects }),
    judges: [...(placed.length === 0 ? [] : placedJudges(placed)), ofClusterRole(rights)],
    examples: () => {
      const made = examplesOfRights(meta, current);
      return { bad: [...made.bad, ...bad], good: [...made.good, ...good] };
    },
  });
}

function ofClusterRole(rights: readonly Right[]): Judge {
  const asks = asksOf(rights);
  // Where it is granted everywhere, namespaces matter only if somebody has more in one of them than others have everywhere.
  const places = rights.some(({ clusterOnly, together }) => clusterOnly !== true && together !== undefined);
  const more = asked(
    { ...asks, places: asks.places && places },
    {
      places: strongPlacesOfClusterRole,
      companions: companionsOfClusterRole,
      targets: targetsOfClusterRole,
      enforcing: enforcingForClusterRole,
      runners: runnersForClusterRole,
      provisioned: provisionedForClusterRole,
      apiServers: apiServersForClusterRole,
      eks: eksForClusterRole,
    },
  );
  return judge({
    subject: 'ClusterRole',
    inputs: { bindings: bindingsOfAClusterRole, effective: rulesOfAClusterRole, ...more },
    evaluate: (role, { bindings, effective: rules, ...given }, context) =>
      ofRole(rights, role, bindings, { context, rules, ...answers(given) }),
  });
}

function placedJudges(rights: readonly Right[]): readonly Judge[] {
  const asks = asksOf(rights);
  return [
    judge({
      subject: 'Role',
      inputs: {
        bindings: bindingsOfARole,
        ...asked(asks, {
          places: strongPlacesOfRole,
          companions: companionsOfRole,
          targets: targetsOfRole,
          enforcing: enforcingForRole,
          eks: eksForRole,
        }),
      },
      evaluate: (role, { bindings, ...given }, context) =>
        ofRole(inPlace(rights, role), role, bindings, { context, rules: role.rules, ...answers(given) }),
    }),
    judge({
      subject: 'RoleBinding',
      inputs: {
        granted: clusterRoleOfRoleBinding,
        ...asked(asks, {
          places: strongPlacesOfRoleBinding,
          companions: companionsOfRoleBinding,
          targets: targetsOfRoleBinding,
          enforcing: enforcingForRoleBinding,
          eks: eksForRoleBinding,
        }),
      },
      evaluate: (binding, { granted: [granted], ...given }, context) =>
        ofBinding(rights, binding, granted, { context, ...answers(given) }),
    }),
  ];
}

/** The rights that mean something in the namespace of a Role. */
function inPlace(rights: readonly Right[], { metadata }: AnyRole): readonly Right[] {
  return rights.filter(({ onlyIn }) => onlyIn?.includes(metadata.namespace) !== false);
}

function reaches({ subjects }: AnyBinding): boolean {
  return subjects.length > 0;
}

/** Granted by RoleBindings alone a ClusterRole is reported on each of them. */
function isReportedItself(bindings: readonly AnyBinding[]): boolean {
  return (
    bindings.length === 0 ||
    bindings.some(({ kind, roleRef }) => kind === 'ClusterRoleBinding' || roleRef.kind === 'Role')
  );
}

function* ofRole(
  rights: readonly Right[],
  role: AnyRole,
  bindings: readonly AnyBinding[],
  around: Around,
): Iterable<Word> {
  const granting = bindings.filter(reaches);
  if (isShipped(role) || !isReportedItself(granting)) return;
  const unseen = new Set<string>(unseenOfGuards(rights, granting, around));
  for (const [index, rule] of around.rules.entries()) {
    for (const right of rights) {
      const found =
        granting.length === 0
          ? weighUnbound(right, rule, role.metadata.namespace, around)
          : weigh(right, rule, granting, around);
      if (found === undefined) continue;
      for (const reason of found.unseen) unseen.add(reason);
      const accepted = acceptanceOfRight(right, granting, around);
      yield {
        at: `rules[${String(index)}]`,
        severity: found.severity,
        message: grantedByRole(found),
        because: [...granting.map(refOf), ...found.others],
        ...aspectOf(found, role),
        ...(accepted === undefined ? {} : { accepted }),
      };
    }
  }
  for (const reason of unseen) yield { unknown: reason };
}

function* ofBinding(
  rights: readonly Right[],
  binding: AnyBinding,
  granted: BoundClusterRole | undefined,
  around: Omit<Around, 'rules'>,
): Iterable<Word> {
  if (granted === undefined || isShipped(granted.role) || granted.clusterWide.some(reaches) || !reaches(binding))
    return;
  const { role, rules } = granted;
  const unseen = new Set<string>();
  for (const right of rights) {
    const found = worst(rules.flatMap((rule) => weigh(right, rule, [binding], { ...around, rules }) ?? []));
    if (found === undefined) continue;
    for (const reason of found.unseen) unseen.add(reason);
    yield {
      at: 'roleRef',
      severity: found.severity,
      message: grantedByBinding(found, binding),
      because: [refOf(role), ...found.others],
      ...aspectOf(found, role),
    };
  }
  for (const reason of unseen) yield { unknown: reason };
}

/** What the cluster ships under the name gives less: somebody has widened it. */
function aspectOf({ as: { aspect } }: Weighed, role: AnyRole): Pick<Problem, 'aspect'> {
  if (aspect !== undefined) return { aspect };
  return isTampered(role) ? { aspect: TAMPERED } : {};
}
