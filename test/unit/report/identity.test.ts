import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { reportRef } from '#report/identity.ts';
import type { Subject } from '#model/ref.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const CASES: readonly { readonly name: string; readonly given: Partial<Subject>; readonly expected: string }[] = [
  { name: 'kind and name', given: {}, expected: 'SecurityReport shop/deployment-web' },
  {
    name: 'a Namespace in itself',
    given: { apiVersion: 'v1', kind: 'Namespace', namespace: '', name: 'shop' },
    expected: 'SecurityReport shop/namespace-shop',
  },
  {
    name: 'a cluster-scoped object',
    given: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', namespace: '', name: 'web' },
    expected: 'ClusterSecurityReport /clusterrole-web',
  },
  {
    name: 'a kind that we do not know',
    given: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' },
    expected: 'SecurityReport shop/rollout-web',
  },
  {
    name: 'a known word of another group',
    given: { apiVersion: 'example.com/v1' },
    expected: 'SecurityReport shop/deployment-web-cd3cd5c4a8',
  },
  {
    name: 'a known word in other letters takes no report away',
    given: { apiVersion: 'example.com/v1', kind: 'DEPLOYMENT' },
    expected: 'SecurityReport shop/deployment-web-7d30ac934f',
  },
  {
    name: 'the word Cluster does not take the report of the cluster',
    given: { apiVersion: 'x/v1', kind: 'Cluster', namespace: '', name: '' },
    expected: 'ClusterSecurityReport /cluster-5ba29a6bb3',
  },
  {
    name: 'letters and colons that a name cannot have',
    given: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', namespace: '', name: 'system:Node..X' },
    expected: 'ClusterSecurityReport /clusterrole-system-node.x-77da51891d',
  },
  {
    name: 'too long, cut at a dot',
    given: { name: `${'a'.repeat(230)}.${'b'.repeat(22)}` },
    expected: `SecurityReport shop/deployment-${'a'.repeat(230)}-99fbbc099f`,
  },
  {
    name: 'too long',
    given: { name: 'a'.repeat(253) },
    expected: `SecurityReport shop/deployment-${'a'.repeat(231)}-f5b2dcb16d`,
  },
  {
    name: 'nothing that a name can have',
    given: { kind: '::', name: '😀' },
    expected: 'SecurityReport shop/report-45eda0c2e3',
  },
];

describe('[unit] name of a report', () => {
  for (const { name, given, expected } of CASES) {
    it(name, () => {
      const subject = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web', ...given };
      const ref = reportRef(subject, sha256);
      expect(`${ref.kind} ${ref.namespace}/${ref.name}`).to.equal(expected);
    });
  }

  it('two names that are shortened to one stem differ', () => {
    const of = (name: string): string =>
      reportRef({ apiVersion: 'v1', kind: 'Pod', namespace: 'a', name }, sha256).name;
    expect(of('a:b')).to.not.equal(of('a_b'));
  });
});
