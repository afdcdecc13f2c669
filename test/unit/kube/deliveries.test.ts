import { expect } from 'chai';
import fc from 'fast-check';
import { silentLogger } from '#log/logger.ts';
import type { Identity } from '#kube/codec.ts';
import { Deliveries } from '#kube/deliveries.ts';
import { fakeClock, type FakeClock } from '../../support/fake-clock.ts';

const at = (uid: string, resourceVersion: string): Identity => ({ namespace: 'a', name: 'x', uid, resourceVersion });
const gone = (uid: string): { namespace: string; name: string; uid: string; finalStateUnknown: boolean } => ({
  namespace: 'a',
  name: 'x',
  uid,
  finalStateUnknown: false,
});
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('[unit] kube/deliveries', () => {
  let clock: FakeClock;
  let told: string[];
  /** What the handler does with the next calls; then it takes everything. */
  let ends: ('throws' | 'rejects' | 'later')[];
  let finish: ((isTaken: boolean) => void)[];
  let deliveries: Deliveries<string>;

  const answer = (): unknown => {
    const end = ends.shift();
    if (end === 'throws') throw new Error('thrown');
    if (end === 'rejects') return Promise.reject(new Error('rejected'));
    if (end === undefined) return undefined;
    return new Promise<void>((resolve, reject) => {
      finish.push((isTaken) => {
        if (isTaken) resolve();
        else reject(new Error('rejected'));
      });
    });
  };

  beforeEach(() => {
    clock = fakeClock();
    told = [];
    ends = [];
    finish = [];
    const receiver = {
      put: (object: string): unknown => {
        told.push(`+${object}`);
        return answer();
      },
      remove: ({ uid }: { readonly uid: string }): unknown => {
        told.push(`-${uid}`);
        return answer();
      },
    };
    deliveries = new Deliveries({ receiver, clock, random: () => 0.5, logger: silentLogger });
  });

  const put = (object: string, uid = 'u'): void => {
    deliveries.put('a/x', object, at(uid, object));
  };
  const remove = (uid: string): void => {
    deliveries.remove('a/x', gone(uid));
  };

  it('W30 what is taken leaves nothing behind', () => {
    put('1');
    remove('u');
    expect(told).to.deep.equal(['+1', '-u']);
    expect(clock.pending()).to.deep.equal([]);
  });

  it('W30 the back-off of an object grows with its failures, and begins anew once it was taken', () => {
    ends = ['throws', 'throws', 'throws'];
    put('1');
    const delays = [1, 2, 3].map(() => {
      const [delay = NaN] = clock.pending();
      clock.advance(delay);
      return delay;
    });
    expect(delays).to.deep.equal([400, 800, 1600]);
    expect(clock.pending()).to.deep.equal([]);
    ends = ['throws'];
    put('2');
    expect(clock.pending()).to.deep.equal([400]);
    expect(deliveries.failures).to.equal(4);
  });

  const superseded: readonly {
    readonly name: string;
    readonly run: () => void;
    readonly told: readonly string[];
  }[] = [
    {
      name: 'a newer state is told at once, and the older one never again',
      run: () => {
        ends = ['throws'];
        put('1');
        put('2');
      },
      told: ['+1', '+2'],
    },
    {
      name: 'an end replaces a state',
      run: () => {
        ends = ['throws', 'throws'];
        put('1');
        remove('u');
        clock.advance(30_000);
      },
      told: ['+1', '-u', '-u'],
    },
    {
      name: 'an end that was not taken comes before the state of what has the name now',
      run: () => {
        ends = ['throws', 'throws'];
        remove('u');
        put('2', 'v');
        clock.advance(30_000);
      },
      told: ['-u', '-u', '-u', '+2'],
    },
    {
      name: 'of what came and went meanwhile nothing is told',
      run: () => {
        ends = ['throws', 'throws', 'throws'];
        remove('u');
        put('2', 'v');
        remove('v');
        clock.advance(30_000);
      },
      told: ['-u', '-u', '-u', '-u'],
    },
  ];
  for (const { name, run, told: expected } of superseded)
    it(`W30 ${name}`, () => {
      run();
      clock.advance(60_000);
      expect(told).to.deep.equal(expected);
      expect(clock.pending()).to.deep.equal([]);
    });

  it('W30 a newer state does not wait for the back-off of the older one, and leaves no timer', () => {
    ends = ['throws'];
    put('1');
    put('2');
    expect(told).to.deep.equal(['+1', '+2']);
    expect(clock.pending()).to.deep.equal([]);
    ends = ['throws', 'throws'];
    put('3');
    put('4');
    expect(clock.pending()).to.deep.equal([800]);
  });

  it('W30 W31 an asynchronous handler is told of an object in order, one thing at a time, the newest state only', async () => {
    ends = ['later', 'later'];
    put('1');
    put('2');
    put('3');
    expect(told).to.deep.equal(['+1']);
    finish[0]!(true);
    await turn();
    expect(told).to.deep.equal(['+1', '+3']);
    remove('u');
    finish[1]!(false);
    await turn();
    clock.advance(30_000);
    expect(told).to.deep.equal(['+1', '+3', '-u']);
    expect(deliveries.failures).to.equal(1);
  });

  it('W29 W30 nothing is told and no timer runs between pause and resume', async () => {
    ends = ['throws', 'later'];
    put('1');
    deliveries.put('a/y', 'y', at('y', '1'));
    deliveries.pause();
    finish[0]!(false);
    await turn();
    expect(clock.pending()).to.deep.equal([]);
    deliveries.resume();
    expect(told).to.deep.equal(['+1', '+y', '+1', '+y']);
  });

  it('W30 whatever fails, the handler has the last state in the end, and never an object over another', () => {
    const step = fc.record({
      op: fc.constantFrom('put' as const, 'recreate' as const, 'remove' as const, 'wait' as const),
      fails: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const time = fakeClock();
        let fails = false;
        let held: Identity | undefined;
        const receiver = {
          put: (_: string, next: Identity): void => {
            if (fails) throw new Error('put');
            expect(held?.uid ?? next.uid).to.equal(next.uid);
            held = next;
          },
          remove: ({ uid }: { readonly uid: string }): void => {
            if (fails) throw new Error('remove');
            expect([undefined, uid]).to.include(held?.uid);
            held = undefined;
          },
        };
        const under = new Deliveries<string>({ receiver, clock: time, random: () => 0.5, logger: silentLogger });
        let truth: Identity | undefined;
        const set = (next: Identity | undefined): void => {
          if (truth !== undefined && truth.uid !== next?.uid) under.remove('a/x', gone(truth.uid));
          if (next !== undefined) under.put('a/x', '', next);
          truth = next;
        };
        for (const [index, { op, fails: willFail }] of steps.entries()) {
          fails = willFail;
          if (op === 'wait') time.advance(1000);
          else if (op === 'remove') set(undefined);
          else if (op === 'put' && truth !== undefined) set(at(truth.uid, String(index)));
          else set(at(`u${String(index)}`, String(index)));
        }
        fails = false;
        time.advance(60_000);
        expect(held).to.deep.equal(truth);
        expect(time.pending()).to.deep.equal([]);
      }),
    );
  });
});
