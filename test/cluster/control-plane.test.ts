import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { needControlPlane, newNamespace, sharedControlPlane } from '../support/shared-control-plane.ts';
import { waitFor } from '../support/wait.ts';

describe('[cluster] the control plane of the tests', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let stop = (): Promise<void> => Promise.resolve();

  before(async function () {
    needControlPlane(this);
    plane = await startControlPlane();
    stop = plane.stop;
  });
  after(() => stop());

  it('counts requests and knows who sent them', async () => {
    const key = 'POST configmaps';
    const before = (await plane.requestCounts()).get(key) ?? 0;
    await plane.kubectl('create', 'configmap', 'counted');
    expect((await plane.requestCounts()).get(key)).to.equal(before + 1);

    const entry = await waitFor('the audit entry', async () =>
      (await plane.auditLines()).find(({ verb, objectRef }) => verb === 'create' && objectRef?.name === 'counted'),
    );
    expect(entry.user.username).to.equal('admin');
    expect(entry.userAgent).to.match(/^kubectl/);
    expect(entry.responseStatus?.code).to.equal(201);
  });

  it('has users without rights', async () => {
    const refusal = await plane
      .kubectl('get', 'pods', `--kubeconfig=${plane.userKubeconfig('user-1')}`)
      .then(String, (error: unknown) => String(error));
    expect(refusal).to.include('User "user-1" cannot list resource "pods"');
    expect(() => plane.userKubeconfig('nobody')).to.throw('no user nobody');
  });

  for (const how of ['SIGKILL', 'SIGTERM'] as const) {
    it(`restarts its server with ${how} under the same address, with the same objects`, async () => {
      await plane.kubectl('create', 'configmap', how.toLowerCase());
      const meanwhile: string[] = [];
      await plane.restartApiServer(how, async () => {
        meanwhile.push(await plane.kubectl('version').then(String, () => 'no server'));
      });
      expect(meanwhile).to.deep.equal(['no server']);
      expect(await plane.kubectl('get', 'configmap', how.toLowerCase(), '-o=name')).to.equal(
        `configmap/${how.toLowerCase()}\n`,
      );
    });
  }

  it('leaves nothing behind', async () => {
    const other = await startControlPlane();
    await other.stop();
    expect(existsSync(other.dir)).to.equal(false);
    const answer = await fetch(other.url).then(String, () => 'nobody listens');
    expect(answer).to.equal('nobody listens');
  });
});

describe('[cluster] a living cluster', function () {
  this.timeout(60_000);
  let plane: ControlPlane;

  before(async function () {
    needControlPlane(this, { controllerManager: true, kwok: true });
    plane = await sharedControlPlane(this);
  });

  it('runs the pods of a Deployment on the fake node', async () => {
    const namespace = await newNamespace(plane);
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace },
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'web' } },
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { nodeName: 'fake', containers: [{ name: 'app', image: 'registry.example/app:1' }] },
        },
      },
    };
    await plane.kubectlWithInput(JSON.stringify(deployment), 'apply', '-f', '-');
    await plane.kubectl('rollout', 'status', 'deployment/web', '-n', namespace, '--timeout=30s');
    const ready = await plane.kubectl(
      'get',
      'deployment',
      'web',
      '-n',
      namespace,
      '-o=jsonpath={.status.readyReplicas}',
    );
    expect(ready).to.equal('2');
  });
});
