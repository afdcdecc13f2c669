import { expect } from 'chai';
import { accountsOfKey, namedBy } from '#analysis/rbac/identity.ts';
import { isEveryones, isShipped } from '#analysis/rbac/shipped.ts';
import { isWildcardAll, subjectName } from '#facts/rbac.ts';
import { isShippedBinding, shippedRules } from '#facts/shipped.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import type { PolicyRule, RbacSubject } from '#model/policy.ts';

const SUBJECTS: readonly {
  readonly name: string;
  readonly subject: RbacSubject;
  /** Namespace of the binding; none is a ClusterRoleBinding. */
  readonly in?: string;
  readonly expected: ReturnType<typeof accountsOfKey>;
}[] = [
  {
    name: 'an account',
    subject: { kind: 'ServiceAccount', namespace: 'shop', name: 'web' },
    expected: { namespace: 'shop', name: 'web' },
  },
  {
    name: 'an account without namespace in a RoleBinding',
    subject: { kind: 'ServiceAccount', name: 'web' },
    in: 'shop',
    expected: { namespace: 'shop', name: 'web' },
  },
  {
    name: 'an account with an empty namespace in a RoleBinding',
    subject: { kind: 'ServiceAccount', namespace: '', name: 'web' },
    in: 'shop',
    expected: { namespace: 'shop', name: 'web' },
  },
  {
    name: 'an account without namespace in a ClusterRoleBinding',
    subject: { kind: 'ServiceAccount', name: 'web' },
    expected: undefined,
  },
  {
    name: 'an account without name',
    subject: { kind: 'ServiceAccount', namespace: 'a', name: '' },
    expected: undefined,
  },
  {
    name: 'an account as user',
    subject: { kind: 'User', name: 'system:serviceaccount:shop:web' },
    expected: { namespace: 'shop', name: 'web' },
  },
  { name: 'a user', subject: { kind: 'User', name: 'alice' }, expected: undefined },
  {
    name: 'half an account as user',
    subject: { kind: 'User', name: 'system:serviceaccount:shop' },
    expected: undefined,
  },
  {
    name: 'more than an account as user',
    subject: { kind: 'User', name: 'system:serviceaccount:shop:web:x' },
    expected: undefined,
  },
  { name: 'the prefix alone', subject: { kind: 'User', name: 'system:serviceaccount::' }, expected: undefined },
  { name: 'all accounts', subject: { kind: 'Group', name: 'system:serviceaccounts' }, expected: 'all' },
  { name: 'everybody who is known', subject: { kind: 'Group', name: 'system:authenticated' }, expected: 'all' },
  { name: 'nobody who is known', subject: { kind: 'Group', name: 'system:unauthenticated' }, expected: undefined },
  {
    name: 'the accounts of a namespace',
    subject: { kind: 'Group', name: 'system:serviceaccounts:shop' },
    expected: { allOf: 'shop' },
  },
  { name: 'of no namespace', subject: { kind: 'Group', name: 'system:serviceaccounts:' }, expected: undefined },
  {
    name: 'a user named like the group',
    subject: { kind: 'User', name: 'system:serviceaccounts' },
    expected: undefined,
  },
  {
    name: 'a group named like an account',
    subject: { kind: 'Group', name: 'system:serviceaccount:a:b' },
    expected: undefined,
  },
  { name: 'a star is a name', subject: { kind: 'Group', name: '*' }, expected: undefined },
  { name: 'a kind that does not exist', subject: { kind: 'Robot', name: 'web' }, expected: undefined },
  { name: 'a kind of the language', subject: { kind: '__proto__', name: 'web' }, expected: undefined },
  {
    name: 'a slash in a name is nobody: keys could be read in two ways',
    subject: { kind: 'ServiceAccount', namespace: 'a', name: 'b/' },
    expected: undefined,
  },
  {
    name: 'a slash in a namespace is nobody',
    subject: { kind: 'User', name: 'system:serviceaccount:a/b:c' },
    expected: undefined,
  },
  { name: 'a slash in a group', subject: { kind: 'Group', name: 'system:serviceaccounts:a/b' }, expected: undefined },
];

const ALL = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };

const RULES: readonly { readonly name: string; readonly rule: PolicyRule; readonly expected: boolean }[] = [
  { name: 'stars everywhere', rule: ALL, expected: true },
  { name: 'the core group alone', rule: { ...ALL, apiGroups: [''] }, expected: true },
  {
    name: 'every verb by name',
    rule: { ...ALL, verbs: ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'] },
    expected: true,
  },
  {
    name: 'every verb but one',
    rule: { ...ALL, verbs: ['get', 'list', 'watch', 'create', 'update', 'patch'] },
    expected: false,
  },
  { name: 'another group', rule: { ...ALL, apiGroups: ['apps', 'batch'] }, expected: false },
  { name: 'every subresource', rule: { ...ALL, resources: ['*/scale'] }, expected: false },
  { name: 'a list of names', rule: { ...ALL, resourceNames: ['web'] }, expected: false },
  { name: 'an empty list of names restricts nothing', rule: { ...ALL, resourceNames: [] }, expected: true },
  { name: 'paths only', rule: { verbs: ['*'], nonResourceURLs: ['*'] }, expected: false },
];

const SHIPPED = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
const TTL_RULE = { verbs: ['list', 'patch', 'update', 'watch'], apiGroups: [''], resources: ['nodes'] };
const TTL = 'system:controller:ttl-controller';
const LEASE = 'system:kube-scheduler';
const LEASE_RULE = {
  verbs: ['update'],
  apiGroups: ['coordination.k8s.io'],
  resources: ['leases'],
  resourceNames: ['kube-scheduler'],
};

const ROLES: readonly { readonly name: string; readonly role: Raw; readonly expected: boolean }[] = [
  { name: 'as shipped', role: { metadata: { name: TTL, labels: SHIPPED }, rules: [TTL_RULE] }, expected: true },
  { name: 'without rules', role: { metadata: { name: TTL, labels: SHIPPED }, rules: [] }, expected: true },
  {
    name: 'narrower than shipped',
    role: { metadata: { name: TTL, labels: SHIPPED }, rules: [{ ...TTL_RULE, verbs: ['list'] }] },
    expected: true,
  },
  {
    name: 'narrowed to a name',
    role: { metadata: { name: TTL, labels: SHIPPED }, rules: [{ ...TTL_RULE, resourceNames: ['n1'] }] },
    expected: true,
  },
  { name: 'without the label', role: { metadata: { name: TTL }, rules: [TTL_RULE] }, expected: false },
  {
    name: 'under a name that nobody ships',
    role: { metadata: { name: 'system:mine', labels: SHIPPED }, rules: [] },
    expected: false,
  },
  {
    name: 'a verb more',
    role: { metadata: { name: TTL, labels: SHIPPED }, rules: [{ ...TTL_RULE, verbs: ['list', 'delete'] }] },
    expected: false,
  },
  {
    name: 'a rule more',
    role: {
      metadata: { name: TTL, labels: SHIPPED },
      rules: [TTL_RULE, { verbs: ['get'], apiGroups: [''], resources: ['secrets'] }],
    },
    expected: false,
  },
  {
    name: 'names as shipped',
    role: { metadata: { name: LEASE, labels: SHIPPED }, rules: [LEASE_RULE] },
    expected: true,
  },
  {
    name: 'a list of names dropped',
    role: { metadata: { name: LEASE, labels: SHIPPED }, rules: [{ ...LEASE_RULE, resourceNames: undefined }] },
    expected: false,
  },
  {
    name: 'a list of names emptied',
    role: { metadata: { name: LEASE, labels: SHIPPED }, rules: [{ ...LEASE_RULE, resourceNames: [] }] },
    expected: false,
  },
  {
    name: 'another name in the list',
    role: {
      metadata: { name: LEASE, labels: SHIPPED },
      rules: [{ ...LEASE_RULE, resourceNames: ['kube-scheduler', 'x'] }],
    },
    expected: false,
  },
];

describe('[unit] accounts that a binding means', () => {
  for (const { name, subject, in: namespace = '', expected } of SUBJECTS) {
    it(name, () => {
      expect(accountsOfKey(namedBy(subject, namespace)?.key ?? '')).to.deep.equal(expected);
    });
  }

  it('are named with their namespace, others by kind', () => {
    expect([
      subjectName({ kind: 'ServiceAccount', name: 'web' }, 'shop'),
      subjectName({ kind: 'ServiceAccount', name: 'web', namespace: 'b' }, 'shop'),
      subjectName({ kind: 'Group', name: 'ops' }, 'shop'),
    ]).to.deep.equal(['ServiceAccount shop/web', 'ServiceAccount b/web', 'Group ops']);
  });
});

describe('[unit] rule', () => {
  for (const { name, rule, expected } of RULES) {
    it(`grants everything: ${name}: ${expected ? 'yes' : 'no'}`, () => {
      expect(isWildcardAll(rule)).to.equal(expected);
    });
  }
});

describe('[unit] shipped role', () => {
  for (const { name, role, expected } of ROLES) {
    it(`${name}: ${expected ? 'is a default' : 'is none'}`, () => {
      expect(isShipped(shrink('ClusterRole', role))).to.equal(expected);
    });
  }

  it('is known by kind, namespace and name', () => {
    const bootstrapSigner = 'system:controller:bootstrap-signer';
    expect([
      shippedRules('Role', 'kube-system', bootstrapSigner)?.length,
      shippedRules('Role', 'shop', bootstrapSigner),
      shippedRules('ClusterRole', '', bootstrapSigner),
      shippedRules('ClusterRole', '', 'cluster-admin')?.length,
      shippedRules('ClusterRole', '', 'constructor'),
    ]).to.deep.equal([1, undefined, undefined, 2, undefined]);
  });

  const binding = {
    metadata: { name: 'system:monitoring', labels: SHIPPED },
    roleRef: { kind: 'ClusterRole', name: 'system:monitoring' },
    subjects: [{ kind: 'Group', name: 'system:monitoring' }],
  };
  const DNS = {
    metadata: { name: 'system:kube-dns', labels: SHIPPED },
    roleRef: { kind: 'ClusterRole', name: 'system:kube-dns' },
    subjects: [{ kind: 'ServiceAccount', name: 'kube-dns', namespace: 'kube-system' }],
  };
  const BINDINGS: readonly { readonly name: string; readonly raw: Raw; readonly expected: boolean }[] = [
    { name: 'as shipped', raw: binding, expected: true },
    { name: 'of a service account', raw: DNS, expected: true },
    { name: 'without its subject', raw: { ...binding, subjects: [] }, expected: true },
    { name: 'without the label', raw: { ...binding, metadata: { name: 'system:monitoring' } }, expected: false },
    {
      name: 'under a name that nobody ships',
      raw: { ...binding, metadata: { name: 'system:mine', labels: SHIPPED } },
      expected: false,
    },
    {
      name: 'of another role',
      raw: { ...binding, roleRef: { kind: 'ClusterRole', name: 'cluster-admin' } },
      expected: false,
    },
    {
      name: 'with a subject more',
      raw: { ...binding, subjects: [...binding.subjects, { kind: 'User', name: 'mallory' }] },
      expected: false,
    },
    {
      name: 'of the account of another namespace',
      raw: { ...DNS, subjects: [{ kind: 'ServiceAccount', name: 'kube-dns', namespace: 'shop' }] },
      expected: false,
    },
  ];
  for (const { name, raw, expected } of BINDINGS) {
    it(`a binding ${name}: ${expected ? 'is a default' : 'is none'}`, () => {
      expect(isShippedBinding(shrink('ClusterRoleBinding', raw))).to.equal(expected);
    });
  }

  it("that everyone holds gives nothing of one's own, until it is widened", () => {
    const get = { verbs: ['get'], nonResourceURLs: ['/version'] };
    const secrets = { verbs: ['get'], apiGroups: [''], resources: ['secrets'] };
    expect([
      isEveryones('ClusterRole', 'system:discovery', [get]),
      isEveryones('ClusterRole', 'system:discovery', [get, secrets]),
      isEveryones('ClusterRole', 'view', []),
      isEveryones('Role', 'system:discovery', []),
    ]).to.deep.equal([true, false, false, false]);
  });
});
