import { statSync } from 'node:fs';
import type { Parsed } from './documents.ts';
import type { Found } from './files.ts';

/** Few enough that nobody waits long for one, many enough that handing them over costs little. */
const FILES = 8;
/** In bytes, of a batch: what is larger is parsed when it is asked for, since what waits takes memory. */
const LARGE = 2 ** 20;

/** What the thread that parses ahead is given. */
export interface Task {
  readonly found: readonly Found[];
  /** Of the board. */
  readonly shared: SharedArrayBuffer;
}

/** What it says of a batch that it took; without files where it could not do it. */
export interface Answer {
  readonly batch: number;
  readonly files?: readonly Parsed[];
}

export function batchesOf(found: readonly Found[]): number {
  return Math.ceil(found.length / FILES);
}

export function batchOf(found: readonly Found[], batch: number): readonly Found[] {
  return found.slice(batch * FILES, (batch + 1) * FILES);
}

export function isLarge(files: readonly Found[]): boolean {
  const sizes = files.map((each) =>
    'problem' in each ? 0 : (statSync(each.file, { throwIfNoEntry: false })?.size ?? 0),
  );
  return sizes.reduce((sum, size) => sum + size, 0) >= LARGE;
}
