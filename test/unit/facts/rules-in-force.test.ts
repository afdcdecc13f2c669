import { expect } from 'chai';
import { inForce } from '#facts/rules-in-force.ts';
import type { PolicyRule } from '#model/policy.ts';

const RBAC = 'rbac.authorization.k8s.io';

function rule(group: string, resources: readonly string[], verbs: readonly string[], names?: string[]): PolicyRule {
  return { apiGroups: [group], resources, verbs, resourceNames: names ?? [] };
}

interface Case {
  readonly name: string;
  readonly rule: PolicyRule;
  readonly left: readonly PolicyRule[];
}

const MIXED = rule('', ['pods', 'nodes', 'nodes/proxy'], ['get', 'create']);

/** In namespace shop. */
const CASES: readonly Case[] = [
  {
    name: 'what has a namespace',
    rule: rule('', ['pods/exec'], ['create']),
    left: [rule('', ['pods/exec'], ['create'])],
  },
  { name: 'what has none is left out', rule: MIXED, left: [rule('', ['pods'], ['get', 'create'])] },
  { name: 'nothing but what has none', rule: rule('', ['nodes', 'persistentvolumes'], ['*']), left: [] },
  { name: 'every resource of a group without any', rule: rule('certificates.k8s.io', ['*'], ['*']), left: [] },
  { name: 'every resource of a group', rule: rule('', ['*'], ['*']), left: [rule('', ['*'], ['*'])] },
  { name: 'every group', rule: rule('*', ['*/scale'], ['get']), left: [rule('*', ['*/scale'], ['get'])] },
  { name: 'a plural in every group', rule: rule('*', ['nodes'], ['get']), left: [] },
  { name: 'kinds that nobody knows', rule: rule('a.com', ['as'], ['get']), left: [rule('a.com', ['as'], ['get'])] },
  { name: 'no group', rule: { resources: ['pods'], verbs: ['get'] }, left: [] },
  {
    name: 'URLs',
    rule: { nonResourceURLs: ['/metrics'], verbs: ['get'] },
    left: [],
  },
  {
    name: 'its own Namespace, by requests that carry its name',
    rule: rule('', ['namespaces', 'namespaces/status'], ['get', 'list', 'patch']),
    left: [rule('', ['namespaces'], ['get', 'patch']), rule('', ['namespaces/status'], ['get', 'list', 'patch'])],
  },
  {
    name: 'every verb on it',
    rule: rule('', ['namespaces'], ['*']),
    left: [rule('', ['namespaces'], ['get', 'update', 'patch', 'delete'])],
  },
  {
    name: 'its own Namespace by its name',
    rule: rule('', ['namespaces'], ['get'], ['shop']),
    left: [rule('', ['namespaces'], ['get'], ['shop'])],
  },
  { name: 'another Namespace by its name', rule: rule('', ['namespaces'], ['get'], ['bank']), left: [] },
  { name: 'to make or list Namespaces', rule: rule('', ['namespaces'], ['create', 'list']), left: [] },
  {
    name: 'to bind ClusterRoles',
    rule: rule(RBAC, ['roles', 'clusterroles'], ['bind', 'escalate']),
    left: [rule(RBAC, ['roles'], ['bind', 'escalate']), rule(RBAC, ['clusterroles'], ['bind'])],
  },
  {
    name: 'every verb on ClusterRoles',
    rule: rule(RBAC, ['clusterroles', 'clusterrolebindings'], ['*']),
    left: [rule(RBAC, ['clusterroles'], ['bind'])],
  },
];

describe('[unit] facts/rules-in-force', () => {
  for (const each of CASES)
    it(each.name, () => {
      expect(inForce(each.rule, 'shop')).to.deep.equal(each.left);
    });

  it('everywhere a rule is as it stands', () => {
    expect(CASES.map((each) => inForce(each.rule, ''))).to.deep.equal(CASES.map((each) => [each.rule]));
  });
});
