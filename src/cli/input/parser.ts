/** The thread that parses ahead (`ahead.ts`). */
import { statSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { batchOf, type Answer, type Task } from './batch.ts';
import { Board } from './board.ts';
import { parsed } from './documents.ts';
import type { Found } from './files.ts';

const { found, shared } = workerData as Task;
const board = new Board(shared);

/** In bytes, of a batch: what is larger would take its memory twice. */
const LARGE = 2 ** 20;

for (let batch = 0; batch < board.batches; batch += 1) {
  board.waitFor(batch);
  const files = batchOf(found, batch);
  if (sizeOf(files) < LARGE && board.take(batch)) answer({ batch, files: [...parsed(files)] });
}

function sizeOf(files: readonly Found[]): number {
  const sizes = files.map((each) =>
    'problem' in each ? 0 : (statSync(each.file, { throwIfNoEntry: false })?.size ?? 0),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function answer(told: Answer): void {
  try {
    parentPort?.postMessage(told);
  } catch {
    // Too deep to be handed over, as hostile JSON may be: whoever asked shall see for himself.
    parentPort?.postMessage({ batch: told.batch } satisfies Answer);
  }
}
