import { exposureOf, type Exposure } from '#analysis/exposure/exposure.ts';
import { cloudIdentitiesOf } from '#facts/cloud-identity.ts';
import { accountOf } from '#facts/token.ts';
import { sides, type ChangeOf, type Index, type Inventory } from '#model/inventory.ts';
import { TEMPLATE_KINDS, type Kind, type TemplateKind } from '#model/kinds.ts';
import { controllerOf } from '#model/metadata.ts';
import type { ObjectOf, Pod } from '#model/objects.ts';
import { keyOf, refOf, type Ref } from '#model/ref.ts';
import { defineRelation, sameFor } from '#model/relation.ts';
import { isFinished, isMirror, isTemplate } from '#model/workload.ts';
import { guardIn, namespacesExposed, onExposure, type OfExposure } from './exposure.ts';
import { workloadsAbove } from './owners.ts';
import { podsByAccount } from './pods-by-account.ts';

type Account = ObjectOf<'ServiceAccount'>;
type Workloads = Inventory<'Pod' | TemplateKind>;

/** Accounts that are roles of a cloud: few, and of no others is asked who uses them. */
const cloudAccounts: Index<'ServiceAccount'> = {
  kind: 'ServiceAccount',
  name: 'cloud identity',
  of: (account) => (cloudIdentitiesOf(account).length === 0 ? [] : ['', account.metadata.namespace]),
};

/** `Kind/name` of the controller at the top of a pod, as far as we hold the line; the pod itself where it has none. */
function topOf(pod: Pod, inventory: Workloads): string {
  const last = workloadsAbove(pod, inventory).at(-1) ?? pod;
  const { kind, name } = controllerOf(last) ?? { kind: last.kind, name: last.metadata.name };
  return `${kind}/${name}`;
}

/** The pods that use an account, by the workload at their top: those that run, else what its templates would make. A mirror pod uses none. */
function usersOf({ metadata }: Account, inventory: Workloads): ReadonlyMap<string, readonly Pod[]> {
  const pods = inventory.by(podsByAccount, keyOf(metadata)).filter((pod) => !isFinished(pod) && !isMirror(pod));
  const byTop = Map.groupBy(pods, (pod) => topOf(pod, inventory));
  return new Map(
    [...byTop].map(([top, all]) => {
      const live = all.filter((pod) => !isTemplate(pod));
      return [top, live.length > 0 ? live : all];
    }),
  );
}

/** `Kind/name` of each workload that runs as an account of a cloud. */
export const workloadsOfCloudAccount = defineRelation({
  subject: 'ServiceAccount',
  name: 'workloads that run as the account',
  related: (account, inventory: Workloads) =>
    cloudIdentitiesOf(account).length === 0 ? [] : [...usersOf(account, inventory).keys()].sort(),
  affected: {
    Pod: (change, inventory) =>
      sides(change).flatMap((pod) => cloudAccountsIn(pod.metadata.namespace, inventory, accountOf(pod).name)),
    ...sameFor(TEMPLATE_KINDS, ({ ref }: ChangeOf<Kind>, inventory: Inventory<'ServiceAccount'>) =>
      cloudAccountsIn(ref.namespace, inventory),
    ),
  },
});

function cloudAccountsIn(
  namespace: string,
  inventory: Inventory<'ServiceAccount'>,
  name?: string,
): readonly Ref<'ServiceAccount'>[] {
  return inventory
    .by(cloudAccounts, namespace)
    .map(refOf)
    .filter((ref) => name === undefined || name === ref.name);
}

/** How the pods of a cloud account can be reached from outside. */
export const exposureOfCloudAccount = defineRelation({
  subject: 'ServiceAccount',
  name: 'pods that run as the account, and how they are exposed',
  related: (account, inventory: Inventory<OfExposure | TemplateKind>): readonly Exposure[] =>
    cloudIdentitiesOf(account).length === 0
      ? []
      : [exposureOf([...usersOf(account, inventory).values()].flat(), inventory, guardIn(inventory))],
  affected: {
    ...sameFor(TEMPLATE_KINDS, ({ ref }: ChangeOf<Kind>, inventory: Inventory<'ServiceAccount'>) =>
      cloudAccountsIn(ref.namespace, inventory),
    ),
    ...onExposure<'ServiceAccount'>((change, inventory) => {
      const accounts = inventory.by(cloudAccounts, '');
      if (accounts.length === 0) return [];
      const namespaces = namespacesExposed(change, inventory);
      return accounts.map(refOf).filter(({ namespace }) => namespaces.has(namespace));
    }),
  },
});
