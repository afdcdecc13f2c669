import { accountNamedBy } from '#analysis/rbac/identity.ts';
import { isSystemNamespace } from '#facts/namespace.ts';
import { subjectName, type AnyBinding } from '#facts/rbac.ts';
import { adminsOf } from '#facts/shipped.ts';
import { defineCheckOfMany, judge, type Context, type Problem } from '#model/check.ts';
import { strongPlacesOfRoleBinding } from '#relations/strength.ts';
import { doubts } from '../doubts.ts';
import { WEB_ACCOUNT, aClusterRoleBinding, aRoleBinding, group, strongAccount, user } from '../samples.ts';

export const clusterAdminBinding = defineCheckOfMany({
  id: 'KP-RBAC-001',
  name: 'cluster-admin-binding',
  title: 'cluster-admin granted to users or groups',
  severity: 'high',
  why: 'Whoever holds cluster-admin can do anything to everything; one stolen laptop or token of theirs is the cluster.',
  fix: 'Bind people to narrower roles; keep one break-glass group with audited membership.',
  refs: ['CIS:5.1.1', 'OWASP2022:K03', 'OWASP2025:K02', 'NSA:N18', 'MITRE:T1078', 'MITRE:T1098.006'],
  aspects: { tamperedDefault: 'a subject was added to a binding that the cluster ships' },
  judges: [
    judge({ subject: 'ClusterRoleBinding', evaluate: (binding) => granted(binding, 'high') }),
    judge({
      subject: 'RoleBinding',
      inputs: { places: strongPlacesOfRoleBinding },
      *evaluate(binding, { places: [places] }, context) {
        const strong = places?.(binding.metadata.namespace);
        const isStrong = strong?.answer === true || isOfSystem(binding, context);
        const problems = [...granted(binding, isStrong ? 'high' : 'medium')];
        yield* problems;
        if (!isStrong && problems.length > 0) yield* doubts(strong);
      },
    }),
  ],

  examples: () => ({
    bad: [
      {
        name: 'a user and a group',
        subject: aClusterRoleBinding({ role: ADMIN, subjects: [user('alice'), WEB_ACCOUNT, group('ops')] }),
        finds: [{ at: 'subjects[0]' }, { at: 'subjects[2]' }],
        also: ['KP-RBAC-002'],
      },
      {
        name: 'full control of one namespace',
        subject: aRoleBinding({ role: ADMIN, subjects: [WEB_ACCOUNT] }),
        finds: [{ at: 'subjects[0]', severity: 'medium' }],
      },
      {
        name: 'full control of a system namespace',
        subject: aRoleBinding({ role: ADMIN, subjects: [user('alice')], metadata: { namespace: 'kube-system' } }),
        finds: [{ at: 'subjects[0]' }],
      },
      {
        name: 'full control of a namespace where an account lives that is as good as cluster-admin',
        subject: aRoleBinding({ role: ADMIN, subjects: [user('alice')] }),
        world: strongAccount('shop'),
        finds: [{ at: 'subjects[0]' }],
        also: ['KP-RBAC-002', 'KP-RBAC-011'],
      },
      {
        name: 'a subject added to the shipped binding',
        subject: named('cluster-admin', group('system:masters'), user('mallory')),
        finds: [{ at: 'subjects[1]', aspect: 'tamperedDefault' }],
      },
    ],
    good: [
      { name: 'the shipped binding', subject: named('cluster-admin', group('system:masters')) },
      {
        name: 'the binding of kubeadm',
        subject: named('kubeadm:cluster-admins', group('kubeadm:cluster-admins')),
      },
      {
        name: 'a Role of the same name',
        subject: aRoleBinding({ role: { kind: 'Role', name: 'cluster-admin' }, subjects: [user('alice')] }),
      },
      {
        name: 'service accounts are another check',
        subject: aClusterRoleBinding({
          role: ADMIN,
          subjects: [WEB_ACCOUNT, user('system:serviceaccount:shop:web')],
        }),
      },
    ],
  }),
});

const ADMIN = { kind: 'ClusterRole', name: 'cluster-admin' } as const;

function named(name: string, ...subjects: readonly ReturnType<typeof user>[]): ReturnType<typeof aClusterRoleBinding> {
  return aClusterRoleBinding({ role: ADMIN, subjects, metadata: { name } });
}

/** There it counts as of the cluster: who controls its pods and secrets controls the rest. */
function isOfSystem({ metadata }: AnyBinding, { parameters }: Context): boolean {
  return isSystemNamespace(metadata.namespace, parameters);
}

function* granted(binding: AnyBinding, severity: 'high' | 'medium'): Iterable<Problem> {
  if (binding.roleRef.kind !== 'ClusterRole' || binding.roleRef.name !== 'cluster-admin') return;
  const { namespace } = binding.metadata;
  const where = namespace === '' ? 'the cluster' : `namespace ${namespace}`;
  const shippedFor = adminsOf(binding);
  for (const [index, subject] of binding.subjects.entries()) {
    if (namespace === '' && (subject.kind === 'ServiceAccount' || accountNamedBy(subject, '') !== undefined)) continue;
    if (subject.kind === 'Group' && subject.name === shippedFor) continue;
    const message = `${subjectName(subject, namespace)} has full control of ${where}, through ClusterRole cluster-admin`;
    const aspect = shippedFor === undefined ? {} : { aspect: 'tamperedDefault' };
    yield { at: `subjects[${String(index)}]`, severity, message, ...aspect };
  }
}
