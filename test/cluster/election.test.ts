import { expect } from 'chai';
import { get } from '#kube/client.ts';
import { loadCluster } from '#kube/kubeconfig.ts';
import { Transport } from '#kube/transport.ts';
import { baseRole } from '../support/base-roles.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { OperatorProcess } from '../support/operator-process.ts';
import { needControlPlane, newNamespace, sharedControlPlane } from '../support/shared-control-plane.ts';
import { waitFor } from '../support/wait.ts';

const USERS = ['user-6', 'user-7'] as const;
type User = (typeof USERS)[number];

const REPORTS = { group: 'kubeposture.io', version: 'v1alpha1', plural: 'securityreports' };
const WRITES = ['create', 'update', 'patch', 'delete'];

const badDeployment = (namespace: string, name: string): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'app', image: 'nginx', securityContext: { privileged: true } }] },
    },
  },
});

describe('[cluster] election', function () {
  this.timeout(90_000);
  let plane: ControlPlane;
  let namespace: string;
  let admin: Transport;
  const running = new Set<OperatorProcess>();

  before(async function () {
    needControlPlane(this, { controllerManager: true });
    plane = await sharedControlPlane(this);
    admin = new Transport({ cluster: loadCluster({ kubeconfig: plane.kubeconfig, userAgent: 'election-test' }) });
    await plane.kubectl('apply', '-f', 'crds');
    await plane.kubectlWithInput(baseRole('ClusterRole'), 'apply', '-f', '-');
    const users = USERS.map((user) => `--user=${user}`);
    await plane.kubectl('create', 'clusterrolebinding', 'election-test', '--clusterrole=kubeposture', ...users);
  });

  beforeEach(async () => {
    namespace = await newNamespace(plane, 'election');
    await plane.kubectlWithInput(baseRole('Role', namespace), 'apply', '-f', '-');
    const users = USERS.map((user) => `--user=${user}`);
    await plane.kubectl('create', 'rolebinding', 'leases', '-n', namespace, '--role=kubeposture', ...users);
  });

  afterEach(async () => {
    await Promise.all([...running].map((operator) => operator.stop('SIGKILL')));
    running.clear();
  });

  after(async () => {
    await (plane as ControlPlane | undefined)?.kubectl('delete', 'clusterrolebinding', 'election-test');
    (admin as Transport | undefined)?.close();
  });

  const start = (user: User): OperatorProcess => {
    const operator = new OperatorProcess(['--kubeconfig', plane.userKubeconfig(user)], { POD_NAMESPACE: namespace });
    running.add(operator);
    return operator;
  };
  /** A leader that publishes, and a standby that has everything in memory. */
  const pair = async (): Promise<readonly [leader: OperatorProcess, standby: OperatorProcess]> => {
    const leader = start('user-6');
    await leader.says('publishing reports');
    const standby = start('user-7');
    await standby.says('everything judged');
    await standby.ready();
    await reported('before');
    return [leader, standby];
  };
  const deploy = async (name: string): Promise<void> => {
    await plane.kubectlWithInput(JSON.stringify(badDeployment(namespace, name)), 'apply', '-f', '-');
  };
  /** Makes a bad Deployment and waits for its report. */
  const reported = async (name: string, deadlineMs = 20_000): Promise<void> => {
    await deploy(name);
    const place = { namespace, name: `deployment-${name}` };
    await waitFor(`the report of ${name}`, () => get(admin, REPORTS, place), { deadlineMs });
  };
  /** Who wrote reports of the namespace, in the order of the server's audit log, each turn once. */
  const turns = async (): Promise<readonly string[]> => {
    const writes = (await plane.auditLines())
      .filter(({ objectRef, verb }) => objectRef?.apiGroup === REPORTS.group && WRITES.includes(verb))
      .filter(({ objectRef }) => objectRef?.namespace === namespace)
      .filter(({ user }) => (USERS as readonly string[]).includes(user.username))
      .sort((a, b) => (a.requestReceivedTimestamp < b.requestReceivedTimestamp ? -1 : 1));
    return writes.map(({ user }) => user.username).filter((user, at, all) => user !== all[at - 1]);
  };

  it('a standby writes within 17 s of the death of the leader', async () => {
    const [leader, standby] = await pair();
    expect(await leader.metric('kubeposture_leader')).to.equal(1);
    expect(await standby.metric('kubeposture_leader')).to.equal(0);
    const since = performance.now();
    await leader.stop('SIGKILL');
    await reported('after', 25_000);
    expect(performance.now() - since).to.be.within(10_000, 17_000);
    expect(await standby.metric('kubeposture_leader')).to.equal(1);
    expect(await turns()).to.deep.equal(['user-6', 'user-7']);
  });

  it('a standby writes within 3 s of the order to the leader to end', async () => {
    const [leader, standby] = await pair();
    const since = performance.now();
    const stopped = leader.stop('SIGTERM');
    await reported('after');
    expect(performance.now() - since).to.be.below(3000);
    expect((await stopped).code).to.equal(0);
    expect(await standby.metric('kubeposture_leader')).to.equal(1);
    expect(await turns()).to.deep.equal(['user-6', 'user-7']);
  });

  it('a standby that may not watch the Lease polls it, by the rules of client-go', async () => {
    const verbs = '--verb=get,create,update';
    await plane.kubectl('delete', 'role', '-n', namespace, 'kubeposture');
    await plane.kubectl('create', 'role', '-n', namespace, 'kubeposture', verbs, '--resource=leases');
    const [leader] = await pair();
    const since = performance.now();
    await leader.stop('SIGTERM');
    await reported('after');
    expect(performance.now() - since).to.be.below(7000);
    expect(await turns()).to.deep.equal(['user-6', 'user-7']);
  });

  it('a leader that was frozen while another took over never writes again', async () => {
    const [leader] = await pair();
    // Something to write at every moment, also at the one of its awakening.
    const busy = new AbortController();
    const path = '/spec/template/spec/containers/0/securityContext/privileged';
    const work = (async (): Promise<void> => {
      for (let privileged = false; !busy.signal.aborted; privileged = !privileged) {
        const patch = JSON.stringify([{ op: 'replace', path, value: privileged }]);
        await plane.kubectl('patch', 'deployment', '-n', namespace, 'before', '--type=json', '-p', patch);
        const next = performance.now() + 300;
        await waitFor('the next beat', () => performance.now() > next);
      }
    })();
    const since = performance.now();
    process.kill(leader.pid, 'SIGSTOP');
    await waitFor('20 s to pass', () => performance.now() - since > 20_000, { deadlineMs: 25_000, everyMs: 200 });
    process.kill(leader.pid, 'SIGCONT');
    expect(await leader.ended()).to.equal(1);
    busy.abort();
    await work;
    await reported('after');
    expect(await turns()).to.deep.equal(['user-6', 'user-7']);
  });
});
