/** Small worlds of roles and bindings, and questions about them: few words, so that they meet. */
import fc from 'fast-check';
import type { Manifest } from '#model/check.ts';
import type { What, Who } from './rbac-naive.ts';

const RBAC = 'rbac.authorization.k8s.io';
const namespace = fc.constantFrom('a', 'b');
const name = fc.constantFrom('x', 'y');
const verb = fc.constantFrom('get', 'list', 'create', '*', 'bind');
const group = fc.constantFrom('', 'apps', RBAC, '*');
const resource = fc.constantFrom(
  ...['pods', 'pods/exec', 'secrets', 'deployments', 'deployments/scale', 'nodes', 'roles', 'clusterroles'],
  ...['*', '*/scale', '*/exec', 'pods/*', '*/*'],
);
const url = fc.constantFrom('/healthz', '/healthz/*', '/api', '*', '/healthz/ping');
const some = <T>(of: fc.Arbitrary<T>, maxLength = 2): fc.Arbitrary<T[]> => fc.array(of, { minLength: 1, maxLength });

/** A rule as a manifest may state it: without groups, with resources and URLs in one, with a star for a name. */
export const rule = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record(
      {
        verbs: some(verb),
        apiGroups: some(group),
        resources: some(resource),
        resourceNames: fc.oneof(fc.constant([]), some(fc.constantFrom('x', 'y', '*'))),
      },
      { requiredKeys: ['verbs', 'resources'] },
    ),
  },
  { weight: 2, arbitrary: fc.record({ verbs: some(verb), nonResourceURLs: some(url) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      verbs: some(verb),
      apiGroups: some(group),
      resources: some(resource),
      nonResourceURLs: some(url),
    }),
  },
);
const rules = fc.array(rule, { maxLength: 3 });

const subject = fc.oneof(
  fc.record({ kind: fc.constant('ServiceAccount'), name, namespace }, { requiredKeys: ['kind', 'name'] }),
  fc.record({ kind: fc.constant('User'), name: fc.constantFrom('u', 'system:serviceaccount:a:x') }),
  fc.record({
    kind: fc.constant('Group'),
    name: fc.constantFrom('g', 'system:authenticated', 'system:serviceaccounts', 'system:serviceaccounts:a'),
  }),
  fc.record({ kind: fc.constant('Robot'), name }),
);

const labels = fc.record({ tier: fc.constantFrom('p', 'q') }, { requiredKeys: [] });
const selector = fc.record({ matchLabels: fc.record({ tier: fc.constantFrom('p', 'q') }, { requiredKeys: [] }) });
const aggregationRule = fc.record({ clusterRoleSelectors: fc.array(selector, { maxLength: 2 }) });

function made(kind: string, metadata: fc.Arbitrary<object>, rest: fc.Arbitrary<object>): fc.Arbitrary<Manifest> {
  return fc
    .tuple(metadata, rest)
    .map(([at, fields]) => ({ apiVersion: `${RBAC}/v1`, kind, metadata: at, ...fields }) as unknown as Manifest);
}

const subjects = fc.array(subject, { maxLength: 3 });
const place = fc.record({ name, namespace });
const role = made('Role', place, fc.record({ rules }));
const clusterRole = made(
  'ClusterRole',
  fc.record({ name, labels }),
  fc.record({ rules, aggregationRule }, { requiredKeys: ['rules'] }),
);
const roleRef = fc.record({ apiGroup: fc.constant(RBAC), kind: fc.constantFrom('Role', 'ClusterRole'), name });
const roleBinding = made('RoleBinding', place, fc.record({ roleRef, subjects }));
const clusterRoleBinding = made('ClusterRoleBinding', fc.record({ name }), fc.record({ roleRef, subjects }));

export const rbacObject = fc.oneof(role, clusterRole, roleBinding, clusterRoleBinding);

export const who: fc.Arbitrary<Who> = fc.constantFrom(
  { user: 'u', groups: [] },
  { user: 'u', groups: ['g', 'system:authenticated'] },
  { user: '', groups: ['g'] },
  ...[
    ['a', 'x'],
    ['a', 'y'],
    ['b', 'x'],
  ].map(([ns, account]) => ({
    user: `system:serviceaccount:${ns!}:${account!}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${ns!}`, 'system:authenticated'],
  })),
);

const asked = fc.constantFrom('get', 'list', 'create', 'delete', 'bind');
export const what: fc.Arbitrary<What> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      verb: asked,
      group: fc.constantFrom('', 'apps', RBAC),
      resource: fc.constantFrom(
        'pods',
        'pods/exec',
        'pods/log',
        'secrets',
        'deployments/scale',
        'nodes',
        'roles',
        'clusterroles',
      ),
      name: fc.constantFrom('', 'x', '*'),
      namespace: fc.constantFrom('', 'a', 'b'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ verb: asked, url: fc.constantFrom('/healthz', '/healthz/ping', '/api/v1', '/') }),
  },
);

/** Puts and deletes in any order. */
export interface RbacStep {
  readonly put?: Manifest;
  readonly remove?: Manifest;
}

export const rbacHistory: fc.Arbitrary<readonly RbacStep[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: rbacObject.map((put): RbacStep => ({ put })) },
    { weight: 1, arbitrary: rbacObject.map((remove): RbacStep => ({ remove })) },
  ),
  { maxLength: 25 },
);
