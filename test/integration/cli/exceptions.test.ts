import { expect } from 'chai';
import { privileged, run, scanJson, withFiles } from './program.ts';

const LATER = '2999-12-31T00:00:00Z';

function exception(name: string, spec: string, kind = 'SecurityException'): string {
  const place = kind === 'SecurityException' ? ', namespace: shop' : '';
  return `---\n{apiVersion: kubeposture.io/v1alpha1, kind: ${kind}, metadata: {name: ${name}${place}}, spec: {${spec}}}\n`;
}

const LEGACY = exception(
  'legacy',
  `checks: [KP-POD-001], subjects: {names: [a]}, reason: a migration, expires: ${LATER}`,
);
const STALE = [
  exception('over', "checks: [KP-POD-001], reason: x, expires: '2020-01-01T00:00:00Z'"),
  exception('slip', 'checks: [KP-POD-999], reason: x'),
  exception('idle', 'checks: [KP-POD-007], reason: x', 'ClusterSecurityException'),
].join('');
const ONE = ['--check', 'KP-POD-001', '--check', 'KP-POD-007'] as const;

describe('[integration] scan with exceptions', function () {
  this.timeout(60_000);

  it('honours those among the manifests, and those that are named', () =>
    withFiles({ 'a.yaml': privileged('a'), 'b.yaml': privileged('b'), '.legacy.yaml': LEGACY }, async (folder) => {
      const file = `${folder}/.legacy.yaml`;
      const [without, among, beside] = [
        await scanJson(...ONE, folder),
        await scanJson(...ONE, folder, file),
        await scanJson(...ONE, '--exceptions', file, folder),
      ];
      const { findings } = among.result;
      expect(findings.map(({ subject, status, exception: by }) => [subject.name, status, by])).to.deep.equal([
        ['a', 'suppressed', { name: 'legacy', reason: 'a migration', expires: LATER }],
        ['b', 'fail', undefined],
      ]);
      expect(beside.result.findings).to.deep.equal(findings);
      const { score, scoreWithoutExceptions, summary, exceptions } = among.result;
      expect({ score, scoreWithoutExceptions, high: summary.high, suppressed: summary.suppressed }).to.deep.equal({
        score: 74,
        scoreWithoutExceptions: without.result.score,
        high: 1,
        suppressed: 1,
      });
      expect(exceptions).to.deep.equal([
        { kind: 'SecurityException', namespace: 'shop', name: 'legacy', state: 'Active', matchedFindings: 1 },
      ]);
    }));

  it('what is suppressed fails nothing, what has expired does', () =>
    withFiles({ 'a.yaml': `${privileged('a')}${LEGACY}`, 'b.yaml': `${privileged('a')}${STALE}` }, async (folder) => {
      const statuses = [
        await run(['scan', ...ONE, '--fail-on', 'low', `${folder}/a.yaml`]),
        await run(['scan', ...ONE, '--fail-on', 'low', `${folder}/b.yaml`]),
      ].map(({ status }) => status);
      expect(statuses).to.deep.equal([0, 1]);
    }));

  it('says which do not do what they should', () =>
    withFiles({ 'a.yaml': `${privileged('a')}${LEGACY}${STALE}` }, async (folder) => {
      const { output, status } = await run(['scan', folder]);
      const lines = output.split('\n');
      const at = lines.indexOf('exceptions');
      expect(lines.slice(at, at + 6)).to.deep.equal([
        'exceptions',
        '  ClusterSecurityException idle matches no finding',
        '  SecurityException shop/over has expired: what it covered is open',
        '  SecurityException shop/slip is not in effect: spec.checks: there is no check',
        '    KP-POD-999',
        '',
      ]);
      expect(output).to.include('1 finding suppressed by exceptions; without them the score would be 7');
      expect(lines.slice(lines.findIndex((line) => line.startsWith('suppressed'))).slice(0, 4)).to.deep.equal([
        'suppressed  KP-POD-001   container app runs privileged',
        '            spec.containers[0].securityContext.privileged',
        '            suppressed: a migration (SecurityException legacy until',
        `            ${LATER})`,
      ]);
      expect(lines.filter((line) => line.length > 80)).to.deep.equal([]);
      expect(status).to.equal(0);
      // Elsewhere it may match.
      expect((await run(['scan', ...ONE, folder])).output).not.to.include('matches no finding');
    }));

  it('a pull request shows them: SARIF with the justification, JUnit as skipped, Markdown with the reason', () =>
    withFiles({ 'a.yaml': `${privileged('a')}${LEGACY}` }, async (folder) => {
      const of = async (format: string): Promise<string> => (await run(['scan', '-o', format, ...ONE, folder])).output;
      const why = `a migration (SecurityException legacy until ${LATER})`;
      const { runs } = JSON.parse(await of('sarif')) as {
        readonly runs: readonly { readonly results: readonly { readonly suppressions?: unknown }[] }[];
      };
      expect(runs[0]?.results.map(({ suppressions }) => suppressions)).to.deep.equal([
        [{ kind: 'external', status: 'accepted', justification: why }],
      ]);
      expect(await of('junit')).to.include(
        `<skipped>high: container app runs privileged (suppressed: ${why})</skipped>`,
      );
      expect(await of('markdown')).to.include('| high, suppressed | KP-POD-001 privileged-container |');
    }));

  it('a baseline made under an exception does not outlive it', () =>
    withFiles({ 'a.yaml': privileged('a'), '.legacy.yaml': LEGACY }, async (folder) => {
      const { output } = await run(['scan', '-o', 'json', ...ONE, '--exceptions', `${folder}/.legacy.yaml`, folder]);
      await withFiles({ 'base.json': output }, async (other) => {
        const args = ['scan', ...ONE, '--fail-on', 'low', '--baseline', `${other}/base.json`];
        const [still, ended] = [
          await run([...args, '--exceptions', `${folder}/.legacy.yaml`, folder]),
          await run([...args, folder]),
        ];
        expect([still.status, ended.status]).to.deep.equal([0, 1]);
        expect(still.output).to.include('0 new findings; 1 known to the baseline');
      });
    }));

  it('--exceptions takes exceptions alone; what it cannot take makes status 3, and the rest goes on', () =>
    withFiles({ 'a.yaml': privileged('a'), '.odd.yaml': `${privileged('b')}${LEGACY}` }, async (folder) => {
      const { result, status } = await scanJson(
        ...ONE,
        '--exceptions',
        `${folder}/.odd.yaml`,
        '--exceptions',
        'nope',
        folder,
      );
      expect(result.errors.map(({ message }) => message)).to.deep.equal([
        'Pod shop/b is no exception: --exceptions takes nothing else',
        'no such file or folder',
      ]);
      expect(result.findings.map(({ subject, status: of }) => `${subject.name} ${of}`)).to.deep.equal(['a suppressed']);
      expect(status).to.equal(3);
    }));

  it('one that cannot be read covers nothing', () =>
    withFiles(
      { 'a.yaml': `${privileged('a')}${exception('slip', 'checks: [KP-POD-001], reason: x, subjects: {name: [b]}')}` },
      async (folder) => {
        const { result, status } = await scanJson(...ONE, folder);
        const says = 'spec.subjects.name: there is no such field';
        expect(result.errors.map(({ message }) => message)).to.deep.equal([`SecurityException shop/slip: ${says}`]);
        expect(result.exceptions).to.deep.equal([
          {
            kind: 'SecurityException',
            namespace: 'shop',
            name: 'slip',
            state: 'Invalid',
            matchedFindings: 0,
            message: says,
          },
        ]);
        expect(result.findings.map(({ status: of }) => of)).to.deep.equal(['fail']);
        expect(status).to.equal(3);
      },
    ));

  it('the configuration bounds them', () =>
    withFiles(
      { 'a.yaml': `${privileged('a')}${LEGACY}`, '.c.yaml': 'exceptions: {nonSuppressible: [KP-POD-001]}' },
      async (folder) => {
        const { result } = await scanJson(...ONE, '--config', `${folder}/.c.yaml`, folder);
        expect(result.exceptions?.map(({ state, message }) => `${state}: ${message ?? ''}`)).to.deep.equal([
          'Invalid: spec.checks: KP-POD-001 is not to be suppressed here',
        ]);
      },
    ));

  it('a case of a batch brings its own', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a' },
      spec: { containers: [{ name: 'app', securityContext: { privileged: true } }] },
    };
    const accepted = {
      apiVersion: 'kubeposture.io/v1alpha1',
      kind: 'SecurityException',
      metadata: { name: 'x' },
      spec: { checks: ['privileged-container'], reason: 'r' },
    };
    const lines = [[pod], [pod, accepted]].map((objects, id) => JSON.stringify({ id, objects }));
    const { output } = await run(['scan', '--batch', '--check', 'KP-POD-001'], lines.join('\n'));
    const answers = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly findings: readonly { readonly status: string }[] });
    expect(answers.map(({ findings }) => findings.map(({ status }) => status))).to.deep.equal([
      ['fail'],
      ['suppressed'],
    ]);
  });
});
