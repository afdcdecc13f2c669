import { sleepWith, type Clock } from '#kube/clock.ts';

/** A clock that stands still until the test moves it. */
export interface FakeClock extends Clock {
  /** Moves on by `ms`, running what falls due on the way, in order. */
  readonly advance: (ms: number) => void;
  /** Moves the hands without running any timer: what a blocked event loop sees. */
  readonly block: (ms: number) => void;
  /** How long from now each pending timer waits, soonest first. */
  readonly pending: () => number[];
}

export function fakeClock(wallSkewMs = 0): FakeClock {
  let now = 1000;
  let serial = 0;
  const timers = new Map<number, { readonly due: number; readonly run: () => void }>();
  const after: Clock['after'] = (ms, run) => {
    const id = (serial += 1);
    timers.set(id, { due: now + Math.max(0, ms), run });
    return () => {
      timers.delete(id);
    };
  };
  const next = () => [...timers].sort(([a, x], [b, y]) => x.due - y.due || a - b)[0];
  return {
    now: () => now,
    wall: () => new Date(Date.UTC(2026, 0, 1) + now + wallSkewMs),
    after,
    sleep: sleepWith(after),
    advance: (ms) => {
      const end = now + ms;
      for (let due = next(); due !== undefined && due[1].due <= end; due = next()) {
        timers.delete(due[0]);
        now = Math.max(now, due[1].due);
        due[1].run();
      }
      now = Math.max(now, end);
    },
    block: (ms) => {
      now += ms;
    },
    pending: () => [...timers.values()].map(({ due }) => due - now).sort((a, b) => a - b),
  };
}
