import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Resource } from '#kube/resource.ts';
import { KINDS, type Kind } from '#model/kinds.ts';
import { startControlPlane, type ControlPlane, type ControlPlaneOptions } from '../support/control-plane.ts';
import { agrees, live, type Live, type LiveOptions } from '../support/live-reflector.ts';
import { needControlPlane, newNamespace, sharedControlPlane } from '../support/shared-control-plane.ts';
import { waitFor } from '../support/wait.ts';

const of = (kind: Kind): Resource => ({ kind, ...KINDS[kind] });
const MAPS: Resource = { kind: 'ConfigMap', group: '', version: 'v1', plural: 'configmaps', namespaced: true };
const LIVING = { controllerManager: true, kwok: true } as const;

const configMap = (name: string, namespace = 'default'): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: { key: 'value' },
});
const named = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}-${String(i)}`);
const create = (plane: ControlPlane, ...objects: readonly object[]): Promise<string> =>
  plane.kubectlWithInput(objects.map((object) => JSON.stringify(object)).join('\n---\n'), 'create', '-f', '-');
/** Reflectors that are stopped after each test. */
const open: Live[] = [];
const watch = (options: LiveOptions): Live => {
  const one = live(options);
  open.push(one);
  return one;
};
const stopAll = async (): Promise<void> => {
  await Promise.all(open.splice(0).map((one) => one.stop()));
};

describe('[cluster] kube/reflector', function () {
  this.timeout(60_000);
  let plane: ControlPlane;

  before(async function () {
    plane = await sharedControlPlane(this);
  });
  afterEach(stopAll);

  it('W1 syncs by one stream of initial events and follows it, to the same state as a list', async () => {
    const namespace = await newNamespace(plane, 'sync');
    await create(plane, ...named('old', 20).map((name) => configMap(name, namespace)));
    const maps = watch({ kubeconfig: plane.kubeconfig, resource: MAPS });
    await maps.synced();
    await create(plane, configMap('new', namespace));
    await plane.kubectl('patch', 'configmap', '-n', namespace, 'old-1', '-p', '{"data":{"key":"other"}}');
    await plane.kubectl('delete', 'configmap', '-n', namespace, 'old-2');
    await waitFor('the last change', () => maps.told.includes(`-${namespace}/old-2`));
    expect(await agrees(maps, plane.kubeconfig, MAPS)).to.be.at.least(20);
    expect(maps.raws.get(`${namespace}/old-1`)).to.deep.include({ kind: 'ConfigMap', data: { key: 'other' } });
    expect(maps.observed).to.deep.equal([{ verb: 'watch', resource: 'configmaps', code: '200' }]);
    expect(maps.reflector.stats).to.deep.include({ relists: {}, reconnects: {}, badLines: 0, handlerErrors: 0 });
  });

  it('W27 bookmarks come, and a stream that the server ends is resumed without a list', async () => {
    const maps = watch({ kubeconfig: plane.kubeconfig, resource: MAPS, limits: { watchSeconds: [5, 5] } });
    await maps.synced();
    const first = maps.reflector.stats.lastBookmarkAt!;
    // The server sends another one two seconds before it ends a watch.
    await waitFor('another bookmark', () => maps.reflector.stats.lastBookmarkAt! > first, { deadlineMs: 30_000 });
    await waitFor('a resumed watch', () => (maps.reflector.stats.reconnects['closed'] ?? 0) >= 1, {
      deadlineMs: 30_000,
    });
    await agrees(maps, plane.kubeconfig, MAPS);
    expect(maps.reflector.stats.relists).to.deep.equal({});
  });

  it('W10 metadata only: the values of Secrets never leave the server, and field selectors select', async () => {
    const namespace = await newNamespace(plane, 'secrets');
    const secret = (name: string, type: string, data: object): object => ({
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type },
      stringData: data,
    });
    await create(
      plane,
      secret('password', 'Opaque', { key: 'marker-of-a-value' }),
      secret('basic', 'kubernetes.io/basic-auth', { username: 'a', password: 'marker-of-a-value' }),
    );
    const resource: Resource = { ...of('Secret'), fieldSelector: 'type=kubernetes.io/basic-auth' };
    const secrets = watch({ kubeconfig: plane.kubeconfig, resource });
    await secrets.synced();
    await create(plane, secret('later', 'kubernetes.io/basic-auth', { username: 'b', password: 'marker-of-a-value' }));
    await waitFor('the later one', () => secrets.store.has(`${namespace}/later`));
    expect(await agrees(secrets, plane.kubeconfig, resource)).to.equal(2);
    expect(secrets.raws.get(`${namespace}/basic`)).to.include({ kind: 'Secret', apiVersion: 'v1' });
    expect(JSON.stringify([...secrets.raws])).not.to.include('marker-of-a-value');
    expect(Object.keys(secrets.raws.get(`${namespace}/basic`)!)).to.have.members(['kind', 'apiVersion', 'metadata']);
  });

  it('W17 a right that is not there, given, taken away and given again', async () => {
    const grant = (): Promise<string> =>
      plane.kubectl('create', 'clusterrolebinding', 'reflector-test', '--clusterrole=view', '--user=user-3');
    const revoke = (): Promise<string> => plane.kubectl('delete', 'clusterrolebinding', 'reflector-test');
    const kubeconfig = plane.userKubeconfig('user-3');
    const maps = watch({ kubeconfig, resource: MAPS, limits: { deniedMs: 500, watchSeconds: [2, 2] } });
    await maps.phase('forbidden');
    await grant();
    await maps.synced();
    await revoke();
    await maps.phase('forbidden');
    const namespace = await newNamespace(plane, 'unseen');
    await create(plane, configMap('unseen', namespace));
    await grant();
    await maps.synced();
    await agrees(maps, plane.kubeconfig, MAPS);
    expect(maps.told.filter((word) => /^\w+$/.test(word))).to.deep.equal([
      ...['starting', 'forbidden', 'synced', 'forbidden', 'synced'],
    ]);
    await revoke();
  });

  it('W16 a token that dies is replaced by the one in its file', async () => {
    const namespace = await newNamespace(plane, 'token');
    const account = 'rotated';
    const makeAccount = (): Promise<string> => plane.kubectl('create', 'serviceaccount', '-n', namespace, account);
    const token = (): Promise<string> => plane.kubectl('create', 'token', '-n', namespace, account);
    const subject = `--serviceaccount=${namespace}:${account}`;
    await makeAccount();
    await plane.kubectl('create', 'clusterrolebinding', `view-${namespace}`, '--clusterrole=view', subject);
    const file = join(plane.dir, `${namespace}.token`);
    writeFileSync(file, await token());
    const kubeconfig = join(plane.dir, `${namespace}.kubeconfig`);
    const config = JSON.parse(readFileSync(plane.kubeconfig, 'utf8')) as { readonly users: readonly object[] };
    writeFileSync(kubeconfig, JSON.stringify({ ...config, users: [{ name: 'admin', user: { tokenFile: file } }] }));
    const maps = watch({ kubeconfig, resource: MAPS, limits: { watchSeconds: [2, 2] } });
    await maps.synced();
    // A new account of the same name: tokens of the old one are refused once the server's cache of them has run out.
    await plane.kubectl('delete', 'serviceaccount', '-n', namespace, account);
    await waitFor('a 401', () => maps.observed.some(({ code }) => code === '401'), { deadlineMs: 30_000 });
    await makeAccount();
    writeFileSync(file, `${await token()}\n`);
    const before = maps.observed.length;
    await waitFor('a watch', () => maps.observed.slice(before).some(({ code }) => code === '200'), {
      deadlineMs: 30_000,
    });
    await create(plane, configMap('after', namespace));
    await waitFor('news', () => maps.store.has(`${namespace}/after`), { deadlineMs: 30_000 });
    expect(maps.reflector.stats.relists).to.deep.equal({});
    await plane.kubectl('delete', 'clusterrolebinding', `view-${namespace}`);
  });

  it('W18 a kind that does not exist yet is found when its definition comes', async () => {
    const resource: Resource = { ...MAPS, kind: 'Widget', group: 'late.example.io', plural: 'widgets' };
    const widgets = watch({ kubeconfig: plane.kubeconfig, resource, limits: { deniedMs: 500 } });
    await widgets.phase('missing');
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    await create(plane, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.late.example.io' },
      spec: {
        group: 'late.example.io',
        names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
        scope: 'Namespaced',
        versions: [{ name: 'v1', served: true, storage: true, schema }],
      },
    });
    await widgets.synced();
    await create(plane, {
      apiVersion: 'late.example.io/v1',
      kind: 'Widget',
      metadata: { name: 'one', namespace: 'default' },
    });
    await waitFor('the widget', () => widgets.store.has('default/one'));
    expect(await agrees(widgets, plane.kubeconfig, resource)).to.equal(1);
    // Its end takes its objects along, and the kind is missing again.
    await plane.kubectl('delete', 'crd', 'widgets.late.example.io');
    await waitFor('the end of the widget', () => widgets.store.size === 0);
    await widgets.phase('missing');
  });

  it('W3 a rollout and a Job: what is held is what the server holds, all the way down', async function () {
    needControlPlane(this, LIVING);
    const namespace = await newNamespace(plane, 'rollout');
    const kinds = (['Deployment', 'ReplicaSet', 'Pod', 'Job', 'EndpointSlice', 'ServiceAccount'] as const).map(of);
    const all = kinds.map((resource) => ({ resource, one: watch({ kubeconfig: plane.kubeconfig, resource }) }));
    await Promise.all(all.map(({ one }) => one.synced()));
    const template = (image: string): object => ({
      metadata: { labels: { app: 'web' } },
      spec: { nodeName: 'fake', containers: [{ name: 'app', image }] },
    });
    await create(
      plane,
      {
        ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace } },
        spec: { replicas: 5, selector: { matchLabels: { app: 'web' } }, template: template('nginx:1') },
      },
      {
        ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace } },
        spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
      },
      {
        ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'once', namespace } },
        spec: {
          ...{ completions: 4, parallelism: 2 },
          template: {
            spec: { ...{ nodeName: 'fake', restartPolicy: 'Never' }, containers: [{ name: 'a', image: 'b' }] },
          },
        },
      },
    );
    const wait = (...words: readonly string[]): Promise<string> =>
      plane.kubectl(...words, '-n', namespace, '--timeout=40s');
    await wait('rollout', 'status', 'deployment/web');
    await plane.kubectl('set', 'image', '-n', namespace, 'deployment/web', 'app=nginx:2');
    await wait('rollout', 'status', 'deployment/web');
    await wait('wait', '--for=condition=complete', 'job/once');
    for (const { resource, one } of all) await agrees(one, plane.kubeconfig, resource);
    await plane.kubectl('delete', 'namespace', namespace);
    for (const { resource, one } of all) {
      await agrees(one, plane.kubeconfig, resource);
      expect([...one.store.keys()].filter((key) => key.startsWith(`${namespace}/`))).to.deep.equal([]);
      expect(one.reflector.stats).to.deep.include({ relists: {}, reconnects: {}, badLines: 0, handlerErrors: 0 });
    }
  });
});

describe('[cluster] kube/reflector and a server in trouble', function () {
  this.timeout(90_000);
  let plane: ControlPlane;

  const own = async (context: Mocha.Context, options: ControlPlaneOptions): Promise<void> => {
    needControlPlane(context);
    plane = await startControlPlane(options);
  };
  afterEach(async () => {
    await stopAll();
    await (plane as ControlPlane | undefined)?.stop();
  });

  it('W28 a server without WatchList is read page by page, and asked only once', async function () {
    await own(this, { featureGates: 'WatchList=false' });
    await create(plane, ...named('map', 25).map((name) => configMap(name)));
    const maps = watch({ kubeconfig: plane.kubeconfig, resource: MAPS, limits: { pageSize: 10 } });
    await maps.synced();
    await create(plane, configMap('later'));
    await waitFor('the later one', () => maps.store.has('default/later'));
    expect(await agrees(maps, plane.kubeconfig, MAPS)).to.be.at.least(26);
    expect(maps.observed.map(({ verb, code }) => `${verb} ${code}`)).to.deep.equal([
      ...['watch 422', 'list 200', 'list 200', 'list 200', 'watch 200'],
    ]);
    // Gone: the relist pages again and does not ask for initial events a second time.
    await maps.reflector.stop();
    await plane.kubectl('delete', 'configmap', 'map-1', 'map-2');
    await plane.compactEtcd();
    await plane.restartApiServer('SIGKILL');
    await create(plane, configMap('last'));
    maps.reflector.start();
    await waitFor('the last one', () => maps.store.has('default/last'), { deadlineMs: 30_000 });
    await agrees(maps, plane.kubeconfig, MAPS);
    expect(maps.reflector.stats.relists).to.deep.equal({ 'paged:refused': 1, expired: 1 });
    expect(maps.observed.filter(({ code }) => code === '422')).to.have.length(1);
  });

  it('W19 W4 a version that the server has forgotten leads to one relist, and nothing is missed', async function () {
    await own(this, {});
    await create(plane, ...named('map', 20).map((name) => configMap(name)));
    const maps = watch({ kubeconfig: plane.kubeconfig, resource: MAPS });
    await maps.synced();
    await maps.reflector.stop();
    maps.told.length = 0;
    await plane.kubectl('delete', 'configmap', 'map-1', 'map-2');
    await create(plane, configMap('map-2'), configMap('new'));
    await plane.compactEtcd();
    await plane.restartApiServer('SIGKILL');
    maps.reflector.start();
    await waitFor('the new one', () => maps.store.has('default/new'), { deadlineMs: 30_000 });
    await agrees(maps, plane.kubeconfig, MAPS);
    expect(maps.told.filter((word) => word.includes('default/'))).to.have.members([
      ...['-default/map-1', '-default/map-2', '+default/map-2', '+default/new'],
    ]);
    expect(maps.reflector.stats.relists).to.deep.equal({ expired: 1 });
  });

  it('W13 W15 a killed server: found again within 35 s of its return, nothing missed', async function () {
    await own(this, {});
    const maps = watch({ kubeconfig: plane.kubeconfig, resource: MAPS });
    const spaces = watch({ kubeconfig: plane.kubeconfig, resource: of('Namespace') });
    await Promise.all([maps.synced(), spaces.synced()]);
    await plane.stopApiServer('SIGKILL');
    await waitFor('refusals', () => (maps.reflector.stats.reconnects['refused'] ?? 0) >= 2);
    await plane.startApiServer();
    await create(plane, configMap('back'));
    await waitFor('news', () => maps.store.has('default/back'), { deadlineMs: 35_000 });
    await agrees(maps, plane.kubeconfig, MAPS);
    await agrees(spaces, plane.kubeconfig, of('Namespace'), 35_000);
  });

  it('a server that is told to end leaves its streams open and silent: no relist before it is gone', async function () {
    // The grace of the server for open requests is its request timeout: 60 s without this flag.
    await own(this, { apiServerFlags: ['--request-timeout=6s'] });
    const maps = watch({ kubeconfig: plane.kubeconfig, resource: MAPS });
    await maps.synced();
    const stopping = plane.stopApiServer('SIGTERM');
    await waitFor('new connections to be refused', async () =>
      plane.kubectl('get', '--raw', '/readyz').then(
        () => false,
        () => true,
      ),
    );
    expect(maps.reflector.stats).to.deep.include({ synced: true, reconnects: {}, relists: {} });
    await stopping;
    await plane.startApiServer();
    await create(plane, configMap('back'));
    await waitFor('news', () => maps.store.has('default/back'), { deadlineMs: 35_000 });
    await agrees(maps, plane.kubeconfig, MAPS);
  });
});
