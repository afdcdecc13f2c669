import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import type { FormatName } from '#report/formats/index.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };

interface Ended {
  readonly status: number | null;
  readonly output: string;
  readonly complaint: string;
}

describe('[integration] the packed package', function () {
  this.timeout(180_000);
  let folder = '';

  /** Runs a program there, with the Node of this process first on the PATH and that folder for the project folder that npm hands down. */
  const run = async (program: string, ...args: readonly string[]): Promise<Ended> => {
    const PATH = [dirname(process.execPath), process.env['PATH']].join(delimiter);
    const env = { ...process.env, PATH, npm_config_local_prefix: folder };
    const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const [output, complaint, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    return { status, output, complaint };
  };

  before(async function () {
    if (!existsSync('src/main.ts')) this.skip();
    folder = mkdtempSync(join(tmpdir(), 'kubeposture-package-'));
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    for (const command of [
      ['pack', process.cwd(), '--pack-destination', folder],
      ['install', '--prefer-offline', '--no-audit', '--no-fund', `./kubeposture-${version}.tgz`],
    ]) {
      const { status, complaint } = await run('npm', ...command);
      expect(status, complaint).to.equal(0);
    }
  });
  after(() => {
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  it('runs from an empty folder', async () => {
    const { status, output, complaint } = await run('npx', '--no-install', 'kubeposture', '--version');
    expect({ status, output }, complaint).to.deep.equal({ status: 0, output: `${version}\n` });
  });

  it('gives informers to programs', async () => {
    const program = `import('kubeposture/kube').then(({ Informer, loadCluster }) => console.log(Informer.name, loadCluster.name))`;
    const { output, complaint } = await run(process.execPath, '-e', program);
    expect(output, complaint).to.equal('Informer loadCluster\n');
  });

  it('brings the demo along, with its kinds and its shop', async () => {
    const { status, output, complaint } = await run('npx', '--no-install', 'kubeposture', 'demo', '--once');
    expect(status, complaint).to.equal(0);
    expect(output).to.match(/^shop +deployment-web /m);
  });

  it('scans to every output, and explains', async () => {
    const manifest = `{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"hostPID": true}}`;
    writeFileSync(join(folder, 'pod.json'), manifest);
    const begins: Readonly<Record<FormatName, RegExp>> = {
      table: /^SEVERITY .*\nPod default\/a +pod\.json:1\nhigh +KP-POD-002 /,
      wide: /^SEVERITY .*\nhigh +KP-POD-002 +host-pid +Pod\/default\/a +pod\.json:1 +spec\.hostPID /,
      json: /^\{\n {2}"apiVersion": "kubeposture\.io\/v1alpha1",\n {2}"kind": "ScanResult",/,
      yaml: /^apiVersion: kubeposture\.io\/v1alpha1\nkind: ScanResult\n/,
      jsonl: /^\{"type":"finding","check":"KP-POD-002",/,
      sarif: /^\{"\$schema":".*"uri":"pod\.json".*"startLine":1,"startColumn":73,/s,
      junit: /^<\?xml .*<testsuite name="KP-POD-002 host-pid" tests="1" failures="1"/s,
      markdown: /^## kubeposture: grade C, .*\n### `Pod default\/a` \(`pod\.json:1`\)\n/s,
    };
    for (const [output, pattern] of Object.entries(begins)) {
      const args = ['scan', 'pod.json', '--check', 'host-pid', '--fail-on', 'high', '--output', output];
      const ended = await run('npx', '--no-install', 'kubeposture', ...args);
      expect(ended.status, ended.complaint).to.equal(1);
      expect(ended.output).to.match(pattern);
    }
    const { output } = await run('npx', '--no-install', 'kubeposture', 'checks', 'explain', 'host-pid');
    expect(output).to.match(/^KP-POD-002 host-pid\n/);
  });

  it('brings the thread along that parses many files, and scans them', async () => {
    expect(existsSync(join(folder, 'node_modules/kubeposture/dist/parser.js'))).to.equal(true);
    mkdirSync(join(folder, 'many'));
    for (let number = 0; number < 300; number += 1)
      writeFileSync(
        join(folder, 'many', `${String(number)}.yaml`),
        `{apiVersion: v1, kind: Pod, metadata: {name: pod-${String(number)}}, spec: {hostPID: true}}`,
      );
    const args = ['scan', 'many', '--check', 'host-pid', '--output', 'jsonl'];
    const { status, output, complaint } = await run('npx', '--no-install', 'kubeposture', ...args);
    expect(status, complaint).to.equal(0);
    const lines = output.trimEnd().split('\n');
    const found = lines.map((line) => JSON.parse(line) as { readonly type: string; readonly objects?: number });
    expect(
      Object.entries(Object.groupBy(found, ({ type }) => type)).map(([type, all]) => [type, all?.length]),
    ).to.deep.equal([
      ['finding', 300],
      ['summary', 1],
    ]);
    expect(found.at(-1)?.objects).to.equal(300);
  });

  it('says in one line that a Node is too old', async () => {
    const pretend = `Object.defineProperty(process.versions, 'node', { value: '20.9.0' }); require('./node_modules/kubeposture/dist/bin.cjs')`;
    expect(await run(process.execPath, '-e', pretend)).to.deep.equal({
      status: 2,
      output: '',
      complaint: 'kubeposture needs Node 24 or newer, this is v20.9.0\n',
    });
  });
});
