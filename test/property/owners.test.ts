import { expect } from 'chai';
import fc from 'fast-check';
import type { Manifest } from '#model/check.ts';
import { isFinished, isTemplate } from '#model/workload.ts';
import { World } from '../support/world.ts';

/** Kinds of which some own others, some must not, some are not ours; under groups of today, of the past and of others. */
const KINDS = [
  ['v1', 'Pod'],
  ['apps/v1', 'ReplicaSet'],
  ['extensions/v1beta1', 'ReplicaSet'],
  ['apps/v1', 'Deployment'],
  ['batch/v1', 'Job'],
  ['v1', 'ConfigMap'],
  ['v1', 'Namespace'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
  ['argoproj.io/v1alpha1', 'Rollout'],
  ['example.com/v1', 'Deployment'],
  ['v1', 'Deployment.apps'],
] as const;
const HELD = ['Pod', 'ReplicaSet', 'Deployment', 'Job', 'ConfigMap', 'Namespace', 'ClusterRole'] as const;
const API = {
  Pod: 'v1',
  ReplicaSet: 'apps/v1',
  Deployment: 'apps/v1',
  Job: 'batch/v1',
  ConfigMap: 'v1',
  Namespace: 'v1',
  ClusterRole: 'rbac.authorization.k8s.io/v1',
};
const NAMES = ['a', 'b', 'c'] as const;

const owner = fc
  .record({ kind: fc.constantFrom(...KINDS), name: fc.constantFrom(...NAMES), controller: fc.boolean() })
  .map(({ kind: [apiVersion, kind], name, controller }) => ({ apiVersion, kind, name, controller }));

const manifest = fc
  .record({
    kind: fc.constantFrom(...HELD, 'Pod' as const, 'ReplicaSet' as const),
    name: fc.constantFrom(...NAMES),
    phase: fc.constantFrom('Running', 'Running', 'Succeeded'),
    owners: fc.oneof({ weight: 1, arbitrary: fc.constant([]) }, fc.array(owner, { minLength: 1, maxLength: 2 })),
  })
  .map(({ kind, name, phase, owners }): Manifest => {
    const spec = { containers: [{ name: 'app', image: 'web:latest' }] };
    const isCluster = kind === 'Namespace' || kind === 'ClusterRole';
    const metadata = { name, ...(isCluster ? {} : { namespace: 'a' }), ownerReferences: owners };
    return {
      apiVersion: API[kind],
      kind,
      metadata,
      ...(kind === 'Pod' ? { spec, status: { phase } } : { spec: { template: { spec } } }),
    };
  });

const history = fc.array(fc.record({ manifest, gone: fc.boolean() }), { maxLength: 14 });
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

function told(steps: History): World {
  const world = new World();
  for (const { manifest: object, gone } of steps) {
    if (gone) world.remove(object);
    else world.put(object);
  }
  return world;
}

/** Puts and removals, rings of owners and chains longer than any real one among them. */
const chain = fc.integer({ min: 1, max: 14 }).chain((length) =>
  fc
    .record({ closes: fc.boolean(), order: fc.shuffledSubarray(indexes(length), { minLength: length }) })
    .map(({ closes, order }): History =>
      order.map((index) => ({
        gone: false,
        manifest: link(index, index + 1 < length ? index + 1 : closes ? 0 : -1),
      })),
    ),
);

function indexes(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

function link(index: number, above: number): Manifest {
  const owners =
    above < 0 ? [] : [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `r${String(above)}`, controller: true }];
  return {
    apiVersion: index === 0 ? 'v1' : 'apps/v1',
    kind: index === 0 ? 'Pod' : 'ReplicaSet',
    metadata: { name: index === 0 ? 'p' : `r${String(index)}`, namespace: 'a', ownerReferences: owners },
    spec: { containers: [{ name: 'app', image: 'web:latest' }] },
  };
}

/** A chain whose last owner is one in the middle of it. */
const loop = fc
  .record({ length: fc.integer({ min: 2, max: 14 }), to: fc.integer({ min: 1, max: 13 }) })
  .map(({ length, to }): History =>
    indexes(length).map((index) => ({
      gone: false,
      manifest: link(index, index + 1 < length ? index + 1 : Math.min(to, length - 1)),
    })),
  );

const worlds = fc.oneof({ weight: 4, arbitrary: history }, chain, loop);

describe('[law] owners', function () {
  this.timeout(120_000);

  it('no pod falls between two subjects: each that runs is counted exactly once', () => {
    fc.assert(
      fc.property(worlds, (steps) => {
        const world = told(steps);
        const running = world.store.list('Pod').filter((pod) => !isTemplate(pod) && !isFinished(pod));
        expect(world.verdicts().reduce((sum, { pods }) => sum + pods, 0)).to.equal(running.length);
      }),
      { numRuns: 1500 },
    );
  });

  it('told step by step = seen at once, whoever owns whom', () => {
    fc.assert(
      fc.property(worlds, (steps) => {
        const state = new Map<string, Manifest>();
        for (const { manifest: object, gone } of steps) {
          const key = `${object.kind}/${(object.metadata as { readonly name: string }).name}`;
          if (gone) state.delete(key);
          else state.set(key, object);
        }
        expect(told(steps).verdicts()).to.deep.equal(new World([...state.values()]).verdicts());
      }),
      { numRuns: 1500 },
    );
  });
});
