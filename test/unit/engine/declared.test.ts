import { expect } from 'chai';
import { CHECKS } from '#checks/index.ts';
import { TODAY, aPod, ago, anApiServer } from '#checks/samples.ts';
import { selectedChecks } from '#cli/scan/select.ts';
import { defineCheck, type Check, type CheckId, type Manifest, type Word } from '#model/check.ts';
import type { Severity } from '#model/severity.ts';
import type { Verdict } from '#model/verdict.ts';
import { configuredChecks } from '#settings/checks.ts';
import type { DeclaredControl } from '#settings/controls.ts';
import { SettingsError } from '#settings/types.ts';
import { World } from '../../support/world.ts';

const DOUBT = { unknown: 'who knows' };
const ABOUT_A = { unknown: 'who knows a', aspect: 'a' };
const ABOUT_B = { unknown: 'who knows b', aspect: 'b' };
const BAD_A = { at: 'spec', message: 'bad', aspect: 'a' };

/** A check of pods with two aspects: `a` is critical, `b` is low. */
function saying(...words: readonly Word[]): Check {
  return defineCheck({
    id: 'KP-API-998',
    name: 'some-control',
    title: 'Some control',
    severity: 'critical',
    why: 'Why.',
    fix: 'Fix.',
    refs: ['CIS:1.2.2', 'CIS:1.2.3', 'NSA:N10'],
    aspects: { a: 'one side', b: 'the other' },
    subject: 'Pod',
    *evaluate() {
      yield* words;
    },
    examples: () => ({
      bad: [
        { name: 'a', subject: aPod(), finds: [{ at: 'spec', aspect: 'a' }] },
        { name: 'b', subject: aPod(), finds: [{ at: 'spec', aspect: 'b', severity: 'low' }] },
      ],
      good: [],
    }),
  });
}

type Controls = Readonly<Record<string, DeclaredControl>>;

function configured(
  checks: readonly Check[],
  declaredControls: Controls,
  severity: Readonly<Partial<Record<CheckId, Severity>>> = {},
): readonly Check[] {
  return configuredChecks(checks, { checks: { disable: [], severity }, controlPlane: { declaredControls } });
}

/** What is said of the one pod. */
function said(verdict: Verdict | undefined): readonly string[] {
  if (verdict === undefined) return ['nothing'];
  const { findings, notEvaluated, declared = [], passed } = verdict;
  return [
    ...findings.map(
      ({ severity, aspect = '', path, message, evidence }) => `${severity} ${aspect} ${path} ${evidence}: ${message}`,
    ),
    ...notEvaluated.map(({ aspect = '', reason }) => `unknown ${aspect}: ${reason}`),
    ...declared.map(({ aspect = '', status, reason }) => `declared ${aspect} ${status}: ${reason}`),
    `passed ${String(passed)}`,
  ];
}

function ofPod(world: World): readonly string[] {
  return said(world.verdicts().find(({ subject }) => subject.kind === 'Pod'));
}

const pass: DeclaredControl = { status: 'pass', reason: 'seen' };
const fail: DeclaredControl = { status: 'fail', reason: 'old' };
const notApplicable: DeclaredControl = { status: 'notApplicable', reason: 'none here' };
const ID = 'KP-API-998';

const CASES: readonly {
  readonly name: string;
  readonly words: readonly Word[];
  readonly controls: Controls;
  readonly expected: readonly string[];
}[] = [
  {
    name: 'pass replaces the unknown, and counts as passed',
    words: [DOUBT, ABOUT_A],
    controls: { [ID]: pass },
    expected: ['declared  pass: seen', 'passed 1'],
  },
  {
    name: 'notApplicable replaces the unknown, and is no pass',
    words: [DOUBT],
    controls: { [ID]: notApplicable },
    expected: ['declared  notApplicable: none here', 'passed 0'],
  },
  {
    name: 'fail is a finding of the check',
    words: [DOUBT],
    controls: { 'some-control': fail },
    expected: ['critical  metadata.name declared: declared to fail: old', 'passed 0'],
  },
  { name: 'what passes is not changed', words: [], controls: { [ID]: fail }, expected: ['passed 1'] },
  {
    name: 'what is found stays, and what is not known beside it',
    words: [BAD_A, DOUBT],
    controls: { [ID]: pass, [`${ID}/a`]: pass },
    expected: ['critical a spec observed: bad', 'unknown : who knows', 'passed 0'],
  },
  {
    name: 'an aspect answers its own doubt alone',
    words: [ABOUT_A, ABOUT_B],
    controls: { [`${ID}/a`]: pass },
    expected: ['unknown b: who knows b', 'declared a pass: seen', 'passed 0'],
  },
  {
    name: 'an aspect is answered beside what is found of another',
    words: [BAD_A, ABOUT_B],
    controls: { [`${ID}/b`]: fail },
    expected: ['critical a spec observed: bad', 'low b metadata.name declared: declared to fail: old', 'passed 0'],
  },
  {
    name: 'an aspect leaves the doubt about all of them',
    words: [DOUBT],
    controls: { [`${ID}/b`]: fail },
    expected: ['low b metadata.name declared: declared to fail: old', 'unknown : who knows', 'passed 0'],
  },
  {
    name: 'all aspects answer the whole',
    words: [DOUBT],
    controls: { [`${ID}/a`]: notApplicable, [`${ID}/b`]: pass },
    expected: ['declared a notApplicable: none here', 'declared b pass: seen', 'passed 1'],
  },
  {
    name: 'the check answers what its aspects leave',
    words: [ABOUT_A, ABOUT_B, DOUBT],
    controls: { [ID]: pass, [`${ID}/b`]: fail },
    expected: ['low b metadata.name declared: declared to fail: old', 'declared  pass: seen', 'passed 0'],
  },
  {
    name: 'one recommendation of several is not enough for pass',
    words: [DOUBT],
    controls: { '1.2.2': pass },
    expected: ['unknown : who knows', 'passed 0'],
  },
  {
    name: 'all recommendations together are',
    words: [DOUBT],
    controls: { '1.2.2': pass, 'CIS:1.2.3': notApplicable },
    expected: ['declared  pass: seen; none here', 'passed 1'],
  },
  {
    name: 'one recommendation is enough for fail',
    words: [DOUBT],
    controls: { '1.2.2': pass, '1.2.3': fail },
    expected: ['critical  metadata.name declared: declared to fail: old', 'passed 0'],
  },
  {
    name: 'the check goes before its recommendations',
    words: [DOUBT],
    controls: { '1.2.3': fail, [ID]: pass },
    expected: ['declared  pass: seen', 'passed 1'],
  },
  {
    name: 'a recommendation that no check is about changes nothing',
    words: [DOUBT],
    controls: { '1.1.1': pass },
    expected: ['unknown : who knows', 'passed 0'],
  },
];

const REFUSED: readonly (readonly [controls: Controls, says: string])[] = [
  [{ 'KP-API-999': pass }, 'controlPlane.declaredControls: there is no check KP-API-999'],
  [{ 'no-such-check': pass }, 'controlPlane.declaredControls: there is no check no-such-check'],
  [{ '1.2.31': pass }, 'controlPlane.declaredControls: there is no recommendation 1.2.31 in CIS 1.12'],
  [{ 'CIS:6.1': pass }, 'controlPlane.declaredControls: there is no recommendation 6.1 in CIS 1.12'],
  [{ [`${ID}/c`]: pass }, 'controlPlane.declaredControls: KP-API-998 has no aspect "c"; it has: a, b'],
  [{ [ID]: pass, 'some-control': fail }, 'controlPlane.declaredControls: "some-control" is declared twice'],
  [
    { [ID]: { ...pass, expires: '2027-13-01T00:00:00Z' } },
    'controlPlane.declaredControls.KP-API-998.expires: "2027-13-01T00:00:00Z" is no time that there is',
  ],
];

describe('[unit] declared controls', () => {
  for (const { name, words, controls, expected } of CASES) {
    it(name, () => {
      expect(ofPod(new World([aPod()], configured([saying(...words)], controls)))).to.deep.equal(expected);
    });
  }

  for (const [controls, says] of REFUSED) {
    it(says, () => {
      expect(() => configured([saying()], controls)).to.throw(SettingsError, says);
    });
  }

  it('a check that breaks stays broken', () => {
    const { judges, ...check } = saying();
    const broken = judges.map((judge) => ({
      ...judge,
      evaluate: (): never => {
        throw new Error('oh');
      },
    }));
    const world = new World([aPod()], configured([{ ...check, judges: broken }], { [ID]: pass }));
    expect(ofPod(world)).to.deep.equal(['unknown : the check failed: oh', 'passed 0']);
  });

  it('a severity that is given holds for what is declared to fail', () => {
    const checks = configured([saying(ABOUT_B)], { [`${ID}/b`]: fail }, { [ID]: 'medium' });
    expect(ofPod(new World([aPod()], checks))[0]).to.equal('medium b metadata.name declared: declared to fail: old');
  });

  it('who asks for one aspect is told what is declared of it', () => {
    const checks = configured([saying(DOUBT, ABOUT_B)], { [`${ID}/a`]: pass, [`${ID}/b`]: fail });
    const told = (words: readonly string[]): readonly string[] =>
      ofPod(new World([aPod()], selectedChecks(words, checks)));
    expect(told([`${ID}/a`])).to.deep.equal(['declared a pass: seen', 'passed 1']);
    expect(told([`${ID}/b`])).to.deep.equal(['low b metadata.name declared: declared to fail: old', 'passed 0']);
  });

  it('counts until it expires, and then it is unknown again', () => {
    const controls = { [ID]: { ...pass, expires: ago(-3600) } };
    const world = new World([aPod()], configured([saying(DOUBT)], controls));
    const [before, next] = [ofPod(world), world.engine.nextDue];
    world.wait(3599);
    const late = ofPod(world);
    world.wait(1);
    expect([before, next, late, ofPod(world), world.engine.nextDue]).to.deep.equal([
      ['declared  pass: seen', 'passed 1'],
      TODAY + 3600,
      ['declared  pass: seen', 'passed 1'],
      [`unknown : what is declared of it ended at ${ago(-3600)}: who knows`, 'passed 0'],
      Infinity,
    ]);
  });

  it('in a run that knows no time nothing that ends counts', () => {
    const controls = { [ID]: { ...pass, expires: ago(-3600) } };
    const world = new World([aPod()], configured([saying(DOUBT)], controls), { now: undefined as never });
    expect(ofPod(world)).to.deep.equal(['unknown : who knows', 'passed 0']);
  });
});

describe('[unit] declared controls of a control plane', () => {
  const apiServer = CHECKS.filter(({ id }) => id === 'KP-API-001');
  const FAILED = 'medium  metadata.name declared: declared to fail: old';
  const unclear = anApiServer('--authentication-config=/etc/kubernetes/authentication.yaml');

  /** What is said of whom. */
  function told(manifests: readonly Manifest[], controls: Controls): Readonly<Record<string, readonly string[]>> {
    const verdicts = new World(manifests, configured(apiServer, controls), { complete: true }).verdicts();
    return Object.fromEntries(verdicts.map((verdict) => [verdict.subject.kind, said(verdict)]));
  }

  it('that is not there fails on the cluster', () => {
    expect(told([], { '1.2.1': fail })).to.deep.equal({ Cluster: [FAILED, 'passed 0'] });
  });

  it('that is there and does not tell fails on its pod', () => {
    expect(told([unclear], { '1.2.1': fail })).to.deep.equal({ Cluster: ['passed 0'], Pod: [FAILED, 'passed 0'] });
  });

  it('that is there and tells is believed', () => {
    const open = anApiServer();
    const closed = anApiServer('--anonymous-auth=false');
    expect([told([open], { '1.2.1': pass }), told([closed], { '1.2.1': fail })]).to.deep.equal([
      {
        Cluster: ['passed 0'],
        Pod: [
          'medium  spec.containers[0].command observed: --anonymous-auth is not set and its default is true',
          'passed 0',
        ],
      },
      { Cluster: ['passed 0'], Pod: ['passed 1'] },
    ]);
  });

  it('answers what cannot be seen at all', () => {
    const world = new World([], configured(apiServer, { 'KP-API-001': pass }), { complete: true });
    world.store.setMissing('Pod', 'watch pods: forbidden');
    for (const job of world.engine.planAll().values()) world.engine.judge(job);
    expect(world.verdicts().map(said)).to.deep.equal([['declared  pass: seen', 'passed 1']]);
    expect(world.engine.tally('').summary.unknown).to.equal(0);
  });
});
