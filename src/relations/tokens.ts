import { containersOf } from '#facts/containers.ts';
import { accountOf, accountOfSecret, mountedToken } from '#facts/token.ts';
import { sides, type Index, type Inventory } from '#model/inventory.ts';
import type { ObjectOf, Pod } from '#model/objects.ts';
import { keyOf, refOf, type Ref } from '#model/ref.ts';
import { defineRelation } from '#model/relation.ts';
import { podsByAccount } from './pods-by-account.ts';

type Account = ObjectOf<'ServiceAccount'>;

/** Secrets with a token by the account that it is of. */
const secretsByAccount: Index<'Secret'> = {
  kind: 'Secret',
  name: 'service account',
  of: (secret) => [accountOfSecret(secret) ?? []].flat().map(keyOf),
};

/** The Secrets that hold tokens of an account. */
export const tokensOfAccount = defineRelation({
  subject: 'ServiceAccount',
  name: 'Secrets with a token of the account',
  related: ({ metadata }, inventory) => inventory.by(secretsByAccount, keyOf(metadata)),
  affected: {
    Secret: (change) =>
      sides(change)
        .flatMap((secret) => accountOfSecret(secret) ?? [])
        .map((account) => ({ kind: 'ServiceAccount', ...account })),
  },
});

/** Says that some pod or pod template runs as the account, were it one that has run to its end. */
export const useOfAccount = defineRelation({
  subject: 'ServiceAccount',
  name: 'Pods and pod templates that name the account',
  related: ({ metadata }, inventory): readonly true[] =>
    inventory.by(podsByAccount, keyOf(metadata)).length > 0 ? [true] : [],
  affected: {
    Pod: (change) => sides(change).map((pod) => ({ kind: 'ServiceAccount', ...accountOf(pod) })),
  },
});

/** Whether the account that a pod names is there, and if not, whether its namespace has any. */
export interface NamedAccount {
  readonly isThere: boolean;
  readonly hasOthers: boolean;
}

export const namedAccountOfPod = defineRelation({
  subject: 'Pod',
  name: 'ServiceAccounts of its namespace',
  related: (pod, inventory): readonly NamedAccount[] => {
    const at = accountOf(pod);
    const isThere = inventory.get({ kind: 'ServiceAccount', ...at }) !== undefined;
    return [{ isThere, hasOthers: isThere || inventory.size('ServiceAccount', at.namespace) > 0 }];
  },
  affected: {
    ServiceAccount: ({ ref }, inventory) =>
      inventory.size('ServiceAccount', ref.namespace) > 1
        ? inventory.by(podsByAccount, keyOf(ref)).map(refOf)
        : inventory.list('Pod', ref.namespace).map(refOf),
  },
});

/** The Secrets whose content a pod names, wherever it does. */
function secretsNamedBy({ metadata: { namespace }, spec }: Pod): readonly string[] {
  const mounted = (spec.volumes ?? []).flatMap(({ secret, projected }) => [
    secret?.secretName,
    ...(projected?.sources ?? []).map((source) => source.secret?.name),
  ]);
  const inEnv = containersOf(spec).flatMap(({ container: { env = [], envFrom = [] } }) => [
    ...env.map(({ valueFrom }) => valueFrom?.secretKeyRef?.name),
    ...envFrom.map(({ secretRef }) => secretRef?.name),
  ]);
  const names = [...mounted, ...inEnv].filter((name) => name !== undefined);
  return [...new Set(names)].map((name) => keyOf({ namespace, name }));
}

function secretsListedBy({ metadata: { namespace }, secrets = [] }: Account): readonly string[] {
  return secrets.map(({ name }) => keyOf({ namespace, name }));
}

const podsBySecret: Index<'Pod'> = { kind: 'Pod', name: 'Secrets that it names', of: secretsNamedBy };
const accountsBySecret: Index<'ServiceAccount'> = {
  kind: 'ServiceAccount',
  name: 'Secrets that it lists',
  of: secretsListedBy,
};

/** Says that something inside the cluster has the token of a Secret: a pod that names it, or one that is given what its account lists. */
export const insideUseOfSecret = defineRelation({
  subject: 'Secret',
  name: 'Pods that mount the Secret or have it in their environment, and ServiceAccounts that list it',
  related: ({ metadata }, inventory: Inventory<'Pod' | 'ServiceAccount'>): readonly true[] => {
    const key = keyOf(metadata);
    const isGiven = (account: Account): boolean =>
      inventory.by(podsByAccount, keyOf(account.metadata)).some((pod) => mountedToken(pod, account) !== undefined);
    return inventory.by(podsBySecret, key).length > 0 || inventory.by(accountsBySecret, key).some(isGiven)
      ? [true]
      : [];
  },
  affected: {
    Pod: (change, inventory) =>
      sides(change)
        .flatMap((pod) => {
          const account = inventory.get({ kind: 'ServiceAccount', ...accountOf(pod) });
          return [...secretsNamedBy(pod), ...(account === undefined ? [] : secretsListedBy(account))];
        })
        .map(secretAt),
    ServiceAccount: (change) => sides(change).flatMap(secretsListedBy).map(secretAt),
  },
});

function secretAt(key: string): Ref<'Secret'> {
  const [namespace = '', name = ''] = key.split('/');
  return { kind: 'Secret', namespace, name };
}
