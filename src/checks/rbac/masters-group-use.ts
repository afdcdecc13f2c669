import { adminsOf, isShippedBinding } from '#facts/shipped.ts';
import { subjectName, type AnyBinding } from '#facts/rbac.ts';
import { defineCheckOfMany, judge, type Examples, type Manifest, type Problem } from '#model/check.ts';
import type { ObjectOf } from '#model/objects.ts';
import type { PolicyRule } from '#model/policy.ts';
import { roleOfClusterRoleBinding } from '#relations/grants.ts';
import { reaching } from '../right.ts';
import { holdersOf } from '../saying.ts';
import { READ_PODS, aClusterRole, aClusterRoleBinding, aRole, aRoleBinding, group, user } from '../samples.ts';

const MASTERS = 'system:masters';
const ACTS_AS_GROUPS = reaching(['impersonate'], '', 'groups');

export const mastersGroupUse = defineCheckOfMany({
  id: 'KP-RBAC-024',
  name: 'masters-group-use',
  title: 'system:masters used beyond bootstrap',
  severity: 'high',
  why: 'Members are let through before any right is asked about: no role limits them and nothing but a new certificate authority takes it back.',
  fix: 'Issue no certificates in system:masters; use a named group bound to cluster-admin that can be unbound.',
  refs: [
    'CIS:5.1.7',
    'OWASP2022:K03',
    'OWASP2022:K06',
    'OWASP2025:K02',
    'OWASP2025:K09',
    'NSA:N17',
    'NSA:N18',
    'MITRE:T1078',
    'MITRE:T1649',
  ],
  aspects: {
    binding: 'a binding names the group',
    impersonation: 'a role lets act as a member of it',
    csr: 'a certificate for a member of it is asked for',
  },
  unsaid: ({ complete }) =>
    complete ? { unknown: 'certificates of system:masters that were issued before cannot be seen' } : undefined,
  judges: [
    judge({
      subject: 'ClusterRoleBinding',
      inputs: { role: roleOfClusterRoleBinding },
      *evaluate(binding, { role: [role] }, context) {
        yield* named(binding);
        const acts = role?.rules?.some((rule) => namesMasters(rule) && ACTS_AS_GROUPS(rule, context) !== undefined);
        if (acts !== true || binding.subjects.length === 0) return;
        const message = `${holdersOf(binding)} can act as a member of ${MASTERS}, through ClusterRole ${binding.roleRef.name}`;
        yield { at: 'roleRef', aspect: 'impersonation', message };
      },
    }),
    judge({ subject: 'RoleBinding', evaluate: named }),
    judge({ subject: 'CertificateSigningRequest', evaluate: asked }),
  ],
  examples,
});

/** Groups have no namespace: in one the right to act as them means nothing. */
function namesMasters({ resourceNames = [] }: PolicyRule): boolean {
  return resourceNames.includes(MASTERS);
}

function* named(binding: AnyBinding): Iterable<Problem> {
  if (isShippedBinding(binding) || adminsOf(binding) === MASTERS) return;
  for (const [index, { kind, name }] of binding.subjects.entries()) {
    if (kind !== 'Group' || name !== MASTERS) continue;
    const message = `${binding.roleRef.kind} ${binding.roleRef.name} is given to ${subjectName({ kind, name }, '')}, whose members may do everything without it`;
    yield { at: `subjects[${String(index)}]`, aspect: 'binding', message };
  }
}

/** What was refused comes to nothing; what was approved is a certificate by now. */
function* asked({ spec, status }: ObjectOf<'CertificateSigningRequest'>): Iterable<Problem> {
  const states = (status?.conditions ?? []).map(({ type }) => type);
  if (spec.request !== true || states.includes('Denied') || states.includes('Failed')) return;
  const isApproved = states.includes('Approved');
  const message = `a certificate for a member of ${MASTERS} ${isApproved ? 'was approved' : 'is asked for'}`;
  yield { at: 'spec.request', aspect: 'csr', severity: isApproved ? 'high' : 'medium', message };
}

/** `/O=system:masters/CN=alice` and `/O=developers/CN=system:masters`. */
const OF_MASTERS = [
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIak1JR0xBZ0VBTUNreEZ6QVZCZ05WQkFvTURuTjVjM1JsYlRwdFlYTjBaWEp6TVE0d0RB',
  'WURWUVFEREFWaApiR2xqWlRCWk1CTUdCeXFHU000OUFnRUdDQ3FHU000OUF3RUhBMElBQlBCYTJXTUVEQkFRc3M1WjM4eFRPZ1NyCmkyTzI4R1o3czFKN1d6',
  'bVI0ZDdUdXFZVUkvNXdNTmlUbzZTMngyVkl6RGFQdUlGOWZ6Slh1c3g0VzZocUtOT2cKQURBS0JnZ3Foa2pPUFFRREFnTkhBREJFQWlBeS9GdG1kdndadHBx',
  'RjRrbVBVa1FrbW9RN0FpUFRwRDc5QTFYNgpQZTRrMFFJZ0JRc1hTeDVUMTZjNFRIU0xUTURkUktXRmJpY1VDOUpLdUpqZHFNVklpMDA9Ci0tLS0tRU5EIENF',
  'UlRJRklDQVRFIFJFUVVFU1QtLS0tLQo=',
].join('');
const OF_DEVELOPERS = [
  'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIcU1JR1FBZ0VBTUM0eEV6QVJCZ05WQkFvTUNtUmxkbVZzYjNCbGNuTXhGekFWQmdOVkJB',
  'TU1Ebk41YzNSbApiVHB0WVhOMFpYSnpNRmt3RXdZSEtvWkl6ajBDQVFZSUtvWkl6ajBEQVFjRFFnQUV4cE53Mklrb3JnaE9nOVZLCklhTU05aUtGR2Z4M0sv',
  'bUNlRWxjSDMzNFZxUlRGWEFLVDF6YnBRYzV2aUxrM242akZ6ZzRqUEJNMWprSFdmdkIKdHNjcm9LQUFNQW9HQ0NxR1NNNDlCQU1DQTBrQU1FWUNJUUMwVUxs',
  'a0YzYmR2YnZQd2RxSWExZmg2OFZId1FvMgo3MzRKZ0hrbFEvdGZHd0loQUtSZS8zRHduZmd4QW1RQisvS1lMWmZERWJyUU43YlRsU1I4UitlWGFrSG4KLS0t',
  'LS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==',
].join('');

function aRequest(request: string, ...conditions: readonly string[]): Manifest {
  return {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'alice' },
    spec: { request, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] },
    status: { conditions: conditions.map((type) => ({ type, status: 'True' })) },
  };
}

function examples(): Examples {
  const acting = { apiGroups: [''], resources: ['groups'], resourceNames: [MASTERS], verbs: ['impersonate'] };
  const shipped = { role: { kind: 'ClusterRole', name: 'cluster-admin' }, subjects: [group(MASTERS)] } as const;
  const at = 'spec.request';
  return {
    bad: [
      {
        name: 'bound in the cluster',
        subject: aClusterRoleBinding({ subjects: [user('alice'), group(MASTERS)] }),
        world: [aClusterRole(READ_PODS)],
        finds: [{ at: 'subjects[1]', aspect: 'binding' }],
      },
      {
        name: 'bound in a namespace',
        subject: aRoleBinding({ subjects: [group(MASTERS)] }),
        world: [aRole(READ_PODS)],
        finds: [{ at: 'subjects[0]', aspect: 'binding' }],
      },
      {
        name: 'a role that lets act as it',
        subject: aClusterRoleBinding({ subjects: [user('alice')] }),
        world: [aClusterRole(acting)],
        finds: [{ at: 'roleRef', aspect: 'impersonation' }],
        also: ['KP-RBAC-011'],
      },
      {
        name: 'a certificate that is asked for',
        subject: aRequest(OF_MASTERS),
        finds: [{ at, aspect: 'csr', severity: 'medium' }],
      },
      {
        name: 'a certificate that was approved',
        subject: aRequest(OF_MASTERS, 'Approved'),
        finds: [{ at, aspect: 'csr' }],
      },
    ],
    good: [
      {
        name: 'the shipped binding',
        subject: aClusterRoleBinding({ ...shipped, metadata: { name: 'cluster-admin' } }),
      },
      { name: 'a user of that name', subject: aClusterRoleBinding({ subjects: [user(MASTERS)] }) },
      { name: 'another certificate', subject: aRequest(OF_DEVELOPERS) },
      { name: 'a certificate that was refused', subject: aRequest(OF_MASTERS, 'Denied') },
    ],
  };
}
