import { AUTHENTICATED, accountsOfKey, namedBy } from '#analysis/rbac/identity.ts';
import { isEveryones, isTampered } from '#analysis/rbac/shipped.ts';
import { placeName, type AnyBinding } from '#facts/rbac.ts';
import { inForce } from '#facts/rules-in-force.ts';
import { isShippedFor } from '#facts/shipped.ts';
import { defineCheckOfMany, type BadExample, type Example, type Word } from '#model/check.ts';
import type { PolicyRule, RbacSubject } from '#model/policy.ts';
import type { Severity } from '#model/severity.ts';
import { judgesOfBindings, type Given } from '../binding-judges.ts';
import { doubts } from '../doubts.ts';
import { readsSecrets } from '../right.ts';
import {
  READ_PODS,
  aClusterRole,
  aClusterRoleBinding,
  aRole,
  aRoleBinding,
  group,
  strongAccount,
  user,
} from '../samples.ts';

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

  examples: () => ({ bad: [...bad(), ...dire()], good: good() }),
});

const DISCOVERY = { kind: 'ClusterRole', name: 'system:discovery' } as const;
const ISSUER = { kind: 'ClusterRole', name: 'system:service-account-issuer-discovery' } as const;
const RBAC = 'rbac.authorization.k8s.io';
const TOKENS = { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] };
const WRITER = { name: 'writer' };
const AS_SHIPPED = { name: DISCOVERY.name, labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } };

function bad(): readonly BadExample[] {
  return [
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
  ];
}

function dire(): readonly BadExample[] {
  return [
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
      name: 'tokens of a namespace where an account lives that is as good as cluster-admin',
      subject: aRoleBinding({ subjects: [group('system:serviceaccounts:web')] }),
      world: [aRole(TOKENS), ...strongAccount('shop')],
      finds: [{ at: 'subjects[0]', severity: 'critical' }],
      also: ['KP-RBAC-002', 'KP-RBAC-011', 'KP-RBAC-014'],
    },
    {
      name: 'what is as good as cluster-admin by two bindings',
      subject: aClusterRoleBinding({ subjects: [group('system:serviceaccounts')] }),
      world: [
        aClusterRole({ apiGroups: [RBAC], resources: ['clusterroles'], verbs: ['escalate'] }),
        { ...aClusterRole({ apiGroups: [RBAC], resources: ['clusterroles'], verbs: ['update'] }), metadata: WRITER },
        aClusterRoleBinding({
          role: { kind: 'ClusterRole', name: WRITER.name },
          subjects: [group('system:authenticated')],
          metadata: WRITER,
        }),
      ],
      finds: [{ at: 'subjects[0]', severity: 'critical' }],
      also: ['KP-RBAC-010', 'KP-RBAC-012'],
    },
    {
      name: 'what the cluster tells service accounts, told to everybody',
      subject: aClusterRoleBinding({ role: ISSUER, subjects: [group('system:authenticated')] }),
      finds: [{ at: 'subjects[0]' }],
    },
    {
      name: 'a role of the cluster that was widened',
      subject: aClusterRoleBinding({ role: DISCOVERY, subjects: [group('system:authenticated')] }),
      world: [{ ...aClusterRole(READ_PODS), metadata: AS_SHIPPED }],
      finds: [{ at: 'subjects[0]', aspect: 'tamperedDefault' }],
    },
  ];
}

function good(): readonly Example[] {
  return [
    {
      name: 'what every cluster tells everybody',
      subject: aClusterRoleBinding({ role: DISCOVERY, subjects: [group('system:authenticated')] }),
    },
    {
      name: 'what every cluster tells everybody, told to accounts',
      subject: aClusterRoleBinding({ role: DISCOVERY, subjects: [group('system:serviceaccounts:shop')] }),
    },
    {
      name: 'what every cluster tells accounts',
      subject: aClusterRoleBinding({ role: ISSUER, subjects: [group('system:serviceaccounts')] }),
    },
    {
      name: 'in a namespace what has none',
      subject: aRoleBinding({
        role: { kind: 'ClusterRole', name: 'web' },
        subjects: [group('system:authenticated')],
      }),
      world: [aClusterRole({ apiGroups: [''], resources: ['nodes'], verbs: ['get'] })],
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
  ];
}

function* granted(binding: AnyBinding, { role: { rules = [], role }, gains }: Given): Iterable<Word> {
  const { kind, name } = binding.roleRef;
  const { namespace } = binding.metadata;
  const counted = rules.flatMap((rule) => inForce(rule, namespace));
  if (counted.length === 0) return;
  const readsAll = namespace === '' && counted.some(readsSecrets);
  for (const [index, subject] of binding.subjects.entries()) {
    const breadth = breadthOf(subject, namespace);
    if (breadth === undefined || isGivenAnyway(subject, kind, name, rules)) continue;
    const isStrong = gains(subject);
    const isDire = isStrong.answer || readsAll;
    if (!isDire) yield* doubts(isStrong);
    yield {
      at: `subjects[${String(index)}]`,
      severity: isDire ? 'critical' : breadth.severity,
      message: `${breadth.who} has the rights of ${kind} ${name} ${placeName(namespace)}${worthOf(isStrong.answer, readsAll)}${breadth.note}`,
      ...(role !== undefined && isTampered(role) ? { aspect: 'tamperedDefault' } : {}),
    };
  }
}

/** A shipped binding gives it to the same group or to a wider one. */
function isGivenAnyway(subject: RbacSubject, kind: string, name: string, rules: readonly PolicyRule[]): boolean {
  return isEveryones(kind, name, rules) && (subject.name !== AUTHENTICATED || isShippedFor(name, AUTHENTICATED));
}

function worthOf(isStrong: boolean, readsAll: boolean): string {
  if (isStrong) return ', which makes it as good as cluster-admin or brings it one step from that';
  return readsAll ? ', and so reads every Secret' : '';
}

interface Breadth {
  readonly severity: Severity;
  readonly who: string;
  readonly note: string;
}

const PROVIDER = '; on some managed services that is any account of the provider';

function breadthOf(subject: RbacSubject, namespace: string): Breadth | undefined {
  const accounts = accountsOfKey(namedBy(subject, namespace)?.key ?? '');
  if (accounts === 'all')
    return subject.name === AUTHENTICATED
      ? { severity: 'high', who: 'every authenticated user and service account', note: PROVIDER }
      : { severity: 'high', who: 'every service account', note: '' };
  return accounts !== undefined && 'allOf' in accounts
    ? { severity: 'medium', who: `every service account of namespace ${accounts.allOf}`, note: '' }
    : undefined;
}
