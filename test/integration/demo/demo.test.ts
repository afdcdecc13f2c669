import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { yamlDocuments } from '#cli/input/yaml.ts';
import { Api } from '../../support/api.ts';
import { waitFor } from '../../support/wait.ts';
import { withFiles } from '../cli/program.ts';
import { DemoProcess } from './process.ts';

const GOLDEN = 'test/golden/demo.txt';
const FIXED = yamlDocuments(readFileSync('manifests/demo/fixed/web.yaml', 'utf8')).map(({ value }) => value as object);

/** The rows that are there whatever checks there are, without numbers: these move with every check that is added. */
function normal(output: string): string {
  return output
    .split('\n')
    .filter(
      (line) =>
        !/(?:^| )(?!clusterrolebinding-platform)(?:clusterrole|role|service|secret|ingress|configmap)/.test(line),
    )
    .map((line) => line.replace(/  +[A-F] +\d+ .*$/, ' GRADE #').replace(/(?<=:)\d{2,5}\b/g, 'PORT'))
    .map((line) => line.replace(/\S+\/kubeposture-\w+\//, 'TMP/').replace(/ +/g, ' '))
    .join('\n');
}

describe('[integration] kubeposture demo', function () {
  this.timeout(60_000);
  const running = new Set<DemoProcess>();
  const start = (...flags: readonly string[]): DemoProcess => {
    const demo = new DemoProcess(...flags);
    running.add(demo);
    return demo;
  };

  afterEach(async () => {
    for (const demo of running) await demo.dispose();
    running.clear();
  });

  it('prints the reports of the shop in 80 columns and ends; UPDATE_GOLDEN=1 writes them anew', async () => {
    const demo = start('--once');
    expect((await demo.end()).status, demo.complaint).to.equal(0);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, normal(demo.output));
    expect(normal(demo.output)).to.equal(readFileSync(GOLDEN, 'utf8'));
    for (const line of demo.output.split('\n')) expect(line.length, line).to.be.at.most(80);
    expect(demo.output)
      .to.match(/^shop +deployment-web +[DF] /m)
      .and.to.match(/^payments +deployment-api +A +100 /m);
    expect(demo.complaint).to.equal('');
    expect(demo.leftovers()).to.deep.equal([]);
  });

  it('tells within 2 s what becomes of a report, and a Ctrl-C leaves nothing behind', async () => {
    const demo = start();
    const kubeconfig = await demo.ready();
    expect((statSync(kubeconfig).mode & 0o777).toString(8)).to.equal('600');
    const api = new Api(kubeconfig);
    await api.apply(...FIXED);
    await demo.says(/^shop\/deployment-web {2}[DF] \d+ -> A \d+ {2}fixed: KP-POD-001/m, 2000);
    await api.remove('Deployment', { namespace: 'ci', name: 'runner' });
    await demo.says(/^ci\/deployment-runner {2}. \d+ {2}gone$/m, 2000);
    api.close();
    // npm and the terminal both pass it on.
    const { status, tookMs } = await demo.end('SIGINT', 'SIGINT');
    expect(status, demo.complaint).to.equal(0);
    expect(tookMs).to.be.below(5000);
    expect(demo.leftovers()).to.deep.equal([]);
    expect(demo.complaint).to.equal('');
  });

  it('shows its metrics where it says', async () => {
    const demo = start();
    await demo.ready();
    const [, url = ''] = await demo.says(/^metrics +(\S+)$/m);
    const metrics = await (await fetch(url)).text();
    expect(metrics)
      .to.match(/^kubeposture_leader 1$/m)
      .and.to.match(/^kubeposture_score\{namespace="payments"\} 89$/m);
    expect(metrics).to.match(/^kubeposture_drift_detected_total 0$/m);
  });

  it('ends in good order when it is told to while it begins', async () => {
    const demo = start();
    await waitFor('its first file', () => demo.leftovers().length > 0);
    expect((await demo.end('SIGTERM')).status, demo.complaint).to.equal(0);
    expect(demo.complaint).to.equal('');
    expect(demo.leftovers()).to.deep.equal([]);
  });

  it('prints lines that a real kubectl runs', async function () {
    const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';
    if (!existsSync(join(assets, 'kubectl'))) {
      console.log('      skipped: no kubectl in KUBEBUILDER_ASSETS; export KUBEBUILDER_ASSETS="$(test/envtest/get)"');
      this.skip();
    }
    const demo = start();
    await demo.ready();
    const lines = demo.output.split('\n').filter((line) => line.startsWith('  kubectl '));
    const outputs: string[] = [];
    for (const line of lines) outputs.push(await shell(line, assets));
    expect(lines.map((line) => line.replace(/--kubeconfig \S+ /, '').trim())).to.deep.equal([
      'kubectl get securityreports -A',
      'kubectl get posture -A',
      'kubectl explain securityreport.findings',
      'kubectl describe securityreport -n shop deployment-web',
      'kubectl apply -f manifests/demo/fixed/web.yaml',
    ]);
    expect(outputs[0]).to.match(/^NAMESPACE +NAME +KIND +SUBJECT +GRADE +SCORE +CRITICAL +HIGH +MEDIUM +LOW +AGE$/m);
    expect(outputs[1]).to.include('clustersecurityreport.kubeposture.io/cluster ');
    expect(outputs[2]).to.include('firstSeen').and.to.include('GROUP:      kubeposture.io');
    expect(outputs[3])
      .to.match(/^Top Fixes:$/m)
      .and.to.include('KP-POD-001');
    expect(outputs[4]).to.equal('deployment.apps/web configured\nnetworkpolicy.networking.k8s.io/web created\n');
    await demo.says(/^shop\/deployment-web {2}. \d+ -> A \d+/m, 2000);
  });

  it('begins empty, and at a port and with a kubeconfig of its user', () =>
    withFiles({}, async (folder) => {
      const file = join(folder, 'kubeconfig');
      const port = await freePort();
      const demo = start('--empty', '--port', String(port), '--kubeconfig-out', file);
      expect(await demo.ready()).to.equal(file);
      expect(demo.output)
        .to.include(`https://127.0.0.1:${String(port)}\n`)
        .and.to.include('kubeposture demo: 0 objects');
      expect(demo.output).not.to.include('deployment-web');
      const second = start('--empty', '--once', '--port', String(port));
      expect([(await second.end()).status, second.complaint]).to.deep.equal([
        2,
        `kubeposture: --port: ${String(port)} is taken\n`,
      ]);
      await demo.end('SIGTERM');
      expect(existsSync(file)).to.equal(false);
    }));

  it("never writes over somebody's kubeconfig", () =>
    withFiles({ config: 'mine' }, async (folder) => {
      const file = join(folder, 'config');
      const demo = start('--empty', '--once', '--kubeconfig-out', file);
      expect((await demo.end()).status).to.equal(2);
      expect(demo.complaint).to.equal(`kubeposture: --kubeconfig-out: ${file} is there already, and not ours\n`);
      expect(readFileSync(file, 'utf8')).to.equal('mine');
    }));
});

describe('[integration] kubeposture demo --load', function () {
  this.timeout(60_000);

  const loaded = async (
    files: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number | null; readonly complaint: string; readonly output: string }> =>
    withFiles(files, async (folder) => {
      const demo = new DemoProcess('--once', '--load', folder);
      try {
        const { status } = await demo.end();
        const complaint = demo.complaint.replaceAll(folder, 'DIR');
        expect(demo.leftovers()).to.deep.equal([]);
        return { status, complaint, output: demo.output };
      } finally {
        await demo.dispose();
      }
    });

  it('takes the manifests of its user instead of the shop', async () => {
    const pod = `apiVersion: v1\nkind: Pod\nmetadata: {name: solo, namespace: mine}\nspec: {containers: [{name: a, image: a}]}\n`;
    const list = JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } }],
    });
    const { status, complaint, output } = await loaded({ 'pod.yaml': pod, 'list.json': list });
    expect({ status, complaint }).to.deep.equal({ status: 0, complaint: '' });
    expect(output)
      .to.match(/^mine +pod-solo /m)
      .and.to.include('kubeposture demo: 2 objects')
      .and.not.to.include('web');
  });

  it('says where a manifest is broken, and does not begin', async () => {
    const broken =
      'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers: [\n---\nkind: Pod\nmetadata: {}\n';
    const { status, complaint, output } = await loaded({
      'a.yaml': broken,
      'b.json': '{"apiVersion": "v1", "kind": "Pod"}',
    });
    expect({ status, output }).to.deep.equal({ status: 3, output: '' });
    expect(complaint).to.equal(
      [
        'kubeposture: DIR/a.yaml:7: deficient indentation',
        'kubeposture: DIR/a.yaml:8: has no apiVersion',
        'kubeposture: DIR/b.json:1: has no metadata\n',
      ].join('\n'),
    );
  });

  it('leaves out what the API server refuses, and says so', async () => {
    const strange = 'apiVersion: example.io/v1\nkind: Foo\nmetadata: {name: b, namespace: mine}\n';
    const { status, complaint } = await loaded({ 'a.yaml': `# One.\n${strange}` });
    expect({ status, complaint }).to.deep.equal({
      status: 3,
      complaint:
        'kubeposture: left out: DIR/a.yaml:2: Foo mine/b: no matches for kind "Foo" in version "example.io/v1"\n',
    });
  });

  it('names a folder that is not there, and flags that exclude each other', async () => {
    for (const [flags, status, complaint] of [
      [['--load', '/nowhere'], 3, 'kubeposture: /nowhere: no such file or folder\n'],
      [['--load', '.', '--empty'], 2, 'kubeposture: --empty and --load: one of them\n'],
      [['--port', 'x'], 2, 'kubeposture: --port: "x" is no port\n'],
    ] as const) {
      const demo = new DemoProcess('--once', ...flags);
      expect([(await demo.end()).status, demo.complaint, demo.output]).to.deep.equal([status, complaint, '']);
      await demo.dispose();
    }
  });
});

async function shell(line: string, assets: string): Promise<string> {
  const env = { ...process.env, PATH: [assets, process.env['PATH']].join(delimiter) };
  const child = spawn('sh', ['-c', line], { stdio: ['ignore', 'pipe', 'pipe'], env });
  const [output, complaint, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  expect({ status, complaint }, line).to.deep.equal({ status: 0, complaint: '' });
  return output;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}
