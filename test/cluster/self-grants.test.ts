/**
 * Who gives himself more than he has, by rights to roles and bindings that are limited to names: each way is really gone on the API server, step by
 * step as that identity, and ends where we say that it ends.
 */
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { RBAC_ENGINE } from '#analysis/rbac/engine.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { liveEscalation } from '../support/live-escalation.ts';
import { poster, type Answer } from '../support/poster.ts';
import { EVERYTHING, bind, clusterRole, grant, may, role, type Rule } from '../support/rbac-asked.ts';
import { needControlPlane, newNamespace, sharedControlPlane } from '../support/shared-control-plane.ts';
import { waitFor } from '../support/wait.ts';

const R = 'rbac.authorization.k8s.io';
const ROLES = `${R}:clusterroles`;
const BINDINGS = `${R}:clusterrolebindings`;
const ALL = [EVERYTHING, { verbs: ['*'], nonResourceURLs: ['*'] }];

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** One request of the way: what is sent, and what the server answers to it. */
type Move = readonly [method: 'POST' | 'PUT' | 'APPLY', object: object, code: number];

interface Way {
  readonly what: string;
  /** What the identity may do everywhere. */
  readonly may: readonly Rule[];
  /** What there is beside. */
  readonly objects?: readonly object[];
  readonly moves: readonly Move[];
  readonly isAdmin: boolean;
}

/** The names of a way are its own: nobody else has them. */
function ways(me: string, own: string): readonly Way[] {
  const mine = `User:${me}`;
  const wide = clusterRole(own, ...ALL);
  const empty = clusterRole(own);
  const low = clusterRole(own, may('get', 'pods'));
  const boundToMe = bind('', `ClusterRole:${own}`, mine);
  const named = (roleRef: string, ...subjects: readonly string[]): object => ({
    ...bind('', roleRef, ...subjects),
    metadata: { name: own },
  });
  const admin = named('ClusterRole:cluster-admin', mine);
  return [
    {
      what: 'widens the role that lets it, by its name',
      may: [may('escalate update', ROLES, own)],
      objects: [low, boundToMe],
      moves: [['PUT', wide, 200]],
      isAdmin: true,
    },
    {
      what: 'widens a role that is bound to another, for nothing',
      may: [may('escalate update', ROLES, own)],
      objects: [low, bind('', `ClusterRole:${own}`, `User:${me}-other`)],
      moves: [['PUT', wide, 200]],
      isAdmin: false,
    },
    {
      what: 'empties a role that it may not bind, binds it, and widens it',
      may: [may('escalate update', ROLES, own), may('create', BINDINGS)],
      objects: [low],
      moves: [
        ['POST', boundToMe, 403],
        ['PUT', empty, 200],
        ['POST', boundToMe, 201],
        ['PUT', wide, 200],
      ],
      isAdmin: true,
    },
    {
      what: 'may not make the role that a binding names in vain',
      may: [may('escalate update', ROLES, own)],
      objects: [boundToMe],
      moves: [['PUT', wide, 403]],
      isAdmin: false,
    },
    {
      what: 'makes the role that a binding names in vain, by a PUT under its name',
      may: [may('escalate create update', ROLES, own)],
      objects: [boundToMe],
      moves: [
        ['POST', wide, 403],
        ['PUT', wide, 201],
      ],
      isAdmin: true,
    },
    {
      what: 'may not post it, which names no role to escalate',
      may: [may('escalate', ROLES, own), may('create', ROLES)],
      objects: [boundToMe],
      moves: [
        ['POST', wide, 403],
        ['PUT', wide, 403],
      ],
      isAdmin: false,
    },
    {
      what: 'binds any role by a binding that is put under its name',
      may: [may('bind', ROLES), may('create update', BINDINGS, own)],
      moves: [
        ['POST', admin, 403],
        ['PUT', admin, 201],
      ],
      isAdmin: true,
    },
    {
      what: 'binds any role by a binding that is applied under its name',
      may: [may('bind', ROLES), may('create patch', BINDINGS, own)],
      moves: [['APPLY', admin, 201]],
      isAdmin: true,
    },
    {
      what: 'creates no binding by its name alone',
      may: [may('bind', ROLES), may('create', BINDINGS, own)],
      moves: [
        ['POST', admin, 403],
        ['PUT', admin, 403],
        ['APPLY', admin, 403],
      ],
      isAdmin: false,
    },
    {
      what: 'adds itself to the one binding that it may change, of the one role that it may bind',
      may: [may('bind', ROLES, own), may('update', BINDINGS, own)],
      objects: [wide, named(`ClusterRole:${own}`, `User:${me}-other`)],
      moves: [['PUT', named(`ClusterRole:${own}`, mine), 200]],
      isAdmin: true,
    },
    {
      what: 'makes no binding where it may only change one',
      may: [may('bind', ROLES, own), may('update', BINDINGS, own)],
      objects: [wide],
      moves: [['PUT', named(`ClusterRole:${own}`, mine), 403]],
      isAdmin: false,
    },
    {
      what: 'never turns a binding to another role',
      may: [may('bind', ROLES), may('update patch', BINDINGS, own)],
      objects: [low, named(`ClusterRole:${own}`, mine)],
      moves: [['PUT', admin, 422]],
      isAdmin: false,
    },
    {
      what: 'labels a role that it may widen for one that is aggregated, and bound to it',
      may: [may('escalate update', ROLES, own)],
      objects: [
        low,
        { ...clusterRole(`${own}-all`), aggregationRule: { clusterRoleSelectors: [{ matchLabels: { feeds: own } }] } },
        bind('', `ClusterRole:${own}-all`, mine),
      ],
      moves: [['PUT', { ...wide, metadata: { name: own, labels: { feeds: own } } }, 200]],
      isAdmin: true,
    },
    {
      what: 'binds a role by its name that gives the rest of what it takes',
      may: [may('bind', ROLES, own), may('create', BINDINGS)],
      objects: [clusterRole(own, may('bind', ROLES))],
      moves: [
        ['POST', boundToMe, 201],
        ['POST', admin, 201],
      ],
      isAdmin: true,
    },
  ];
}

describe('[cluster] self-grants', function () {
  this.timeout(60_000);
  const prefix = `kp-${randomBytes(3).toString('hex')}`;
  let plane: ControlPlane;
  let api: ReturnType<typeof poster> | undefined;

  function pathOf({ kind, metadata }: Manifest): string {
    const plural = `${kind.toLowerCase()}s`;
    const base = kind.includes('Role') ? `/apis/${R}/v1` : '/api/v1';
    return metadata.namespace === undefined
      ? `${base}/${plural}`
      : `${base}/namespaces/${metadata.namespace}/${plural}`;
  }

  async function send(method: Move[0], object: object, user?: string): Promise<Answer> {
    const manifest = object as Manifest;
    const path = pathOf(manifest);
    const as = user === undefined ? {} : { 'impersonate-user': user };
    if (method === 'POST') return api!.post(path, object, as);
    const one = `${path}/${manifest.metadata.name}`;
    if (method === 'PUT') return api!.send('PUT', one, object, as);
    const apply = { ...as, 'content-type': 'application/apply-patch+yaml' };
    return api!.send('PATCH', `${one}?fieldManager=test`, object, apply);
  }

  async function make(...objects: readonly object[]): Promise<void> {
    for (const object of objects) {
      const labelled = { ...object, metadata: { ...(object as Manifest).metadata, labels: { of: prefix } } };
      const { code, body } = await send('POST', labelled);
      expect(code, body.message).to.equal(201);
    }
  }

  async function reviewed(user: string, verb: string, what: { group: string; resource: string }): Promise<boolean> {
    const { code, body } = await api!.post('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      kind: 'SubjectAccessReview',
      spec: { user, resourceAttributes: { verb, ...what } },
    });
    expect(code, body.message).to.equal(201);
    return (body as unknown as { readonly status: { readonly allowed: boolean } }).status.allowed;
  }

  const isAdmin = (user: string): Promise<boolean> => reviewed(user, '*', { group: '*', resource: '*' });

  /** Gives rights everywhere, last of all: once the server knows of them, it knows what was made before. */
  async function settled(user: string, ...rules: readonly Rule[]): Promise<void> {
    const group = `${prefix}.example.org`;
    await make(...grant(`User:${user}`, '', ...rules, may('get', `${group}:last`)));
    await waitFor('the server to know the last binding', () => reviewed(user, 'get', { group, resource: 'last' }));
  }

  before(async function () {
    // One of them waits for the controller that aggregates.
    needControlPlane(this, { controllerManager: true });
    plane = await sharedControlPlane(this);
    api = poster(plane);
  });

  after(async () => {
    if (api === undefined) return;
    api.close();
    await plane.kubectl('delete', 'clusterroles,clusterrolebindings', '-l', `of=${prefix}`, '--ignore-not-found');
  });

  ways('', '').forEach(({ what }, index) => {
    it(what, async () => {
      const me = `${prefix}-${String(index)}`;
      const own = `${me}-own`;
      const way = ways(me, own)[index]!;
      await make(...(way.objects ?? []));
      await settled(me, ...way.may);
      const { store, found } = await liveEscalation(plane, { user: me, groups: [] });
      const told = {
        strength: store.view(RBAC_ENGINE).strengthOfKey(`u:${me}`, { seen: 'known', byGet: false }),
        way: found.way({ clusterAdmin: true }),
      };
      for (const [method, object, code] of way.moves) {
        let answer = await send(method, object, me);
        // The server takes a moment to know what the move before has given.
        if (code !== 403)
          await waitFor(`${method} to pass`, async () => {
            if (answer.code === 403) answer = await send(method, object, me);
            return answer.code !== 403;
          });
        expect(answer.code, `${method}: ${answer.body.message ?? ''}`).to.equal(code);
      }
      if (way.isAdmin) await waitFor('the server to let it do everything', () => isAdmin(me));
      expect(await isAdmin(me)).to.equal(way.isAdmin);
      expect(told.strength === 'direct').to.equal(way.isAdmin);
      expect(told.way !== undefined).to.equal(way.isAdmin);
      for (const each of [bind('', `ClusterRole:${own}`, `User:${me}`), clusterRole(own)])
        await plane.kubectl('delete', (each as Manifest).kind, (each as Manifest).metadata.name, '--ignore-not-found');
      await plane.kubectl('delete', 'clusterrolebinding', own, '--ignore-not-found');
    });
  });

  it('makes a pod as any account by its name alone, by server-side apply, and by no POST', async () => {
    const namespace = await newNamespace(plane, 'apply');
    const user = `${prefix}-applier`;
    await make({ kind: 'ServiceAccount', metadata: { namespace, name: 'boss' } });
    await make(role(`${namespace}/one`, may('create patch', 'pods', 'p')), bind(namespace, 'Role:one', `User:${user}`));
    await settled(user);
    const pod = (name: string): object => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace, name },
      spec: { serviceAccountName: 'boss', containers: [{ name: 'app', image: 'example.org/app:1' }] },
    });
    const { found } = await liveEscalation(plane, { user, groups: [] });
    expect(found.way({ serviceAccount: { namespace, name: 'boss' } })).to.deep.equal([
      { from: 'itself', to: `accounts:${namespace}`, by: 'pod-create', scope: `ns:${namespace}` },
      {
        from: `accounts:${namespace}`,
        to: `u:system:serviceaccount:${namespace}:boss`,
        by: 'accounts',
        scope: `ns:${namespace}`,
      },
    ]);
    const codes = [
      await send('POST', pod('p'), user),
      await send('APPLY', pod('q'), user),
      await send('APPLY', pod('p'), user),
    ];
    expect(codes.map(({ code }) => code)).to.deep.equal([403, 403, 201]);
  });
});
