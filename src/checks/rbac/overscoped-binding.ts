import { accountNamedBy } from '#analysis/rbac/identity.ts';
import { isShipped } from '#analysis/rbac/shipped.ts';
import { isNamespaced } from '#facts/api-resources.ts';
import { isShippedBinding } from '#facts/shipped.ts';
import { defineCheckOfMany, judge, type Doubt, type Examples, type Problem } from '#model/check.ts';
import type { ObjectOf } from '#model/objects.ts';
import type { PolicyRule } from '#model/policy.ts';
import { usedAccountsOfClusterRoleBinding, type UsedAccount } from '#relations/binding-targets.ts';
import { NO_ROLE, roleOfClusterRoleBinding, roleOfRoleBinding, type BoundRole } from '#relations/grants.ts';
import { readsSecrets } from '../right.ts';
import {
  READ_PODS,
  WEB_ACCOUNT,
  aClusterRole,
  aClusterRoleBinding,
  aPod,
  aRole,
  aRoleBinding,
  user,
} from '../samples.ts';

const REASON = 'kubeposture.io/cluster-scope-reason';

export const overscopedBinding = defineCheckOfMany({
  id: 'KP-RBAC-028',
  name: 'overscoped-binding',
  title: 'Grant is wider than its use',
  severity: 'low',
  why: 'What a service account needs in one namespace it has in all of them, or one of another namespace has here: whoever takes it over reaches further than he should.',
  fix: 'Use a RoleBinding per namespace. Where all namespaces are meant, say why in the annotation `kubeposture.io/cluster-scope-reason` of the binding or its role.',
  refs: ['CIS:5.1.1', 'CIS:5.1.2', 'OWASP2022:K03', 'OWASP2025:K02', 'NSA:N18', 'MITRE:T1098.006'],
  aspects: {
    clusterForNamespaced: 'resources of namespaces are granted in all of them, to an account whose pods run in one',
    crossNamespace: 'the service account is of another namespace',
  },
  judges: [
    judge({
      subject: 'ClusterRoleBinding',
      inputs: { role: roleOfClusterRoleBinding, used: usedAccountsOfClusterRoleBinding },
      evaluate: (binding, { role: [role = NO_ROLE], used }) => inTheCluster(binding, role, used),
    }),
    judge({
      subject: 'RoleBinding',
      inputs: { role: roleOfRoleBinding },
      evaluate: (binding, { role: [role = NO_ROLE] }) => acrossNamespaces(binding, role),
    }),
  ],
  examples,
});

/** What the cluster ships is made to be bound so, and a role that is not there grants nothing yet. */
function isJudged({ rules = [], role }: BoundRole): boolean {
  return rules.length > 0 && role !== undefined && !isShipped(role);
}

function* inTheCluster(
  binding: ObjectOf<'ClusterRoleBinding'>,
  bound: BoundRole,
  used: readonly UsedAccount[],
): Iterable<Problem | Doubt> {
  const { rules = [], role } = bound;
  if (!isJudged(bound) || used.length === 0 || isShippedBinding(binding)) return;
  if ([binding, role].some((each) => (each?.metadata.annotations[REASON] ?? '') !== '')) return;
  const scopes = rules.flatMap(scopesOf);
  const aspect = 'clusterForNamespaced';
  if (scopes.some(({ namespaced }) => namespaced === false)) return;
  const [strange] = scopes.filter(({ namespaced }) => namespaced === undefined);
  if (strange !== undefined) {
    yield { aspect, unknown: `whether ${strange.word} have a namespace is not known` };
    return;
  }
  for (const { index, namespace, name } of used) {
    const message = `service account ${namespace}/${name}, whose pods run in one namespace, has resources of every namespace`;
    yield { at: `subjects[${String(index)}]`, aspect, message };
  }
}

interface Scope {
  readonly word: string;
  readonly namespaced: boolean | undefined;
}

/** Of each resource of a rule whether it has a namespace; URLs have none. */
function scopesOf({ apiGroups = [], resources = [], nonResourceURLs = [] }: PolicyRule): readonly Scope[] {
  const urls = nonResourceURLs.map((word) => ({ word, namespaced: false }));
  const named = apiGroups.flatMap((group) =>
    resources.map((resource) => ({ word: `${resource}.${group}`, namespaced: isNamespaced(group, resource) })),
  );
  return [...urls, ...named];
}

function* acrossNamespaces(binding: ObjectOf<'RoleBinding'>, bound: BoundRole): Iterable<Problem> {
  if (!isJudged(bound) || isShippedBinding(binding)) return;
  const { namespace: here } = binding.metadata;
  const severity = bound.rules?.some(readsSecrets) === true ? 'medium' : 'low';
  for (const [index, subject] of binding.subjects.entries()) {
    const account = accountNamedBy(subject, here);
    if (account === undefined || account.namespace === here) continue;
    yield {
      at: `subjects[${String(index)}]`,
      aspect: 'crossNamespace',
      severity,
      message: `service account ${account.namespace}/${account.name} has rights in namespace ${here}`,
    };
  }
}

function examples(): Examples {
  const watching = aPod();
  const reason = { annotations: { [REASON]: 'it serves every team' } };
  const foreign = { kind: 'ServiceAccount', name: 'robot', namespace: 'pay' };
  const aspect = 'clusterForNamespaced';
  return {
    bad: [
      {
        name: 'pods of every namespace for the pods of one',
        subject: aClusterRoleBinding({ subjects: [user('alice'), WEB_ACCOUNT] }),
        world: [aClusterRole(READ_PODS), watching],
        finds: [{ at: 'subjects[1]', aspect }],
      },
      {
        name: 'an account of another namespace',
        subject: aRoleBinding({ subjects: [WEB_ACCOUNT, foreign] }),
        world: [aRole(READ_PODS)],
        finds: [{ at: 'subjects[1]', aspect: 'crossNamespace' }],
      },
      {
        name: 'to read Secrets',
        subject: aRoleBinding({ subjects: [user('system:serviceaccount:pay:robot')] }),
        world: [aRole({ apiGroups: [''], resources: ['secrets'], verbs: ['get'] })],
        finds: [{ at: 'subjects[0]', aspect: 'crossNamespace', severity: 'medium' }],
        also: ['KP-RBAC-005'],
      },
    ],
    good: [
      { name: 'nobody runs as it', subject: aClusterRoleBinding(), world: [aClusterRole(READ_PODS)] },
      {
        name: 'nodes have no namespace',
        subject: aClusterRoleBinding(),
        world: [aClusterRole(READ_PODS, { ...READ_PODS, resources: ['nodes'] }), watching],
      },
      {
        name: 'the binding says why',
        subject: aClusterRoleBinding({ metadata: reason }),
        world: [aClusterRole(READ_PODS), watching],
      },
      {
        name: 'the role says why',
        subject: aClusterRoleBinding(),
        world: [{ ...aClusterRole(READ_PODS), metadata: { name: 'web', ...reason } }, watching],
      },
      {
        name: 'a role that the cluster ships',
        subject: aRoleBinding({ role: { kind: 'ClusterRole', name: 'view' }, subjects: [foreign] }),
      },
    ],
  };
}
