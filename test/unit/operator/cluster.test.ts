import { expect } from 'chai';
import { aNamespace, aPod } from '#checks/samples.ts';
import { defineCheck, type Manifest } from '#model/check.ts';
import { CLUSTER_SUBJECT, TO_CLUSTER } from '#model/cluster.ts';
import { defineRelation } from '#model/relation.ts';
import { Desk } from '#operator/desk.ts';
import { findingSamples, shareOf } from '#operator/series.ts';
import { CLUSTER_REPORT } from '#report/identity.ts';
import { World, type ContextTweak } from '../../support/world.ts';

const namespaces = defineRelation({
  subject: 'Cluster',
  name: 'Namespaces',
  related: (_cluster, inventory) => inventory.list('Namespace'),
  affected: { Namespace: () => TO_CLUSTER },
});

/** High for a cluster without a Namespace, and unsure of one that has just one. */
const check = defineCheck({
  id: 'KP-ADM-999',
  name: 'no-namespace',
  title: 'No Namespace',
  severity: 'high',
  why: 'Why.',
  fix: 'Fix.',
  refs: [],
  subject: 'Cluster',
  inputs: { namespaces },
  *evaluate(_cluster, given) {
    if (given.namespaces.length === 0) yield { at: 'metadata.name', message: 'there is no Namespace' };
    if (given.namespaces.length === 1) yield { unknown: 'one is not enough to tell' };
  },
  examples: () => ({ bad: [], good: [] }),
});

const shop = aNamespace();
const other = aNamespace({ name: 'other' });

function world(context: ContextTweak = { complete: true }): World {
  return new World([], [check], context);
}

/** What the report of the cluster says of it. */
function reported({ engine, store }: World): object {
  const report = new Desk(engine, store, () => 100).wanted(CLUSTER_REPORT);
  if (typeof report === 'string') throw new Error(report);
  const { subject, findings, unknown, summary, score, cappedBy, rollup } = report.body;
  const { objects } = rollup as { readonly objects: number };
  const { passed, high } = summary as Readonly<Record<string, number>>;
  const lines = findings.map(({ check: id, path, message }) => `${String(id)} ${String(path)} ${String(message)}`);
  return { subject, findings: lines, unknown, passed, high, score, cappedBy, objects };
}

const NAMED = { ...CLUSTER_SUBJECT, namespace: undefined, pods: 0 };
const EMPTY = {
  findings: ['KP-ADM-999 metadata.name there is no Namespace'],
  unknown: [],
  passed: 0,
  high: 1,
  score: 74,
  cappedBy: { check: 'KP-ADM-999', severity: 'high' },
  objects: 0,
};
const FINE = { ...EMPTY, findings: [], passed: 1, high: 0, score: 100, cappedBy: undefined };
const UNSURE = { check: 'KP-ADM-999', reason: 'one is not enough to tell' };

const CASES: readonly {
  readonly name: string;
  readonly context?: ContextTweak;
  readonly steps: readonly { readonly put?: Manifest; readonly remove?: Manifest }[];
  readonly expected: object;
}[] = [
  { name: 'is judged before anything is in it', steps: [], expected: EMPTY },
  {
    name: 'is judged again when its relations move',
    steps: [{ put: shop }, { put: other }],
    expected: FINE,
  },
  {
    name: 'and back',
    steps: [{ put: shop }, { put: other }, { remove: shop }, { remove: other }],
    expected: EMPTY,
  },
  {
    name: 'may be unknown',
    steps: [{ put: shop }],
    expected: { ...FINE, unknown: [UNSURE], passed: 0 },
  },
  {
    name: 'is not what files hold: they prove nothing',
    context: { complete: false },
    steps: [],
    expected: {
      ...FINE,
      unknown: [{ check: 'KP-ADM-999', reason: 'files do not tell what else is in the cluster' }],
      passed: 0,
    },
  },
  {
    name: 'has a scope as others have',
    context: { complete: true, inScope: (_namespace, kind) => kind !== 'Cluster' },
    steps: [],
    expected: { ...FINE, passed: 0 },
  },
  {
    name: 'is not what calls itself so in another group, nor in a namespace',
    steps: [
      { put: owned('postgresql.cnpg.io/v1') },
      { put: owned('kubeposture.io/v1alpha1') },
      { put: shop },
      { put: other },
    ],
    // The Namespaces are judged by nobody here.
    expected: { ...FINE, objects: 2 },
  },
];

/** A pod that somebody's Cluster controls. */
function owned(apiVersion: string): Manifest {
  const ownerReferences = [{ apiVersion, kind: 'Cluster', name: 'cluster', controller: true }];
  return aPod({ metadata: { name: apiVersion.replaceAll(/[/.]/g, '-'), ownerReferences } });
}

describe('[unit] operator: the cluster itself', () => {
  for (const { name, context, steps, expected } of CASES) {
    it(name, () => {
      const told = world(context);
      for (const { put, remove } of steps) {
        if (put !== undefined) told.put(put);
        if (remove !== undefined) told.remove(remove);
      }
      expect(JSON.parse(JSON.stringify(reported(told)))).to.deep.equal(
        JSON.parse(JSON.stringify({ subject: NAMED, ...expected })),
      );
      const wrong = [...told.engine.planAll().values()].filter(({ subject }) => told.engine.recheck(subject));
      expect(wrong).to.deep.equal([]);
    });
  }

  it('counts in no namespace', () => {
    const { engine } = world();
    expect(findingSamples(engine, shareOf(engine, { maxSeries: 100, workloadScore: false }))).to.deep.equal([
      { labels: { namespace: '', severity: 'high', category: 'ADM' }, value: 1 },
    ]);
  });
});
