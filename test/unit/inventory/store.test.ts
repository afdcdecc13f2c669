import { expect } from 'chai';
import { aContainer, aDeployment, aPod } from '#checks/samples.ts';
import { Interner } from '#inventory/intern.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import { Table } from '#inventory/table.ts';
import type { Manifest } from '#model/check.ts';
import type { Change, Index } from '#model/inventory.ts';
import type { ObjectOf } from '#model/objects.ts';

const read = (manifest: Manifest): ReturnType<typeof shrink> =>
  shrink(manifest.kind, JSON.parse(JSON.stringify(manifest)) as Raw);
const named = (name: string, labels: object = { app: 'web' }): Manifest => aPod({ metadata: { name, labels } });

/** `+Pod shop/web`, `-Pod …`, `~Pod …`: what changes say. */
function said(changes: readonly Change[]): readonly string[] {
  return changes.map(({ ref, before, after }) => {
    const sign = before === undefined ? '+' : after === undefined ? '-' : '~';
    return `${sign}${ref.kind} ${ref.namespace}/${ref.name}`;
  });
}

function podOf(store: Store, name: string): ObjectOf<'Pod'> {
  return store.get({ kind: 'Pod', namespace: 'shop', name })!;
}

const byApp: Index<'Pod'> = {
  kind: 'Pod',
  name: 'app',
  of: ({ metadata }) => Object.values(metadata.labels),
};

describe('[unit] store', () => {
  it('says what came, changed and went', () => {
    const store = new Store();
    expect([
      said(store.put(read(named('a')))),
      said(store.put(read(named('a', { app: 'db' })))),
      said(store.remove({ kind: 'Pod', namespace: 'shop', name: 'a' })),
      said(store.remove({ kind: 'Pod', namespace: 'shop', name: 'a' })),
    ]).to.deep.equal([['+Pod shop/a'], ['~Pod shop/a'], ['-Pod shop/a'], []]);
  });

  it('a heartbeat of the kubelet is no change', () => {
    const store = new Store();
    const at = (time: string, version: string): Manifest => ({
      ...aPod(),
      metadata: { name: 'a', namespace: 'shop', resourceVersion: version, managedFields: [{ time }] },
      status: { phase: 'Running', conditions: [{ type: 'Ready', lastProbeTime: time }] },
    });
    store.put(read(at('10:00', '1')));
    const held = podOf(store, 'a');
    expect(said(store.put(read(at('10:05', '2'))))).to.deep.equal([]);
    expect(podOf(store, 'a')).to.equal(held);
  });

  it('equal pods share spec, labels and annotations, and stop sharing when they differ', () => {
    const store = new Store();
    for (const name of ['a', 'b']) store.put(read(named(name)));
    const shared = (): readonly boolean[] => {
      const [a, b] = [podOf(store, 'a'), podOf(store, 'b')];
      return [
        a.spec === b.spec,
        a.metadata.labels === b.metadata.labels,
        a.metadata.annotations === b.metadata.annotations,
      ];
    };
    expect(shared()).to.deep.equal([true, true, true]);
    store.put(read(aPod({ metadata: { name: 'b' }, container: aContainer({ image: 'web:2' }) })));
    expect(shared()).to.deep.equal([false, true, true]);
    store.put(read(named('b')));
    expect(shared()).to.deep.equal([true, true, true]);
  });

  it('the pod of a template comes, changes and goes with its workload, and is not counted', () => {
    const store = new Store();
    const deployment = aDeployment();
    const bare = { ...deployment, spec: { replicas: 1 } };
    const seen = [
      said(store.put(read(deployment))),
      said(store.put(read(aDeployment({ container: aContainer({ image: 'web:2' }) })))),
      said(store.put(read(bare))),
      said(store.put(read(deployment))),
      said(store.remove({ kind: 'Deployment', namespace: 'shop', name: 'web' })),
    ];
    expect(seen).to.deep.equal([
      ['+Deployment shop/web', '+Pod shop/deployment/web'],
      ['~Deployment shop/web', '~Pod shop/deployment/web'],
      ['~Deployment shop/web', '-Pod shop/deployment/web'],
      ['~Deployment shop/web', '+Pod shop/deployment/web'],
      ['-Deployment shop/web', '-Pod shop/deployment/web'],
    ]);
    store.put(read(deployment));
    store.put(read(named('a')));
    expect([store.count('Pod'), store.count('Deployment'), store.list('Pod').length]).to.deep.equal([1, 1, 2]);
  });

  it('lists by namespace', () => {
    const store = new Store();
    store.put(read(named('a')));
    store.put(read(aPod({ metadata: { name: 'b', namespace: 'other' } })));
    const names = (namespace?: string): readonly string[] =>
      store.list('Pod', namespace).map(({ metadata }) => metadata.name);
    expect([names(), names('shop'), names('other'), names('none')]).to.deep.equal([['a', 'b'], ['a'], ['b'], []]);
  });

  it('says why a kind is unknown, until it is known', () => {
    const store = new Store({ Pod: 'not synced' });
    expect([
      store.missing('Pod'),
      store.missing('Secret'),
      store.setMissing('Pod', 'not synced'),
      store.setMissing('Pod', undefined),
      store.missing('Pod'),
      store.setMissing('Pod', undefined),
    ]).to.deep.equal(['not synced', undefined, false, true, undefined, false]);
  });
});

describe('[unit] index', () => {
  const table = (asked: 'early' | 'late'): Table<'Pod'> => {
    const pods = new Table<'Pod'>();
    if (asked === 'early') pods.by(byApp, 'web');
    const put = (name: string, labels: object): void => {
      pods.put(read(named(name, labels)) as ObjectOf<'Pod'>);
    };
    put('a', { app: 'web' });
    put('b', { app: 'web', tier: 'db' });
    put('c', { app: 'db' });
    put('a', { app: 'db' });
    pods.remove({ namespace: 'shop', name: 'c' });
    pods.remove({ namespace: 'shop', name: 'never' });
    pods.remove({ namespace: 'never', name: 'a' });
    return pods;
  };
  const names = (pods: Table<'Pod'>, value: string): readonly string[] =>
    pods.by(byApp, value).map(({ metadata }) => metadata.name);

  for (const asked of ['early', 'late'] as const) {
    it(`built ${asked}: the same answers`, () => {
      const pods = table(asked);
      expect([names(pods, 'web'), names(pods, 'db').toSorted(), names(pods, 'none')]).to.deep.equal([
        ['b'],
        ['a', 'b'],
        [],
      ]);
      expect([pods.size(), pods.size('shop'), pods.size('never')]).to.deep.equal([2, 2, 0]);
    });
  }
});

describe('[unit] interner', () => {
  it('gives equal values as one object and forgets the last', () => {
    const interner = new Interner();
    const [a, b, c] = [{ x: [1, { y: 'z' }] }, { x: [1, { y: 'z' }] }, { x: [2] }];
    const held = [interner.hold(a), interner.hold(b), interner.hold(c)];
    expect([held[0] === a, held[1] === a, held[2] === c, interner.size]).to.deep.equal([true, true, true, 2]);
    const like = [{ x: [3] }, { x: [3] }].map((value) => interner.hold(value));
    expect([like[0] === c, like[0] === like[1], interner.size]).to.deep.equal([false, true, 3]);
    for (const value of like) interner.release(value);
    interner.release(a);
    expect(interner.size).to.equal(2);
    interner.release(a);
    interner.release(c);
    expect(interner.size).to.equal(0);
  });

  it('a value that was never held is no harm to release', () => {
    const interner = new Interner();
    interner.hold({ x: 1 });
    interner.release({ x: 1 });
    interner.release({ x: 2 });
    expect(interner.size).to.equal(1);
  });
});
