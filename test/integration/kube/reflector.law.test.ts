import { randomInt } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { silentLogger } from '#log/logger.ts';
import { Reflector } from '#kube/reflector.ts';
import { Transport } from '#kube/transport.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { clusterAt, fakeServer } from '../../support/fake-server.ts';
import { ModelServer, type Fault, type Refusal, type Step } from '../../support/kube-model.ts';
import { PODS } from '../../support/kube-reflector.ts';

const FAULTS: readonly Fault[] = [
  'reset',
  'end',
  'garbage',
  'repeat',
  'gone',
  'error',
  'cut',
  'bookmark',
  'forget',
  'headless',
];
const REFUSALS: readonly Refusal[] = ['reset', '410', '429', '500', '503', '504', '403', '404', 'html', 'half'];

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ op: fc.constantFrom('create', 'update', 'delete', 'recreate'), name: fc.nat(4) }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('fault' as const), fault: fc.constantFrom(...FAULTS) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('refuse' as const), refusal: fc.constantFrom(...REFUSALS) }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('wait' as const), ms: fc.constantFrom(0, 100, 1500, 40_000) }) },
);

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function history(steps: readonly Step[], paged: boolean): Promise<Readonly<Record<string, number>>> {
  const model = new ModelServer(paged);
  const server = await fakeServer(model.answer);
  const clock = fakeClock();
  const transport = new Transport({ cluster: clusterAt(server.url), clock });
  const store = new Map<string, { readonly uid: string; readonly rv: string }>();
  const broken: string[] = [];
  const reflector = new Reflector<string>({
    transport,
    resource: PODS,
    clock,
    logger: silentLogger,
    limits: { pageSize: 2, deniedMs: 5000 },
    project: (raw) => String(raw['kind']),
    handler: {
      put: (_, { name, uid, resourceVersion: rv }) => {
        const held = store.get(name);
        if (held !== undefined && held.uid !== uid) broken.push(`${name}: ${uid} put over ${held.uid}`);
        if (held !== undefined && model.indexOf(rv) <= model.indexOf(held.rv))
          broken.push(`${name}: ${rv} put over ${held.rv}`);
        store.set(name, { uid, rv });
      },
      remove: ({ name, uid }) => {
        if (store.get(name)?.uid !== uid) broken.push(`${name}: ${uid} removed, not held`);
        store.delete(name);
      },
      state: () => undefined,
    },
  });
  const agree = (): boolean =>
    store.size === model.objects.size &&
    [...model.objects].every(([name, { uid, rv }]) => store.get(name)?.uid === uid && store.get(name)?.rv === rv);
  try {
    for (const [at, one] of steps.entries()) {
      // What stands before the start is the state, and the faults, that the first sync meets.
      if (at === Math.floor(steps.length / 3)) reflector.start();
      model.run(one);
      if (one.op !== 'wait') continue;
      for (let at = 0; at < one.ms; at += 500) {
        clock.advance(500);
        await turn();
      }
      for (let i = 0; i < 4; i += 1) await turn();
    }
    model.heal();
    // A last change, so that a reflector which is deaf but happens to agree is found out.
    model.run({ op: 'create', name: 9 });
    // Long enough for any back-off, too short for the last resort against silent streams to hide a mistake.
    const deadline = clock.now() + 150_000;
    while (!agree() || !reflector.stats.synced) {
      expect(clock.now(), 'the store agrees with the server').to.be.below(deadline);
      clock.advance(100);
      // Both ends are in this process: bytes need turns of its loop and no time.
      for (let i = 0; i < 4; i += 1) await turn();
    }
    expect(broken).to.deep.equal([]);
    expect(reflector.stats.handlerErrors).to.equal(0);
    return { ...reflector.stats.reconnects, ...reflector.stats.relists };
  } finally {
    await reflector.stop();
    expect(clock.pending()).to.deep.equal([]);
    transport.close();
    await server.close();
  }
}

/** A history mostly waits for sockets: so many at once take little longer than one. */
const AT_ONCE = 25;
const SEEDS = Number(process.env['KP_SEEDS'] ?? 2000);

const histories = fc.array(
  fc.record({ steps: fc.array(step, { minLength: 10, maxLength: 80, size: 'max' }), paged: fc.boolean() }),
  { minLength: AT_ONCE, maxLength: AT_ONCE },
);

describe('[integration] kube/reflector law', () => {
  it(`W3 after any history of changes and faults the store is the server’s state, ${String(SEEDS)} times`, async function () {
    this.timeout(0);
    const seed = Number(process.env['KP_SEED'] ?? randomInt(2 ** 31));
    console.log(`      KP_SEED=${String(seed)}`);
    const met = new Set<string>();
    await fc.assert(
      fc.asyncProperty(histories, async (batch) => {
        const ends = await Promise.allSettled(batch.map(({ steps, paged }) => history(steps, paged)));
        for (const [at, end] of ends.entries()) {
          if (end.status === 'rejected')
            throw new Error(`after the history ${JSON.stringify(batch[at])}`, { cause: end.reason });
          for (const cause of Object.keys(end.value)) met.add(cause);
        }
      }),
      { seed, numRuns: Math.ceil(SEEDS / AT_ONCE) },
    );
    expect([...met]).to.include.members(['reset', 'expired', '500', 'BadEvent', 'closed']);
  });
});
