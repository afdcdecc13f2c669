import { accountNamedBy } from '#analysis/rbac/identity.ts';
import { isShipped } from '#analysis/rbac/shipped.ts';
import { isNamespaced } from '#facts/api-resources.ts';
import { inForce } from '#facts/rules-in-force.ts';
import { isShippedBinding } from '#facts/shipped.ts';
import { defineCheckOfMany, ifKnown, judge, type Doubt, type Examples, type Problem } from '#model/check.ts';
import type { ObjectOf } from '#model/objects.ts';
import type { PolicyRule } from '#model/policy.ts';
import { resourcesOfClusterRoleBinding } from '#relations/api-resources.ts';
import { usedAccountsOfClusterRoleBinding, type UsedAccount } from '#relations/binding-targets.ts';
import { NO_ROLE, roleOfClusterRoleBinding, roleOfRoleBinding, type BoundRole } from '#relations/grants.ts';
import { readsSecrets } from '../right.ts';
import {
  READ_PODS,
  WEB_ACCOUNT,
  aClusterRole,
  aClusterRoleBinding,
  aPod,
  aResource,
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
      inputs: {
        role: roleOfClusterRoleBinding,
        used: usedAccountsOfClusterRoleBinding,
        resources: ifKnown(resourcesOfClusterRoleBinding),
      },
      evaluate: (binding, { role: [role = NO_ROLE], used, resources = [] }) =>
        inTheCluster(binding, role, used, resources),
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
  resources: Resources,
): Iterable<Problem | Doubt> {
  const { rules = [], role } = bound;
  if (!isJudged(bound) || used.length === 0 || isShippedBinding(binding)) return;
  if ([binding, role].some((each) => (each?.metadata.annotations[REASON] ?? '') !== '')) return;
  const scopes = rules.flatMap((rule) => scopesOf(rule, resources));
  const aspect = 'clusterForNamespaced';
  if (scopes.some(({ namespaced }) => namespaced === false)) return;
  const [strange] = scopes.filter(({ namespaced }) => namespaced === undefined);
  if (strange !== undefined) {
    yield { aspect, unknown: `whether ${strange.word} have a namespace is not known` };
    return;
  }
  for (const { index, namespace, name } of used) {
    const message = `ServiceAccount ${namespace}/${name} has the rights of ClusterRole ${binding.roleRef.name} in every namespace, and its pods run in namespace ${namespace} alone`;
    yield { at: `subjects[${String(index)}]`, aspect, message };
  }
}

type Resources = readonly ObjectOf<'ApiResource'>[];

interface Scope {
  readonly word: string;
  readonly namespaced: boolean | undefined;
}

/** Of each resource of a rule whether it has a namespace; URLs have none. */
function scopesOf(
  { apiGroups = [], resources = [], nonResourceURLs = [] }: PolicyRule,
  found: Resources,
): readonly Scope[] {
  const urls = nonResourceURLs.map((word) => ({ word, namespaced: false }));
  const named = apiGroups.flatMap((group) =>
    resources.map((resource) => ({ word: `${resource}.${group}`, namespaced: isNamespaced(group, resource, found) })),
  );
  return [...urls, ...named];
}

function* acrossNamespaces(binding: ObjectOf<'RoleBinding'>, bound: BoundRole): Iterable<Problem> {
  if (!isJudged(bound) || isShippedBinding(binding)) return;
  const { namespace: here } = binding.metadata;
  const rules = (bound.rules ?? []).flatMap((rule) => inForce(rule, here));
  if (rules.length === 0) return;
  const severity = rules.some(readsSecrets) ? 'medium' : 'low';
  for (const [index, subject] of binding.subjects.entries()) {
    const account = accountNamedBy(subject, here);
    if (account === undefined || account.namespace === here) continue;
    yield {
      at: `subjects[${String(index)}]`,
      aspect: 'crossNamespace',
      severity,
      message: `ServiceAccount ${account.namespace}/${account.name} of another namespace has the rights of ${binding.roleRef.kind} ${binding.roleRef.name} in namespace ${here}`,
    };
  }
}

const ASPECT = 'clusterForNamespaced';
const FOREIGN = { kind: 'ServiceAccount', name: 'robot', namespace: 'pay' };
const WIDGETS = aClusterRole({
  apiGroups: ['example.com'],
  resources: ['widgets', 'widgets/status'],
  verbs: ['get'],
});

function examples(): Examples {
  return {
    bad: [
      {
        name: 'pods of every namespace for the pods of one',
        subject: aClusterRoleBinding({ subjects: [user('alice'), WEB_ACCOUNT] }),
        world: [aClusterRole(READ_PODS), aPod()],
        finds: [{ at: 'subjects[1]', aspect: ASPECT }],
      },
      {
        name: 'resources of an operator, all of them of namespaces',
        subject: aClusterRoleBinding(),
        world: [WIDGETS, aResource('example.com', 'widgets', 'Namespaced'), aPod()],
        finds: [{ at: 'subjects[0]', aspect: ASPECT }],
      },
      {
        name: 'an account of another namespace',
        subject: aRoleBinding({ subjects: [WEB_ACCOUNT, FOREIGN] }),
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
    good: goodExamples(),
  };
}

function goodExamples(): Examples['good'] {
  const binding = aClusterRoleBinding();
  const role = aClusterRole(READ_PODS);
  const reason = { annotations: { [REASON]: 'it serves every team' } };
  return [
    { name: 'nobody runs as it', subject: binding, world: [role] },
    {
      name: 'nodes have no namespace',
      subject: binding,
      world: [aClusterRole(READ_PODS, { ...READ_PODS, resources: ['nodes'] }), aPod()],
    },
    {
      name: 'those of an operator have none',
      subject: binding,
      world: [WIDGETS, aResource('example.com', 'widgets', 'Cluster'), aPod()],
    },
    { name: 'the binding says why', subject: aClusterRoleBinding({ metadata: reason }), world: [role, aPod()] },
    {
      name: 'the role says why',
      subject: binding,
      world: [{ ...role, metadata: { name: 'web', ...reason } }, aPod()],
    },
    {
      name: 'a role that the cluster ships',
      subject: aRoleBinding({ role: { kind: 'ClusterRole', name: 'view' }, subjects: [FOREIGN] }),
    },
  ];
}
