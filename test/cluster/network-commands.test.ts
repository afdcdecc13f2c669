/** The commands about the network, as a user runs them, on a real API server. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { run } from '../integration/cli/program.ts';
import { Api } from '../support/api.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { needControlPlane, newNamespace, sharedControlPlane } from '../support/shared-control-plane.ts';
import { waitFor } from '../support/wait.ts';

interface Slice {
  readonly endpoints: readonly unknown[] | null;
}

describe('[cluster] reach, exposed and ask on a cluster', function () {
  this.timeout(60_000);
  let plane: ControlPlane;
  let api: Api;
  let namespace: string;
  const live = (): readonly string[] => ['--kubeconfig', plane.kubeconfig];

  /** A pod of its own with an address, as a kubelet would report it. */
  const pod = async (name: string, podIP: string): Promise<void> => {
    const containers = [{ name: 'app', image: 'web:1', ports: [{ name: 'http', containerPort: 8080 }] }];
    const metadata = { name, namespace, labels: { app: name } };
    await api.create({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers } });
    await api.patchStatus('Pod', { namespace, name }, { phase: 'Running', podIP, podIPs: [{ ip: podIP }] });
  };

  const policy = (from: string): object => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'db', namespace },
    spec: {
      podSelector: { matchLabels: { app: 'db' } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app: from } } }], ports: [{ port: 'http' }] }],
    },
  });

  before(async function () {
    needControlPlane(this, { controllerManager: true, kwok: true });
    plane = await sharedControlPlane(this);
    namespace = await newNamespace(plane, 'network');
    api = new Api(plane.kubeconfig);
    await api.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } });
    await pod('web', '10.77.0.1');
    await pod('db', '10.77.0.2');
    await api.apply(policy('web'), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace },
      spec: {
        type: 'LoadBalancer',
        publishNotReadyAddresses: true,
        selector: { app: 'web' },
        ports: [{ port: 80, targetPort: 'http' }],
      },
    });
    await waitFor('the endpoint of the Service', async () =>
      (await api.list<Slice>('EndpointSlice', namespace)).some(({ endpoints }) => (endpoints ?? []).length > 0),
    );
  });

  after(() => {
    // Where the suite is skipped there is none.
    (api as Api | undefined)?.close();
  });

  it('reach tells whom a pod may connect to, by which policy', async () => {
    const ask = (from: string): ReturnType<typeof run> =>
      run(['reach', `${namespace}/${from}`, `${namespace}/db`, '--port', '8080', '-o', 'json', ...live()]);
    const [web, outside] = [await ask('web'), await run(['reach', 'internet', `${namespace}/db`, ...live()])];
    expect([web.status, web.complaint, outside.status]).to.deep.equal([0, '', 0]);
    const [passage] = JSON.parse(web.output) as readonly { readonly ports: unknown; readonly because: unknown }[];
    expect(passage!.ports).to.deep.equal([{ protocol: 'TCP', first: 8080, last: 8080 }]);
    expect(JSON.stringify(passage!.because)).to.include(
      JSON.stringify({ kind: 'NetworkPolicy', namespace, name: 'db' }),
    );
    expect(outside.output).to.include(`ingress: denied, no rule of NetworkPolicy ${namespace}/db matches`);
  });

  it('exposed lists what leads in from outside', async () => {
    const { status, output } = await run(['exposed', '-o', 'json', ...live()]);
    const lines = (JSON.parse(output) as readonly { readonly workload: string; readonly level: string }[]).filter(
      ({ workload }) => workload.startsWith(namespace),
    );
    expect([status, lines.map(({ workload, level }) => [workload, level])]).to.deep.equal([
      0,
      [[`${namespace}/Pod/web`, 'internet']],
    ]);
  });

  it('ask tells what an edited policy would change', async () => {
    const [asked, change] = ['question.json', 'change.json'].map((name) => join(plane.dir, `${namespace}-${name}`));
    const questions = [
      { id: 1, kind: 'reach', from: { pod: `${namespace}/web` }, to: { pod: `${namespace}/db` }, port: 8080 },
      { id: 2, kind: 'isolation', pod: `${namespace}/db` },
      { id: 3, kind: 'exposure', workload: `${namespace}/Pod/web` },
    ];
    writeFileSync(asked!, JSON.stringify(questions));
    writeFileSync(change!, JSON.stringify(policy('nobody')));
    const { status, output } = await run(['ask', asked!, '--apply', change!, ...live()]);
    const { steps } = JSON.parse(output) as {
      readonly steps: readonly { readonly answers: readonly { readonly answer: unknown }[] }[];
    };
    const isolated = { ingress: true, egress: false };
    const exposed = {
      external: true,
      via: [`LoadBalancer:${namespace}/web`, `NodePort:${namespace}/web`],
      ports: ['TCP/8080'],
    };
    expect([status, steps.map(({ answers }) => answers.map(({ answer }) => answer))]).to.deep.equal([
      0,
      [
        [true, isolated, exposed],
        [false, isolated, exposed],
      ],
    ]);
  });

  it('what may not be read is said, and nothing is called open', async () => {
    const name = `network-little-${namespace}`;
    const resources = ['pods', 'namespaces', 'nodes', 'services', 'deployments.apps'].join();
    await plane.kubectl('create', 'clusterrole', name, '--verb=list', `--resource=${resources}`);
    await plane.kubectl('create', 'clusterrolebinding', name, `--clusterrole=${name}`, '--user=user-7');
    const little = ['--kubeconfig', plane.userKubeconfig('user-7')];
    try {
      const reached = await run(['reach', `${namespace}/web`, `${namespace}/db`, ...little]);
      expect([reached.status, reached.output]).to.deep.equal([3, '']);
      expect(reached.complaint).to.include('reach: not known: list networkpolicies.networking.k8s.io: forbidden');
      const question = join(plane.dir, `${namespace}-little.json`);
      writeFileSync(question, JSON.stringify({ id: 1, kind: 'isolation', pod: `${namespace}/db` }));
      const { output } = await run(['ask', question, ...little]);
      expect(output).to.include('"unknown": "list networkpolicies.networking.k8s.io: forbidden');
    } finally {
      await plane.kubectl('delete', 'clusterrole', name);
      await plane.kubectl('delete', 'clusterrolebinding', name);
    }
  });
});
