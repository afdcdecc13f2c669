import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { CHECKS } from '#checks/index.ts';
import { widthOf } from '#report/formats/columns.ts';
import type { ScanResult } from '#report/formats/scan.ts';
import { startSandbox } from '#sandbox/server.ts';
import { OUTPUTS } from '../../support/scan-of.ts';
import { privileged, run, scanJson, withFiles, type Scan } from './program.ts';

const FIXED = ['KP-POD-001', 'KP-POD-006', 'KP-IMG-001', 'KP-NET-002', 'KP-NS-001'].flatMap((id) => ['--check', id]);
const GOLDEN = 'test/golden/scan';

const LOW = 'checks: {severity: {KP-POD-001: low}}\n';

describe('[integration] scan', function () {
  this.timeout(60_000);

  for (const output of OUTPUTS) {
    it(`prints ${output}; UPDATE_GOLDEN=1 writes it anew`, async () => {
      const golden = `${GOLDEN}/${output}.txt`;
      const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };
      const { output: said, complaint, status } = await run(['scan', '-o', output, ...FIXED, 'test/golden/shop']);
      const all = `${said.replaceAll(`"${version}"`, '"VERSION"')}--- stderr\n${complaint}`;
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(golden, all);
      expect(all).to.equal(readFileSync(golden, 'utf8'));
      expect(status).to.equal(3);
    });
  }

  it('a table is 80 columns wide', () => {
    const wide = readFileSync(`${GOLDEN}/table.txt`, 'utf8').split('--- stderr')[0]!.split('\n');
    expect(wide.filter((line) => widthOf(line) > 80)).to.deep.equal([]);
  });

  it('gives the whole result as JSON', () =>
    withFiles(
      { 'a.yaml': `${privileged('a')}---\n{apiVersion: x/v1, kind: Z, metadata: {name: z}}\n` },
      async (folder) => {
        const { result, status } = await scanJson('--check', 'privileged-container', folder);
        const expected: ScanResult = {
          apiVersion: 'kubeposture.io/v1alpha1',
          kind: 'ScanResult',
          score: 74,
          grade: 'C',
          summary: {
            critical: 0,
            high: 1,
            medium: 0,
            low: 0,
            info: 0,
            passed: 0,
            suppressed: 0,
            accepted: 0,
            unknown: 0,
          },
          findings: [
            {
              check: 'KP-POD-001',
              name: 'privileged-container',
              severity: 'high',
              status: 'fail',
              subject: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'a' },
              path: 'spec.containers[0].securityContext.privileged',
              message: 'container app runs privileged',
              evidence: 'observed',
              pss: 'baseline',
            },
          ],
          notEvaluated: [
            { check: '*', subject: { apiVersion: 'x/v1', kind: 'Z', name: 'z' }, reason: 'kind without checks' },
          ],
          objects: 2,
          errors: [],
        };
        expect(result).to.deep.equal(expected);
        expect(status).to.equal(0);
      },
    ));

  it('reads stdin, YAML or JSON', async () => {
    const yaml = await run(['scan', '-o', 'json', '--check', 'KP-POD-001', '-'], privileged('a'));
    const json = await run(
      ['scan', '-o', 'json', '--check', 'KP-POD-001', '-'],
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'a', namespace: 'shop' },
        spec: { containers: [{ name: 'app', image: 'r.example/a:1', securityContext: { privileged: true } }] },
      }),
    );
    expect(JSON.parse(yaml.output)).to.deep.equal(JSON.parse(json.output));
    expect((JSON.parse(json.output) as ScanResult).findings).to.have.length(1);
  });

  it('looks at everything and reports on one namespace', () =>
    withFiles(
      { 'a.yaml': privileged('a'), 'b.yaml': privileged('b').replace('namespace: shop', 'namespace: other') },
      async (folder) => {
        const { result } = await scanJson('--check', 'KP-POD-001', '-n', 'other', folder);
        expect(result.findings.map(({ subject }) => subject.name)).to.deep.equal(['b']);
        expect(result.objects).to.equal(2);
      },
    ));

  it('looks for an aspect of a check only', () =>
    withFiles({ 'a.yaml': privileged('a') }, async (folder) => {
      const { result } = await scanJson('--check', 'KP-NET-002/egress', '--check', 'privileged-container', folder);
      expect(result.findings.map(({ check, aspect = '' }) => `${check}/${aspect}`)).to.deep.equal([
        'KP-POD-001/',
        'KP-NET-002/egress',
      ]);
    }));

  it('looks for the checks of a framework only, and of the Pod Security Standards for what breaks the level', () =>
    withFiles({ 'a.yaml': privileged('a') }, async (folder) => {
      const found = async (framework: string): Promise<readonly string[]> => {
        const { result } = await scanJson('--framework', framework, folder);
        return [...new Set(result.findings.map(({ check, pss = '' }) => `${check} ${pss}`))];
      };
      expect(await found('pss-baseline')).to.deep.equal(['KP-POD-001 baseline']);
      expect(await found('pss-restricted')).to.deep.equal([
        'KP-POD-001 baseline',
        'KP-POD-013 restricted',
        'KP-POD-015 restricted',
        'KP-POD-011 restricted',
        'KP-POD-019 restricted',
      ]);
      const { result } = await scanJson(folder);
      const lists = (id: string): boolean =>
        CHECKS.some((check) => check.id === id && check.refs.join(' ').includes('CIS:'));
      const ids = [...new Set(result.findings.map(({ check }) => check))];
      expect((await found('cis-1.12')).map((each) => each.split(' ')[0])).to.deep.equal(ids.filter(lists));
      expect(ids.every(lists)).to.equal(false);
    }));

  it('a baseline lets what it knows pass, and nothing new or worse', () =>
    withFiles({ 'a.yaml': privileged('a'), 'b.yaml': privileged('b'), '.low.yaml': LOW }, async (folder) => {
      const of = ['--check', 'KP-POD-001', '--fail-on', 'low'];
      const base = `${folder}/base.json`;
      writeFileSync(base, (await scanJson(...of, `${folder}/a.yaml`)).output);
      const scanned = async (...args: readonly string[]): Promise<object> => {
        const { result, status } = await scanJson(...of, '--baseline', base, ...args);
        return { status, known: result.findings.map(({ subject, known = false }) => [subject.name, known]) };
      };
      expect(await scanned(`${folder}/a.yaml`)).to.deep.equal({ status: 0, known: [['a', true]] });
      expect(await scanned(`${folder}/a.yaml`, `${folder}/b.yaml`)).to.deep.equal({
        status: 1,
        known: [
          ['a', true],
          ['b', false],
        ],
      });
      // The same finding, less severe in the baseline.
      writeFileSync(base, (await scanJson(...of, '--config', `${folder}/.low.yaml`, `${folder}/a.yaml`)).output);
      expect(await scanned(`${folder}/a.yaml`)).to.deep.equal({ status: 1, known: [['a', false]] });
      const { output } = await run(['scan', ...of, '--baseline', base, '--config', `${folder}/.low.yaml`, folder]);
      expect(output).to.include('Pod shop/b').and.not.to.include('Pod shop/a');
      expect(output).to.include('1 new finding; 1 known to the baseline');
    }));

  it('takes a configuration', () =>
    withFiles(
      { 'a.yaml': privileged('a'), '.c.yaml': 'checks: {severity: {KP-POD-001: low}, disable: [KP-NET-002]}\n' },
      async (folder) => {
        const { result } = await scanJson('--config', `${folder}/.c.yaml`, folder);
        expect(result.findings.find(({ check }) => check === 'KP-POD-001')?.severity).to.equal('low');
        expect(result.findings.filter(({ check }) => check === 'KP-NET-002')).to.deep.equal([]);
      },
    ));

  it('takes over what is declared of what it cannot see, and fails on it', () => {
    const declared = (expires: string): string =>
      [
        'controlPlane:',
        '  declaredControls:',
        `    1.2.1: {status: fail, reason: the provider says so, expires: ${expires}}`,
        '    KP-NET-006: {status: pass, reason: the provider enforces policies}',
        '    KP-POD-001: {status: pass, reason: nobody would}',
      ].join('\n');
    const files = {
      'a.yaml': privileged('a'),
      '.on.yaml': declared('2999-01-01T00:00:00Z'),
      '.off.yaml': declared('2001-01-01T00:00:00Z'),
    };
    return withFiles(files, async (folder) => {
      const scan = (config: string): Promise<Scan> =>
        scanJson(
          '--config',
          `${folder}/${config}`,
          '--fail-on',
          'medium',
          '--check',
          'KP-API-001',
          '--check',
          'KP-NET-006',
          folder,
        );
      const [on, off] = [await scan('.on.yaml'), await scan('.off.yaml')];
      expect([on.status, off.status]).to.deep.equal([1, 0]);
      expect(on.result.findings).to.deep.equal([
        {
          check: 'KP-API-001',
          name: 'anonymous-auth-enabled',
          severity: 'medium',
          status: 'fail',
          subject: { apiVersion: 'kubeposture.io/v1alpha1', kind: 'Cluster', name: 'cluster' },
          path: 'metadata.name',
          message: 'declared to fail: the provider says so',
          evidence: 'declared',
        },
      ]);
      const declaredToPass = { check: 'KP-NET-006', status: 'pass', reason: 'the provider enforces policies' };
      expect([on.result.notEvaluated, on.result.declared]).to.deep.equal([[], [declaredToPass]]);
      expect(off.result.notEvaluated.map(({ check, reason }) => `${check} ${reason.slice(0, 52)}`)).to.deep.equal([
        'KP-API-001 what is declared of it ended at 2001-01-01T00:00:00Z',
      ]);
      const says = 'kubeposture: controlPlane.declaredControls: 1.2.1 (2001-01-01T00:00:00Z) has ended\n';
      expect([on.complaint, off.complaint]).to.deep.equal(['', says]);
      // What is seen is not asked of anybody.
      const seen = await scanJson('--config', `${folder}/.on.yaml`, '--check', 'KP-POD-001', folder);
      expect(seen.result.findings.map(({ evidence }) => evidence)).to.deep.equal(['observed']);
    });
  });

  it('judges the cluster too where the files are a dump of one', () =>
    withFiles(
      { 'a.yaml': privileged('a'), '.dump.yaml': 'checks: {parameters: {inputIsComplete: true}}' },
      async (folder) => {
        const told = async (...args: readonly string[]): Promise<readonly string[]> => {
          const { result } = await scanJson('--check', 'KP-IMG-006', ...args, `${folder}/a.yaml`);
          const findings = result.findings.map(({ subject, aspect = '' }) => `${subject.kind} ${aspect}`);
          return [...findings, ...result.notEvaluated.map(({ reason }) => reason)];
        };
        expect(await told()).to.deep.equal(['files do not tell what else is in the cluster']);
        expect(await told('--config', `${folder}/.dump.yaml`)).to.deep.equal(['Cluster noScanner']);
      },
    ));

  it('says the same of the same files, in whatever order they are named', () =>
    withFiles({ 'a.yaml': privileged('a'), 'b.yaml': privileged('b') }, async (folder) => {
      const forth = await scanJson(`${folder}/a.yaml`, `${folder}/b.yaml`);
      const back = await scanJson(`${folder}/b.yaml`, `${folder}/a.yaml`);
      expect(forth.output).to.equal(back.output);
    }));

  for (const output of OUTPUTS)
    it(`${output}: ends without a complaint when its reader leaves`, () =>
      withFiles(
        { 'a.yaml': Array.from({ length: 3000 }, (_, index) => privileged(`p${String(index)}`)).join('---\n') },
        async (folder) => {
          const args = ['src/main.ts', 'scan', '-o', output, '--check', 'KP-POD-001', folder];
          const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
          let complaint = '';
          child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
          child.stdout.once('data', () => child.stdout.destroy());
          const [status] = (await once(child, 'close')) as [number | null];
          expect({ status, complaint }).to.deep.equal({ status: 0, complaint: '' });
        },
      ));
});

describe('[integration] exit statuses', function () {
  this.timeout(60_000);

  const cases: readonly {
    readonly name: string;
    readonly args: readonly string[];
    readonly status: number;
    readonly says?: string;
  }[] = [
    { name: 'findings without --fail-on', args: ['scan', 'a.yaml'], status: 0 },
    { name: 'findings as bad as --fail-on', args: ['scan', '--fail-on', 'high', 'a.yaml'], status: 1 },
    { name: 'findings less bad than --fail-on', args: ['scan', '--fail-on', 'critical', 'a.yaml'], status: 0 },
    {
      name: 'errors outrank findings',
      args: ['scan', '--fail-on', 'high', 'a.yaml', 'nope.yaml'],
      status: 3,
      says: 'nope.yaml: no such file or folder',
    },
    { name: 'no cluster', args: ['scan', '--kubeconfig', 'nope'], status: 3, says: 'nope: no such file' },
    {
      name: 'an unknown severity',
      args: ['scan', '--fail-on', 'bad', 'a.yaml'],
      status: 2,
      says: 'critical, high, medium, low, info',
    },
    { name: 'an unknown output', args: ['scan', '-o', 'xml', 'a.yaml'], status: 2, says: 'table, wide, json' },
    { name: 'an unknown flag', args: ['scan', '--nope', 'a.yaml'], status: 2, says: "unknown option '--nope'" },
    { name: 'an unknown command', args: ['scam'], status: 2, says: 'Did you mean scan?' },
    {
      name: 'an unknown check',
      args: ['scan', '--check', 'KP-POD-01', 'a.yaml'],
      status: 2,
      says: 'did you mean KP-POD-001?',
    },
    {
      name: 'an unknown version',
      args: ['scan', '--kubernetes-version', '2', 'a.yaml'],
      status: 2,
      says: 'such as 1.34',
    },
    {
      name: 'an unknown aspect',
      args: ['scan', '--check', 'KP-NET-002/side', 'a.yaml'],
      status: 2,
      says: 'KP-NET-002 has no aspect "side"; it has: ',
    },
    {
      name: 'an aspect of a check without any',
      args: ['scan', '--check', 'KP-POD-001/x', 'a.yaml'],
      status: 2,
      says: 'KP-POD-001 has no aspect "x"; it has none',
    },
    {
      name: 'an unknown framework',
      args: ['scan', '--framework', 'pci', 'a.yaml'],
      status: 2,
      says: 'there are: cis-1.12, pss-baseline, pss-restricted, nsa-1.2, owasp-2022, owasp-2025, mitre',
    },
    {
      name: 'a baseline that is not there',
      args: ['scan', '--baseline', 'nope', 'a.yaml'],
      status: 2,
      says: 'nope cannot be read (ENOENT)',
    },
    {
      name: 'a baseline that is no JSON',
      args: ['scan', '--baseline', 'bad.yaml', 'a.yaml'],
      status: 2,
      says: 'is no JSON',
    },
    {
      name: 'a baseline of another format',
      args: ['scan', '--baseline', 'sarif.yaml', 'a.yaml'],
      status: 2,
      says: 'is no result of kubeposture scan --output json',
    },
    { name: 'what to leave out of no folder', args: ['scan', '--exclude', 'x'], status: 2, says: 'is for folders' },
    { name: 'a batch with paths', args: ['scan', '--batch', 'a.yaml'], status: 2, says: 'takes no paths' },
    {
      name: 'an unknown check to explain',
      args: ['checks', 'explain', 'priviledged-container'],
      status: 2,
      says: 'did you mean privileged-container?',
    },
    {
      name: 'a bad configuration',
      args: ['scan', '--config', 'bad.yaml', 'a.yaml'],
      status: 2,
      says: 'bad.yaml: checks: "nope" is not known; allowed: disable, severity, parameters',
    },
    {
      name: 'a declared control that there is not',
      args: ['scan', '--config', 'declared.yaml', 'a.yaml'],
      status: 2,
      says: 'declared.yaml: controlPlane.declaredControls: there is no recommendation 1.2.99 in CIS 1.12',
    },
    { name: 'help', args: ['--help'], status: 0 },
  ];
  for (const { name, args, status, says = '' } of cases) {
    it(`${name}: ${String(status)}`, () =>
      withFiles(
        {
          'a.yaml': privileged('a'),
          'bad.yaml': 'checks: {nope: 1}',
          'declared.yaml': 'controlPlane: {declaredControls: {1.2.99: {status: pass, reason: r}}}',
          'sarif.yaml': '{"runs": []}',
        },
        async (folder) => {
          const placed = args.map((arg) =>
            /^(a|nope|bad|declared|sarif)(\.yaml)?$/.test(arg) && arg !== 'bad' ? `${folder}/${arg}` : arg,
          );
          const ended = await run(placed);
          expect(ended.status, ended.complaint).to.equal(status);
          expect(ended.complaint).to.include(says);
          expect(ended.complaint).not.to.match(/\n\s+at /);
        },
      ));
  }

  it('--version prints the version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string };
    expect(await run(['--version'])).to.deep.equal({ status: 0, output: `${version}\n`, complaint: '' });
  });
});

describe('[integration] scan --batch', function () {
  this.timeout(60_000);
  const pod = (name: string): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'a', securityContext: { privileged: true } }] },
  });

  it('answers each line in order; bad lines are answered too', async () => {
    const lines = [
      JSON.stringify({ id: 1, objects: [pod('a')] }),
      'no JSON',
      '[]',
      '',
      JSON.stringify({ id: 'x' }),
      JSON.stringify({ id: 'v', objects: [], kubernetesVersion: 'new' }),
      JSON.stringify({
        id: { any: 'thing' },
        objects: [{ apiVersion: 'v1', kind: 'List', items: [pod('b'), 3] }],
        kubernetesVersion: '1.30',
      }),
    ];
    const { output, complaint, status } = await run(['scan', '--batch', '--check', 'KP-POD-001'], lines.join('\n'));
    const answers = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Partial<ScanResult> & { readonly id: unknown; readonly error?: string });
    expect(complaint).to.equal('');
    expect(
      answers.map(({ id, error, findings, errors }) => ({
        id,
        error,
        found: findings?.map(({ subject }) => subject.name),
        errors,
      })),
    ).to.deep.equal([
      { id: 1, error: undefined, found: ['a'], errors: [] },
      {
        id: null,
        error: `not JSON: Unexpected token 'o', "no JSON" is not valid JSON`,
        found: undefined,
        errors: undefined,
      },
      { id: null, error: 'not an object', found: undefined, errors: undefined },
      { id: 'x', error: 'objects: must be a list', found: undefined, errors: undefined },
      { id: 'v', error: '"new" is no version of Kubernetes, such as 1.34', found: undefined, errors: undefined },
      {
        id: { any: 'thing' },
        error: undefined,
        found: ['b'],
        errors: [{ file: 'objects[0]', line: 0, message: 'not an object' }],
      },
    ]);
    expect(status).to.equal(3);
  });

  it('answers a line before the next one comes', async () => {
    const child = spawn(process.execPath, ['src/main.ts', 'scan', '--batch'], { stdio: ['pipe', 'pipe', 'inherit'] });
    for (const id of [1, 2]) {
      child.stdin.write(`${JSON.stringify({ id, objects: [pod('a')] })}\n`);
      const [answer] = (await once(child.stdout, 'data')) as [Buffer];
      expect((JSON.parse(answer.toString()) as { readonly id: number }).id).to.equal(id);
    }
    child.stdin.end();
    const [status] = (await once(child, 'close')) as [number | null];
    expect(status).to.equal(0);
  });
});

/** Rights of an account, whose pod runs in one namespace, on what one CustomResourceDefinition brings and on what none does. */
const WIDGETS = [
  {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', kind: 'Widget', singular: 'widget', listKind: 'WidgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  },
  ...['widgets', 'others'].flatMap((name) => [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name },
      rules: [{ apiGroups: ['example.com'], resources: [name], verbs: ['get'] }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', namespace: 'shop', name: 'operator' }],
    },
  ]),
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'operator', namespace: 'shop' },
    spec: { serviceAccountName: 'operator', containers: [{ name: 'app', image: 'r.example/a:1' }] },
  },
];

const list = (items: readonly object[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

describe('[integration] scan of a cluster', function () {
  this.timeout(60_000);

  it('finds in a cluster what it finds in files', async () => {
    const sandbox = await startSandbox();
    try {
      const manifest = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'a', namespace: 'shop' },
        spec: { containers: [{ name: 'app', image: 'r.example/a:1', securityContext: { privileged: true } }] },
      };
      await sandbox.load([manifest]);
      await withFiles({ kubeconfig: sandbox.kubeconfig }, async (folder) => {
        const { result, status, complaint } = await scanJson(
          '--kubeconfig',
          `${folder}/kubeconfig`,
          '--check',
          'KP-POD-001',
        );
        expect({ status, complaint }).to.deep.equal({ status: 0, complaint: '' });
        expect(result.findings.map(({ subject }) => subject.name)).to.deep.equal(['a']);
        expect(result.objects).to.be.greaterThan(1);
      });
    } finally {
      await sandbox.stop();
    }
  });

  it('tells by discovery whether what an operator brings has a namespace, as by a CustomResourceDefinition in files', async () => {
    const sandbox = await startSandbox();
    try {
      await sandbox.load(WIDGETS);
      await withFiles({ kubeconfig: sandbox.kubeconfig, 'all.json': list(WIDGETS) }, async (folder) => {
        for (const where of [['--kubeconfig', `${folder}/kubeconfig`], [`${folder}/all.json`]]) {
          const { result } = await scanJson(...where, '--check', 'KP-RBAC-028');
          const found = result.findings.map(({ aspect, subject }) => [subject.name, aspect]);
          expect(found).to.deep.equal([['widgets', 'clusterForNamespaced']]);
          const doubts = result.notEvaluated.map(({ subject, reason }) => [subject?.name, reason]);
          expect(doubts).to.deep.equal([['others', 'whether others.example.com have a namespace is not known']]);
        }
      });
    } finally {
      await sandbox.stop();
    }
  });

  it('reads a kind of an extension in the version that the server has', async () => {
    const sandbox = await startSandbox();
    const group = 'gateway.networking.k8s.io';
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const listener = { name: 'web', protocol: 'HTTP', port: 80 };
    try {
      await sandbox.load([
        {
          apiVersion: 'apiextensions.k8s.io/v1',
          kind: 'CustomResourceDefinition',
          metadata: { name: `gateways.${group}`, annotations: { 'api-approved.kubernetes.io': 'unapproved, a test' } },
          spec: {
            group,
            scope: 'Namespaced',
            names: { plural: 'gateways', kind: 'Gateway', singular: 'gateway', listKind: 'GatewayList' },
            versions: [{ name: 'v1beta1', served: true, storage: true, schema }],
          },
        },
        {
          apiVersion: `${group}/v1beta1`,
          kind: 'Gateway',
          metadata: { name: 'open', namespace: 'shop' },
          spec: { listeners: [listener] },
        },
      ]);
      await withFiles({ kubeconfig: sandbox.kubeconfig }, async (folder) => {
        const { result } = await scanJson('--kubeconfig', `${folder}/kubeconfig`, '--check', 'KP-NET-015');
        expect(result.findings.map(({ subject }) => subject)).to.deep.equal([
          { apiVersion: `${group}/v1beta1`, kind: 'Gateway', namespace: 'shop', name: 'open' },
        ]);
      });
    } finally {
      await sandbox.stop();
    }
  });
});
