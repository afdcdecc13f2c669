import { expect } from 'chai';
import { isShipped, type GivenAt } from '#facts/advisories.ts';
import { COMPONENT_ADVISORIES } from '#model/advisories.ts';
import type { PolicyRule } from '#model/policy.ts';

const { shipped = [] } = COMPONENT_ADVISORIES.find(({ component }) => component === 'Kubernetes Dashboard') ?? {};

const rule = (verb: string, resource: string, resourceNames?: readonly string[], group = ''): PolicyRule => ({
  verbs: [verb],
  apiGroups: [group],
  resources: [resource],
  ...(resourceNames === undefined ? {} : { resourceNames }),
});

/** What the service account of the Dashboard may hold: the rules of its manifests and of its chart, and what is more than these. */
const RULES: Readonly<Record<string, readonly [PolicyRule, GivenAt, boolean]>> = {
  'its own Secrets': [
    rule('update', 'secrets', ['kubernetes-dashboard-key-holder', 'kubernetes-dashboard-csrf']),
    'home',
    true,
  ],
  'its own Secrets, in another namespace': [rule('get', 'secrets', ['kubernetes-dashboard-csrf']), 'elsewhere', false],
  'its own Secrets, everywhere': [rule('get', 'secrets', ['kubernetes-dashboard-csrf']), 'everywhere', false],
  'any Secret': [rule('get', 'secrets'), 'home', false],
  'an empty list of names is any': [rule('get', 'secrets', []), 'home', false],
  'a Secret of others': [rule('get', 'secrets', ['kubernetes-dashboard-csrf', 'db']), 'home', false],
  'to make Secrets, as 1.10 did': [rule('create', 'secrets'), 'home', true],
  'the proxy of its scraper, as the chart names it': [
    rule('get', 'services/proxy', ['board-kubernetes-dashboard-metrics-scraper', 'http:heapster:']),
    'home',
    true,
  ],
  metrics: [rule('list', 'nodes', undefined, 'metrics.k8s.io'), 'everywhere', true],
  'nodes themselves': [rule('list', 'nodes'), 'everywhere', false],
  'another verb': [rule('patch', 'configmaps', ['kubernetes-dashboard-settings']), 'home', false],
  'every verb': [rule('*', 'configmaps', ['kubernetes-dashboard-settings']), 'home', false],
  'a URL': [{ verbs: ['get'], nonResourceURLs: ['/metrics'] }, 'everywhere', false],
};

describe('[unit] advisories', () => {
  for (const [name, [given, at, expected]] of Object.entries(RULES)) {
    it(`what a component comes with: ${name}`, () => {
      expect(isShipped(given, at, shipped)).to.equal(expected);
    });
  }
});
