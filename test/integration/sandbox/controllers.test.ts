import { expect } from 'chai';
import { startSandbox, type Sandbox } from '#sandbox/server.ts';
import { send, until, type Target } from '../../support/sandbox-client.ts';

type Json = Readonly<Record<string, unknown>>;

const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Json | undefined)?.[key], value);
const itemsOf = (list: unknown): readonly Json[] => (at(list, 'items') ?? []) as readonly Json[];
const nameOf = (object: unknown): string => String(at(object, 'metadata', 'name'));

const pod = (app: string): Json => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'main', image: 'main:1', ports: [{ name: 'http', containerPort: 8080 }] }] },
});
const selector = (app: string): Json => ({ matchLabels: { app } });

const OBJECTS: readonly Json[] = [
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { replicas: 2, selector: selector('web'), template: pod('web') },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'shop' },
    spec: { replicas: 2, serviceName: 'db', selector: selector('db'), template: pod('db') },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace: 'shop' },
    spec: { selector: selector('agent'), template: pod('agent') },
  },
  {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'once', namespace: 'shop' },
    spec: { completions: 2, template: { spec: { ...(pod('once')['spec'] as Json), restartPolicy: 'Never' } } },
  },
];

describe('[integration] sandbox: what one applies comes to life', () => {
  let sandbox: Sandbox;
  let target: Target;
  const get = async (path: string): Promise<unknown> => (await send(target, { path })).json;
  const pods = async (app: string): Promise<readonly Json[]> =>
    itemsOf(await get(`/api/v1/namespaces/shop/pods?labelSelector=app%3D${app}`));

  before(async () => {
    sandbox = await startSandbox();
    target = { url: sandbox.url, token: sandbox.token, ca: sandbox.caPem };
    expect(await sandbox.load(OBJECTS)).to.deep.equal({ created: 5, updated: 0, failed: [] });
  });
  after(() => sandbox.stop());

  it('makes the ReplicaSet and the running pods of a Deployment, and counts them', async () => {
    const path = '/apis/apps/v1/namespaces/shop/deployments/web';
    const ready = await until(
      () => get(path),
      (object) => at(object, 'status', 'availableReplicas') === 2,
    );
    expect(at(ready, 'status', 'observedGeneration')).to.equal(1);
    const [set] = itemsOf(await get('/apis/apps/v1/namespaces/shop/replicasets'));
    const made = await pods('web');
    expect(made.map((each) => at(each, 'status', 'phase'))).to.deep.equal(['Running', 'Running']);
    expect(made.map((each) => at(each, 'metadata', 'ownerReferences', '0', 'name'))).to.deep.equal([
      nameOf(set),
      nameOf(set),
    ]);
    expect(at(made[0], 'metadata', 'ownerReferences', '0', 'controller')).to.equal(true);
  });

  it('keeps the endpoints of a Service, with the number of a named port', async () => {
    const path = '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices';
    const list = await until(
      () => get(path),
      (answer) => (at(answer, 'items', '0', 'endpoints') as readonly unknown[] | undefined)?.length === 2,
    );
    expect(at(list, 'items', '0', 'ports')).to.deep.equal([{ name: '', port: 8080, protocol: 'TCP' }]);
  });

  it('numbers the pods of a StatefulSet, puts one of a DaemonSet on each node, and ends Jobs', async () => {
    await until(
      () => get('/apis/batch/v1/namespaces/shop/jobs/once'),
      (job) => at(job, 'status', 'succeeded') === 2,
    );
    expect((await pods('db')).map(nameOf)).to.deep.equal(['db-0', 'db-1']);
    expect((await pods('agent')).map((each) => at(each, 'spec', 'nodeName'))).to.deep.equal(['sandbox']);
  });

  it('gives each Namespace its default ServiceAccount', async () => {
    expect(itemsOf(await get('/api/v1/namespaces/shop/serviceaccounts')).map(nameOf)).to.deep.equal(['default']);
  });

  it('rolls the pods when the template changes', async () => {
    const path = '/apis/apps/v1/namespaces/shop/deployments/web';
    const before = (await pods('web')).map(nameOf);
    const patch = { spec: { template: { spec: { containers: [{ name: 'main', image: 'main:2' }] } } } };
    const contentType = 'application/strategic-merge-patch+json';
    await send(target, { method: 'PATCH', path, body: patch, contentType });
    const after = await until(
      () => pods('web'),
      (all) => all.length === 2 && all.every((each) => !before.includes(nameOf(each))),
    );
    expect(after.map((each) => at(each, 'spec', 'containers', '0', 'image'))).to.deep.equal(['main:2', 'main:2']);
    expect(at(after[0], 'spec', 'containers', '0', 'ports', '0', 'name')).to.equal('http');
  });

  it('takes the pods away with their owner, and everything with its Namespace', async () => {
    await send(target, { method: 'DELETE', path: '/apis/apps/v1/namespaces/shop/deployments/web' });
    await until(
      () => pods('web'),
      (all) => all.length === 0,
    );
    await send(target, { method: 'DELETE', path: '/api/v1/namespaces/shop' });
    await until(
      () => send(target, { path: '/api/v1/namespaces/shop' }),
      ({ code }) => code === 404,
    );
    expect(itemsOf(await get('/api/v1/pods'))).to.deep.equal([]);
  });
});
