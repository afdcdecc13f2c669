import type { Around } from './weighing.ts';
import type { Right } from './right.ts';

/** What the rights of a check turn on beside roles and bindings: asked only where it makes a difference. */
export type Asks = Readonly<Record<Exclude<keyof Around, 'context' | 'rules'>, boolean>>;

export function asksOf(rights: readonly Right[]): Asks {
  const forms = rights.flatMap((right) => [right, ...(right.together === undefined ? [] : [right.together])]);
  const accepts = rights.some((right) => right.accepts !== undefined);
  return {
    places: forms.some(({ severity: { cluster, strong = cluster, namespace } }) => strong !== namespace),
    companions: rights.some(
      ({ beside = [], guard, together }) => beside.length > 0 || guard !== undefined || together !== undefined,
    ),
    targets: rights.some(({ named }) => named !== undefined),
    enforcing: forms.some(({ severity: { enforced } }) => enforced !== undefined),
    runners: accepts,
    provisioned: accepts,
    apiServers: rights.some(({ guard, spares }) => guard !== undefined || spares !== undefined),
    eks: rights.some(({ onEks }) => onEks !== undefined),
  };
}

type Given = { readonly [N in keyof Asks]?: readonly NonNullable<Around[N]>[] | undefined };

/** Of each input the one answer. */
export function answers(given: Given): Pick<Around, keyof Asks> {
  return Object.fromEntries(Object.entries(given).map(([name, found]) => [name, found?.[0]]));
}

/** The inputs that are asked for, of all that there are. */
export function asked<I extends Readonly<Partial<Record<keyof Asks, unknown>>>>(asks: Asks, inputs: I): Partial<I> {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => asks[name as keyof Asks])) as Partial<I>;
}
