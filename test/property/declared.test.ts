import { expect } from 'chai';
import fc from 'fast-check';
import { CHECKS } from '#checks/index.ts';
import { TODAY, ago } from '#checks/samples.ts';
import type { Check } from '#model/check.ts';
import { subjectKey } from '#model/ref.ts';
import type { Verdict } from '#model/verdict.ts';
import { configuredChecks } from '#settings/checks.ts';
import type { DeclaredControl } from '#settings/controls.ts';
import { history, type Step } from '../support/arbitraries.ts';
import { World } from '../support/world.ts';

const WORDS = CHECKS.flatMap(({ id, aspects = {} }) => [
  id,
  ...Object.keys(aspects).map((aspect) => `${id}/${aspect}`),
]);
const REFERRED = [...new Set(CHECKS.flatMap(({ refs }) => refs.filter((ref) => ref.startsWith('CIS:'))))];

const control: fc.Arbitrary<DeclaredControl> = fc.record(
  {
    status: fc.constantFrom('pass', 'fail', 'notApplicable'),
    reason: fc.constantFrom('r', 's'),
    expires: fc.constantFrom(ago(1), ago(-60), ago(-7 * 24 * 3600)),
  },
  { requiredKeys: ['status', 'reason'] },
);
/** Of most checks something: what is unknown in a small world must be met. */
const controls = fc
  .tuple(fc.shuffledSubarray([...WORDS, ...REFERRED], { minLength: 40 }), fc.infiniteStream(control))
  .map(([words, stream]) => Object.fromEntries(words.map((word) => [word, stream.next().value])));

function configured(declaredControls: Readonly<Record<string, DeclaredControl>>): readonly Check[] {
  return configuredChecks(CHECKS, { checks: { disable: [], severity: {} }, controlPlane: { declaredControls } });
}

/** Some kinds are out of reach, so that much is unknown. */
const missing = fc.subarray(['Namespace', 'NetworkPolicy', 'ClusterRole', 'ServiceAccount', 'Secret'] as const);

interface Told {
  readonly steps: readonly Step[];
  readonly complete: boolean;
  readonly missing: readonly ('Namespace' | 'NetworkPolicy' | 'ClusterRole' | 'ServiceAccount' | 'Secret')[];
}

const drawn = fc.record({ steps: history, complete: fc.boolean(), missing });

function told({ steps, complete, missing: kinds }: Told, checks: readonly Check[]): World {
  const world = new World([], checks, { complete });
  for (const kind of kinds) world.store.setMissing(kind, `list ${kind}: forbidden`);
  for (const job of world.engine.planAll().values()) world.engine.judge(job);
  for (const { put, remove, wait } of steps) {
    if (put !== undefined) world.put(put);
    if (remove !== undefined) world.remove(remove);
    if (wait !== undefined) world.wait(wait);
  }
  return world;
}

/** What is said of a declaration that has ended, before what is unknown anyway. */
const ENDED = /^what is declared of it ended at \S+: /;

/** By check, as text: what was found, what is unknown. */
function parts({ findings, notEvaluated }: Verdict): readonly (readonly [check: string, text: string])[] {
  const gaps = notEvaluated.map((gap) => ({ ...gap, reason: gap.reason.replace(ENDED, '') }));
  return [...findings, ...gaps].map((part) => [part.check, JSON.stringify(part)] as const);
}

describe('[law] declared controls', function () {
  this.timeout(120_000);

  it('answer what is unknown and change nothing else', () => {
    fc.assert(
      fc.property(drawn, controls, (given, declared) => {
        const [plain, answered] = [told(given, CHECKS), told(given, configured(declared))];
        const known = new Map(answered.verdicts().map((verdict) => [subjectKey(verdict.subject), verdict]));
        for (const before of plain.verdicts()) {
          const after = known.get(subjectKey(before.subject))!;
          const texts = new Set(parts(after).map(([, text]) => text));
          const gone = parts(before).filter(([, text]) => !texts.has(text));
          const unknown = new Set<string>(before.notEvaluated.map(({ check }) => check));
          // Nothing that was found goes; only what was unknown does.
          expect(gone.filter(([, text]) => text.includes('"severity"'))).to.deep.equal([]);
          const held = new Set(parts(before).map(([, text]) => text));
          const come = parts(after).filter(([, text]) => !held.has(text));
          expect(
            come.filter(([check, text]) => !unknown.has(check) || !text.includes('"evidence":"declared"')),
          ).to.deep.equal([]);
          expect((after.declared ?? []).filter(({ check }) => !unknown.has(check))).to.deep.equal([]);
          const passing = new Set(
            (after.declared ?? []).filter(({ status }) => status === 'pass').map(({ check }) => check),
          );
          expect(after.passed - before.passed).to.be.within(0, passing.size);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('leave no verdict that a fresh look finds wrong, whatever the time', () => {
    fc.assert(
      fc.property(drawn, controls, fc.constantFrom(0, 30, 61, 8 * 24 * 3600), (given, declared, later) => {
        const world = told(given, configured(declared));
        world.wait(later);
        const wrong = [...world.engine.planAll().values()].filter(({ subject }) => world.engine.recheck(subject));
        expect(wrong).to.deep.equal([]);
        expect(world.engine.nextDue).to.be.greaterThan(TODAY + later);
      }),
      { numRuns: 150 },
    );
  });
});
