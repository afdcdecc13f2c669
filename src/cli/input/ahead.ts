import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { batchOf, batchesOf, type Answer, type Task } from './batch.ts';
import { Board } from './board.ts';
import { parsed, type Parsed } from './documents.ts';
import { manifestsAt, type Found } from './files.ts';

/** With fewer files a second thread is no gain: it has to start, and to warm up. */
const MANY = 200;

/** The manifests at paths, in order, each read and parsed. Of many a second thread parses a part (docs/adr/0018). */
export async function* parsedAhead(paths: readonly string[]): AsyncIterable<Parsed> {
  const found = manifestsAt(paths);
  if (found.length < MANY || availableParallelism() < 2) yield* parsed(found);
  else yield* parsedByTwo(found);
}

async function* parsedByTwo(found: readonly Found[]): AsyncIterable<Parsed> {
  const board = Board.of(batchesOf(found));
  const helper = new Helper({ found, shared: board.shared });
  try {
    for (let batch = 0; batch < board.batches; batch += 1) {
      board.ask(batch);
      const files = board.take(batch) ? undefined : await helper.answerTo(batch);
      yield* files ?? parsed(batchOf(found, batch));
    }
  } finally {
    await helper.stop();
  }
}

/** The thread, as the one sees it that asks. */
class Helper {
  readonly #worker: Worker;
  readonly #answers = new Map<number, Answer['files']>();
  #isGone = false;
  #wake: () => void = () => undefined;

  constructor(task: Task) {
    this.#worker = new Worker(new URL(`./parser${extname(import.meta.url)}`, import.meta.url), { workerData: task });
    this.#worker.on('message', ({ batch, files }: Answer) => {
      this.#answers.set(batch, files);
      this.#wake();
    });
    // Out of memory, say. What it has taken and not answered is done without it.
    for (const end of ['error', 'exit'])
      this.#worker.on(end, () => {
        this.#isGone = true;
        this.#wake();
      });
  }

  /** The files of a batch that it has taken; undefined where it cannot do it. */
  async answerTo(batch: number): Promise<Answer['files']> {
    while (!this.#answers.has(batch) && !this.#isGone)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    const files = this.#answers.get(batch);
    this.#answers.delete(batch);
    return files;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
