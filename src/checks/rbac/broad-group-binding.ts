import { accountsOfKey, namedBy } from '#analysis/rbac/identity.ts';
import { isEveryones, isTampered } from '#analysis/rbac/shipped.ts';
import { subjectName, type AnyBinding } from '#facts/rbac.ts';
import { defineCheckOfMany, type Word } from '#model/check.ts';
import type { RbacSubject } from '#model/policy.ts';
import type { Severity } from '#model/severity.ts';
import type { BoundRole } from '#relations/grants.ts';
import { judgesOfBindings } from '../binding-judges.ts';
import { doubts } from '../doubts.ts';
import { readsSecrets } from '../right.ts';
import { READ_PODS, aClusterRole, aClusterRoleBinding, aRole, aRoleBinding, group, user } from '../samples.ts';

export const broadGroupBinding = defineCheckOfMany({
  id: 'KP-RBAC-023',
  name: 'broad-group-binding',
  title: 'Rights for every user or every service account',
  severity: 'high',
  why: 'Whoever can log in, or gets into any pod, has these rights; on some managed services that is any account of the provider.',
  fix: 'Bind the specific group or service account.',
  refs: [
    'CIS:5.1.2',
    'CIS:5.1.4',
    'OWASP2022:K03',
    'OWASP2022:K06',
    'OWASP2025:K02',
    'OWASP2025:K09',
    'NSA:N18',
    'MITRE:T1078',
  ],
  aspects: { tamperedDefault: 'the role is one that the cluster ships, and gives more than it did as it was shipped' },
  judges: judgesOfBindings(granted),

  examples: () => ({
    bad: [
      {
        name: 'everybody, in the cluster',
        subject: aClusterRoleBinding({ subjects: [user('alice'), group('system:authenticated')] }),
        world: [aClusterRole(READ_PODS)],
        finds: [{ at: 'subjects[1]' }],
      },
      {
        name: 'every service account, in a namespace',
        subject: aRoleBinding({ subjects: [group('system:serviceaccounts')] }),
        world: [aRole(READ_PODS)],
        finds: [{ at: 'subjects[0]' }],
      },
      {
        name: 'the service accounts of a namespace',
        subject: aRoleBinding({ subjects: [group('system:serviceaccounts:shop')] }),
        world: [aRole(READ_PODS)],
        finds: [{ at: 'subjects[0]', severity: 'medium' }],
      },
      {
        name: 'Secrets of the whole cluster, whatever the group',
        subject: aClusterRoleBinding({ subjects: [group('system:serviceaccounts:shop')] }),
        world: [aClusterRole({ apiGroups: [''], resources: ['secrets'], verbs: ['list'] })],
        finds: [{ at: 'subjects[0]', severity: 'critical' }],
        also: ['KP-RBAC-005'],
      },
      {
        name: 'what is as good as cluster-admin',
        subject: aClusterRoleBinding({ subjects: [group('system:authenticated')] }),
        world: [aClusterRole({ apiGroups: [''], resources: ['users'], verbs: ['impersonate'] })],
        finds: [{ at: 'subjects[0]', severity: 'critical' }],
        also: ['KP-RBAC-011'],
      },
      {
        name: 'a role of the cluster that was widened',
        subject: aClusterRoleBinding({ role: DISCOVERY, subjects: [group('system:authenticated')] }),
        world: [{ ...aClusterRole(READ_PODS), metadata: AS_SHIPPED }],
        finds: [{ at: 'subjects[0]', aspect: 'tamperedDefault' }],
      },
    ],
    good: [
      {
        name: 'what every cluster tells everybody',
        subject: aClusterRoleBinding({ role: DISCOVERY, subjects: [group('system:authenticated')] }),
      },
      {
        name: 'a role without rules',
        subject: aRoleBinding({ subjects: [group('system:authenticated')] }),
        world: [aRole()],
      },
      { name: 'a group of people', subject: aRoleBinding({ subjects: [group('ops')] }), world: [aRole(READ_PODS)] },
      {
        name: 'a user of that name',
        subject: aRoleBinding({ subjects: [user('system:authenticated')] }),
        world: [aRole(READ_PODS)],
      },
    ],
  }),
});

const DISCOVERY = { kind: 'ClusterRole', name: 'system:discovery' } as const;
const AS_SHIPPED = { name: DISCOVERY.name, labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } };

function* granted(binding: AnyBinding, { rules = [], isStrong, role }: BoundRole): Iterable<Word> {
  const { kind, name } = binding.roleRef;
  if (rules.length === 0 || isEveryones(kind, name, rules)) return;
  const { namespace } = binding.metadata;
  const isDire = isStrong.answer || (namespace === '' && rules.some(readsSecrets));
  for (const [index, subject] of binding.subjects.entries()) {
    const severity = breadthOf(subject, namespace);
    if (severity === undefined) continue;
    if (!isDire) yield* doubts(isStrong);
    yield {
      at: `subjects[${String(index)}]`,
      severity: isDire ? 'critical' : severity,
      message: `all of ${subjectName(subject, namespace)} have the rights of ${kind} ${name}`,
      ...(role !== undefined && isTampered(role) ? { aspect: 'tamperedDefault' } : {}),
    };
  }
}

function breadthOf(subject: RbacSubject, namespace: string): Severity | undefined {
  const accounts = accountsOfKey(namedBy(subject, namespace)?.key ?? '');
  if (accounts === 'all') return 'high';
  return accounts !== undefined && 'allOf' in accounts ? 'medium' : undefined;
}
