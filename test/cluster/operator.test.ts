import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { DEPLOYMENT_REPORT } from '../support/example-reports.ts';
import { OperatorProcess } from '../support/operator-process.ts';
import { needControlPlane, newNamespace, sharedControlPlane } from '../support/shared-control-plane.ts';
import { waitFor } from '../support/wait.ts';

const LIVING = { controllerManager: true, kwok: true } as const;

interface Report {
  readonly score: number;
  readonly grade: string;
  readonly subject: { readonly pods: number };
  readonly findings: readonly {
    readonly check: string;
    readonly path: string;
    readonly firstSeen: string;
    readonly pods?: number;
  }[];
  readonly unknown: readonly { readonly check: string; readonly reason: string }[];
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion: string;
    readonly ownerReferences?: readonly object[];
  };
}

/** A Deployment that does everything wrong, or everything right. */
function deployment(namespace: string, isGood: boolean): object {
  const bad = { name: 'app', image: 'nginx', securityContext: { privileged: true } };
  const good = {
    name: 'app',
    image: `nginx:1.27.3@sha256:${'ab'.repeat(32)}`,
    securityContext: {
      privileged: null,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
    },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { nodeName: 'fake', automountServiceAccountToken: !isGood, containers: [isGood ? good : bad] },
      },
    },
  };
}

/** A report that an operator of the past left behind: no owner reference, no subject. */
function orphan(namespace: string): object {
  const name = 'deployment-gone';
  const { ownerReferences: _, ...metadata } = DEPLOYMENT_REPORT.metadata as { readonly ownerReferences?: object };
  return { ...DEPLOYMENT_REPORT, metadata: { ...metadata, name, namespace } };
}

function defaultDeny(namespace: string): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'default-deny', namespace },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  };
}

const apply = (plane: ControlPlane, ...objects: readonly object[]): Promise<string> =>
  plane.kubectlWithInput(objects.map((object) => JSON.stringify(object)).join('\n---\n'), 'apply', '-f', '-');

async function report(plane: ControlPlane, namespace: string, name = 'deployment-web'): Promise<Report> {
  return JSON.parse(await plane.kubectl('get', 'securityreport', '-n', namespace, name, '-o', 'json')) as Report;
}

/** Waits for the report of the Deployment to be as it should. */
function reportWhere(
  plane: ControlPlane,
  namespace: string,
  is: (report: Report) => boolean,
  deadlineMs = 10_000,
): Promise<Report> {
  return waitFor(
    'the report to change',
    async () => {
      const found = await report(plane, namespace);
      return is(found) ? found : undefined;
    },
    { deadlineMs },
  );
}

/** Writes of reports since the API server started, as it counts them itself. */
async function writes(plane: ControlPlane): Promise<number> {
  let sum = 0;
  for (const [key, count] of await plane.requestCounts()) {
    if (/^(APPLY|POST|PUT|PATCH|DELETE) (cluster)?securityreports$/.test(key)) sum += count;
  }
  return sum;
}

/** Waits until the API server has counted no write for a while. */
async function quiet(plane: ControlPlane, operator: OperatorProcess): Promise<number> {
  await operator.says('publishing reports');
  let last = -1;
  let since = performance.now();
  return waitFor('the writes to cease', async () => {
    const now = await writes(plane);
    if (now !== last) since = performance.now();
    last = now;
    return performance.now() - since > 2500 ? { now } : undefined;
  }).then(({ now }) => now);
}

const installCrds = (plane: ControlPlane): Promise<string> => plane.kubectl('apply', '-f', 'crds');

describe('[cluster] the operator', function () {
  this.timeout(90_000);
  let plane: ControlPlane;
  let operator: OperatorProcess;
  let isStarted = false;
  let namespace: string;

  before(async function () {
    needControlPlane(this, LIVING);
    plane = await sharedControlPlane(this);
    await installCrds(plane);
    namespace = await newNamespace(plane, 'shop');
    await apply(plane, orphan(namespace));
    operator = new OperatorProcess(['--kubeconfig', plane.kubeconfig, '--leader-elect=false']);
    isStarted = true;
    await operator.says('publishing reports');
    await operator.ready();
  });

  after(async () => {
    if (isStarted) await operator.stop();
  });

  it('reports a bad Deployment, with its ReplicaSet and pods, within 2 s of its last pod', async () => {
    await apply(plane, deployment(namespace, false));
    await waitFor('three running pods', async () => {
      const phases = await plane.kubectl('get', 'pods', '-n', namespace, '-o', 'jsonpath={.items[*].status.phase}');
      return phases === 'Running Running Running';
    });
    const found = await reportWhere(plane, namespace, ({ subject }) => subject.pods === 3, 2000);
    expect(found.findings.map(({ check, path, pods }) => `${check} ${path} ${String(pods)}`)).to.deep.equal([
      'KP-POD-001 spec.template.spec.containers[0].securityContext.privileged 3',
      'KP-IMG-001 spec.template.spec.containers[0].image 3',
      'KP-NET-002 spec.template.metadata.labels 3',
      'KP-POD-013 spec.template.spec.containers[0].securityContext.allowPrivilegeEscalation 3',
      'KP-POD-015 spec.template.spec.containers[0].securityContext.runAsNonRoot 3',
      'KP-POD-017 spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem 3',
      'KP-NET-002 spec.template.metadata.labels 3',
      'KP-POD-011 spec.template.spec.containers[0].securityContext.capabilities.drop 3',
      'KP-SA-004 spec.template.spec.automountServiceAccountToken 3',
    ]);
  });

  it('removes a report whose subject is gone, when the garbage collection did not', async () => {
    await waitFor(
      'the orphan to go',
      async () =>
        !(await plane.kubectl('get', 'securityreports', '-n', namespace, '-o', 'name')).includes('deployment-gone'),
      { deadlineMs: 30_000 },
    );
  });

  it('shows it in columns', async () => {
    const table = await plane.kubectl('get', 'securityreports', '-n', namespace);
    const rows = table
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/).slice(0, -1));
    expect(rows).to.deep.equal([
      ['NAME', 'KIND', 'SUBJECT', 'GRADE', 'SCORE', 'CRITICAL', 'HIGH', 'MEDIUM', 'LOW'],
      ['deployment-web', 'Deployment', 'web', 'D', '63', '0', '1', '5', '3'],
      [`namespace-${namespace}`, 'Namespace', namespace, 'C', '74', '0', '1', '6', '3'],
    ]);
  });

  it('writes nothing for 200 updates of nothing but the status of pods', async () => {
    const names = (
      await plane.kubectl('get', 'pods', '-n', namespace, '-o', 'jsonpath={.items[*].metadata.name}')
    ).split(' ');
    const before = await quiet(plane, operator);
    const heartbeats = Array.from({ length: 200 }, (_, beat) => ({ name: names[beat % names.length]!, beat }));
    for (let start = 0; start < heartbeats.length; start += 20) {
      await Promise.all(
        heartbeats.slice(start, start + 20).map(({ name, beat }) => {
          const status = { status: { message: `beat ${String(beat)}` } };
          return plane.kubectl(
            'patch',
            'pod',
            '-n',
            namespace,
            name,
            '--subresource=status',
            '--type=merge',
            '-p',
            JSON.stringify(status),
          );
        }),
      );
    }
    expect(await quiet(plane, operator)).to.equal(before);
  });

  it('keeps firstSeen and writes nothing when it is started anew', async () => {
    const before = await report(plane, namespace);
    const counted = await quiet(plane, operator);
    const { code, tookMs } = await operator.stop();
    expect(code).to.equal(0);
    expect(tookMs).to.be.below(5000);
    operator = new OperatorProcess(['--kubeconfig', plane.kubeconfig, '--leader-elect=false']);
    expect(await quiet(plane, operator)).to.equal(counted);
    expect(await report(plane, namespace)).to.deep.equal(before);
  });

  it('raises the score when the Deployment is made good, and keeps firstSeen of what stays', async () => {
    const before = await report(plane, namespace);
    await apply(plane, deployment(namespace, true));
    const better = await reportWhere(plane, namespace, ({ findings }) => findings.length === 2);
    expect(better.findings.map(({ check, firstSeen }) => [check, firstSeen])).to.deep.equal(
      before.findings.filter(({ check }) => check === 'KP-NET-002').map(({ check, firstSeen }) => [check, firstSeen]),
    );
    expect(better.score).to.be.above(before.score);
  });

  it('follows a policy of another object, and its end', async () => {
    await apply(plane, defaultDeny(namespace));
    const guarded = await reportWhere(plane, namespace, ({ findings }) => findings.length === 0);
    expect([guarded.score, guarded.grade]).to.deep.equal([100, 'A']);
    await plane.kubectl('delete', 'networkpolicy', '-n', namespace, 'default-deny');
    const open = await reportWhere(plane, namespace, ({ findings }) => findings.length > 0);
    expect(open.findings.map(({ check }) => check)).to.deep.equal(['KP-NET-002', 'KP-NET-002']);
  });

  it('writes a report anew that somebody removed', async () => {
    await plane.kubectl('delete', 'securityreport', '-n', namespace, 'deployment-web');
    await reportWhere(plane, namespace, () => true);
  });

  it('loses the report with the Deployment', async () => {
    const { metadata } = await report(plane, namespace);
    expect(metadata.ownerReferences).to.have.length(1);
    await plane.kubectl('delete', 'deployment', '-n', namespace, 'web');
    await waitFor(
      'the report to go',
      async () => {
        const names = await plane.kubectl('get', 'securityreports', '-n', namespace, '-o', 'name');
        return !names.includes('deployment-web');
      },
      { deadlineMs: 30_000 },
    );
  });

  it('reports a ClusterRole by its own name and loses it when it is harmless again', async () => {
    const rules = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
    const role = (list: readonly object[]): object => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'team:All Powerful' },
      rules: list,
    });
    await apply(plane, role(rules));
    const named = async (): Promise<string | undefined> => {
      const names = await plane.kubectl('get', 'clustersecurityreports', '-o', 'jsonpath={.items[*].subject.name}');
      return names.includes('team:All Powerful') ? names : undefined;
    };
    await waitFor('the report of the ClusterRole', named);
    await apply(plane, role([]));
    await waitFor('the report to go', async () => (await named()) === undefined);
    await plane.kubectl('delete', 'clusterrole', 'team:All Powerful');
  });

  it('says how it is doing', async () => {
    expect(await operator.metric('kubeposture_drift_detected_total')).to.equal(0);
    expect(await operator.metric('kubeposture_kind_synced', 'kind="Pod"')).to.equal(1);
    expect(await operator.metric('kubeposture_cluster_score')).to.be.within(0, 100);
    expect(await operator.metric('kubeposture_check_errors_total')).to.equal(undefined);
    expect(await operator.metric('kubeposture_event_to_report_seconds_count')).to.be.above(0);
    expect(await operator.get('/healthz')).to.deep.equal({ status: 200, text: 'ok\n' });
    expect((await operator.get('/nothing')).status).to.equal(404);
  });

  it('names itself in every request', async () => {
    const agents = (await plane.auditLines())
      .filter(({ objectRef, verb }) => objectRef?.apiGroup === 'kubeposture.io' && verb === 'patch')
      .map(({ userAgent }) => userAgent);
    expect(agents).to.include('kubeposture/0.1.0 (operator)');
  });
});

describe('[cluster] the operator with little rights', function () {
  this.timeout(90_000);
  let plane: ControlPlane;
  let operator: OperatorProcess | undefined;

  before(async function () {
    needControlPlane(this, LIVING);
    plane = await sharedControlPlane(this);
    await installCrds(plane);
  });

  afterEach(async () => {
    await operator?.stop();
    await plane.kubectl('delete', 'clusterrolebinding', 'kubeposture-test', '--ignore-not-found');
  });

  const grant = (role: string, user: string): Promise<string> =>
    plane.kubectl('create', 'clusterrolebinding', 'kubeposture-test', `--clusterrole=${role}`, `--user=${user}`);

  it('needs no right but those of its generated ClusterRole', async () => {
    await plane.kubectlWithInput(readFileSync('manifests/rbac.yaml', 'utf8').split('\n---\n')[0]!, 'apply', '-f', '-');
    await grant('kubeposture', 'user-1');
    const namespace = await newNamespace(plane, 'least');
    await apply(plane, deployment(namespace, false));
    operator = new OperatorProcess(['--kubeconfig', plane.userKubeconfig('user-1'), '--leader-elect=false']);
    const found = await reportWhere(plane, namespace, ({ subject }) => subject.pods === 3, 20_000);
    expect(found.unknown).to.deep.equal([]);
    const refused = (await plane.auditLines()).filter(
      ({ user, responseStatus }) => user.username === 'user-1' && responseStatus?.code === 403,
    );
    expect(refused).to.deep.equal([]);
  });

  it('says unknown, with the reason, where a kind is refused, and goes on with the rest', async () => {
    const rules = JSON.parse(await plane.kubectl('get', 'clusterrole', 'kubeposture', '-o', 'json')) as {
      readonly rules: readonly { readonly resources: readonly string[] }[];
    };
    const fewer = rules.rules.map((rule) => ({
      ...rule,
      resources: rule.resources.filter((resource) => resource !== 'networkpolicies'),
    }));
    await apply(plane, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'kubeposture-blind' },
      rules: fewer,
    });
    await grant('kubeposture-blind', 'user-2');
    const namespace = await newNamespace(plane, 'blind');
    await apply(plane, deployment(namespace, false));
    operator = new OperatorProcess(['--kubeconfig', plane.userKubeconfig('user-2'), '--leader-elect=false']);
    const found = await reportWhere(plane, namespace, ({ subject }) => subject.pods === 3, 20_000);
    expect(found.unknown).to.deep.equal([
      { check: 'KP-NET-002', reason: 'watch networkpolicies.networking.k8s.io: forbidden' },
    ]);
    expect(found.findings.map(({ check }) => check)).to.include('KP-POD-001');
    expect(await operator.metric('kubeposture_checks_unknown', 'reason="forbidden"')).to.be.above(0);
  });
});

describe('[cluster] the operator and a server in trouble', function () {
  this.timeout(120_000);
  let plane: ControlPlane;
  let operator: OperatorProcess | undefined;
  const stops: (() => Promise<void>)[] = [];

  before(async function () {
    needControlPlane(this, LIVING);
    plane = await startControlPlane(LIVING);
    stops.push(plane.stop);
  });

  after(async () => {
    await operator?.stop();
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
    const namespace = await newNamespace(plane, 'phoenix');
    await apply(plane, deployment(namespace, false));
    await reportWhere(plane, namespace, ({ subject }) => subject.pods === 3);
    await plane.restartApiServer('SIGKILL');
    // Right away, while the operator may still be on its way back.
    await plane.kubectl('delete', 'deployment', '-n', namespace, 'web', '--cascade=foreground', '--wait=false');
    await apply(plane, { ...deployment(namespace, true), metadata: { name: 'after', namespace } });
    const after = await waitFor('the report of what came after', () => report(plane, namespace, 'deployment-after'), {
      deadlineMs: 60_000,
    });
    expect(after.findings.map(({ check }) => check)).to.deep.equal(['KP-NET-002', 'KP-NET-002']);
    await waitFor(
      'the report of what went',
      async () => {
        const names = await plane.kubectl('get', 'securityreports', '-n', namespace, '-o', 'name');
        return !names.includes('deployment-web');
      },
      { deadlineMs: 60_000 },
    );
    expect(await operator!.metric('kubeposture_drift_detected_total')).to.equal(0);
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
