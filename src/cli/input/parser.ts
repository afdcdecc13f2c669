/** The thread that parses ahead (`ahead.ts`). */
import { parentPort, workerData } from 'node:worker_threads';
import { batchOf, isLarge, type Answer, type Task } from './batch.ts';
import { Board } from './board.ts';
import { parsed } from './documents.ts';

const { found, shared } = workerData as Task;
const board = new Board(shared);

for (let batch = 0; batch < board.batches; batch += 1) {
  board.waitFor(batch);
  const files = batchOf(found, batch);
  if (board.isFree(batch) && !isLarge(files) && board.take(batch)) answer({ batch, files: [...parsed(files)] });
}

function answer(told: Answer): void {
  try {
    parentPort?.postMessage(told);
  } catch {
    // Too deep to be handed over, as hostile JSON may be: whoever asked shall see for himself.
    parentPort?.postMessage({ batch: told.batch } satisfies Answer);
  }
}
