/** How many batches may be parsed before they are asked for: what waits takes memory. */
const AHEAD = 64;

const FREE = 0;
const TAKEN = 1;

/** Who parses which batch of files: a board that two threads look at. The one that takes a batch first has it. */
export class Board {
  readonly shared: SharedArrayBuffer;
  /** The batch that is asked for now, then a cell for each batch. */
  readonly #cells: Int32Array;

  constructor(shared: SharedArrayBuffer) {
    this.shared = shared;
    this.#cells = new Int32Array(shared);
  }

  static of(batches: number): Board {
    return new Board(new SharedArrayBuffer((1 + batches) * Int32Array.BYTES_PER_ELEMENT));
  }

  get batches(): number {
    return this.#cells.length - 1;
  }

  /** Takes a batch. Answers whether nobody had. */
  take(batch: number): boolean {
    return Atomics.compareExchange(this.#cells, 1 + batch, FREE, TAKEN) === FREE;
  }

  isFree(batch: number): boolean {
    return Atomics.load(this.#cells, 1 + batch) === FREE;
  }

  /** Says which batch is asked for now. */
  ask(batch: number): void {
    Atomics.store(this.#cells, 0, batch);
    Atomics.notify(this.#cells, 0);
  }

  /** The batch that is asked for now. */
  get asked(): number {
    return Atomics.load(this.#cells, 0);
  }

  /** Whether a batch is near enough to the one that is asked for. */
  isNear(batch: number): boolean {
    return batch - this.asked <= AHEAD;
  }

  /** Waits until a batch is near. */
  waitFor(batch: number): void {
    for (let asked = this.asked; batch - asked > AHEAD; asked = this.asked) Atomics.wait(this.#cells, 0, asked);
  }
}
