import { expect } from 'chai';
import { version } from '#cli/package.ts';
import { baseRole } from '../support/base-roles.ts';
import { Api } from '../support/api.ts';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { MountedConfig } from '../support/mounted-config.ts';
import { OperatorProcess } from '../support/operator-process.ts';
import { deployment, operatorScenarios, reportGone, reportOf, reportWhere } from '../support/operator-scenarios.ts';
import { needControlPlane, sharedControlPlane } from '../support/shared-control-plane.ts';
import { waitFor } from '../support/wait.ts';

const LIVING = { controllerManager: true, kwok: true } as const;

/** Resolves when the report kinds are served. */
async function installCrds(plane: ControlPlane): Promise<void> {
  await plane.kubectl('apply', '-f', 'crds');
  await plane.kubectl('wait', '--for=condition=Established', '--timeout=30s', '-f', 'crds');
  await waitFor('the report kinds', () => plane.kubectl('get', 'securityreports,clustersecurityreports', '-A'));
}

operatorScenarios('[cluster] the operator on a real API server', async (context) => {
  needControlPlane(context, LIVING);
  const plane = await sharedControlPlane(context);
  await installCrds(plane);
  return {
    kubeconfig: plane.kubeconfig,
    reportWrites: async () => {
      let sum = 0;
      for (const [key, count] of await plane.requestCounts())
        if (/^(APPLY|POST|PUT|PATCH|DELETE) (cluster)?securityreports$/.test(key)) sum += count;
      return sum;
    },
    // It is shared: another suite may need it.
    stop: () => Promise.resolve(),
  };
});

describe('[cluster] the operator with little rights', function () {
  this.timeout(90_000);
  let plane: ControlPlane;
  let api: Api | undefined;
  let operator: OperatorProcess | undefined;

  before(async function () {
    needControlPlane(this, LIVING);
    plane = await sharedControlPlane(this);
    await installCrds(plane);
    api = new Api(plane.kubeconfig);
  });

  after(() => {
    api?.close();
    config.remove();
  });

  afterEach(async () => {
    await operator?.stop();
    await plane.kubectl('delete', 'clusterrolebinding', 'kubeposture-test', '--ignore-not-found');
  });

  /** As manifests/base configures it: it has no right to Secrets, and does not ask for them. */
  const config = new MountedConfig('secrets: {mode: off}');
  const begin = (user: string): OperatorProcess =>
    new OperatorProcess([
      ...['--kubeconfig', plane.userKubeconfig(user), '--leader-elect=false'],
      ...['--config', config.file],
    ]);

  const grant = (role: string, user: string): Promise<string> =>
    plane.kubectl('create', 'clusterrolebinding', 'kubeposture-test', `--clusterrole=${role}`, `--user=${user}`);

  it('needs no right but those of its generated ClusterRole', async () => {
    await plane.kubectlWithInput(baseRole('ClusterRole'), 'apply', '-f', '-');
    await grant('kubeposture', 'user-1');
    const namespace = await api!.newNamespace('least');
    await api!.apply(deployment(namespace, false));
    operator = begin('user-1');
    const found = await reportWhere(api!, namespace, ({ subject }) => subject.pods === 3, 20_000);
    expect(found.unknown).to.deep.equal([]);
    const asked = (await plane.auditLines()).filter(({ user }) => user.username === 'user-1');
    expect(asked.filter(({ responseStatus }) => responseStatus?.code === 403)).to.deep.equal([]);
    expect([...new Set(asked.map(({ userAgent }) => userAgent))]).to.deep.equal([
      `kubeposture/${version()} (operator)`,
    ]);
  });

  it('says unknown, with the reason, where a kind is refused, and goes on with the rest', async () => {
    const rules = JSON.parse(await plane.kubectl('get', 'clusterrole', 'kubeposture', '-o', 'json')) as {
      readonly rules: readonly { readonly apiGroups: readonly string[]; readonly resources: readonly string[] }[];
    };
    const isRefused = (groups: readonly string[], resource: string): boolean =>
      groups.includes('networking.k8s.io') && resource === 'networkpolicies';
    const fewer = rules.rules
      .map((rule) => ({ ...rule, resources: rule.resources.filter((each) => !isRefused(rule.apiGroups, each)) }))
      .filter(({ resources }) => resources.length > 0);
    await api!.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'kubeposture-blind' },
      rules: fewer,
    });
    await grant('kubeposture-blind', 'user-2');
    const namespace = await api!.newNamespace('blind');
    await api!.apply(deployment(namespace, false));
    operator = begin('user-2');
    const found = await reportWhere(api!, namespace, ({ subject }) => subject.pods === 3, 20_000);
    const reason = 'watch networkpolicies.networking.k8s.io: forbidden';
    expect(found.unknown).to.deep.equal(['KP-NET-002', 'KP-NET-005', 'KP-NET-014'].map((check) => ({ check, reason })));
    expect(found.findings.map(({ check }) => check)).to.include('KP-POD-001');
    expect(await operator.metric('kubeposture_checks_unknown', 'reason="forbidden"')).to.be.above(0);
  });
});

describe('[cluster] the operator and a server in trouble', function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  let api: Api | undefined;
  let operator: OperatorProcess | undefined;
  const stops: (() => Promise<void>)[] = [];

  before(async function () {
    needControlPlane(this, LIVING);
    plane = await startControlPlane(LIVING);
    stops.push(plane.stop);
    api = new Api(plane.kubeconfig);
  });

  after(async () => {
    await operator?.stop();
    api?.close();
    for (const stop of stops) await stop();
  });

  it('waits for the report kinds and says so, then begins', async () => {
    operator = new OperatorProcess(['--kubeconfig', plane.kubeconfig, '--leader-elect=false']);
    const { obstacles } = await operator.says('reports cannot be written yet');
    expect(obstacles).to.include('kubectl apply -f crds');
    expect((await operator.get('/readyz')).status).to.equal(503);
    expect((await operator.get('/healthz')).status).to.equal(200);
    await installCrds(plane);
    await operator.says('publishing reports');
    await operator.ready();
  });

  it('recovers by itself when the API server is killed and comes back, and misses nothing', async () => {
    const namespace = await api!.newNamespace('phoenix');
    await api!.apply(deployment(namespace, false));
    await reportWhere(api!, namespace, ({ subject }) => subject.pods === 3);
    await plane.restartApiServer('SIGKILL');
    // Right away, while the operator may still be on its way back.
    await plane.kubectl('delete', 'deployment', '-n', namespace, 'web', '--cascade=foreground', '--wait=false');
    await api!.apply({ ...deployment(namespace, true), metadata: { name: 'after', namespace } });
    const after = await waitFor('the report of what came after', () => reportOf(api!, namespace, 'deployment-after'), {
      deadlineMs: 60_000,
    });
    expect(after.findings.map(({ check }) => check)).to.deep.equal(['KP-NET-002', 'KP-NET-002']);
    await reportGone(api!, namespace, 'deployment-web', 60_000);
    expect(await operator!.metric('kubeposture_drift_detected_total')).to.equal(0);
  });

  it('says what stands in the way of its lease, and is not ready', async () => {
    const aspirant = new OperatorProcess(['--kubeconfig', plane.kubeconfig], { POD_NAMESPACE: 'nowhere' });
    const { reason } = await aspirant.says('lease cannot be read or written');
    expect(reason).to.equal('namespaces "nowhere" not found');
    const { status, text } = await waitFor('the lease to be the only obstacle', async () => {
      const answer = await aspirant.get('/readyz');
      return answer.text.startsWith('lease') ? answer : undefined;
    });
    expect([status, text]).to.deep.equal([503, 'lease nowhere/kubeposture: namespaces "nowhere" not found\n']);
    expect((await aspirant.stop()).code).to.equal(0);
  });

  it('ends with status 3 and one clear line when there is no such kubeconfig', async () => {
    const lost = new OperatorProcess(['--kubeconfig', '/nonexistent/kubeconfig']);
    expect(await lost.ended()).to.equal(3);
    expect(lost.logs.map(({ level, message, reason }) => [level, message, reason])).to.deep.equal([
      [
        'error',
        'no cluster: say which with --kubeconfig FILE and --context NAME, or run in a pod',
        '/nonexistent/kubeconfig: no such file',
      ],
    ]);
  });

  it('waits for a server that does not answer, and stops when told', async () => {
    await plane.stopApiServer('SIGKILL');
    const waiting = new OperatorProcess(['--kubeconfig', plane.kubeconfig, '--leader-elect=false']);
    await waiting.says('waiting for the API server');
    expect(await waiting.get('/readyz')).to.deep.equal({ status: 503, text: 'waiting for the API server\n' });
    const { code, tookMs } = await waiting.stop();
    expect(code).to.equal(0);
    expect(tookMs).to.be.below(5000);
    await plane.startApiServer();
  });
});
