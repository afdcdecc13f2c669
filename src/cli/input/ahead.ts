import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { setImmediate as turnOfEvents } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { batchOf, batchesOf, isLarge, type Answer, type Task } from './batch.ts';
import { Board } from './board.ts';
import { parsed, type Parsed } from './documents.ts';
import { manifestsAt, type Found } from './files.ts';

/** With fewer files a second thread is no gain: it has to start, and to warm up. */
const MANY = 200;

/** The manifests at paths, in order, each read and parsed. Of many a second thread parses a part (docs/adr/0018). */
export async function* parsedAhead(paths: readonly string[], exclude: readonly string[] = []): AsyncIterable<Parsed> {
  const found = manifestsAt(paths, exclude);
  if (found.length < MANY || availableParallelism() < 2) yield* parsed(found);
  else yield* parsedByTwo(found);
}

async function* parsedByTwo(found: readonly Found[]): AsyncIterable<Parsed> {
  const board = Board.of(batchesOf(found));
  const helper = new Helper({ found, shared: board.shared });
  const own = new Own(found, board);
  try {
    for (let batch = 0; batch < board.batches; batch += 1) {
      board.ask(batch);
      const isTaken = !board.take(batch);
      const files = isTaken ? (own.files(batch) ?? (await answered(batch, helper, own))) : undefined;
      yield* files ?? parsed(batchOf(found, batch));
    }
  } finally {
    await helper.stop();
  }
}

/** What the helper makes of a batch that it has taken; undefined where it cannot do it. While it is at it there are others to parse. */
async function answered(batch: number, helper: Helper, own: Own): Promise<Answer['files']> {
  while (helper.isAt(batch)) await (own.parseNext() ? turnOfEvents() : helper.news());
  return helper.files(batch);
}

/** What this thread has parsed before it was asked for. */
class Own {
  readonly #found: readonly Found[];
  readonly #board: Board;
  readonly #parsed = new Map<number, readonly Parsed[]>();
  #next = 0;

  constructor(found: readonly Found[], board: Board) {
    this.#found = found;
    this.#board = board;
  }

  /** Parses the next batch that nobody has taken. Answers whether there was one. */
  parseNext(): boolean {
    const board = this.#board;
    this.#next = Math.max(this.#next, board.asked + 1);
    while (this.#next < board.batches && board.isNear(this.#next)) {
      const batch = this.#next++;
      const files = batchOf(this.#found, batch);
      if (!board.isFree(batch) || isLarge(files) || !board.take(batch)) continue;
      this.#parsed.set(batch, [...parsed(files)]);
      return true;
    }
    return false;
  }

  files(batch: number): readonly Parsed[] | undefined {
    const files = this.#parsed.get(batch);
    this.#parsed.delete(batch);
    return files;
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

  /** Whether a batch that it has taken is still to come. */
  isAt(batch: number): boolean {
    return !this.#answers.has(batch) && !this.#isGone;
  }

  /** Waits for the next answer. */
  async news(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /** The files of a batch that it has taken; undefined where it could not do it. */
  files(batch: number): Answer['files'] {
    const files = this.#answers.get(batch);
    this.#answers.delete(batch);
    return files;
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
