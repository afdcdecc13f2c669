import { expect } from 'chai';
import type { Job } from '#engine/plan.ts';
import { Loop, type Scheduler } from '#operator/loop.ts';
import { fakeClock } from '../../support/fake-clock.ts';

function job(name: string, checks: readonly `KP-POD-${string}`[] | 'all' = 'all'): Job {
  return {
    subject: { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name },
    checks: checks === 'all' ? 'all' : new Set(checks),
  };
}

/** A loop that writes down what it does; each job takes `costMs` of the fake clock. */
function looped(costMs = 0): {
  readonly loop: Loop;
  readonly done: string[];
  readonly slices: () => number;
  readonly run: () => void;
} {
  const clock = fakeClock();
  const done: string[] = [];
  let soon: (() => void)[] = [];
  let slices = 0;
  const scheduler: Scheduler = { now: clock.now, after: clock.after, soon: (next) => soon.push(next) };
  const loop = new Loop({
    work: ({ subject, checks }) => {
      clock.block(costMs);
      done.push(`${subject.name} ${checks === 'all' ? 'all' : [...checks].sort().join(',')}`);
    },
    scheduler,
    windowMs: 20,
  });
  const run = (): void => {
    clock.advance(20);
    slices += 1;
    while (soon.length > 0) {
      const [next, ...rest] = soon;
      soon = rest;
      slices += 1;
      next?.();
    }
  };
  return { loop, done, slices: () => slices, run };
}

describe('[unit] loop', () => {
  it('waits for a burst to collapse: ten changes of one subject are one run', () => {
    const { loop, done, run } = looped();
    for (let change = 0; change < 10; change += 1) loop.add([job('web')], 'live');
    expect([loop.depth, done]).to.deep.equal([1, []]);
    run();
    expect([loop.depth, done]).to.deep.equal([0, ['web all']]);
  });

  it('merges the checks of one subject', () => {
    const { loop, done, run } = looped();
    loop.add([job('web', ['KP-POD-002']), job('db', ['KP-POD-001'])], 'live');
    loop.add([job('web', ['KP-POD-001']), job('db')], 'live');
    run();
    expect(done).to.deep.equal(['web KP-POD-001,KP-POD-002', 'db all']);
  });

  it('lets live changes overtake the background, and takes along what waits there for the same subject', () => {
    const { loop, done, run } = looped();
    loop.add([job('a'), job('b', ['KP-POD-001']), job('c')], 'background');
    loop.add([job('b', ['KP-POD-002'])], 'live');
    run();
    expect(done).to.deep.equal(['b KP-POD-001,KP-POD-002', 'a all', 'c all']);
  });

  it('keeps to a live place what comes for it in the background', () => {
    const { loop, done, run } = looped();
    loop.add([job('a', ['KP-POD-001'])], 'live');
    loop.add([job('b'), job('a')], 'background');
    run();
    expect(done).to.deep.equal(['a all', 'b all']);
  });

  it('works in slices of about ten milliseconds', () => {
    const { loop, done, slices, run } = looped(4);
    loop.add(
      Array.from({ length: 9 }, (_, index) => job(`p${String(index)}`)),
      'live',
    );
    run();
    expect([done.length, slices()]).to.deep.equal([9, 4]);
  });

  it('tells when nothing is left', async () => {
    const { loop, done, run } = looped();
    loop.add([job('web')], 'background');
    const idle = loop.idle().then(() => done.length);
    run();
    expect(await idle).to.equal(1);
    await loop.idle();
  });

  it('drops what waits when it is stopped, and takes nothing more', () => {
    const { loop, done, run } = looped();
    loop.add([job('web')], 'live');
    loop.stop();
    loop.add([job('db')], 'live');
    run();
    expect([loop.depth, done]).to.deep.equal([0, []]);
  });
});
