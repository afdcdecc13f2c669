import { expect } from 'chai';
import { readFileSync, readdirSync } from 'node:fs';
import { CHECKS } from '#checks/index.ts';
import type { Check } from '#model/check.ts';
import type { ScanResult } from '#report/formats/scan.ts';
import { Api } from '../support/api.ts';
import { Authorizer, type Scope } from '../support/authorizer.ts';
import { outputOf } from '../support/child.ts';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import {
  ACCOUNT,
  NAMESPACE,
  byPlace,
  installedOperator,
  kustomized,
  objectsIn,
  templated,
  type Installed,
} from '../support/install.ts';
import type { OperatorProcess } from '../support/operator-process.ts';
import { deployment, reportOf, reportWhere, type Report } from '../support/operator-scenarios.ts';
import { needControlPlane } from '../support/shared-control-plane.ts';
import { waitFor } from '../support/wait.ts';
import { MountedConfig } from '../support/mounted-config.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** The rules of roles as the authorizer's answers are spelt. */
function texts(rules: readonly Rule[]): readonly string[] {
  return rules.flatMap(({ apiGroups: [group = ''], resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group === '' ? resource : `${resource}.${group}`}`)),
  );
}

const VERIFIER = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'connaisseur-webhook' },
  webhooks: [
    {
      name: 'connaisseur-svc.connaisseur.svc',
      clientConfig: { service: { name: 'connaisseur-svc', namespace: 'connaisseur', path: '/mutate' } },
      rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods'] }],
      failurePolicy: 'Ignore',
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
      timeoutSeconds: 1,
    },
  ],
};

describe('[cluster] installed as the manifests say', function () {
  this.timeout(90_000);
  let plane: ControlPlane;
  let api: Api | undefined;
  let operator: OperatorProcess | undefined;
  let base: readonly Installed[];
  let stop = (): Promise<void> => Promise.resolve();

  before(async function () {
    needControlPlane(this, { controllerManager: true, kwok: true });
    base = kustomized('manifests/base');
    // With the admission of real clusters: pods need their ServiceAccount, and the namespace enforces `restricted`.
    plane = await startControlPlane({ controllerManager: true, kwok: true, serviceAccountAdmission: true });
    stop = plane.stop;
    await install('manifests/base');
    api = new Api(plane.kubeconfig);
  });

  after(async () => {
    await operator?.stop();
    api?.close();
    await stop();
  });

  const install = async (folder: string): Promise<void> => {
    await plane.kubectl('apply', '-k', folder);
    await plane.kubectl('wait', '--for=condition=Established', '--timeout=30s', '-f', 'crds');
  };
  const start = async (objects: readonly Installed[] = base): Promise<OperatorProcess> => {
    await operator?.stop();
    operator = await installedOperator(plane, objects);
    await operator.says('publishing reports');
    return operator;
  };
  const rulesOf = (kind: string): readonly Rule[] => byPlace(base)[kind]!['rules'] as readonly Rule[];
  const inCluster = (): readonly Rule[] => [
    ...rulesOf('ClusterRole /kubeposture'),
    ...rulesOf('ClusterRole /kubeposture-events'),
  ];
  const clusterReport = async (): Promise<Report> =>
    (await api!.get<Report>('ClusterSecurityReport', { name: 'cluster' }))!;

  it('its pods are admitted where Pod Security enforces restricted', async () => {
    const pods = await waitFor('the pods', async () => {
      const names = await api!.names('Pod', NAMESPACE);
      return names.length === 2 ? names : undefined;
    });
    expect(pods.every((name) => name.startsWith('kubeposture-'))).to.equal(true);
  });

  it('every file that users install is accepted by the API server', async () => {
    for (const kind of ['prometheusrules', 'servicemonitors'])
      await plane.kubectl('apply', '--server-side', '-f', `test/schemas/${kind}.yaml`);
    await plane.kubectl(
      'wait',
      '--for=condition=Established',
      '--timeout=30s',
      '-f',
      'test/schemas/servicemonitors.yaml',
    );
    for (const folder of readdirSync('manifests/overlays'))
      await plane.kubectl('apply', '--dry-run=server', '-k', `manifests/overlays/${folder}`);
    await plane.kubectl('apply', '--dry-run=server', '-f', 'manifests/kubeposture.yaml', '-f', 'crds');
    if (process.env['HELM'] === undefined) return;
    const everything = 'monitoring.serviceMonitor=true,monitoring.rules=true,monitoring.dashboards=true';
    const chart = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: templated('--set', everything) });
    await plane.kubectlWithInput(chart, 'apply', '--dry-run=server', '-f', '-');
  });

  it('works with the token of its own ServiceAccount, is refused nothing, and reads no more than it declares', async () => {
    await start();
    const namespace = await api!.newNamespace('least');
    await api!.apply(deployment(namespace, false));
    const found = await reportWhere(api!, namespace, ({ subject }) => subject.pods === 3, 20_000);
    expect(found.unknown).to.deep.equal([]);
    const asked = (await plane.auditLines()).filter(({ user }) => user.username === ACCOUNT);
    expect(asked.filter(({ responseStatus }) => responseStatus?.code === 403)).to.deep.equal([]);
    expect(await operator!.metric('kubeposture_leader')).to.equal(1);
    const lease = await plane.kubectl(
      'get',
      'lease',
      'kubeposture',
      '-n',
      NAMESPACE,
      '-o=jsonpath={.spec.holderIdentity}',
    );
    expect(lease).to.not.equal('');
  });

  it('tells of a high finding where kubectl shows it, once, whoever leads and however often it starts', async () => {
    await start();
    const namespace = await api!.newNamespace('told');
    const rows = async (): Promise<readonly string[]> =>
      (await plane.kubectl('get', 'events', '-n', namespace, '--field-selector=reason=HighFinding', '--no-headers'))
        .split('\n')
        .filter((row) => row !== '');
    await api!.apply(deployment(namespace, false));
    const told = await waitFor('the Event', async () => {
      const text = await plane.kubectl('describe', 'deployment', 'web', '-n', namespace);
      return /^ +Warning +HighFinding .*$/m.exec(text)?.[0].trim().split(/ {2,}/);
    });
    expect([told.length, ...told.slice(3)]).to.deep.equal([
      5,
      'kubeposture',
      'KP-POD-001 privileged-container: container app runs privileged',
    ]);
    expect((await rows()).length).to.equal(1);
    // A standby sees the same and keeps silent. When it leads, and when another one starts, only what comes then is told.
    const next = async (name: string): Promise<void> => {
      const object = JSON.stringify(deployment(namespace, false)).replaceAll('"web"', JSON.stringify(name));
      await api!.apply(JSON.parse(object) as object);
      await waitFor('the Event of what is new', async () =>
        (await rows()).some((row) => row.includes(`deployment/${name}`)),
      );
    };
    const standby = await installedOperator(plane, base);
    try {
      await standby.says('everything judged');
      await next('second');
      await operator!.stop();
      await standby.says('publishing reports');
      await next('third');
    } finally {
      await standby.stop();
    }
    await start();
    await next('fourth');
    expect((await rows()).length).to.equal(4);
  });

  it('judges itself: everything of its own scores A where something verifies images, and nothing is unknown', async () => {
    // Of all that it is judged by, this alone is not in its manifests. Nobody answers: pods come in all the same.
    await api!.apply(VERIFIER);
    await start();
    await waitFor('the report of its Deployment', () => reportOf(api!, NAMESPACE, 'deployment-kubeposture'));
    const gradeOfNamespace = async (): Promise<string | undefined> =>
      (await reportOf(api!, NAMESPACE, 'namespace-kubeposture'))?.grade;
    await waitFor(
      'the report of its namespace, which was there before',
      async () => (await gradeOfNamespace()) === 'A',
    );
    const cluster = await api!.list<Report>('ClusterSecurityReport');
    const own = [
      ...(await api!.list<Report>('SecurityReport', NAMESPACE)),
      ...cluster.filter(({ subject }) => subject.name.startsWith('kubeposture')),
    ];
    expect(own.map(({ metadata }) => metadata.name)).to.include.members([
      'deployment-kubeposture',
      'namespace-kubeposture',
    ]);
    const flawed = own.filter(({ grade, unknown }) => grade !== 'A' || unknown.length > 0);
    expect(flawed.map(({ metadata: { name }, grade, unknown }) => [name, grade, unknown])).to.deep.equal([]);
    // What no manifest of ours can show, as whoever scans files declares it.
    const declared = { status: 'pass', reason: 'so it is where we are installed' };
    const config = new MountedConfig(
      JSON.stringify({ controlPlane: { declaredControls: { 'KP-IMG-005': declared, 'KP-NET-004': declared } } }),
    );
    for (const given of [
      ['manifests/kubeposture.yaml', '--config', config.file],
      ['--kubeconfig', plane.kubeconfig],
    ]) {
      const args = ['src/main.ts', 'scan', '--namespace', NAMESPACE, '--output', 'json', ...given];
      const { grade, summary } = await outputOf<ScanResult>(process.execPath, args);
      expect([given[0], grade, summary.unknown]).to.deep.equal([given[0], 'A', 0]);
    }
    config.remove();
    await api!.remove('ValidatingWebhookConfiguration', { name: VERIFIER.metadata.name });
  });

  const scopes: readonly (readonly [where: string, scope: Scope, granted: () => readonly Rule[]])[] = [
    ['in all namespaces', {}, () => inCluster()],
    [
      'in its own namespace',
      { namespace: NAMESPACE },
      () => [
        ...inCluster(),
        ...rulesOf('Role kubeposture/kubeposture').filter(({ resourceNames }) => resourceNames === undefined),
      ],
    ],
    [
      'on its own Lease',
      { namespace: NAMESPACE, name: 'kubeposture' },
      () => [...inCluster(), ...rulesOf('Role kubeposture/kubeposture')],
    ],
  ];
  for (const [where, scope, granted] of scopes) {
    it(`may do nothing ${where} but what is generated, as the authorizer says`, async () => {
      const authorizer = new Authorizer(plane.kubeconfig);
      const places = granted().flatMap(({ apiGroups: [group = ''], resources }) =>
        resources.map((resource) => ({ group, resource })),
      );
      const allowed = await authorizer.allowed(ACCOUNT, scope, places);
      authorizer.close();
      expect(allowed).to.deep.equal([...new Set(texts(granted()))].sort());
    });
  }

  it('lets viewers of a namespace read its reports, its admins accept risks, and neither write reports', async () => {
    const namespace = await api!.newNamespace('people');
    await plane.kubectl('create', 'rolebinding', 'viewer', '-n', namespace, '--clusterrole=view', '--user=vera');
    await plane.kubectl('create', 'rolebinding', 'admin', '-n', namespace, '--clusterrole=admin', '--user=ada');
    const authorizer = new Authorizer(plane.kubeconfig);
    const can = (user: string, verb: string, resource: string): Promise<boolean> =>
      authorizer.can(user, { group: 'kubeposture.io', resource, verb }, { namespace });
    await waitFor('the aggregation', () => can('ada', 'create', 'securityexceptions'));
    const answers = await Promise.all([
      can('vera', 'list', 'securityreports'),
      can('vera', 'list', 'securityexceptions'),
      can('vera', 'create', 'securityexceptions'),
      can('vera', 'delete', 'securityreports'),
      can('ada', 'list', 'securityreports'),
      can('ada', 'patch', 'securityreports'),
      can('ada', 'patch', 'securityexceptions/status'),
      can('ada', 'create', 'clustersecurityexceptions'),
    ]);
    authorizer.close();
    expect(answers).to.deep.equal([true, true, false, false, true, false, false, false]);
  });

  it('without the right to Secrets it says unknown for each check that looks at them, and goes on with the rest', async () => {
    const objects = kustomized('manifests/overlays/no-secrets');
    await install('manifests/overlays/no-secrets');
    await start(objects);
    const namespace = await api!.newNamespace('blind');
    await api!.apply(deployment(namespace, false));
    await reportWhere(api!, namespace, ({ subject }) => subject.pods === 3, 20_000);
    // What a check would only like to know does not blind it.
    const needsSecrets = ({ subject, inputs }: Check['judges'][number]): boolean =>
      subject === 'Secret' || inputs.some(({ relation, optional }) => !optional && relation.reads.includes('Secret'));
    const blind = CHECKS.filter(({ judges }) => judges.some(needsSecrets)).map(({ id }) => id);
    expect(blind).to.include('KP-SA-005');
    await waitFor(`${blind.join(' ')} to say that they are blind`, async () => {
      const reports = [await clusterReport(), ...(await api!.list<Report>('SecurityReport'))];
      const gaps = reports.flatMap(({ unknown }) => unknown);
      const told = gaps.filter(({ reason }) => reason.startsWith('list secrets: ')).map(({ check }) => check);
      return blind.every((id) => told.includes(id));
    });
    await install('manifests/base');
  });

  it('with the right to Secrets it judges them, and names the role that gives it', async () => {
    const objects = kustomized('manifests/overlays/secrets');
    await install('manifests/overlays/secrets');
    await start(objects);
    const namespace = await api!.newNamespace('tokens');
    await api!.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'token', namespace, annotations: { 'kubernetes.io/service-account.name': 'default' } },
      type: 'kubernetes.io/service-account-token',
    });
    const found = await waitFor('the report of the token', () => reportOf(api!, namespace, 'secret-token'));
    expect(found.findings.map(({ check }) => check)).to.deep.equal(['KP-SA-005']);
    const own = await waitFor('the report of its role', () =>
      api!.get<Report>('ClusterSecurityReport', { name: 'clusterrole-kubeposture-secrets' }),
    );
    expect(own.findings.map(({ check }) => check)).to.deep.equal(['KP-RBAC-005']);
    await plane.kubectl('delete', '-f', 'manifests/components/secrets/clusterrole.yaml');
    await plane.kubectl('delete', '-f', 'manifests/components/secrets/binding.yaml');
    await install('manifests/base');
  });

  it('an upgrade and a downgrade keep the reports, and removing it leaves nothing behind', async () => {
    const previous = readFileSync('test/golden/previous.yaml', 'utf8');
    const namespace = await api!.newNamespace('upgrade');
    await api!.apply(deployment(namespace, false));
    // Of the pods alone: a check whose input the other role does not grant says unknown meanwhile, and its finding begins anew.
    const seen = ({ findings }: Report): ReadonlyMap<string, string> =>
      new Map(
        findings
          .filter(({ check }) => check.startsWith('KP-POD-'))
          .map(({ check, path, firstSeen }) => [`${check} ${path}`, firstSeen]),
      );
    /** The same object, and no finding that was there has another date. */
    const survives = async (before: Report): Promise<void> => {
      const now = (await reportOf(api!, namespace))!;
      expect(now.metadata.uid).to.equal(before.metadata.uid);
      const dates = [...seen(now)].filter(([finding]) => seen(before).has(finding));
      expect(dates.length).to.be.above(3);
      expect(dates).to.deep.equal(dates.map(([finding]) => [finding, seen(before).get(finding)]));
    };

    await plane.kubectlWithInput(previous, 'apply', '-f', '-');
    await start(objectsIn(previous));
    const before = await reportWhere(api!, namespace, ({ subject }) => subject.pods === 3);
    await install('manifests/base');
    await start();
    await operator!.ready();
    await survives(before);
    await plane.kubectlWithInput(previous, 'apply', '-f', '-');
    await start(objectsIn(previous));
    await operator!.ready();
    await survives(before);
    await api!.apply(deployment(namespace, true));
    await reportWhere(api!, namespace, ({ findings }) => findings.every(({ check }) => check !== 'KP-POD-001'));

    await operator?.stop();
    await plane.kubectl('delete', '-k', 'manifests/base', '--timeout=60s');
    const left = await plane.kubectl(
      'get',
      'namespaces,clusterroles,clusterrolebindings,customresourcedefinitions',
      '-o=name',
    );
    expect(left.split('\n').filter((name) => name.includes('kubeposture'))).to.deep.equal([]);
  });
});
