/** Time as this room sees it: a test can hold it still and move it on. */
import { performance } from 'node:perf_hooks';

export type Cancel = () => void;

export interface Clock {
  /** Milliseconds on a clock that never goes back: for durations and deadlines. */
  readonly now: () => number;
  /** The date as others see it: for what is written down, never for a decision. */
  readonly wall: () => Date;
  /** Runs once after `ms`; every timer of this room comes from here. */
  readonly after: (ms: number, run: () => void) => Cancel;
  /** Waits `ms`, or less: an abort ends the wait early, it does not reject. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A sleep made of the other half of a clock. */
export function sleepWith(after: Clock['after']): Clock['sleep'] {
  return (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const end = (): void => {
        cancel();
        signal.removeEventListener('abort', end);
        resolve();
      };
      const cancel = after(ms, end);
      signal.addEventListener('abort', end);
    });
}

const after: Clock['after'] = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => {
    clearTimeout(timer);
  };
};

/** The machine's own clock. */
export const realClock: Clock = {
  now: () => performance.now(),
  wall: () => new Date(),
  after,
  sleep: sleepWith(after),
};
