import { expect } from 'chai';
import { CHECKS } from '#checks/index.ts';
import { repairOf } from '#cli/gen/repair.ts';
import { cleanCluster } from '#checks/clean-cluster.ts';
import type { Check, Example, Expected, Manifest } from '#model/check.ts';
import type { Finding } from '#model/verdict.ts';
import { World } from '../support/world.ts';

/** The findings of one check on the subject of an example, as an example states what it expects. */
function found(check: Check, example: Example): readonly Expected[] {
  const world = new World([...(example.world ?? []), example.subject], [check], example.context);
  const { kind, metadata } = example.subject;
  const { name } = metadata as { readonly name: string };
  const verdict = world.verdicts().find(({ subject }) => subject.kind === kind && subject.name === name);
  return (verdict?.findings ?? []).map((finding) => expectation(check, finding));
}

function expectation(check: Check, { path, aspect, severity, evidence, status }: Finding): Expected {
  return {
    at: path,
    ...(aspect === undefined ? {} : { aspect }),
    ...(severity === check.severity ? {} : { severity }),
    ...(evidence === check.evidence ? {} : { evidence }),
    ...(status === 'accepted' ? { accepted: true as const } : {}),
  };
}

function byPath(a: Expected, b: Expected): number {
  return JSON.stringify([a.at, a.aspect]) < JSON.stringify([b.at, b.aspect]) ? -1 : 1;
}

/** An expected severity that is the headline is left out of what is compared. */
function stated(check: Check, { severity, ...rest }: Expected): Expected {
  return severity === undefined || severity === check.severity ? rest : { ...rest, severity };
}

describe('[checks] examples', () => {
  for (const check of CHECKS) {
    describe(`${check.id} ${check.name}`, () => {
      const { bad, good } = check.examples();
      for (const example of bad) {
        it(`fails: ${example.name}`, () => {
          const expected = example.finds.map((finds) => stated(check, finds));
          expect([...found(check, example)].sort(byPath)).to.deep.equal([...expected].sort(byPath));
        });
      }
      it('is repaired by what its page shows', () => {
        const { before, after } = repairOf(check)!;
        expect(before).to.deep.equal(bad[0]);
        expect(found(check, { ...after, context: before.context ?? {} })).to.deep.equal([]);
      });
      for (const example of good) {
        it(`passes: ${example.name}`, () => {
          expect(found(check, example)).to.deep.equal([]);
        });
      }
    });
  }
});

describe('[checks] clean cluster', () => {
  for (const [as, complete] of [
    ['in files', false],
    ['live', true],
  ] as const) {
    const clean = (): World => new World(cleanCluster(), CHECKS, { complete });

    it(`has no finding at all, ${as}`, () => {
      expect(clean().findings()).to.deep.equal([]);
    });

    it(`leaves nothing unevaluated, ${as}`, () => {
      // A set of files is no cluster, and of any cluster something stays unknown that nothing in it can tell.
      const told = clean().ofObjects();
      expect(told.flatMap(({ notEvaluated }) => notEvaluated)).to.deep.equal([]);
    });
  }

  const identity = ({ kind, metadata }: Manifest): string => {
    const { namespace, name } = metadata as { readonly namespace?: string; readonly name: string };
    return `${kind}/${namespace ?? ''}/${name}`;
  };

  /** Whether an object is a pod of another namespace, or makes another of the clean one. */
  const isOtherPlace = ({ kind, metadata }: Manifest): boolean =>
    kind === 'Namespace' || (kind === 'Pod' && (metadata as { readonly namespace?: string }).namespace !== 'shop');

  for (const check of CHECKS) {
    for (const example of check.examples().bad) {
      it(`${check.id} ${example.name}: trips its own check and no other`, () => {
        const laid = [...(example.world ?? []), example.subject];
        const covered = new Set(laid.map(identity));
        const world = new World(
          [...cleanCluster().filter((object) => !covered.has(identity(object))), ...laid],
          CHECKS,
          example.context,
        );
        const findings = world.verdicts().flatMap((verdict) => verdict.findings.map((each) => ({ verdict, each })));
        const tripped = new Set(findings.map(({ each }) => each.check));
        // The clean namespace enforces the strictest level: a pod that breaks any level stands out there, once it runs.
        const breaks = findings.some(({ verdict, each }) => each.pss !== undefined && verdict.subject.kind === 'Pod');
        const implied = breaks && laid.every((object) => !isOtherPlace(object)) ? ['KP-NS-003'] : [];
        const expected = new Set([check.id, ...(example.also ?? []), ...implied]);
        expect([...tripped].sort()).to.deep.equal([...expected].sort());
      });
    }
  }
});
