import type { Known } from '#analysis/rbac/engine.ts';
import type { Pod } from '#model/objects.ts';
import type { Companions } from '#relations/companions.ts';
import type { Enforcing } from '#relations/enforcing.ts';
import type { Runners } from '#relations/runners.ts';
import type { Places } from '#relations/strength.ts';
import type { Targets } from '#relations/targets.ts';
import type { Right } from './right.ts';
import type { Around } from './weighing.ts';

/** What the rights of a check turn on beside roles and bindings: asked only where it makes a difference. */
interface Asks {
  readonly places: boolean;
  readonly companions: boolean;
  readonly targets: boolean;
  readonly enforcing: boolean;
  readonly runners: boolean;
  readonly apiServers: boolean;
  readonly eks: boolean;
}

export function asksOf(rights: readonly Right[]): Asks {
  const forms = rights.flatMap((right) => [right, ...(right.together === undefined ? [] : [right.together])]);
  return {
    places: forms.some(({ severity: { cluster, strong = cluster, namespace } }) => strong !== namespace),
    companions: rights.some(
      ({ beside = [], guard, together }) => beside.length > 0 || guard !== undefined || together !== undefined,
    ),
    targets: rights.some(({ named }) => named !== undefined),
    enforcing: forms.some(({ severity: { enforced } }) => enforced !== undefined),
    runners: rights.some(({ accepts }) => accepts !== undefined),
    apiServers: rights.some(({ guard, spares }) => guard !== undefined || spares !== undefined),
    eks: rights.some(({ onEks }) => onEks !== undefined),
  };
}

interface Given {
  readonly places?: readonly Places[] | undefined;
  readonly companions?: readonly Companions[] | undefined;
  readonly targets?: readonly Targets[] | undefined;
  readonly enforcing?: readonly Enforcing[] | undefined;
  readonly runners?: readonly Runners[] | undefined;
  readonly apiServers?: readonly (readonly Pod[])[] | undefined;
  readonly eks?: readonly Known<boolean>[] | undefined;
}

/** Of each input the one answer. */
export function answers({
  places,
  companions,
  targets,
  enforcing,
  runners,
  apiServers,
  eks,
}: Given): Pick<Around, keyof Given> {
  return {
    places: places?.[0],
    companions: companions?.[0],
    targets: targets?.[0],
    enforcing: enforcing?.[0],
    runners: runners?.[0],
    apiServers: apiServers?.[0],
    eks: eks?.[0],
  };
}

/** The inputs that are asked for, of all that there are. */
export function asked<I extends Readonly<Partial<Record<keyof Asks, unknown>>>>(asks: Asks, inputs: I): Partial<I> {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => asks[name as keyof Asks])) as Partial<I>;
}
