import type { SubjectEntry } from '#analysis/rbac/entries.ts';
import { accountsOfKey } from '#analysis/rbac/identity.ts';
import { accountOf } from '#facts/token.ts';
import type { Index, Inventory } from '#model/inventory.ts';
import type { Pod } from '#model/objects.ts';
import { refOf, type Ref } from '#model/ref.ts';

/** Pods by the service account that they run as: `namespace/name`. */
export const podsByAccount: Index<'Pod'> = {
  kind: 'Pod',
  name: 'service account',
  of: (pod) => [`${accountOf(pod).namespace}/${accountOf(pod).name}`],
};

/** The pods that run as somebody whom bindings name so: as the account, or as one of a group of accounts. */
export function podsOfSubjects(
  subjects: Iterable<Pick<SubjectEntry, 'key'>>,
  inventory: Inventory<'Pod'>,
): readonly Ref<'Pod'>[] {
  const pods = new Set<Pod>();
  for (const { key } of subjects) for (const pod of podsOf(key, inventory)) pods.add(pod);
  return [...pods].map(refOf);
}

/** The accounts that bindings name so. */
export function accountsOfSubjects(
  subjects: Iterable<Pick<SubjectEntry, 'key'>>,
  inventory: Inventory<'ServiceAccount'>,
): readonly Ref<'ServiceAccount'>[] {
  return [...subjects].flatMap(({ key }): readonly Ref<'ServiceAccount'>[] => {
    const accounts = accountsOfKey(key);
    if (accounts === undefined) return [];
    if (accounts === 'all') return inventory.list('ServiceAccount').map(refOf);
    if ('allOf' in accounts) return inventory.list('ServiceAccount', accounts.allOf).map(refOf);
    return [{ kind: 'ServiceAccount', ...accounts }];
  });
}

function podsOf(key: string, inventory: Inventory<'Pod'>): readonly Pod[] {
  const accounts = accountsOfKey(key);
  if (accounts === undefined) return [];
  if (accounts === 'all') return inventory.list('Pod');
  if ('allOf' in accounts) return inventory.list('Pod', accounts.allOf);
  return inventory.by(podsByAccount, `${accounts.namespace}/${accounts.name}`);
}
