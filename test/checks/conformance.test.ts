import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { CHECKS } from '#checks/index.ts';
import { FRAMEWORKS } from '#model/frameworks.ts';
import { Engine } from '#engine/engine.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import { areaOf, AREAS, type BadExample, type Check, type Example, type Judge } from '#model/check.ts';
import { isTemplateKind, type Kind } from '#model/kinds.ts';
import { isSeverity } from '#model/severity.ts';
import { harmless } from '#model/text.ts';
import type { Verdict } from '#model/verdict.ts';
import { contextWith } from '../support/world.ts';

const ID = new RegExp(`^KP-(${AREAS.join('|')})-\\d{3}$`);
/** Ids of controls as the frameworks have them. */
const REFS = new Set(FRAMEWORKS.flatMap(({ refs, controls }) => controls.map(({ id }) => refs + id)));
/** A sentence, or one that begins with a name as it is spelled: `cluster-admin granted …`, `hostPath reaches …`, `/proc is …`. */
const TITLE = /^([A-Z]|[a-z]+[-:][a-z]+ |[a-z]+[A-Z][A-Za-z]* |\/[a-z]+ ).*[^.\s]$/s;
const SENTENCES = /^([A-Z`]|[a-z]+-[a-z]+ ).*\.$/s;
const ASPECT = /^[a-z][A-Za-z]*$/;

const FILES = readdirSync('src/checks', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) => readdirSync(`src/checks/${name}`).map((file) => `${name}/${file}`))
  .filter((file) => !file.endsWith('/index.ts'));

function examplesOf(check: Check): readonly (Example & Partial<Pick<BadExample, 'finds'>>)[] {
  const { bad, good } = check.examples();
  return [...bad, ...good];
}

function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFrozen(inner);
  }
  return value;
}

interface Told {
  readonly verdicts: readonly Verdict[];
  readonly errors: readonly string[];
}

/** What a check says of an example's world, in which nothing can be written. */
function told(check: Check, example: Example): Told {
  const store = new Store();
  const engine = new Engine([check], store, deepFrozen(contextWith(example.context)));
  for (const job of engine.planAll().values()) engine.judge(job);
  for (const manifest of [...(example.world ?? []), example.subject]) {
    const changes = store.put(shrink(manifest.kind, JSON.parse(JSON.stringify(manifest)) as Raw));
    deepFrozen(changes);
    for (const change of changes) for (const job of engine.plan(change).values()) engine.judge(job);
  }
  return { verdicts: [...engine.verdicts()], errors: [...engine.evaluations.errors.keys()] };
}

/** The check with one of its judgements changed. */
function withJudge(check: Check, judge: Judge, change: Partial<Judge>): Check {
  return { ...check, judges: check.judges.map((each) => (each === judge ? { ...each, ...change } : each)) };
}

/** The check as it would judge if one input told it nothing. */
function deafTo(check: Check, judge: Judge, name: string): Check {
  const inputs = judge.inputs.map((input) =>
    input.name === name ? { ...input, relation: { ...input.relation, related: () => [] } } : input,
  );
  return withJudge(check, judge, { inputs });
}

/** The names of the inputs that a judgement reads in the examples. */
function readBy(check: Check, judge: Judge): readonly string[] {
  const read = new Set<string>();
  const listening = withJudge(check, judge, {
    evaluate: (object, given, context) => {
      const get = (target: typeof given, name: string | symbol): unknown => {
        read.add(String(name));
        return Reflect.get(target, name);
      };
      return judge.evaluate(object, new Proxy(given, { get }), context);
    },
  });
  for (const example of examplesOf(check)) told(listening, example);
  return [...read];
}

describe('[checks] conformance', () => {
  it('the catalogue is what the folders hold', async () => {
    const found = await Promise.all(
      FILES.map(async (file) => {
        const module = (await import(`../../src/checks/${file}`)) as Readonly<Record<string, unknown>>;
        const [check] = Object.values(module).filter((value): value is Check => CHECKS.includes(value as Check));
        return `${file} ${check === undefined ? 'no check' : `${areaOf(check.id).toLowerCase()}/${check.name}.ts`}`;
      }),
    );
    expect(found).to.deep.equal(FILES.map((file) => `${file} ${file}`));
    expect(CHECKS).to.have.length(FILES.length);
  });

  it('ids and names are given once, in the order of ids within their areas', () => {
    const ids = CHECKS.map(({ id }) => id);
    expect(new Set(ids).size).to.equal(ids.length);
    expect(new Set(CHECKS.map(({ name }) => name)).size).to.equal(ids.length);
    expect(ids).to.deep.equal(ids.toSorted());
  });

  for (const check of CHECKS) {
    describe(`${check.id} ${check.name}`, () => {
      const examples = examplesOf(check);
      const { bad, good } = check.examples();

      it('speaks the grammar of the catalogue', () => {
        const { id, name, title, why, fix, severity, refs, aspects = {} } = check;
        expect(id).to.match(ID);
        expect(name).to.match(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
        expect(title).to.match(TITLE);
        expect(why).to.match(SENTENCES);
        expect(fix).to.match(SENTENCES);
        expect(isSeverity(severity), severity).to.equal(true);
        expect(refs.filter((ref) => !REFS.has(ref))).to.deep.equal([]);
        expect(new Set(refs).size).to.equal(refs.length);
        expect(Object.keys(aspects).filter((aspect) => !ASPECT.test(aspect))).to.deep.equal([]);
        const words = [title, why, fix, ...Object.values(aspects)];
        expect(words.map(harmless)).to.deep.equal(words);
      });

      it('shows at least one bad and one good example, each under a name of its own', () => {
        expect([bad.length > 0, good.length > 0]).to.deep.equal([true, true]);
        expect(new Set(examples.map(({ name }) => name)).size).to.equal(examples.length);
      });

      it('shows every kind of subject failing', () => {
        const shown = bad.map(({ subject: { kind } }): Kind => (isTemplateKind(kind) ? 'Pod' : kind));
        expect(
          check.judges
            .filter((judge) => judge !== check.withoutSubject && !shown.includes(judge.subject))
            .map(({ subject }) => subject),
        ).to.deep.equal([]);
      });

      it('shows its headline severity', () => {
        const shown = bad.flatMap(({ finds }) => finds.map(({ severity }) => severity ?? check.severity));
        expect(shown).to.include(check.severity);
      });

      it('declares the aspects that it yields, and shows each', () => {
        const shown = new Set(bad.flatMap(({ finds }) => finds.flatMap(({ aspect }) => aspect ?? [])));
        expect([...shown].sort()).to.deep.equal(Object.keys(check.aspects ?? {}).sort());
      });

      it('writes nothing, and says the same twice, in harmless words', () => {
        for (const example of examples) {
          const [first, second] = [told(check, example), told(check, example)];
          expect(first.errors, example.name).to.deep.equal([]);
          expect(first, example.name).to.deep.equal(second);
          const words = first.verdicts.flatMap(({ findings, notEvaluated }) => [
            ...findings.flatMap(({ message, path, accepted = '' }) => [message, path, accepted]),
            ...notEvaluated.map(({ reason }) => reason),
          ]);
          expect(words.map(harmless), example.name).to.deep.equal(words);
          expect(
            words.filter((word) => word.length > 512),
            example.name,
          ).to.deep.equal([]);
        }
      });

      for (const judge of check.judges) {
        for (const { name } of judge.inputs) {
          it(`reads ${name} of ${judge.subject}, and it makes a difference`, () => {
            expect(readBy(check, judge)).to.include(name);
            const deaf = deafTo(check, judge, name);
            const differs = examples.some(
              (example) => JSON.stringify(told(deaf, example)) !== JSON.stringify(told(check, example)),
            );
            expect(differs).to.equal(true);
          });
        }
      }
    });
  }
});
