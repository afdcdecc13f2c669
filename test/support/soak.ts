/** W34: what a server that breaks off watches, forgets and flaps leaves behind in the process that watches it. */
import { existsSync } from 'node:fs';
import { helper, measured } from './child.ts';
import type { Sample, Soaked } from './child-soak.ts';

const MIB = 1024 * 1024;
/** Some connections are always on their way in or out. */
const SLACK = { descriptors: 20, heap: 1.1, heapMiB: 1 };
const RECONNECTS_A_SECOND = 10;

export interface Soak {
  readonly figures: readonly string[];
  /** What is not as it should be. */
  readonly broken: readonly string[];
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

/** Why it cannot run here, if so. */
export const soakMissing = existsSync('/proc/self/fd') ? undefined : 'needs /proc/self/fd to count descriptors';

/** Runs for so many seconds. */
export async function soak(seconds: number): Promise<Soak> {
  const server = await helper('test/support/child-soak-server.ts');
  try {
    return judged(await measured<Soaked>('test/support/child-soak.ts', server.line, String(seconds)), seconds);
  } finally {
    await server.stop();
  }
}

function judged({ samples, relists, reflectors, agreeing, objects }: Soaked, seconds: number): Soak {
  // The first quarter is for compiling and for pools to fill.
  const early = samples.slice(4, 8);
  const late = samples.slice(-4);
  const of = (some: readonly Sample[], what: keyof Sample): number => median(some.map((sample) => sample[what]));
  const descriptors = [of(early, 'descriptors'), of(late, 'descriptors')] as const;
  const heap = [of(early, 'heap') / MIB, of(late, 'heap') / MIB] as const;
  const reconnects = samples.at(-1)!.reconnects;
  const laws: readonly (readonly [isKept: boolean, law: string])[] = [
    [reconnects > seconds * RECONNECTS_A_SECOND, 'there was much to reconnect'],
    [descriptors[1] <= descriptors[0] + SLACK.descriptors, 'descriptors are flat'],
    [heap[1] <= heap[0] * SLACK.heap + SLACK.heapMiB, 'the heap is flat'],
    [agreeing === reflectors && objects > 0, 'every reflector ends in the state of the server'],
  ];
  return {
    figures: [
      `reconnects   ${String(reconnects)}, of ${String(reflectors)} reflectors in ${String(seconds)} s; ${String(relists)} relists`,
      `descriptors  ${String(descriptors[0])} in the second quarter, ${String(descriptors[1])} in the last`,
      `heap         ${heap[0].toFixed(2)} MiB in the second quarter, ${heap[1].toFixed(2)} MiB in the last`,
      `final state  ${String(agreeing)} of ${String(reflectors)} hold the ${String(objects)} objects of the server, version by version`,
    ],
    broken: laws.filter(([isKept]) => !isKept).map(([, law]) => law),
  };
}
