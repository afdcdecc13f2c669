import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { CHECKS } from '#checks/index.ts';
import { Engine } from '#engine/engine.ts';
import { SCORING } from '#engine/score.ts';
import { contentsOf } from '#operator/contents.ts';
import { recognise, shrink, type Raw } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import { ALL_KINDS, KINDS, type Kind } from '#model/kinds.ts';
import { refOf } from '#model/ref.ts';
import { reportOf } from '#report/body.ts';
import { CONTEXT } from '../support/world.ts';
import { grafted, hostileObject, hostileValue, kindOf, validObject, walk } from '../support/bench-laws.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Given {
  readonly kind: Kind;
  readonly raw: Raw;
}

/** The way of every object through the core, to the reports; answers the checks that broke. */
function throughTheCore(objects: readonly Given[]): readonly string[] {
  const store = new Store();
  const engine = new Engine(CHECKS, store, CONTEXT);
  const settle = (changes: ReturnType<Store['put']>): void => {
    for (const change of changes) for (const job of engine.plan(change).values()) engine.judge(job);
  };
  for (const { kind, raw } of objects) {
    recognise(raw);
    settle(store.put(shrink(kind, raw)));
  }
  for (const verdict of engine.verdicts()) {
    reportOf(contentsOf(verdict, engine), { catalogue: 'x', scoring: SCORING }, sha256);
  }
  const broken = [...engine.evaluations.errors.keys()];
  for (const { kind, raw } of objects) settle(store.remove(refOf(shrink(kind, raw))));
  expect(ALL_KINDS.map((kind) => store.count(kind)).filter((count) => count !== 0)).to.deep.equal([]);
  return broken;
}

describe('[law] any JSON', () => {
  it('the shrinker reads every valid object without a note', () => {
    expect(ALL_KINDS.flatMap((kind) => shrink(kind, validObject(kind)).malformed ?? [])).to.deep.equal([]);
  });

  it('hostile values in valid objects crash nothing and break no check', () => {
    fc.assert(
      fc.property(fc.array(hostileObject, { minLength: 1, maxLength: 6 }), (objects) => {
        expect(throughTheCore(objects)).to.deep.equal([]);
      }),
      { numRuns: 400 },
    );
  });

  it('any value as the whole object, as its metadata or as its spec', () => {
    const given = fc.record({ kind: kindOf, place: fc.constantFrom('whole', 'metadata', 'spec'), value: hostileValue });
    fc.assert(
      fc.property(fc.array(given, { minLength: 1, maxLength: 4 }), (all) => {
        const objects = all.map(({ kind, place, value }) => {
          const raw = place === 'whole' ? value : { ...validObject(kind), [place]: value };
          return { kind, raw: JSON.parse(JSON.stringify(raw)) as Raw };
        });
        expect(throughTheCore(objects)).to.deep.equal([]);
      }),
      { numRuns: 400 },
    );
  });
});

const MARK = 'MARKED-a7f3';

/** Everywhere that values of users go: nothing of it may be kept. */
function marked(kind: Kind, at: readonly number[]): Raw {
  const words = (container: unknown): unknown => ({
    ...(container as object),
    command: ['app', MARK],
    args: [`--password=${MARK}`],
    env: [
      { name: 'A', value: MARK },
      { name: 'B', value: MARK, valueFrom: { configMapKeyRef: { name: MARK, key: MARK }, note: MARK } },
    ],
    livenessProbe: { exec: { command: [MARK] } },
    lifecycle: { postStart: { exec: { command: [MARK] } } },
  });
  const valid = JSON.parse(
    JSON.stringify(validObject(kind), (key, value: unknown) =>
      (key === 'containers' || key === 'initContainers') && Array.isArray(value) ? value.map(words) : value,
    ),
  ) as Raw;
  const metadata = {
    ...(valid['metadata'] as object),
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': MARK, [MARK]: MARK },
    managedFields: [{ manager: MARK, fieldsV1: { [`f:${MARK}`]: {} } }],
    finalizers: [MARK],
  };
  // Fields that nobody declared, anywhere.
  const strange = {
    ...valid,
    metadata,
    data: { [MARK]: MARK },
    stringData: { a: MARK },
    binaryData: { a: MARK },
    immutable: MARK,
  };
  return grafted(strange, { undeclared: [{ value: MARK }, MARK], deeper: { value: MARK } }, at) as Raw;
}

describe('[law] secrets', () => {
  it('no value that enters the shrinker in a place for values is found after it', () => {
    fc.assert(
      fc.property(kindOf, walk, (kind, at) => {
        expect(JSON.stringify(shrink(kind, marked(kind, at)))).to.not.contain(MARK);
      }),
      { numRuns: 4000 },
    );
  });

  it('for every kind, and for the pods of templates', () => {
    for (const kind of ALL_KINDS) {
      const store = new Store();
      const changes = store.put(shrink(kind, { ...marked(kind, []), ...marked(kind, [99]), kind }));
      expect(changes, kind).to.not.deep.equal([]);
      expect(JSON.stringify(changes), `${kind} ${KINDS[kind].plural}`).to.not.contain(MARK);
    }
  });
});
