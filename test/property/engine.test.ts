import { expect } from 'chai';
import fc from 'fast-check';
import { CHECKS } from '#checks/index.ts';
import type { Manifest } from '#model/check.ts';
import { scopeOf } from '#engine/scope.ts';
import { scoreOf, type Scope } from '#engine/score.ts';
import { Tally } from '#engine/tally.ts';
import { SEVERITIES, rankOf, type Severity } from '#model/severity.ts';
import type { Finding, Verdict } from '#model/verdict.ts';
import { exceptionHistory, history, historyOfRights, type Step } from '../support/arbitraries.ts';
import { World } from '../support/world.ts';

function identity({ kind, metadata }: Manifest): string {
  const { namespace, name } = metadata as { readonly namespace?: string; readonly name: string };
  return `${kind}/${namespace ?? ''}/${name}`;
}

/** The objects that are there after a history. */
function lastState(steps: readonly Step[]): readonly Manifest[] {
  const state = new Map<string, Manifest>();
  for (const { put, remove } of steps) {
    if (put !== undefined) state.set(identity(put), put);
    if (remove !== undefined) state.delete(identity(remove));
  }
  return [...state.values()];
}

/** Small worlds hold few applications. */
const FEW = { minOwnersForSplit: 1 };

function told(steps: readonly Step[], complete = false, checks = CHECKS): World {
  const world = new World([], checks, { complete, parameters: FEW });
  for (const { put, remove, wait } of steps) {
    if (put !== undefined) world.put(put);
    if (remove !== undefined) world.remove(remove);
    if (wait !== undefined) world.wait(wait);
  }
  return world;
}

/** A world without objects, at the end of a history. */
function later(steps: readonly Step[], complete = false, checks = CHECKS): World {
  const world = new World([], checks, { complete, parameters: FEW });
  world.wait(steps.reduce((sum, { wait = 0 }) => sum + wait, 0));
  return world;
}

/** The state after a history, judged as a whole when the history ends. */
function seen(steps: readonly Step[], complete = false, checks = CHECKS): World {
  const world = later(steps, complete, checks);
  world.fill(lastState(steps));
  return world;
}

describe('[law] engine', function () {
  // Thousands of histories: on a machine that does other things besides they take longer than a test usually may.
  this.timeout(120_000);

  it('told step by step = seen at once', () => {
    fc.assert(
      fc.property(history, fc.boolean(), (steps, complete) => {
        const [incremental, fresh] = [told(steps, complete), seen(steps, complete)];
        expect(incremental.verdicts()).to.deep.equal(fresh.verdicts());
      }),
      { numRuns: 1500 },
    );
  }).timeout(120_000);

  it('told step by step = seen at once, of rights that turn on others', () => {
    const checks = CHECKS.filter(({ id }) => id.startsWith('KP-RBAC-'));
    fc.assert(
      fc.property(historyOfRights, (steps) => {
        const fresh = seen(steps, false, checks);
        expect(told(steps, false, checks).verdicts()).to.deep.equal(fresh.verdicts());
      }),
      { numRuns: 1000 },
    );
  });

  it('what is accepted step by step = what is accepted at once', () => {
    fc.assert(
      fc.property(exceptionHistory, (steps) => {
        const [incremental, fresh] = [told(steps), seen(steps)];
        expect(incremental.verdicts()).to.deep.equal(fresh.verdicts());
        expect(incremental.standings()).to.deep.equal(fresh.standings());
        const wrong = [...incremental.engine.planAll().values()].filter(({ subject }) =>
          incremental.engine.recheck(subject),
        );
        expect(wrong).to.deep.equal([]);
      }),
      { numRuns: 500 },
    );
  });

  it('the order of arrival does not matter', () => {
    fc.assert(
      fc.property(history, fc.array(fc.nat(), { minLength: 45, maxLength: 45 }), (steps, keys) => {
        const state = lastState(steps);
        const keyed = state.map((object, index) => ({ object, key: keys[index] ?? 0 }));
        const shuffled = keyed.sort((a, b) => a.key - b.key).map(({ object }) => object);
        const arrived = later(steps);
        for (const object of shuffled) arrived.put(object);
        expect(arrived.verdicts()).to.deep.equal(seen(steps).verdicts());
      }),
      { numRuns: 500 },
    );
  });

  it('sums moved by the difference = sums over all', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const { engine } = told(steps);
        for (const scope of ['', ...engine.namespaces()]) {
          const sum = new Tally();
          for (const verdict of engine.verdicts())
            if (scope === '' || scopeOf(verdict.subject) === scope) sum.add(verdict);
          const moved = engine.tally(scope);
          expect([moved.summary, new Map(moved.open), moved.subjects, moved.workloads]).to.deep.equal([
            sum.summary,
            new Map(sum.open),
            sum.subjects,
            sum.workloads,
          ]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('a fresh look at every subject finds no drift', () => {
    fc.assert(
      fc.property(history, (steps) => {
        const { engine } = told(steps);
        const wrong = [...engine.planAll().values()].filter(({ subject }) => engine.recheck(subject));
        expect(wrong).to.deep.equal([]);
      }),
      { numRuns: 300 },
    );
  });
});

/** A finding of one of few checks on one of few subjects. */
const finding = fc.record({
  check: fc.constantFrom('KP-POD-001', 'KP-POD-006', 'KP-NET-002', 'KP-SA-004', 'KP-RBAC-003'),
  severity: fc.constantFrom(...SEVERITIES),
  subject: fc.nat({ max: 5 }),
});
type Small = typeof finding extends fc.Arbitrary<infer T> ? T : never;

function verdictsOf(findings: readonly Small[]): readonly Verdict[] {
  return [...Map.groupBy(findings, ({ subject }) => subject)].map(([subject, own]) => ({
    subject: { apiVersion: 'v1', kind: 'Pod', namespace: 'a', name: String(subject) },
    isWorkload: true,
    pods: 1,
    findings: own.map(({ check, severity }) => ({ check, severity, status: 'fail' }) as unknown as Finding),
    notEvaluated: [],
    passed: 0,
    score: { exact: 100, grade: 'A', topFixes: [] },
  }));
}

function scoreFor(findings: readonly Small[], scope: Scope): number {
  const tally = new Tally();
  for (const verdict of verdictsOf(findings)) tally.add(verdict);
  return scoreOf(tally.open, scope).exact;
}

const scope = fc.constantFrom<Scope>('resource', 'namespace', 'cluster');
const CEILINGS: Readonly<Record<Severity, number>> = { critical: 49, high: 74, medium: 89, low: 99, info: 100 };

describe('[law] score', () => {
  it('never falls when a finding is removed or softened', () => {
    fc.assert(
      fc.property(
        fc.array(finding, { minLength: 1, maxLength: 30 }),
        scope,
        fc.nat(),
        fc.nat(),
        (findings, where, at, to) => {
          const index = at % findings.length;
          const hit = findings[index]!;
          const without = findings.filter((_, place) => place !== index);
          const milder =
            SEVERITIES[Math.min(SEVERITIES.length - 1, SEVERITIES.indexOf(hit.severity) + (to % SEVERITIES.length))]!;
          const before = scoreFor(findings, where);
          expect(scoreFor(without, where)).to.be.at.least(before);
          expect(scoreFor([...without, { ...hit, severity: milder }], where)).to.be.at.least(before);
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('ignores order, stays in 0 to 100 and below the ceiling of the worst', () => {
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 60 }), scope, (findings, where) => {
        const score = scoreFor(findings, where);
        const worst = findings.map(({ severity }) => severity).sort((a, b) => rankOf(b) - rankOf(a))[0] ?? 'info';
        expect(score).to.be.within(0, CEILINGS[worst]);
        expect(scoreFor([...findings].reverse(), where)).to.equal(score);
      }),
      { numRuns: 2000 },
    );
  });
});
