/** What the operator does in a cluster, told once: the embedded API server and a real one go through the same. */
import { aScanReport, aSignaturePolicy } from '#checks/admission-samples.ts';
import { BOUNDED } from '#checks/samples.ts';
import { KINDS } from '#model/kinds.ts';
import { momentText } from '#model/moment.ts';
import { expect } from 'chai';
import { Api } from './api.ts';
import { DEPLOYMENT_REPORT } from './example-reports.ts';
import { MountedConfig } from './mounted-config.ts';
import { OperatorProcess } from './operator-process.ts';
import { waitFor } from './wait.ts';

/** A server to go through it, with controllers that bring a Deployment to life. */
export interface ServerUnderTest {
  readonly kubeconfig: string;
  /** Writes of reports since the server started, as it counts them itself. */
  readonly reportWrites: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

export interface Report {
  readonly network?: { readonly exposure: string; readonly ingress: string; readonly egress: string };
  readonly access?: { readonly who: string; readonly everywhere: string; readonly inNamespaces: string };
  readonly coverage?: { readonly kinds: readonly { readonly kind: string; readonly state: string }[] };
  readonly score: number;
  readonly grade: string;
  readonly subject: { readonly pods: number; readonly name: string };
  readonly findings: readonly {
    readonly check: string;
    readonly aspect?: string;
    readonly severity: string;
    readonly path: string;
    readonly message: string;
    readonly evidence: string;
    readonly firstSeen: string;
    readonly pods?: number;
  }[];
  readonly unknown: readonly { readonly check: string; readonly reason: string }[];
  readonly declared?: readonly object[];
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly ownerReferences?: readonly object[];
  };
}

interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly status?: { readonly phase?: string };
}

/** A Deployment that does everything wrong, or everything right. */
export function deployment(namespace: string, isGood: boolean): object {
  const bad = { name: 'app', image: 'nginx', securityContext: { privileged: true } };
  const good = {
    name: 'app',
    image: `nginx:1.27.3@sha256:${'ab'.repeat(32)}`,
    resources: BOUNDED,
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
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

/** The same under another name, with pods of its own. */
function named(name: string, manifest: object): object {
  return JSON.parse(JSON.stringify(manifest).replaceAll('"web"', JSON.stringify(name))) as object;
}

/** A policy of the pods of `web` alone. */
function guardOfWeb(namespace: string, ...policyTypes: readonly string[]): object {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'guard', namespace },
    spec: { podSelector: { matchLabels: { app: 'web' } }, policyTypes },
  };
}

const RBAC = 'rbac.authorization.k8s.io';

/** A role that reads Secrets, and who is bound to it. */
function readers(namespace: string, ...subjects: readonly object[]): readonly object[] {
  const rules = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }];
  const roleRef = { apiGroup: RBAC, kind: 'Role', name: 'readers' };
  const metadata = { name: 'readers', namespace };
  return [
    { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata, rules },
    { apiVersion: `${RBAC}/v1`, kind: 'RoleBinding', metadata, roleRef, subjects },
  ];
}

/** A kind of an extension, as its CRD would install it, without a word of what is in it; the first version is the one stored. */
function extensionCrd(
  kind: 'Gateway' | 'HTTPRoute' | 'ImageValidatingPolicy' | 'VulnerabilityReport',
  ...versions: readonly string[]
): object {
  const { group, version, plural, namespaced } = KINDS[kind];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${plural}.${group}`,
      annotations: { 'api-approved.kubernetes.io': 'unapproved, for a test' },
    },
    spec: {
      group,
      scope: namespaced ? 'Namespaced' : 'Cluster',
      names: { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: (versions.length > 0 ? versions : [version]).map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      })),
    },
  };
}

/** A Gateway, a route through it to a Service, and the Service of the pods of `web`. */
function routed(namespace: string, version = 'v1'): readonly object[] {
  const metadata = { name: 'web', namespace };
  const apiVersion = `gateway.networking.k8s.io/${version}`;
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      // The node that is played sends no heartbeats: after a while its pods are not ready.
      spec: { selector: { app: 'web' }, publishNotReadyAddresses: true, ports: [{ port: 80, targetPort: 8080 }] },
    },
    { apiVersion, kind: 'Gateway', metadata, spec: { listeners: [{ name: 'web', protocol: 'HTTP', port: 80 }] } },
    {
      apiVersion,
      kind: 'HTTPRoute',
      metadata,
      spec: { parentRefs: [{ name: 'web' }], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] },
    },
  ];
}
const PRIVILEGED =
  'Deployment web Warning HighFinding x1 KP-POD-001 privileged-container: container app runs privileged';
const RESOLVED = 'Deployment web Normal FindingResolved x1 KP-POD-001 privileged-container: resolved';

export const reportOf = (api: Api, namespace: string, name = 'deployment-web'): Promise<Report | undefined> =>
  api.get<Report>('SecurityReport', { namespace, name });

/** Waits for the report of the Deployment to be as it should. */
export function reportWhere(
  api: Api,
  namespace: string,
  is: (report: Report) => boolean,
  deadlineMs = 30_000,
): Promise<Report> {
  return waitFor(
    'the report to change',
    async () => {
      const found = await reportOf(api, namespace);
      return found !== undefined && is(found) ? found : undefined;
    },
    { deadlineMs },
  );
}

interface Event {
  readonly source: { readonly component?: string };
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

/** What the operator told on the objects of a namespace, in the order of the alphabet. */
export async function told(api: Api, namespace: string): Promise<readonly string[]> {
  const events = await api.list<Event>('Event', namespace);
  return events
    .filter(({ source }) => source.component === 'kubeposture')
    .map(({ type, reason, message, count, involvedObject: { kind, name } }) =>
      [kind, name, type, reason, `x${String(count)}`, message].join(' '),
    )
    .sort();
}

/** Waits until that much was told. */
export function toldOf(api: Api, namespace: string, count: number): Promise<readonly string[]> {
  return waitFor(
    'the Events',
    async () => {
      const events = await told(api, namespace);
      return events.length === count ? events : undefined;
    },
    { deadlineMs: 30_000 },
  );
}

/** Resolves when no report of that name is there. */
export async function reportGone(api: Api, namespace: string, name: string, deadlineMs = 30_000): Promise<void> {
  await waitFor(`${name} to go`, async () => (await reportOf(api, namespace, name)) === undefined, { deadlineMs });
}

/** The suite, on a server that is started when its turn has come; `start` may skip it. */
export function operatorScenarios(title: string, start: (context: Mocha.Context) => Promise<ServerUnderTest>): void {
  describe(title, function () {
    this.timeout(90_000);
    let server: ServerUnderTest | undefined;
    let api: Api;
    let operator: OperatorProcess | undefined;
    let namespace: string;

    /** As the downward API names a pod. */
    const pod = (): Readonly<Record<string, string>> => ({
      POD_NAMESPACE: namespace,
      POD_NAME: 'kubeposture-0',
      POD_UID: 'u-0',
    });
    const begin = (): OperatorProcess => (operator = new OperatorProcess(flags(), pod()));
    const config = new MountedConfig('');
    const flags = (): readonly string[] => [
      ...['--kubeconfig', server!.kubeconfig, '--leader-elect=false'],
      ...['--config', config.file],
    ];

    /** Waits until the server has counted no write for a while. */
    const quiet = async (): Promise<number> => {
      await operator!.says('publishing reports');
      let last = -1;
      let since = performance.now();
      const still = await waitFor('the writes to cease', async () => {
        const now = await server!.reportWrites();
        if (now !== last) since = performance.now();
        last = now;
        return performance.now() - since > 2500 ? { now } : undefined;
      });
      return still.now;
    };

    before(async function () {
      server = await start(this);
      api = new Api(server.kubeconfig);
      namespace = await api.newNamespace('shop');
      await api.create(orphan(namespace));
      begin();
      await operator!.says('publishing reports');
      await operator!.ready();
      // What a server has to be told of at first is no part of how long a change takes.
      await quiet();
    });

    after(async () => {
      await operator?.stop();
      config.remove();
      if (server === undefined) return;
      api.close();
      await server.stop();
    });

    it('reports a bad Deployment, with its ReplicaSet and pods, within 2 s of its last pod', async () => {
      await api.apply(deployment(namespace, false));
      await waitFor('three running pods', async () => {
        const pods = await api.list<Pod>('Pod', namespace);
        return pods.filter(({ status }) => status?.phase === 'Running').length === 3;
      });
      const found = await reportWhere(api, namespace, ({ subject }) => subject.pods === 3, 2000);
      expect(found.findings.map(({ check, path, pods }) => `${check} ${path} ${String(pods)}`)).to.deep.equal([
        'KP-POD-001 spec.template.spec.containers[0].securityContext.privileged 3',
        'KP-IMG-001 spec.template.spec.containers[0].image 3',
        'KP-NET-002 spec.template.metadata.labels 3',
        'KP-POD-012 spec.template.spec.containers[0].securityContext.capabilities.drop 3',
        'KP-POD-013 spec.template.spec.containers[0].securityContext.allowPrivilegeEscalation 3',
        'KP-POD-015 spec.template.spec.containers[0].securityContext.runAsNonRoot 3',
        'KP-POD-017 spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem 3',
        'KP-POD-027 spec.template.spec.containers[0].resources.limits.memory 3',
        'KP-IMG-002 spec.template.spec.containers[0].image 3',
        'KP-NET-002 spec.template.metadata.labels 3',
        'KP-POD-011 spec.template.spec.containers[0].securityContext.capabilities.drop 3',
        'KP-POD-019 spec.template.spec.containers[0].securityContext.seccompProfile 3',
        'KP-POD-027 spec.template.spec.containers[0].resources.limits.cpu 3',
        'KP-POD-027 spec.template.spec.containers[0].resources.limits.ephemeral-storage 3',
        'KP-POD-027 spec.template.spec.containers[0].resources.requests 3',
        'KP-SA-001 spec.template.spec.serviceAccountName 3',
        'KP-SA-004 spec.template.spec.automountServiceAccountToken 3',
        'KP-POD-030 spec.template.spec.hostUsers 3',
      ]);
    });

    it('shows it in columns', async () => {
      const rows = await waitFor('the report of the namespace', async () => {
        const table = await api.table('SecurityReport', namespace);
        return table.some(([name, , , grade]) => name === `namespace-${namespace}` && grade === 'C')
          ? table
          : undefined;
      });
      expect(rows.filter(([name]) => name !== 'deployment-gone').map((row) => row.slice(0, -1))).to.deep.equal([
        ['NAME', 'KIND', 'SUBJECT', 'GRADE', 'SCORE', 'CRITICAL', 'HIGH', 'MEDIUM', 'LOW'],
        ['deployment-web', 'Deployment', 'web', 'D', '54', '0', '1', '7', '9'],
        [`namespace-${namespace}`, 'Namespace', namespace, 'C', '74', '0', '1', '10', '12'],
        ['serviceaccount-default', 'ServiceAccount', 'default', 'A', '98', '0', '0', '0', '1'],
      ]);
      expect(rows[0]!.at(-1)).to.equal('AGE');
    });

    it('tells of it on the Deployment itself, of what is critical or high', async () => {
      expect(await toldOf(api, namespace, 1)).to.deep.equal([PRIVILEGED]);
    });

    it('removes a report whose subject is gone, when the garbage collection did not', () =>
      reportGone(api, namespace, 'deployment-gone'));

    it('writes nothing for 200 updates of nothing but the status of pods', async () => {
      const pods = await api.list<Pod>('Pod', namespace);
      const before = await quiet();
      expect(before).to.be.above(0);
      for (let beat = 0; beat < 200; beat += 20) {
        await Promise.all(
          Array.from({ length: 20 }, (_, each) => {
            const { metadata } = pods[each % pods.length]!;
            return api.patchStatus('Pod', metadata, { message: `beat ${String(beat + each)}` });
          }),
        );
      }
      expect(await quiet()).to.equal(before);
    });

    it('keeps firstSeen and writes nothing when it is started anew', async () => {
      const before = await reportOf(api, namespace);
      const counted = await quiet();
      const { code, tookMs } = await operator!.stop();
      expect(code).to.equal(0);
      expect(tookMs).to.be.below(5000);
      begin();
      expect(await quiet()).to.equal(counted);
      expect(await reportOf(api, namespace)).to.deep.equal(before);
    });

    it('raises the score when the Deployment is made good, and keeps firstSeen of what stays', async () => {
      const before = (await reportOf(api, namespace))!;
      await api.apply(deployment(namespace, true));
      const better = await reportWhere(api, namespace, ({ findings }) => findings.length === 2);
      expect(better.findings.map(({ check, firstSeen }) => [check, firstSeen])).to.deep.equal(
        before.findings.filter(({ check }) => check === 'KP-NET-002').map(({ check, firstSeen }) => [check, firstSeen]),
      );
      expect(better.score).to.be.above(before.score);
    });

    it('tells that it is over, and has not told again what it knew when it was started anew', async () => {
      expect(await toldOf(api, namespace, 2)).to.deep.equal([RESOLVED, PRIVILEGED]);
    });

    it('follows a policy of another object, and its end', async () => {
      await api.apply(defaultDeny(namespace));
      const guarded = await reportWhere(api, namespace, ({ findings }) => findings.length === 0);
      expect([guarded.score, guarded.grade]).to.deep.equal([100, 'A']);
      await api.remove('NetworkPolicy', { namespace, name: 'default-deny' });
      const open = await reportWhere(api, namespace, ({ findings }) => findings.length > 0);
      expect(open.findings.map(({ check }) => check)).to.deep.equal(['KP-NET-002', 'KP-NET-002']);
    });

    it('writes, for an edited policy, the reports that it concerns and no other', async function () {
      await api.apply(named('other', deployment(namespace, true)));
      await waitFor(
        'the report of the other',
        async () => (await reportOf(api, namespace, 'deployment-other'))?.subject.pods === 3,
      );
      await api.apply(guardOfWeb(namespace, 'Ingress'));
      const half = await reportWhere(api, namespace, ({ findings }) => findings.length === 1);
      expect(half.network).to.include({ ingress: 'isolated', egress: 'open' });
      const before = await quiet();
      const other = await reportOf(api, namespace, 'deployment-other');
      const since = performance.now();
      await api.apply(guardOfWeb(namespace, 'Ingress', 'Egress'));
      const shut = await reportWhere(api, namespace, ({ findings }) => findings.length === 0, 2000);
      expect(shut.network).to.include({ ingress: 'isolated', egress: 'isolated' });
      this.test!.title += ` (${String(Math.round(performance.now() - since))} ms)`;
      // The report of the Deployment, and the sums of its namespace and of the cluster.
      expect((await quiet()) - before).to.equal(3);
      expect((await reportOf(api, namespace, 'deployment-other'))?.metadata).to.deep.equal(other?.metadata);
      await api.remove('NetworkPolicy', { namespace, name: 'guard' });
      await api.remove('Deployment', { namespace, name: 'other' });
      await reportGone(api, namespace, 'deployment-other');
      await reportWhere(api, namespace, ({ findings }) => findings.length > 0);
    });

    it('writes, for an edited binding, the reports of those whose rights it moves and no other', async function () {
      const other = named('other', deployment(namespace, true)) as {
        readonly spec: { readonly template: { readonly spec: Record<string, unknown> } };
      };
      other.spec.template.spec['serviceAccountName'] = 'other';
      await api.apply(other, ...readers(namespace, { apiGroup: RBAC, kind: 'User', name: 'alice' }));
      await waitFor(
        'the reports of the other and of the binding',
        async () =>
          (await reportOf(api, namespace, 'deployment-other'))?.subject.pods === 3 &&
          (await reportOf(api, namespace, 'rolebinding-readers'))?.access?.who === 'User alice',
      );
      const before = await quiet();
      const untouched = (await reportOf(api, namespace, 'deployment-other'))?.metadata;
      const since = performance.now();
      await api.apply(...readers(namespace, { kind: 'ServiceAccount', namespace, name: 'default' }));
      const moved = await reportWhere(api, namespace, ({ access }) => access?.inNamespaces !== 'nothing of note', 2000);
      expect(moved.access).to.deep.equal({
        who: `ServiceAccount ${namespace}/default`,
        everywhere: 'nothing of note',
        inNamespaces: `${namespace}: read Secrets`,
      });
      this.test!.title += ` (${String(Math.round(performance.now() - since))} ms)`;
      // The reports of the Deployment, of the binding and of the Role, which says who has its rights, and the sums of their namespace and of the cluster.
      expect((await quiet()) - before).to.equal(5);
      expect((await reportOf(api, namespace, 'deployment-other'))?.metadata).to.deep.equal(untouched);
      await api.remove('RoleBinding', { namespace, name: 'readers' });
      await api.remove('Role', { namespace, name: 'readers' });
      await api.remove('Deployment', { namespace, name: 'other' });
      await reportGone(api, namespace, 'deployment-other');
      await reportWhere(api, namespace, ({ access }) => access?.inNamespaces === 'nothing of note');
    });

    it('watches the kinds of an extension while the server serves them', async function () {
      const at = operator!;
      const stateOf = async (kind: string): Promise<string | undefined> =>
        (await api.get<Report>('ClusterSecurityReport', { name: 'cluster' }))?.coverage?.kinds.find(
          (each) => each.kind === kind,
        )?.state;
      const isServed = (kind: string): Promise<number | undefined> =>
        at.metric('kubeposture_kind_served', `kind="${kind}"`);
      expect([await stateOf('HTTPRoute'), await isServed('HTTPRoute'), await isServed('Pod')]).to.deep.equal([
        'notServed',
        0,
        1,
      ]);

      const since = performance.now();
      await api.apply(extensionCrd('Gateway'), extensionCrd('HTTPRoute'));
      await waitFor(
        'the kinds',
        async () => (await stateOf('Gateway')) === 'synced' && (await stateOf('HTTPRoute')) === 'synced',
        { deadlineMs: 10_000 },
      );
      this.test!.title += ` (seen after ${String(Math.round(performance.now() - since))} ms)`;
      expect([await isServed('HTTPRoute'), await stateOf('TCPRoute')]).to.deep.equal([1, 'notServed']);
      await api.apply(...routed(namespace));
      const open = await reportWhere(api, namespace, ({ network }) => network?.exposure === 'internet');
      expect(open.findings.map(({ check }) => check)).to.include('KP-NET-014');

      await api.remove('CustomResourceDefinition', { name: 'httproutes.gateway.networking.k8s.io' });
      await reportWhere(api, namespace, ({ network }) => network?.exposure === 'cluster');
      await waitFor('the kind to go', async () => (await isServed('HTTPRoute')) === 0, { deadlineMs: 10_000 });
      expect(await isServed('Gateway')).to.equal(1);

      await api.apply(extensionCrd('HTTPRoute'));
      await waitFor('the server to serve it', () => api.list('HTTPRoute').catch(() => undefined));
      await api.apply(...routed(namespace).slice(2));
      await reportWhere(api, namespace, ({ network }) => network?.exposure === 'internet');
      await api.remove('Service', { namespace, name: 'web' });
      for (const name of ['httproutes', 'gateways'])
        await api.remove('CustomResourceDefinition', { name: `${name}.gateway.networking.k8s.io` });
      await waitFor(
        'the kinds to go',
        async () => (await stateOf('Gateway')) === 'notServed' && (await stateOf('HTTPRoute')) === 'notServed',
      );
      expect(await at.metric('kubeposture_drift_detected_total')).to.equal(0);
    });

    it('follows a kind of an extension from one version to another, and writes nothing for that', async () => {
      const at = operator!;
      await api.apply(extensionCrd('Gateway'), extensionCrd('HTTPRoute', 'v1beta1'));
      await waitFor('the server to serve them', async () => {
        await api.apply(...routed(namespace).slice(0, 2), ...routed(namespace, 'v1beta1').slice(2));
        return true;
      });
      await reportWhere(api, namespace, ({ network }) => network?.exposure === 'internet');
      const before = await quiet();

      await api.apply(extensionCrd('HTTPRoute', 'v1beta1', 'v1'));
      await at.says('kind is served in another version');
      expect(await quiet()).to.equal(before);
      await api.remove('HTTPRoute', { namespace, name: 'web' });
      await reportWhere(api, namespace, ({ network }) => network?.exposure === 'cluster');
      await api.apply(...routed(namespace).slice(2));
      await reportWhere(api, namespace, ({ network }) => network?.exposure === 'internet');

      await api.remove('Service', { namespace, name: 'web' });
      for (const name of ['httproutes', 'gateways'])
        await api.remove('CustomResourceDefinition', { name: `${name}.gateway.networking.k8s.io` });
      await reportWhere(api, namespace, ({ network }) => network?.exposure === 'cluster');
      expect(await at.metric('kubeposture_drift_detected_total')).to.equal(0);
    });

    it('hears of verifiers and scanners of images that come while it runs', async () => {
      const at = operator!;
      const kinds = ['ImageValidatingPolicy', 'VulnerabilityReport'] as const;
      const removeKinds = async (): Promise<void> => {
        for (const { plural, group } of kinds.map((kind) => KINDS[kind]))
          await api.remove('CustomResourceDefinition', { name: `${plural}.${group}` });
      };
      /** What the reports of the Deployment and of its namespace say of these. */
      const told = async (): Promise<readonly string[]> => {
        const reports = [await reportOf(api, namespace), await reportOf(api, namespace, `namespace-${namespace}`)];
        const found = reports.flatMap((report) => report?.findings ?? []);
        return found
          .filter(({ check }) => /^KP-IMG-00[56]$/.test(check))
          .map(({ check, aspect = '' }) => `${check}/${aspect}`);
      };
      const says = (...expected: readonly string[]): Promise<boolean> =>
        waitFor(expected.join(), async () => [...(await told())].sort().join() === expected.join(), {
          deadlineMs: 10_000,
        });

      await says('KP-IMG-005/none');
      await api.apply(...kinds.map((kind) => extensionCrd(kind)));
      // Nothing that an update repairs: what is high would be told by Events too, if it stayed for long enough.
      const vulnerabilities = [{ vulnerabilityID: 'CVE-2024-3094', severity: 'CRITICAL', fixedVersion: '' }];
      const artifact = { repository: 'library/nginx', digest: `sha256:${'ab'.repeat(32)}` };
      const scan = aScanReport({ registry: { server: 'index.docker.io' }, artifact, vulnerabilities });
      await waitFor('the server to serve them', async () => {
        await api.apply(aSignaturePolicy(), { ...scan, metadata: { name: 'web', namespace } });
        return true;
      });
      await says('KP-IMG-006/noSbom');

      await api.apply(aSignaturePolicy({ validationActions: ['Audit'] }));
      await says('KP-IMG-005/auditOnly', 'KP-IMG-006/noSbom');

      await removeKinds();
      await says('KP-IMG-005/none');
      expect(await at.metric('kubeposture_drift_detected_total')).to.equal(0);
    });

    it('takes over another configuration while it runs, and keeps the last good one', async () => {
      const at = operator!;
      const severities = ({ findings }: Report): readonly string[] =>
        findings.filter(({ check }) => check === 'KP-NET-002').map(({ severity }) => severity);
      config.write('checks: {disable: [KP-NET-002]}');
      await reportWhere(api, namespace, (report) => severities(report).length === 0);
      config.write('checks: {severity: {KP-NET-002: critical}}\nreports: {maxFindings: 1}');
      const cut = await reportWhere(api, namespace, ({ findings }) => findings.length === 1);
      expect(severities(cut)).to.deep.equal(['critical']);

      config.write('checks: {nope: true}');
      const { reason } = await at.says('configuration refused: the last good one stays');
      expect(reason).to.include('checks: "nope" is not known; allowed: disable, severity, parameters');
      expect(await at.metric('kubeposture_config_reloads_total', 'result="refused"')).to.equal(1);
      expect(await at.metric('kubeposture_config_reloads_total', 'result="applied"')).to.equal(2);
      expect(await reportOf(api, namespace)).to.deep.equal(cut);
      const eventOf = (why: string): Promise<Event> =>
        waitFor('the Event of it', async () =>
          (await api.list<Event>('Event', namespace)).find((event) => event.reason === why),
        );
      const told = await eventOf('ConfigurationRefused');
      expect(told.involvedObject).to.include({ kind: 'Pod', namespace, name: 'kubeposture-0', uid: 'u-0' });
      expect(told).to.include({ type: 'Warning', count: 1, message: `the last good one stays: ${String(reason)}` });

      config.write(
        'controlPlane: {declaredControls: {1.2.1: {status: pass, reason: r, expires: "2001-01-01T00:00:00Z"}}}',
      );
      const ended = '1.2.1 (2001-01-01T00:00:00Z)';
      expect(await at.says('what was declared has ended')).to.include({ controls: ended });
      const { message } = await eventOf('DeclarationEnded');
      expect(message).to.equal(`controlPlane.declaredControls: ${ended}`);

      config.write(`scope: {namespaces: {exclude: [${namespace}]}}`);
      await reportGone(api, namespace, 'deployment-web');
      config.write('');
      const again = await reportWhere(api, namespace, (report) => severities(report).length === 2);
      expect(severities(again)).to.deep.equal(['medium', 'low']);
      expect(await at.metric('kubeposture_drift_detected_total')).to.equal(0);
    });

    it('takes over what is declared of the control plane, until it expires', async () => {
      const at = operator!;
      const cluster = (what: string, isSo: (report: Report) => boolean): Promise<Report> =>
        waitFor(what, async () => {
          const report = await api.get<Report>('ClusterSecurityReport', { name: 'cluster' });
          return report !== undefined && isSo(report) ? report : undefined;
        });
      const isUnknown = ({ unknown }: Report): boolean => unknown.some(({ check }) => check === 'KP-API-001');
      const declare = (status: string, expires = ''): void => {
        config.write(`controlPlane: {declaredControls: {1.2.1: {status: ${status}, reason: by contract${expires}}}}`);
      };
      await cluster('what is not known of the API server', isUnknown);
      declare('fail');
      const failing = await cluster('the declared finding', (report) => !isUnknown(report));
      expect(failing.findings.map(({ check, evidence, message }) => [check, evidence, message])).to.deep.include([
        'KP-API-001',
        'declared',
        'declared to fail: by contract',
      ]);
      declare('pass');
      const passing = await cluster('what is declared to pass', ({ declared = [] }) => declared.length > 0);
      expect(passing.declared).to.deep.equal([{ check: 'KP-API-001', status: 'pass', reason: 'by contract' }]);
      expect(passing.findings.map(({ check }) => check)).not.to.include('KP-API-001');

      declare('pass', `, expires: ${momentText(Math.floor(Date.now() / 1000) + 4)}`);
      await cluster('the unknown to come back', isUnknown);
      config.write('');
      expect(await at.metric('kubeposture_drift_detected_total')).to.equal(0);
    });

    it('writes a report anew that somebody removed', async () => {
      await api.remove('SecurityReport', { namespace, name: 'deployment-web' });
      await reportWhere(api, namespace, () => true);
    });

    it('puts right a score that somebody forged', async () => {
      const { score } = (await reportOf(api, namespace))!;
      const { apiVersion, kind } = DEPLOYMENT_REPORT;
      await api.apply({ apiVersion, kind, metadata: { name: 'deployment-web', namespace }, score: score - 1 });
      await reportWhere(api, namespace, (report) => report.score === score);
    });

    it('loses the report with the Deployment', async () => {
      const { metadata } = (await reportOf(api, namespace))!;
      expect(metadata.ownerReferences).to.have.length(1);
      await api.remove('Deployment', { namespace, name: 'web' });
      await reportGone(api, namespace, 'deployment-web');
    });

    it('reports a ClusterRole by its own name and loses it when it is harmless again', async () => {
      const role = (...rules: readonly object[]): object => ({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'team:All Powerful' },
        rules,
      });
      const isReported = async (): Promise<boolean> =>
        (await api.list<Report>('ClusterSecurityReport')).some(({ subject }) => subject.name === 'team:All Powerful');
      await api.apply(role({ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }));
      await waitFor('the report of the ClusterRole', isReported);
      await api.apply(role());
      await waitFor('the report to go', async () => !(await isReported()));
      await api.remove('ClusterRole', { name: 'team:All Powerful' });
    });

    it('says how it is doing', async () => {
      const at = operator!;
      expect(await at.metric('kubeposture_drift_detected_total')).to.equal(0);
      expect(await at.metric('kubeposture_kind_synced', 'kind="Pod"')).to.equal(1);
      expect(await at.metric('kubeposture_cluster_score')).to.be.within(0, 100);
      expect(await at.metric('kubeposture_check_errors_total')).to.equal(undefined);
      // What is resolved, the configuration that was refused, and the declaration that has ended.
      expect(await at.metric('kubeposture_event_writes_total', 'written')).to.equal(3);
      expect(await at.metric('kubeposture_event_to_report_seconds_count')).to.be.above(0);
      expect(await at.get('/healthz')).to.deep.equal({ status: 200, text: 'ok\n' });
      expect((await at.get('/nothing')).status).to.equal(404);
    });

    it('sees of Secrets those with tokens alone, and none where that is switched off', async () => {
      const secret = (name: string, type: string): object => ({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace, annotations: { 'kubernetes.io/service-account.name': 'default' } },
        type,
      });
      await api.apply(secret('token', 'kubernetes.io/service-account-token'));
      await api.apply(secret('other', 'Opaque'));
      const found = await waitFor('the report of the token', () => reportOf(api, namespace, 'secret-token'));
      expect(found.findings.map(({ check }) => check)).to.deep.equal(['KP-SA-005']);
      expect(await operator!.metric('kubeposture_objects', 'kind="Secret"')).to.equal(1);

      config.write('secrets: {mode: off}');
      await operator!.stop();
      begin();
      await reportGone(api, namespace, 'secret-token');
      const { unknown } = (await api.get<Report>('ClusterSecurityReport', { name: 'cluster' }))!;
      expect(unknown.filter(({ check }) => check === 'KP-SA-005')).to.deep.equal([
        { check: 'KP-SA-005', reason: 'list secrets: switched off (secrets.mode)' },
      ]);
    });
  });
}
