import { isShippedAccount, isShippedBinding } from '#facts/shipped.ts';
import { placeName, type AnyBinding } from '#facts/rbac.ts';
import { defineCheckOfMany, judge, type Context, type Examples, type Word } from '#model/check.ts';
import { subjectText } from '#model/ref.ts';
import { accountsOfClusterRoleBinding, accountsOfRoleBinding, type NamedAccount } from '#relations/binding-targets.ts';
import { NO_ROLE, roleOfClusterRoleBinding, roleOfRoleBinding, type BoundRole } from '#relations/grants.ts';
import { doubts } from '../doubts.ts';
import { readsSecrets } from '../right.ts';
import {
  READ_PODS,
  WEB_ACCOUNT,
  aClusterRole,
  aClusterRoleBinding,
  aRole,
  aRoleBinding,
  aServiceAccount,
  ago,
  user,
} from '../samples.ts';

export const danglingBinding = defineCheckOfMany({
  id: 'KP-RBAC-025',
  name: 'dangling-binding',
  title: 'Binding refers to something that does not exist',
  severity: 'medium',
  why: 'Whoever can make the role decides what the binding gives; whoever can make the service account has what it gives.',
  fix: 'Delete the binding or restore the target.',
  refs: ['OWASP2022:K03', 'OWASP2025:K02', 'NSA:N18', 'MITRE:T1098.006'],
  aspects: {
    missingRole: 'the role is not there',
    missingServiceAccount: 'a service account that it names is not there',
  },
  judges: [
    judge({
      subject: 'ClusterRoleBinding',
      inputs: { role: roleOfClusterRoleBinding, accounts: accountsOfClusterRoleBinding },
      evaluate: (binding, { role: [role = NO_ROLE], accounts }, context) =>
        isShippedBinding(binding) ? [] : dangling(binding, role, accounts, context),
    }),
    judge({
      subject: 'RoleBinding',
      inputs: { role: roleOfRoleBinding, accounts: accountsOfRoleBinding },
      evaluate: (binding, { role: [role = NO_ROLE], accounts }, context) =>
        isShippedBinding(binding) ? [] : dangling(binding, role, accounts, context),
    }),
  ],
  examples,
});

/** What is applied together comes in any order: for a while nothing is said of a new binding. */
function* dangling(
  binding: AnyBinding,
  role: BoundRole,
  accounts: readonly NamedAccount[],
  context: Context,
): Iterable<Word> {
  const words = [...missingRole(binding, role, context), ...missingAccounts(binding, role, accounts, context)];
  const { creationTimestamp } = binding.metadata;
  const { now, parameters } = context;
  const until = (creationTimestamp ?? -Infinity) + parameters.danglingGrace;
  if (now !== undefined && words.length > 0 && now() < until) yield { until };
  else yield* words;
}

/** Files without any object of a kind say nothing of what is in the cluster. */
function* missingRole(binding: AnyBinding, { rules, hasOthers }: BoundRole, { complete }: Context): Iterable<Word> {
  if (rules !== undefined) return;
  const { kind, name } = binding.roleRef;
  const aspect = 'missingRole';
  if (complete || hasOthers)
    yield {
      at: 'roleRef',
      aspect,
      message: `there is no ${kind} ${name}: whoever makes it decides what the binding gives`,
    };
  else yield { unknown: `whether there is a ${kind} ${name} is not in these files`, aspect };
}

function* missingAccounts(
  binding: AnyBinding,
  { rules = [], isStrong }: BoundRole,
  accounts: readonly NamedAccount[],
  { complete }: Context,
): Iterable<Word> {
  const gives = `${binding.roleRef.kind} ${binding.roleRef.name} ${placeName(binding.metadata.namespace)}`;
  const isHarmless = binding.kind === 'RoleBinding' && !isStrong.answer && !rules.some(readsSecrets);
  const aspect = 'missingServiceAccount';
  for (const { index, namespace, name, exists, hasOthers } of accounts) {
    if (exists || (!complete && isShippedAccount({ namespace, name }))) continue;
    const whom = subjectText({ kind: 'ServiceAccount', namespace, name });
    if (!complete && !hasOthers) yield { unknown: `whether there is a ${whom} is not in these files`, aspect };
    else {
      const severity = isHarmless ? 'low' : 'medium';
      yield {
        at: `subjects[${String(index)}]`,
        aspect,
        severity,
        message: `there is no ${whom}: whoever makes it has the rights of ${gives}`,
      };
      if (isHarmless) yield* doubts(isStrong);
    }
  }
}

const GONE = { kind: 'ServiceAccount', name: 'gone', namespace: 'shop' };
const missingServiceAccount = 'missingServiceAccount';
const LONE = { role: { kind: 'ClusterRole', name: 'gone' }, subjects: [user('alice')] } as const;

function examples(): Examples {
  return { bad: bad(), good: good() };
}

function bad(): Examples['bad'] {
  return [
    {
      name: 'a ClusterRole that is not there',
      subject: aClusterRoleBinding(LONE),
      world: [aClusterRole(READ_PODS)],
      finds: [{ at: 'roleRef', aspect: 'missingRole' }],
    },
    {
      name: 'a Role that is not there',
      subject: aRoleBinding({ role: { kind: 'Role', name: 'gone' }, subjects: [user('alice')] }),
      world: [aRole(READ_PODS)],
      finds: [{ at: 'roleRef', aspect: 'missingRole' }],
    },
    {
      name: 'a service account that is not there, with little to gain',
      subject: aRoleBinding({ subjects: [WEB_ACCOUNT, GONE] }),
      world: [aRole(READ_PODS), aServiceAccount()],
      finds: [{ at: 'subjects[1]', aspect: missingServiceAccount, severity: 'low' }],
    },
    {
      name: 'a service account that is not there, with Secrets to gain',
      subject: aRoleBinding({ subjects: [user('system:serviceaccount:shop:gone')] }),
      world: [aRole({ ...READ_PODS, resources: ['secrets'] }), aServiceAccount()],
      finds: [{ at: 'subjects[0]', aspect: missingServiceAccount }],
      also: ['KP-RBAC-005'],
    },
    {
      name: 'a service account that is not there, in the cluster',
      subject: aClusterRoleBinding({ subjects: [GONE] }),
      world: [aClusterRole(READ_PODS), aServiceAccount()],
      finds: [{ at: 'subjects[0]', aspect: missingServiceAccount }],
    },
    {
      name: 'after five minutes',
      subject: aClusterRoleBinding({ ...LONE, metadata: { creationTimestamp: ago(300) } }),
      world: [aClusterRole(READ_PODS)],
      finds: [{ at: 'roleRef', aspect: 'missingRole' }],
    },
    {
      name: 'a cluster that holds no account at all',
      subject: aRoleBinding({ subjects: [GONE] }),
      world: [aRole(READ_PODS)],
      context: { complete: true },
      finds: [{ at: 'subjects[0]', aspect: missingServiceAccount, severity: 'low' }],
    },
  ];
}

function good(): Examples['good'] {
  return [
    { name: 'both are there', subject: aRoleBinding(), world: [aRole(READ_PODS), aServiceAccount()] },
    {
      name: 'before five minutes have gone by',
      subject: aClusterRoleBinding({ ...LONE, metadata: { creationTimestamp: ago(299) } }),
      world: [aClusterRole(READ_PODS)],
    },
    {
      name: 'users are no objects',
      subject: aRoleBinding({ subjects: [user('alice')] }),
      world: [aRole(READ_PODS), aServiceAccount()],
    },
    {
      name: 'an account that shipped bindings name, in files',
      subject: aClusterRoleBinding({
        subjects: [{ kind: 'ServiceAccount', name: 'kube-dns', namespace: 'kube-system' }],
      }),
      world: [aClusterRole(READ_PODS), aServiceAccount({ metadata: { name: 'other', namespace: 'kube-system' } })],
    },
  ];
}
