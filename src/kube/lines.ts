/** A frame was longer than any object can be: the stream is not what it claims. */
export class FrameTooLong extends Error {
  override readonly name = 'FrameTooLong';
}

export const LINE_CAP = 16 * 1024 * 1024;
const NEWLINE = 0x0a;

/** Cuts a stream of bytes at line ends. Works on buffers: a line that spans chunks is joined once, when it ends. */
export class LineSplitter {
  readonly #cap: number;
  #parts: Buffer[] = [];
  #held = 0;

  /** @param cap longest line in bytes, without its end */
  constructor(cap = LINE_CAP) {
    this.#cap = cap;
  }

  /** The lines that this chunk completes, empty ones left out. Throws FrameTooLong beyond the cap. */
  *push(chunk: Buffer): Generator<Buffer, void, undefined> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const line = this.#complete(chunk.subarray(start, end));
      start = end + 1;
      if (line.length > 0) yield line;
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start));
  }

  /** Bytes of a line that has begun and not ended. */
  get rest(): number {
    return this.#held;
  }

  #hold(part: Buffer): void {
    this.#held += part.length;
    if (this.#held > this.#cap) throw new FrameTooLong(`line longer than ${String(this.#cap)} bytes`);
    this.#parts.push(part);
  }

  #complete(tail: Buffer): Buffer {
    if (this.#held === 0 && tail.length <= this.#cap) return tail;
    this.#hold(tail);
    const line = Buffer.concat(this.#parts, this.#held);
    this.#parts = [];
    this.#held = 0;
    return line;
  }
}
