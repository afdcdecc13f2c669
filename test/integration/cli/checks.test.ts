import { readdirSync, rmSync, rmdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { CHECKS } from '#checks/index.ts';
import { FRAMEWORKS } from '#model/frameworks.ts';
import type { Check } from '#model/check.ts';
import { World } from '../../support/world.ts';
import { run } from './program.ts';

const wordsOf = ({ id, name, title, why, fix }: Check): string => [id, name, title, why, fix].join(' ').toLowerCase();
const saysBoth = (check: Check): boolean => ['privileged', 'container'].every((word) => wordsOf(check).includes(word));
const isHighHost = (check: Check): boolean =>
  check.id.startsWith('KP-POD-') && ['critical', 'high'].includes(check.severity) && wordsOf(check).includes('host');

const PSS_BASELINE = new Set(FRAMEWORKS.find(({ id }) => id === 'pss-baseline')!.controls.map(({ id }) => `PSS:${id}`));

describe('[integration] checks', function () {
  this.timeout(30_000);

  it('list: a line each, and as JSON', async () => {
    const table = (await run(['checks', 'list'])).output.trimEnd().split('\n');
    expect(table).to.have.length(CHECKS.length + 1);
    expect(table.filter((line) => line.length > 80)).to.deep.equal([]);
    const list = JSON.parse((await run(['checks', 'list', '-o', 'json'])).output) as readonly { readonly id: string }[];
    expect(list.map(({ id }) => id)).to.deep.equal(CHECKS.map(({ id }) => id));
  });

  for (const { args, fits } of [
    { args: ['--area', 'net'], fits: ({ id }: Check) => id.startsWith('KP-NET-') },
    {
      args: ['--kind', 'clusterrole'],
      fits: ({ judges }: Check) => judges.some(({ subject }) => subject === 'ClusterRole'),
    },
    { args: ['--severity', 'high'], fits: ({ severity }: Check) => ['critical', 'high'].includes(severity) },
    { args: ['--framework', 'pss-baseline'], fits: ({ refs }: Check) => refs.some((ref) => PSS_BASELINE.has(ref)) },
    { args: ['PRIVILEGED', 'container'], fits: saysBoth },
    { args: ['--area', 'POD', '--severity', 'high', 'host'], fits: isHighHost },
  ])
    it(`list ${args.join(' ')}`, async () => {
      const { output, status } = await run(['checks', 'list', '-o', 'json', ...args]);
      const ids = (JSON.parse(output) as readonly Check[]).map(({ id }) => id);
      expect(ids).to.deep.equal(CHECKS.filter(fits).map(({ id }) => id));
      expect(ids.length).to.be.within(1, CHECKS.length - 1);
      expect(status).to.equal(0);
    });

  for (const args of [
    ['--area', 'X'],
    ['--kind', 'X'],
    ['--severity', 'X'],
    ['--framework', 'X'],
    ['-o', 'X'],
  ])
    it(`list ${args.join(' ')} is wrong use, and says what there is`, async () => {
      const { complaint, status } = await run(['checks', 'list', ...args]);
      expect(complaint).to.match(/"X".*(?:one of|there are).*, /);
      expect(status).to.equal(2);
    });

  it('explain --all: every example with what it finds', async () => {
    const check = CHECKS.find(({ id }) => id === 'KP-NET-002')!;
    const { bad, good } = check.examples();
    const { output } = await run(['checks', 'explain', check.id, '--all']);
    const named = [...bad, ...good].map(({ name }) => name);
    expect(named.length).to.be.above(2);
    for (const name of named) expect(output).to.include(`: ${name}\n`);
    expect((await run(['checks', 'explain', check.id])).output).to.include(`${String(named.length - 2)} more example`);
  });

  it('explain: what holds beside the objects of an example', async () => {
    for (const [id, says] of [
      ['KP-POD-030', '# Kubernetes 1.32'],
      ['KP-POD-019', '# controlPlane.declaredControls: CIS:4.2.14 pass'],
      ['KP-IMG-003', '# checks.parameters.allowedRegistries: ["docker.io/library"]'],
      ['KP-NS-007', '# all that is in the cluster'],
    ] as const)
      expect((await run(['checks', 'explain', id, '--all'])).output).to.include(`\n  ${says}\n`);
  });

  it('explain: by id and by name, every word that the check says of itself', async () => {
    const byId = await run(['checks', 'explain', 'kp-net-002']);
    const byName = await run(['checks', 'explain', 'pod-not-isolated']);
    expect(byId.output).to.equal(byName.output);
    for (const part of [
      'Why it matters',
      'How to fix it',
      'Aspects',
      'NetworkPolicies that select the pod',
      'kind: NetworkPolicy',
      'Passes: ',
      'CIS Kubernetes Benchmark 1.12: 5.3.2',
    ])
      expect(byId.output).to.include(part);
    expect(byId.status).to.equal(0);
  });

  it('explain: every check has an explanation that fits the terminal, but for YAML', async () => {
    const { output, status } = await run(['checks', 'explain', CHECKS[0]!.id]);
    expect(status).to.equal(0);
    expect(output).to.include(CHECKS[0]!.title);
  });
});

describe('[integration] new', function () {
  this.timeout(30_000);
  const file = 'src/checks/log/scaffold-of-the-test.ts';
  after(() => {
    rmSync(file, { force: true });
    if (readdirSync(dirname(file)).length === 0) rmdirSync(dirname(file));
  });

  it('writes a check whose examples hold, and says what comes next', async () => {
    const { output, status, complaint } = await run(['new', 'KP-LOG-999', 'scaffold-of-the-test']);
    expect({ status, complaint }).to.deep.equal({ status: 0, complaint: '' });
    expect(output).to.include(`${file}: written`).and.to.include('npm run gen');
    const module = (await import(pathToFileURL(file).href)) as { readonly scaffoldOfTheTest: Check };
    const check = module.scaffoldOfTheTest;
    const { bad, good } = check.examples();
    const found = (world: World): readonly string[] => world.findingsOf(check.id).map(({ path }) => path);
    expect(found(new World([bad[0]!.subject], [check]))).to.deep.equal(bad[0]!.finds.map(({ at }) => at));
    expect(found(new World([good[0]!.subject], [check]))).to.deep.equal([]);
    expect((await run(['new', 'KP-LOG-999', 'scaffold-of-the-test'])).status).to.equal(2);
  });

  for (const [id, name] of [
    ['KP-FOO-001', 'a-name'],
    ['KP-POD-1', 'a-name'],
    ['KP-POD-999', 'Name'],
    ['KP-POD-001', 'a-name'],
    ['KP-POD-999', 'privileged-container'],
  ] as const) {
    it(`refuses ${id} ${name}`, async () => {
      expect((await run(['new', id, name])).status).to.equal(2);
    });
  }
});
