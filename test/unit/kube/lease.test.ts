import { expect } from 'chai';
import fc from 'fast-check';
import { ApiError } from '#kube/errors.ts';
import { Elector } from '#kube/lease.ts';
import type { HeldLease, LeaseRecord, LeaseStore } from '#kube/lease-store.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';

type Fault = 'none' | 'slow' | 'hang' | 'conflict' | 'refuse' | 'lostAnswer';

/** A lease in memory, with optimistic locking and a fault for each request. */
function fakeStore(
  clock: FakeClock,
  fault: () => Fault,
  isFollowed = false,
): { store: LeaseStore; record: () => LeaseRecord | undefined } {
  const followers = new Set<(lease: HeldLease | undefined) => void>();
  let held: HeldLease | undefined;
  let version = 0;
  const conflict = (): ApiError => new ApiError({ code: 409, reason: 'Conflict', message: 'changed' });
  const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));
  const faulty = async <T>(run: () => T): Promise<T> => {
    const kind = fault();
    if (kind === 'refuse') throw new Error('refused');
    if (kind === 'conflict') throw conflict();
    if (kind === 'hang') return new Promise<T>(() => undefined);
    if (kind === 'slow') await wait(4000);
    const result = run();
    if (kind === 'lostAnswer') await wait(8000);
    return result;
  };
  const write = (record: LeaseRecord): HeldLease => {
    const written = (held = { record, resourceVersion: String((version += 1)) });
    for (const follower of followers) follower(written);
    return written;
  };
  const follow: LeaseStore['follow'] = async (seen, signal) => {
    followers.add(seen);
    seen(held);
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
    followers.delete(seen);
  };
  const store: LeaseStore = {
    get: () => faulty(() => held),
    create: (record) =>
      faulty(() => {
        if (held !== undefined) throw conflict();
        return write(record);
      }),
    update: (record, resourceVersion) =>
      faulty(() => {
        if (held?.resourceVersion !== resourceVersion) throw conflict();
        return write(record);
      }),
    ...(isFollowed ? { follow } : {}),
  };
  return { store, record: () => held?.record };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Lets `ms` pass for everyone in small steps. */
async function pass(clocks: readonly FakeClock[], ms: number, each: () => void = () => undefined): Promise<void> {
  for (let at = 0; at < ms; at += 100) {
    for (const clock of clocks) clock.advance(100);
    await turn();
    each();
  }
}

describe('[unit] kube/lease', () => {
  const make = (identity: string, clock: FakeClock, store: LeaseStore, told: string[] = []): Elector =>
    new Elector({
      store,
      identity,
      clock,
      random: () => 0.5,
      onStarted: () => told.push(`${identity} leads`),
      onStopped: () => void told.push(`${identity} stops`),
    });

  /** Ends electors whose clocks the test moves: `stop` waits for requests, and these for time. */
  const stopAll = async (clocks: readonly FakeClock[], electors: readonly Elector[]): Promise<void> => {
    let left = electors.length;
    for (const elector of electors) void elector.stop().then(() => (left -= 1));
    while (left > 0) await pass(clocks, 1000);
  };

  it('creates the lease, leads and renews', async () => {
    const clock = fakeClock();
    const { store, record } = fakeStore(clock, () => 'none');
    const told: string[] = [];
    const elector = make('a', clock, store, told);
    elector.start();
    elector.start();
    await pass([clock], 60_000);
    expect(elector.isLeader()).to.equal(true);
    expect(told).to.deep.equal(['a leads']);
    const { acquireTime, renewTime, ...rest } = record()!;
    expect(rest).to.deep.equal({ holder: 'a', durationSeconds: 15, transitions: 0 });
    expect(renewTime > acquireTime).to.equal(true);
    expect(renewTime).to.match(/\.\d{6}Z$/);
    await stopAll([clock], [elector]);
  });

  it('gives the lease back on stop, after onStopped has settled, and the other takes it within 3 s', async () => {
    const clock = fakeClock();
    const { store, record } = fakeStore(clock, () => 'none');
    const told: string[] = [];
    let wound: () => void = () => undefined;
    const a = new Elector({
      store,
      identity: 'a',
      clock,
      onStarted: () => told.push('a leads'),
      onStopped: () => new Promise<void>((resolve) => (wound = resolve)),
    });
    a.start();
    await pass([clock], 1000);
    const b = make('b', clock, store, told);
    b.start();
    await pass([clock], 20_000);
    expect(told).to.deep.equal(['a leads']);
    const stopped = a.stop();
    expect(a.isLeader()).to.equal(false);
    await pass([clock], 3000);
    expect(record()?.holder).to.equal('a');
    wound();
    await stopped;
    expect(record()?.holder).to.equal('');
    await pass([clock], 4500);
    expect(b.isLeader()).to.equal(true);
    expect(record()).to.deep.include({ holder: 'b', transitions: 1 });
    await stopAll([clock], [b]);
  });

  it('takes over from one that died within 17 s and a bit of jitter, not before the lease has run out', async () => {
    const clock = fakeClock();
    let dead = false;
    const { store } = fakeStore(clock, () => 'none');
    const dying: LeaseStore = {
      get: (signal) => (dead ? new Promise(() => undefined) : store.get(signal)),
      create: store.create,
      update: (record, version, signal) =>
        dead ? new Promise(() => undefined) : store.update(record, version, signal),
    };
    const a = make('a', clock, dying);
    const b = make('b', clock, store);
    a.start();
    await pass([clock], 1000);
    b.start();
    await pass([clock], 30_000);
    dead = true;
    let waited = 0;
    while (!b.isLeader() && waited < 60_000) {
      await pass([clock], 100);
      waited += 100;
      if (waited < 10_000) expect(b.isLeader()).to.equal(false);
    }
    expect(waited).to.be.within(13_000, 19_500);
    expect(a.isLeader()).to.equal(false);
    await stopAll([clock], [a, b]);
  });

  it('a standby that follows the lease takes it at once when it is given back', async () => {
    const clock = fakeClock();
    const { store } = fakeStore(clock, () => 'none', true);
    const [a, b] = [make('a', clock, store), make('b', clock, store)];
    a.start();
    await pass([clock], 1000);
    b.start();
    await pass([clock], 20_000);
    expect([a.isLeader(), b.isLeader()]).to.deep.equal([true, false]);
    await a.stop();
    await pass([clock], 200);
    expect(b.isLeader()).to.equal(true);
    await stopAll([clock], [b]);
    expect(clock.pending()).to.deep.equal([]);
  });

  it('a standby that follows the lease of a dead leader takes it as soon as it has run out', async () => {
    const clock = fakeClock();
    let dead = false;
    const { store } = fakeStore(clock, () => 'none', true);
    const a = make('a', clock, {
      ...store,
      get: (signal) => (dead ? new Promise(() => undefined) : store.get(signal)),
    });
    const b = make('b', clock, store);
    a.start();
    await pass([clock], 1000);
    b.start();
    await pass([clock], 30_000);
    dead = true;
    await pass([clock], 12_800);
    expect(b.isLeader()).to.equal(false);
    await pass([clock], 2500);
    expect(b.isLeader()).to.equal(true);
    await stopAll([clock], [a, b]);
  });

  it('leadership ends by the clock even when a request hangs and even when no timer runs', async () => {
    const clock = fakeClock();
    let fault: Fault = 'none';
    const { store } = fakeStore(clock, () => fault);
    const told: string[] = [];
    const elector = make('a', clock, store, told);
    elector.start();
    await pass([clock], 100);
    fault = 'hang';
    clock.block(9000);
    expect(elector.isLeader()).to.equal(true);
    clock.block(1100);
    expect(elector.isLeader()).to.equal(false);
    expect(told).to.deep.equal(['a leads']);
    clock.advance(0);
    expect(told).to.deep.equal(['a leads', 'a stops']);
    await stopAll([clock], [elector]);
  });

  it('an answer that comes after stop writes nothing: the lease stays given back', async () => {
    const clock = fakeClock();
    const { store, record } = fakeStore(clock, () => 'none');
    let answer: () => void = () => undefined;
    let late = false;
    const slow: LeaseStore = {
      ...store,
      get: async (signal) => {
        if (late) await new Promise<void>((resolve) => (answer = resolve));
        return store.get(signal);
      },
    };
    const elector = make('a', clock, slow);
    elector.start();
    await pass([clock], 1000);
    late = true;
    await pass([clock], 2000);
    late = false;
    await elector.stop();
    expect(record()?.holder).to.equal('');
    answer();
    await pass([clock], 5000);
    expect(record()?.holder).to.equal('');
    expect(elector.isLeader()).to.equal(false);
  });

  it('does not lead again before the end of its last leadership has been dealt with', async () => {
    const clock = fakeClock();
    let fault: Fault = 'none';
    let wound: () => void = () => undefined;
    const { store } = fakeStore(clock, () => fault);
    const elector = new Elector({
      store,
      identity: 'a',
      clock,
      onStarted: () => undefined,
      onStopped: () => new Promise<void>((resolve) => (wound = resolve)),
    });
    elector.start();
    await pass([clock], 1000);
    fault = 'refuse';
    await pass([clock], 12_000);
    fault = 'none';
    await pass([clock], 10_000);
    expect(elector.isLeader()).to.equal(false);
    wound();
    await pass([clock], 5000);
    expect(elector.isLeader()).to.equal(true);
    const stopped = elector.stop();
    wound();
    await stopped;
  });

  it('says who holds the lease, why it could not be read, and stops when somebody took it', async () => {
    const clock = fakeClock();
    let fault: Fault = 'refuse';
    const { store, record } = fakeStore(clock, () => fault);
    const told: string[] = [];
    const elector = make('a', clock, store, told);
    elector.start();
    await pass([clock], 3000);
    expect([elector.holder, elector.failure, elector.healthy, elector.isLeader()]).to.deep.equal([
      '',
      'refused',
      true,
      false,
    ]);
    fault = 'none';
    await pass([clock], 5000);
    expect([elector.holder, elector.failure, elector.healthy]).to.deep.equal(['a', undefined, true]);
    const held = await store.get(new AbortController().signal);
    await store.update({ ...record()!, holder: 'b' }, held!.resourceVersion, new AbortController().signal);
    await pass([clock], 3000);
    expect([elector.holder, elector.isLeader(), elector.healthy]).to.deep.equal(['b', false, true]);
    expect(told).to.deep.equal(['a leads', 'a stops']);
    await stopAll([clock], [elector]);
    expect(record()!.holder).to.equal('b');
  });

  it('is unhealthy when nobody noticed the end of its leadership for the time of a lease', async () => {
    const clock = fakeClock();
    const { store } = fakeStore(clock, () => 'none');
    const elector = make('a', clock, store);
    elector.start();
    await pass([clock], 1000);
    // The hands go on, no timer runs: a blocked loop.
    clock.block(10_000);
    expect([elector.isLeader(), elector.healthy]).to.deep.equal([false, true]);
    clock.block(15_000);
    expect([elector.isLeader(), elector.healthy]).to.deep.equal([false, false]);
    await stopAll([clock], [elector]);
  });

  it('what its callbacks throw ends neither the election nor the stop', async () => {
    const clock = fakeClock();
    const { store, record } = fakeStore(clock, () => 'none');
    const fail = (): never => {
      throw new Error('callback');
    };
    const elector = new Elector({ store, identity: 'a', clock, random: () => 0.5, onStarted: fail, onStopped: fail });
    elector.start();
    await pass([clock], 10_000);
    expect(elector.isLeader()).to.equal(true);
    await stopAll([clock], [elector]);
    expect([elector.isLeader(), record()!.holder]).to.deep.equal([false, '']);
  });

  it('gives the lease back although it was overtaken meanwhile, and leaves it when it cannot', async () => {
    for (const [conflicts, holder] of [
      [2, ''],
      [3, 'a'],
    ] as const) {
      const clock = fakeClock();
      let left = 0;
      const { store, record } = fakeStore(clock, () => 'none');
      const update: LeaseStore['update'] = (...args) => {
        if (left === 0) return store.update(...args);
        left -= 1;
        return Promise.reject(new ApiError({ code: 409, reason: 'Conflict', message: 'changed' }));
      };
      const elector = make('a', clock, { ...store, update });
      elector.start();
      await pass([clock], 1000);
      left = conflicts;
      await stopAll([clock], [elector]);
      expect(record()!.holder).to.equal(holder);
    }
  });

  const held = (holder: string, durationSeconds: number): LeaseRecord => ({
    holder,
    durationSeconds,
    transitions: 4,
    acquireTime: '2025-12-31T00:00:00.000000Z',
    renewTime: '2025-12-31T00:00:00.000000Z',
  });

  for (const [durationSeconds, wait] of [
    [60, 60_000],
    [1, 15_000],
  ] as const)
    it(`waits ${String(wait / 1000)} s for a dead holder whose lease says ${String(durationSeconds)} s: never less than either says`, async () => {
      const clock = fakeClock();
      const { store, record } = fakeStore(clock, () => 'none');
      const never = new AbortController().signal;
      await store.create(held('b', durationSeconds), never);
      const elector = make('a', clock, store);
      elector.start();
      await pass([clock], wait - 100);
      expect([elector.isLeader(), record()!.holder]).to.deep.equal([false, 'b']);
      await pass([clock], 400);
      expect([elector.isLeader(), record()!.holder]).to.deep.equal([true, 'a']);
      await stopAll([clock], [elector]);
    });

  it('a lease that names us from a former life is taken anew: nobody else has led since, but we have not either', async () => {
    const clock = fakeClock();
    const { store, record } = fakeStore(clock, () => 'none');
    await store.create(held('a', 15), new AbortController().signal);
    const told: string[] = [];
    const elector = make('a', clock, store, told);
    elector.start();
    await pass([clock], 300);
    expect(told).to.deep.equal(['a leads']);
    expect(record()).to.deep.include({ holder: 'a', transitions: 4 });
    expect(record()!.acquireTime).to.not.equal(held('a', 15).acquireTime);
    await stopAll([clock], [elector]);
  });

  it('a write whose answer took as long as the renew deadline makes nobody a leader', async () => {
    const clock = fakeClock();
    const { store } = fakeStore(clock, () => 'none');
    const told: string[] = [];
    const create: LeaseStore['create'] = async (...args) => {
      const created = await store.create(...args);
      clock.block(10_000);
      return created;
    };
    const elector = make('a', clock, { ...store, create }, told);
    elector.start();
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect([told, elector.isLeader()]).to.deep.equal([[], false]);
    await stopAll([clock], [elector]);
  });

  it('leads until its deadline and not at it', async () => {
    const clock = fakeClock();
    const { store } = fakeStore(clock, () => 'none');
    const elector = make('a', clock, store);
    elector.start();
    for (let turns = 0; turns < 5; turns += 1) await turn();
    clock.block(9999);
    expect(elector.isLeader()).to.equal(true);
    clock.block(1);
    expect([elector.isLeader(), elector.healthy]).to.deep.equal([false, true]);
    clock.block(15_000);
    expect(elector.healthy).to.equal(false);
    await stopAll([clock], [elector]);
  });

  it('started twice it asks once', async () => {
    const clock = fakeClock();
    let asked = 0;
    const { store } = fakeStore(clock, () => 'none');
    const get: LeaseStore['get'] = (signal) => {
      asked += 1;
      return store.get(signal);
    };
    const elector = make('a', clock, { ...store, get });
    elector.start();
    elector.start();
    for (let turns = 0; turns < 5; turns += 1) await turn();
    expect(asked).to.equal(1);
    await stopAll([clock], [elector]);
  });

  it('to be overtaken is no failure', async () => {
    const clock = fakeClock();
    const { store } = fakeStore(clock, () => 'none');
    const create: LeaseStore['create'] = () =>
      Promise.reject(new ApiError({ code: 409, reason: 'AlreadyExists', message: 'there is one' }));
    const elector = make('a', clock, { ...store, create });
    elector.start();
    await pass([clock], 5000);
    expect([elector.failure, elector.isLeader()]).to.deep.equal([undefined, false]);
    await stopAll([clock], [elector]);
  });

  it('refuses a renew deadline that is not shorter than the lease', () => {
    const clock = fakeClock();
    const { store } = fakeStore(clock, () => 'none');
    const wrong = (): Elector =>
      new Elector({
        store,
        identity: 'a',
        onStarted: () => undefined,
        onStopped: () => undefined,
        times: { durationMs: 10_000, renewDeadlineMs: 10_000 },
      });
    expect(wrong).to.throw(RangeError);
  });

  const FAULTS: readonly Fault[] = ['none', 'none', 'none', 'slow', 'hang', 'conflict', 'refuse', 'lostAnswer'];

  it('two electors never both lead, whatever the store does and the wall clocks say', async () => {
    let led = 0;
    const history = fc.array(fc.constantFrom(...FAULTS), { minLength: 20, maxLength: 60 });
    const blocks = fc.array(
      fc.record({ at: fc.nat(1200), who: fc.nat(1), ms: fc.integer({ min: 1000, max: 12_000 }) }),
      { maxLength: 4 },
    );
    await fc.assert(
      fc.asyncProperty(history, blocks, fc.boolean(), async (faults, stalls, isFollowed) => {
        const now = [fakeClock(3_600_000), fakeClock(-3_600_000)] as const;
        const world = fakeClock();
        let next = 0;
        const { store } = fakeStore(world, () => faults[(next += 1) % faults.length]!, isFollowed);
        const told: string[] = [];
        const electors = [make('a', now[0], store, told), make('b', now[1], store, told)];
        for (const elector of electors) elector.start();
        const blocked = [0, 0];
        for (let step = 0; step < 1200; step += 1) {
          for (const { at, who, ms } of stalls) if (at === step) blocked[who] = ms;
          world.advance(100);
          now.forEach((clock, who) => {
            const left = blocked[who]!;
            if (left > 0) clock.block(100);
            else clock.advance(100);
            blocked[who] = Math.max(0, left - 100);
          });
          await turn();
          const leaders = electors.filter((elector) => elector.isLeader()).length;
          led += leaders;
          expect(leaders).to.be.at.most(1);
        }
        await stopAll([world, ...now], electors);
      }),
      { numRuns: Number(process.env['KP_SEEDS'] ?? 15) },
    );
    expect(led).to.be.greaterThan(0);
  });

  for (const { chance, asked } of [
    { chance: 0, asked: [0, 2000, 4000, 6000, 8000, 10_000, 12_000, 14_000, 15_001] },
    { chance: 0.5, asked: [0, 3200, 6400, 9600, 12_800, 15_001] },
    { chance: 1, asked: [0, 4400, 8800, 13_200, 15_001] },
  ]) {
    it(`a standby asks as client-go does, ${String(chance * 120)} % later, and a millisecond after the lease has run out`, async () => {
      const clock = fakeClock();
      const [start, times]: [number, number[]] = [clock.now(), []];
      const inner = fakeStore(clock, () => 'none');
      const when = clock.wall().toISOString();
      const held = { holder: 'b', durationSeconds: 15, transitions: 0, acquireTime: when, renewTime: when };
      await inner.store.create(held, new AbortController().signal);
      const store: LeaseStore = {
        ...inner.store,
        get: (signal) => {
          times.push(clock.now() - start);
          return inner.store.get(signal);
        },
      };
      const told: string[] = [];
      const tell = (word: string) => (): void => void told.push(word);
      const elector = new Elector({
        store,
        identity: 'a',
        clock,
        random: () => chance,
        onStarted: tell('leads'),
        onStopped: tell('stops'),
      });
      elector.start();
      await turn();
      while (told.length === 0 && clock.now() < start + 30_000) {
        clock.advance(1);
        await turn();
      }
      expect([times, told, inner.record()?.holder]).to.deep.equal([asked, ['leads'], 'a']);
      await elector.stop();
    });
  }
});
