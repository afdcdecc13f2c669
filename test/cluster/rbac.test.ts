/**
 * What we say that somebody may do is what the real API server says: its SubjectAccessReview, and its escalation check when a role or binding is
 * really made. KP_RBAC_QUESTIONS asks for more, KP_SEED for the same again.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { mayBind, mayEditRole, type Passage } from '#analysis/rbac/guard.ts';
import type { Identity } from '#analysis/rbac/identity.ts';
import type { RbacIndex } from '#analysis/rbac/rbac-index.ts';
import type { Request } from '#analysis/rbac/request.ts';
import { rbacView } from '#analysis/rbac/view.ts';
import { readCluster } from '#cli/cluster.ts';
import type { PolicyRule } from '#model/policy.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { poster, type Answer } from '../support/poster.ts';
import { newNamespace, sharedControlPlane } from '../support/shared-control-plane.ts';
import { waitFor } from '../support/wait.ts';

const QUESTIONS = Number(process.env['KP_RBAC_QUESTIONS'] ?? 2_400);
const WRITES = QUESTIONS / 6;
const RBAC = 'rbac.authorization.k8s.io';
const API = `/apis/${RBAC}/v1`;

interface World {
  readonly seed: number;
  readonly prefix: string;
  readonly namespaces: readonly string[];
}

const some = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(of, { minLength: 1, maxLength: 2 });
const verb = fc.constantFrom('get', 'list', 'create', 'update', 'delete', '*', 'bind', 'escalate');
const group = fc.constantFrom('', 'apps', RBAC, '*');
const resource = fc.constantFrom(
  ...[
    'pods',
    'pods/exec',
    'secrets',
    'deployments',
    'deployments/scale',
    'nodes',
    'roles',
    'clusterroles',
    'namespaces',
  ],
  ...['*', '*/scale', '*/exec', 'pods/*', '*/*'],
);
const name = fc.constantFrom('x', 'y', '*');
const ofResources = fc.record(
  { verbs: some(verb), apiGroups: some(group), resources: some(resource), resourceNames: some(name) },
  { requiredKeys: ['verbs', 'apiGroups', 'resources'] },
);
const url = fc.constantFrom('/kp', '/kp/*', '/kp/a/*', '/kp/a');
const ofUrls = fc.record({ verbs: some(fc.constantFrom('get', 'post', '*')), nonResourceURLs: some(url) });

/** Spellings that look like wildcards and are none: some role of every world has them. */
const HOSTILE = [
  { verbs: ['get'], apiGroups: [''], resources: ['pods/*', '*/*'] },
  { verbs: ['delete'], apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['*'] },
];

/** Whoever is asked about: users and groups that no other test names, and accounts. */
function identities({ prefix, namespaces }: World): readonly Identity[] {
  const users = ['u', 'v'].map((user) => ({
    user: `${prefix}-${user}`,
    groups: [`${prefix}-g`, 'system:authenticated'],
  }));
  const accounts = namespaces.flatMap((namespace) =>
    ['x', 'y'].map((account) => ({
      user: `system:serviceaccount:${namespace}:${account}`,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    })),
  );
  return [...users, ...accounts, { user: `${prefix}-lonely`, groups: [] }];
}

function subjects({ prefix, namespaces }: World): fc.Arbitrary<object[]> {
  const account = fc.constantFrom('x', 'y');
  const home = fc.constantFrom(...namespaces);
  return some(
    fc.oneof(
      fc.record({ kind: fc.constant('ServiceAccount'), name: account, namespace: home }),
      fc.constantFrom('u', 'v').map((user) => ({ kind: 'User', name: `${prefix}-${user}` })),
      fc.constant({ kind: 'Group', name: `${prefix}-g` }),
      home.map((namespace) => ({ kind: 'Group', name: `system:serviceaccounts:${namespace}` })),
      fc
        .tuple(home, account)
        .map(([namespace, each]) => ({ kind: 'User', name: `system:serviceaccount:${namespace}:${each}` })),
    ),
  );
}

const askedVerb = fc.constantFrom('get', 'list', 'create', 'update', 'delete', 'deletecollection', 'bind');
const askedGroup = fc.constantFrom('', 'apps', RBAC);
const askedResource = fc.constantFrom(
  ...['pods', 'pods/exec', 'pods/log', 'secrets', 'deployments', 'deployments/scale'],
  ...['nodes', 'roles', 'clusterroles', 'namespaces'],
);
const askedName = fc.constantFrom('', 'x', 'y', '*');
const askedUrl = fc.record({
  verb: fc.constantFrom('get', 'post'),
  url: fc.constantFrom('/kp', '/kp/', '/kp/a', '/kp/a/b', '/version'),
});

function anyRequest({ namespaces }: World): fc.Arbitrary<Request> {
  const ofResource = fc.record({
    verb: askedVerb,
    group: askedGroup,
    resource: askedResource,
    name: askedName,
    namespace: fc.constantFrom('', ...namespaces, 'default'),
  });
  return fc.oneof({ weight: 8, arbitrary: ofResource }, askedUrl);
}

/** A word of a rule as a request has it: whatever a star stands for, else the word itself. */
function near(words: readonly string[], any: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return words.length === 0 || words.includes('*') ? any : fc.constantFrom(...words);
}

/** A resource of a rule. A star stands for a resource in front of a subresource, and for nothing behind one: that is asked too. */
function nearResource(words: readonly string[]): fc.Arbitrary<string> {
  return near(words, askedResource).chain((word) => {
    const [plural = '', subresource] = word.split('/');
    if (!word.includes('*') || subresource === undefined) return fc.constant(word);
    const plurals = plural === '*' ? ['pods', 'deployments'] : [plural];
    const subresources = subresource === '*' ? ['exec', 'scale'] : [subresource];
    return fc.constantFrom(...plurals.flatMap((each) => subresources.map((of) => `${each}/${of}`)), word);
  });
}

/** A request that a rule of a namespace allows, or nearly: its name may be another. */
function nearRule(
  { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: PolicyRule,
  namespace: string,
): fc.Arbitrary<Request> {
  if (nonResourceURLs.length > 0)
    return fc.record({
      verb: near(verbs, askedVerb),
      // Below a pattern, and the path in front of its slash, which it does not cover.
      url: fc.constantFrom(...nonResourceURLs.flatMap((each) => [each.replace('*', 'b'), each.replace('/*', '')])),
    });
  return fc.record({
    verb: near(verbs, askedVerb),
    group: near(apiGroups, askedGroup),
    resource: nearResource(resources),
    name: resourceNames.length === 0 ? askedName : fc.oneof(fc.constantFrom(...resourceNames), askedName),
    namespace: fc.constant(namespace),
  });
}

/** A sample of an arbitrary, the same for the same seed. */
function sample<T>(arbitrary: fc.Arbitrary<T>, count: number, seed: number): readonly T[] {
  return fc.sample(arbitrary, { seed, numRuns: count });
}

const NAMES = ['x', 'y', 'z'];

function roleRefs(
  prefix: string,
  isCluster: boolean,
): fc.Arbitrary<{ readonly kind: 'Role' | 'ClusterRole'; readonly name: string }> {
  const clusterRoles = fc
    .constantFrom(...NAMES, 'missing')
    .map((each) => ({ kind: 'ClusterRole' as const, name: `${prefix}-${each}` }));
  const roles = fc.constantFrom(...NAMES, 'missing').map((each) => ({ kind: 'Role' as const, name: each }));
  return isCluster ? clusterRoles : fc.oneof(clusterRoles, roles);
}

async function made(answer: Promise<Answer>): Promise<void> {
  const { code, body } = await answer;
  if (code !== 201) throw new Error(`${String(code)} ${body.message ?? ''}`);
}

describe('[cluster] RBAC', function () {
  this.timeout(Math.max(120_000, QUESTIONS * 30));
  let plane: ControlPlane;
  let api: ReturnType<typeof poster> | undefined;
  let world: World;
  let index: RbacIndex;

  const post = (path: string, body: object, as?: Identity): Promise<Answer> =>
    api!.post(path, body, as === undefined ? {} : { 'impersonate-user': as.user, 'impersonate-group': as.groups });
  const at = (namespace: string, plural: string): string =>
    namespace === '' ? `${API}/cluster${plural}` : `${API}/namespaces/${namespace}/${plural}`;

  async function bind(scope: string, of: string, roleRef: object, subjectList: readonly object[]): Promise<void> {
    const kind = scope === '' ? 'ClusterRoleBinding' : 'RoleBinding';
    const binding = {
      kind,
      metadata: { name: of, labels: { of: world.prefix } },
      roleRef: { apiGroup: RBAC, ...roleRef },
      subjects: withGroups(subjectList),
    };
    await made(post(at(scope, 'rolebindings'), binding));
  }

  async function build(): Promise<void> {
    const { seed, prefix, namespaces } = world;
    const rules = sample(
      fc.array(fc.oneof({ weight: 4, arbitrary: ofResources }, ofUrls), { maxLength: 3 }),
      NAMES.length,
      seed,
    );
    for (const [place, each] of NAMES.entries())
      await made(
        post(at('', 'roles'), {
          kind: 'ClusterRole',
          metadata: { name: `${prefix}-${each}`, labels: { of: prefix } },
          rules: [...rules[place]!, ...(each === 'x' ? HOSTILE : [])],
        }),
      );
    for (const [scope, space] of namespaces.entries()) {
      const own = sample(fc.array(ofResources, { maxLength: 3 }), NAMES.length, seed + scope + 1);
      for (const [place, each] of NAMES.entries())
        await made(post(at(space, 'roles'), { kind: 'Role', metadata: { name: each }, rules: own[place] }));
    }
    await bind('', `${prefix}-hostile`, { kind: 'ClusterRole', name: `${prefix}-x` }, [
      { kind: 'User', name: `${prefix}-u` },
    ]);
    for (const [scope, space] of ['', ...namespaces].entries()) {
      const bound = sample(
        fc.tuple(roleRefs(prefix, space === ''), subjects(world)),
        space === '' ? 6 : 12,
        seed + 10 + scope,
      );
      for (const [place, [roleRef, to]] of bound.entries())
        await bind(space, `${prefix}-${String(place)}`, roleRef, to);
    }
  }

  /** Everybody may write roles and bindings; what the escalation check says is what is left to ask. */
  async function letWrite(): Promise<void> {
    const { prefix, namespaces } = world;
    const rules = [
      {
        verbs: ['create'],
        apiGroups: [RBAC],
        resources: ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
      },
    ];
    await made(
      post(at('', 'roles'), {
        kind: 'ClusterRole',
        metadata: { name: `${prefix}-writer`, labels: { of: prefix } },
        rules,
      }),
    );
    const groups = [`${prefix}-g`, ...namespaces.map((space) => `system:serviceaccounts:${space}`)];
    await bind('', `${prefix}-writer`, { kind: 'ClusterRole', name: `${prefix}-writer` }, [
      ...groups.map((each) => ({ kind: 'Group', name: each })),
      { kind: 'User', name: `${prefix}-lonely` },
    ]);
    // The last of all: once the server knows it, it knows everything.
    await waitFor('the server to know the last binding', async () => {
      const [lonely] = identities(world).slice(-1);
      return reviewed(lonely!, { verb: 'create', group: RBAC, resource: 'clusterroles', name: '', namespace: '' });
    });
  }

  async function reviewed({ user, groups }: Identity, request: Request): Promise<boolean> {
    const { code, body } = await post('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      kind: 'SubjectAccessReview',
      spec: { user, groups, ...attributesOf(request) },
    });
    expect(code, body.message).to.equal(201);
    return (body as unknown as { readonly status: { readonly allowed: boolean } }).status.allowed;
  }

  const someone = (): fc.Arbitrary<Identity> => fc.constantFrom(...identities(world));

  /** Who holds which rule where. */
  function holdings(): readonly {
    readonly identity: Identity;
    readonly namespace: string;
    readonly rule: PolicyRule;
  }[] {
    return identities(world).flatMap((identity) =>
      ['', ...world.namespaces].flatMap((namespace) =>
        index.rulesFor(identity, namespace).map((rule) => ({ identity, namespace, rule })),
      ),
    );
  }

  /** Questions about what somebody holds. One in three is asked of another, or of another namespace. */
  function nearQuestions(): fc.Arbitrary<readonly [Identity, Request]> {
    const elsewhere = fc.constantFrom('', ...world.namespaces, 'default');
    return fc.constantFrom(...holdings()).chain(({ identity, namespace, rule }) =>
      fc.oneof(
        { weight: 2, arbitrary: fc.tuple(fc.constant(identity), nearRule(rule, namespace)) },
        fc.tuple(
          someone(),
          elsewhere.chain((other) => nearRule(rule, other)),
        ),
      ),
    );
  }

  before(async function () {
    plane = await sharedControlPlane(this);
    api = poster(plane);
    const seed = Number(process.env['KP_SEED'] ?? randomInt(2 ** 30));
    console.log(`      KP_SEED=${String(seed)}`);
    const prefix = `kp-${randomBytes(3).toString('hex')}`;
    world = { seed, prefix, namespaces: [await newNamespace(plane, 'a'), await newNamespace(plane, 'b')] };
    await build();
    await letWrite();
    const { store } = await readCluster({ kubeconfig: plane.kubeconfig, secrets: { mode: 'metadata' } }, 'test');
    index = store.view(rbacView({ aggregation: 'stored' }));
  });

  after(async () => {
    if (api === undefined) return;
    api.close();
    await plane.kubectl('delete', 'clusterroles,clusterrolebindings', '-l', `of=${world.prefix}`, '--ignore-not-found');
  });

  it(`answers ${String(QUESTIONS)} random questions as SubjectAccessReview does`, async () => {
    const questions = sample(
      fc.oneof(
        { weight: 3, arbitrary: nearQuestions() },
        { weight: 2, arbitrary: fc.tuple(someone(), anyRequest(world)) },
      ),
      QUESTIONS,
      world.seed + 100,
    );
    const counts = { allowed: 0, refused: 0 };
    await eachOf(questions, async ([identity, request]) => {
      const decision = index.can(identity, request);
      const server = await reviewed(identity, request);
      expect('allowed' in decision && decision.allowed, JSON.stringify({ identity, request })).to.equal(server);
      counts[server ? 'allowed' : 'refused'] += 1;
    });
    console.log(`      ${JSON.stringify(counts)}`);
    // By chance hardly anything is allowed, and a world where the answer is always no would be right about nearly all of it.
    expect(Math.min(counts.allowed, counts.refused)).to.be.greaterThan(QUESTIONS / 10);
  });

  it('lets the bindings and roles pass that the server lets them make, and no others', async () => {
    const counts = { passed: 0, refused: 0 };
    const compare = (passage: Passage, answer: Answer, told: object): void => {
      const passed = answer.code === 201;
      if (!passed) expect([403, 404], answer.body.message).to.include(answer.code);
      expect('passes' in passage && passage.passes, JSON.stringify({ ...told, answer })).to.equal(passed);
      counts[passed ? 'passed' : 'refused'] += 1;
    };
    const who = someone();
    const scope = fc.constantFrom('', ...world.namespaces);
    const toNobody = withGroups([{ kind: 'User', name: `${world.prefix}-nobody` }]);
    const bindings = sample(
      scope.chain((space) => fc.tuple(who, fc.constant(space), roleRefs(world.prefix, space === ''))),
      WRITES,
      world.seed + 200,
    );
    await eachOf(bindings, async ([identity, space, roleRef]) => {
      const metadata = { generateName: 'made-', labels: { of: world.prefix } };
      const body = {
        kind: space === '' ? 'ClusterRoleBinding' : 'RoleBinding',
        metadata,
        roleRef: { apiGroup: RBAC, ...roleRef },
        subjects: toNobody,
      };
      const passage = mayBind(index, identity, space, roleRef);
      compare(passage, await post(at(space, 'rolebindings'), body, identity), { identity, space, roleRef, passage });
    });
    const roles = sample(fc.tuple(who, scope, fc.array(ofResources, { maxLength: 2 })), WRITES, world.seed + 300);
    await eachOf(roles, async ([identity, space, rules]) => {
      const kind = space === '' ? 'ClusterRole' : 'Role';
      const metadata = { generateName: 'made-', labels: { of: world.prefix } };
      const passage = mayEditRole(index, identity, {
        kind,
        namespace: space,
        name: 'made-new',
        rules,
        aggregates: false,
      });
      compare(passage, await post(at(space, 'roles'), { kind, metadata, rules }, identity), {
        identity,
        space,
        rules,
        passage,
      });
    });
    console.log(`      ${JSON.stringify(counts)}`);
    expect(Math.min(counts.passed, counts.refused)).to.be.greaterThan(0);
  });
});

/** Eight at a time. */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const lane = async (): Promise<void> => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: 8 }, lane));
}

function withGroups(list: readonly object[]): readonly object[] {
  return list.map((each) => ('namespace' in each ? each : { apiGroup: RBAC, ...each }));
}

function attributesOf(request: Request): object {
  if ('url' in request) return { nonResourceAttributes: { verb: request.verb, path: request.url } };
  const [plural, subresource] = request.resource.split('/');
  return {
    resourceAttributes: { ...request, resource: plural, ...(subresource === undefined ? {} : { subresource }) },
  };
}
