import { expect } from 'chai';
import fc from 'fast-check';
import { uncovered } from '#analysis/rbac/cover.ts';
import { mayBind } from '#analysis/rbac/guard.ts';
import type { RbacIndex } from '#analysis/rbac/rbac-index.ts';
import { rbacView } from '#analysis/rbac/view.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import type { Manifest } from '#model/check.ts';
import { refOf } from '#model/ref.ts';
import { NaiveRbac, permits, splits, type What, type Who } from '../support/rbac-naive.ts';
import { rbacHistory, rbacObject, rule, what, who, type RbacStep } from '../support/rbac-worlds.ts';

const VIEW = rbacView({ aggregation: 'computed' });

/** An index that was asked for before there was anything, and told every step. */
class Told {
  readonly #store = new Store();
  readonly #state = new Map<string, Manifest>();
  readonly index: RbacIndex = this.#store.view(VIEW);

  constructor(steps: readonly RbacStep[] = []) {
    for (const step of steps) this.tell(step);
  }

  tell({ put, remove }: RbacStep): void {
    const manifest = (put ?? remove)!;
    const object = shrink(manifest.kind, JSON.parse(JSON.stringify(manifest)) as Raw);
    const key = JSON.stringify(refOf(object));
    if (put === undefined) {
      this.#store.remove(refOf(object));
      this.#state.delete(key);
    } else {
      this.#store.put(object);
      this.#state.set(key, put);
    }
  }

  /** The objects that are there now. */
  get objects(): readonly Manifest[] {
    return [...this.#state.values()];
  }
}

function told(objects: readonly Manifest[]): Told {
  return new Told(objects.map((put) => ({ put })));
}

const questions = fc.array(fc.tuple(who, what), { minLength: 3, maxLength: 12 });

/** All that the index says, for comparison. */
function answers(index: RbacIndex, asked: readonly (readonly [Who, What])[]): unknown {
  return asked
    .map(([identity, request]) => [
      index.can(identity, request),
      index.whoCan(request),
      index.rulesFor(identity, 'url' in request ? '' : request.namespace),
    ])
    .map((each) => JSON.stringify(each, (key, value: unknown) => (key === 'grant' ? nameOfGrant(value) : value)));
}

/** Labels are no part of what an object is called. */
function nameOf({ kind, metadata }: Manifest): string {
  const { namespace, name } = metadata as { readonly namespace?: string; readonly name: string };
  return `${kind}/${namespace ?? ''}/${name}`;
}

function nameOfGrant(value: unknown): string {
  const { binding } = value as { readonly binding: Manifest };
  return JSON.stringify([binding.kind, binding.metadata]);
}

function isAllowed(index: RbacIndex, identity: Who, request: What): boolean {
  const decision = index.can(identity, request);
  if ('unknown' in decision) throw new Error(decision.unknown.join());
  return decision.allowed;
}

describe('[law] RBAC', () => {
  it('answers what the documentation says, after every step of any history', () => {
    fc.assert(
      fc.property(rbacHistory, questions, (steps, asked) => {
        const incremental = new Told();
        for (const step of steps) {
          incremental.tell(step);
          const naive = new NaiveRbac(incremental.objects);
          const { index } = incremental;
          for (const [identity, request] of asked) {
            expect(isAllowed(index, identity, request)).to.equal(naive.can(identity, request));
            expect(index.whoCan(request)).to.deep.equal({ subjects: naive.whoCan(request) });
          }
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('told step by step = told at once, also why', () => {
    fc.assert(
      fc.property(rbacHistory, questions, (steps, asked) => {
        const incremental = new Told(steps);
        expect(answers(incremental.index, asked)).to.deep.equal(answers(told(incremental.objects).index, asked));
      }),
      { numRuns: 1500 },
    );
  });

  it('forgets everything with the last object', () => {
    fc.assert(
      fc.property(rbacHistory, fc.array(fc.nat(), { minLength: 25, maxLength: 25 }), (steps, keys) => {
        const incremental = new Told(steps);
        const order = incremental.objects.map((object, index) => ({ object, key: keys[index] ?? 0 }));
        for (const { object } of order.sort((a, b) => a.key - b.key)) incremental.tell({ remove: object });
        const { state } = incremental.index;
        expect([state.differentRules, [...state.roles()], [...state.subjects()], [...state.bindings()]]).to.deep.equal([
          0,
          [],
          [],
          [],
        ]);
      }),
      { numRuns: 500 },
    );
  });

  it('another object never takes a right away, unless it replaces one or is aggregated anew', () => {
    const plain = rbacObject.filter((object) => object['aggregationRule'] === undefined);
    fc.assert(
      fc.property(fc.array(plain, { maxLength: 12 }), plain, questions, (objects, more, asked) => {
        const before = told(objects);
        fc.pre(!before.objects.some((object) => nameOf(object) === nameOf(more)));
        const after = told([...before.objects, more]);
        for (const [identity, request] of asked)
          if (isAllowed(before.index, identity, request)) expect(isAllowed(after.index, identity, request)).to.be.true;
      }),
      { numRuns: 800 },
    );
  });

  it('a rule split into its single rights allows the same', () => {
    fc.assert(
      fc.property(rule, what, (whole, request) => {
        expect(splits(whole).some((single) => permits(single, request))).to.equal(permits(whole, request));
        expect(uncovered([whole], splits(whole))).to.deep.equal([]);
      }),
      { numRuns: 3000 },
    );
  });

  it('whoever may bind a role by holding it gains nothing by the binding', () => {
    fc.assert(
      fc.property(fc.array(rbacObject, { maxLength: 12 }), who, questions, (objects, identity, asked) => {
        const world = told(objects);
        const naive = new NaiveRbac(world.objects);
        for (const kind of ['Role', 'ClusterRole'] as const) {
          const passage = mayBind(world.index, identity, 'a', { kind, name: 'x' });
          expect('passes' in passage && passage.passes).to.equal(naive.mayBind(identity, 'a', { kind, name: 'x' }));
        }
        const rules = world.index.state.role('ClusterRole', '', 'x')?.rules?.map((each) => each.rule) ?? [];
        if (!naive.covers(identity, 'a', rules)) return;
        for (const [, request] of asked) {
          if ('url' in request || request.namespace !== 'a') continue;
          if (rules.some((each) => permits(each, request)))
            expect(isAllowed(world.index, identity, request)).to.be.true;
        }
      }),
      { numRuns: 1500 },
    );
  });
});
