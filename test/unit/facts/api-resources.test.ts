import { expect } from 'chai';
import { isNamespaced } from '#facts/api-resources.ts';
import { apiResourceOf } from '#inventory/api-resource.ts';
import { shrink } from '#inventory/shrink.ts';

const resource = (group: string, plural: string, namespaced: boolean): ReturnType<typeof apiResourceOf> =>
  apiResourceOf({ group, plural, namespaced });
const WIDGETS = resource('example.com', 'widgets', true);
const GADGETS = resource('example.com', 'gadgets', false);
const NODES = resource('metrics.k8s.io', 'nodes', false);
const PODS = resource('metrics.k8s.io', 'pods', true);
const OF_THE_FUTURE = resource('apps', 'fleets', true);
const NO_SCOPE = shrink('ApiResource', { metadata: { name: 'x' }, spec: { group: 'a.com', names: { plural: 'as' } } });
const FOUND = [WIDGETS, GADGETS, NODES, PODS, OF_THE_FUTURE, NO_SCOPE];

describe('[unit] facts/api-resources', () => {
  // Of each resource of a rule: by our tables alone, and with what was found in the API.
  const cases: readonly (readonly [string, string, boolean | undefined, boolean | undefined])[] = [
    ['', 'pods', true, true],
    ['', 'pods/exec', true, true],
    ['', 'nodes', false, false],
    ['', '*', false, false],
    ['apps', '*', true, true],
    ['apps', 'fleets', false, true],
    ['cilium.io', 'ciliumnetworkpolicies', true, true],
    ['cilium.io', 'ciliumclusterwidenetworkpolicies', false, false],
    ['example.com', 'widgets', undefined, true],
    ['example.com', 'widgets/status', undefined, true],
    ['example.com', 'gadgets', undefined, false],
    ['example.com', 'others', undefined, undefined],
    ['example.com', '*', undefined, false],
    ['example.com', '*/status', undefined, false],
    ['a.com', 'as', undefined, undefined],
    ['constructor', 'widgets', undefined, undefined],
    ['*', '*', false, false],
    ['*', 'pods', true, true],
    ['*', 'nodes', false, false],
    ['*', 'widgets', undefined, true],
    ['*', 'gadgets', undefined, false],
    ['*', 'others', undefined, undefined],
  ];
  for (const [group, name, byTable, byDiscovery] of cases)
    it(`${name} of group '${group}'`, () => {
      expect([isNamespaced(group, name), isNamespaced(group, name, FOUND)]).to.deep.equal([byTable, byDiscovery]);
    });

  it('a wildcard has a namespace where all that it stands for has one', () => {
    expect(isNamespaced('example.com', '*', [WIDGETS, NODES])).to.equal(true);
  });
});
