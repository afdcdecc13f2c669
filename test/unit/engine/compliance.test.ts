import { expect } from 'chai';
import fc from 'fast-check';
import { Compliance, complianceRatio, type ControlCounts } from '#engine/compliance.ts';
import { Tally } from '#engine/tally.ts';
import type { Check, CheckId } from '#model/check.ts';
import type { Declaration } from '#model/declaration.ts';
import type { Framework } from '#model/frameworks.ts';
import type { Finding, Verdict } from '#model/verdict.ts';
import { aFinding, aVerdict } from '../../support/verdicts.ts';

const [ONE, TWO]: readonly [CheckId, CheckId] = ['KP-POD-001', 'KP-POD-002'];
const check = (id: CheckId, ...refs: readonly string[]): Check => ({ id, refs }) as unknown as Check;
const COMPLIANCE = new Compliance([check(ONE, 'X:a', 'X:b', 'X:c', 'X:p'), check(TWO, 'X:b', 'X:w')]);
const BOTH: ReadonlySet<CheckId> = new Set([ONE, TWO]);

const FRAMEWORK: Framework = {
  id: 'x',
  title: 'X',
  refs: 'X:',
  controls: [
    { id: 'a', title: 'one check' },
    { id: 'b', title: 'two checks' },
    { id: 'p', title: 'one that proves nothing', coverage: 'partly', reason: 'because' },
    { id: 'w', title: 'one, and one to be written', awaits: ['KP-LOG-001'] },
    { id: 'm', title: 'nothing in the API', coverage: 'none', reason: 'because' },
  ],
};
const LEVELS: Framework = { ...FRAMEWORK, levels: ['restricted'], controls: FRAMEWORK.controls.slice(0, 1) };

function statuses(verdict: Partial<Verdict>, running = BOTH, framework = FRAMEWORK): string {
  const tally = new Tally();
  tally.add(aVerdict(verdict));
  return framework.controls
    .map((control) => `${control.id} ${COMPLIANCE.statusOf(framework, control, tally, running)}`)
    .join(', ');
}

const found = (given: Partial<Finding>): Partial<Verdict> => ({ findings: [aFinding({ check: ONE, ...given })] });
const SPOTLESS = 'a pass, b pass, p unknown, w unknown, m manual';

describe('[unit] compliance', () => {
  for (const [what, verdict, expected] of [
    ['nothing is found', {}, SPOTLESS],
    ['a finding is open', found({ severity: 'low' }), 'a fail, b fail, p fail, w unknown, m manual'],
    ['a finding is but info', found({ severity: 'info' }), SPOTLESS],
    ['a finding is accepted', found({ status: 'accepted' }), SPOTLESS],
    ['a finding is suppressed', found({ status: 'suppressed' }), SPOTLESS],
    [
      'a check could not judge',
      { notEvaluated: [{ check: TWO, reason: 'list secrets: forbidden' }] },
      'a pass, b unknown, p unknown, w unknown, m manual',
    ],
    [
      'one check finds and the other could not judge',
      { ...found({}), notEvaluated: [{ check: TWO, reason: 'list secrets: forbidden' }] },
      'a fail, b fail, p fail, w unknown, m manual',
    ],
  ] as const)
    it(`${what}: ${expected}`, () => {
      expect(statuses(verdict)).to.equal(expected);
    });

  it('a check that is switched off has not looked', () => {
    expect(statuses({}, new Set([ONE]))).to.equal('a pass, b unknown, p unknown, w unknown, m manual');
  });

  for (const [given, expected] of [
    [{ pss: 'restricted', severity: 'info' }, 'a fail'],
    [{ pss: 'restricted', status: 'accepted' }, 'a fail'],
    [{ pss: 'restricted', status: 'suppressed' }, 'a pass'],
    [{ pss: 'baseline', severity: 'critical' }, 'a pass'],
    [{ severity: 'critical' }, 'a pass'],
  ] as const)
    it(`of Pod Security the level decides alone: ${JSON.stringify(given)}`, () => {
      expect(statuses(found(given), BOTH, LEVELS)).to.equal(expected);
    });

  it('counts the controls', () => {
    const tally = new Tally();
    expect(COMPLIANCE.counts(FRAMEWORK, tally, BOTH)).to.deep.equal({ pass: 2, fail: 0, unknown: 2, manual: 1 });
  });

  it('what is declared counts where nothing else tells', () => {
    const declared = (words: Readonly<Record<string, Declaration['status']>>): ControlCounts => {
      const tally = new Tally();
      tally.add(aVerdict(found({ check: TWO, severity: 'high' })));
      return COMPLIANCE.counts(FRAMEWORK, tally, BOTH, (ref) => words[ref]);
    };
    // Seen: a pass, b fail, p unknown, w fail, m manual.
    expect([
      declared({}),
      declared({ 'X:p': 'pass', 'X:m': 'notApplicable' }),
      declared({ 'X:p': 'fail', 'X:m': 'fail' }),
      declared({ 'X:a': 'fail', 'X:b': 'pass', 'X:w': 'notApplicable' }),
    ]).to.deep.equal([
      { pass: 1, fail: 2, unknown: 1, manual: 1 },
      { pass: 3, fail: 2, unknown: 0, manual: 0 },
      { pass: 1, fail: 4, unknown: 0, manual: 0 },
      { pass: 1, fail: 2, unknown: 1, manual: 1 },
    ]);
  });

  for (const [counts, ratio] of [
    [{ pass: 1, fail: 1, unknown: 2, manual: 9 }, 0.25],
    [{ pass: 2, fail: 0, unknown: 0, manual: 9 }, 1],
    [{ pass: 0, fail: 0, unknown: 0, manual: 9 }, 0],
  ] as readonly (readonly [ControlCounts, number])[])
    it(`${JSON.stringify(counts)} is ${String(ratio)}`, () => {
      expect(complianceRatio(counts)).to.equal(ratio);
    });

  it('law: what came and went again has left no trace', () => {
    const finding = fc.record({
      check: fc.constantFrom(ONE, TWO),
      severity: fc.constantFrom('info', 'high'),
      status: fc.constantFrom('fail', 'accepted', 'suppressed'),
      pss: fc.constantFrom('baseline', 'restricted'),
    }) as fc.Arbitrary<Partial<Finding>>;
    const verdicts = fc.array(
      fc.record({
        findings: fc.array(finding.map(aFinding), { maxLength: 3 }),
        notEvaluated: fc.array(fc.record({ check: fc.constantFrom(ONE, TWO), reason: fc.constant('gone') })),
      }),
    );
    const state = (tally: Tally): readonly string[] =>
      [FRAMEWORK, LEVELS].flatMap((framework) =>
        framework.controls.map((control) => COMPLIANCE.statusOf(framework, control, tally, BOTH)),
      );
    fc.assert(
      fc.property(verdicts, verdicts, (stay, go) => {
        const [moved, fresh] = [new Tally(), new Tally()];
        for (const verdict of [...stay, ...go]) moved.add(aVerdict(verdict));
        for (const verdict of go) moved.remove(aVerdict(verdict));
        for (const verdict of stay) fresh.add(aVerdict(verdict));
        expect(state(moved)).to.deep.equal(state(fresh));
      }),
    );
  });
});
