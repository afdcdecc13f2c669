import type { IncomingMessage } from 'node:http';
import type { Clock } from './clock.ts';
import { networkError, NetworkError } from './errors.ts';

/** The whole body. Throws NetworkError when it is cut short or longer than `most` bytes; the socket is then gone. */
export async function readAll(response: IncomingMessage, most: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > most) {
      response.destroy();
      throw new NetworkError('other', `answer longer than ${String(most)} bytes`);
    }
    parts.push(part);
  }
  return Buffer.concat(parts, length);
}

/** Why we gave up: our own reason rather than what Node makes of a destroyed socket. */
export function reasonOf(signal: AbortSignal): NetworkError {
  const reason: unknown = signal.reason;
  return reason instanceof NetworkError ? reason : new NetworkError('aborted', 'aborted', 'ABORT_ERR');
}

interface StreamParts {
  readonly response: IncomingMessage;
  readonly abort: AbortController;
  readonly unlink: () => void;
  readonly clock: Clock;
  readonly idleMs: number;
}

/**
 * Bytes as they come. The socket is read no faster than the chunks are asked for (W31), and a wait of `idleMs` for one
 * ends the stream with a timeout (W25): time that the reader spends on its own work does not count.
 */
export class ByteStream {
  readonly #parts: StreamParts;

  constructor(parts: StreamParts) {
    this.#parts = parts;
  }

  /** Ends the stream now, with its connection. `reason` is what a waiting reader is thrown. */
  close(reason = new NetworkError('aborted', 'closed', 'ABORT_ERR')): void {
    this.#parts.abort.abort(reason);
    this.#parts.response.destroy();
    this.#parts.unlink();
  }

  /** Throws NetworkError when the stream is cut; ends quietly when the server ends it. @param idleMs longest wait for a chunk */
  async *chunks(idleMs = (): number => this.#parts.idleMs): AsyncGenerator<Buffer, void, undefined> {
    const { response, clock, abort } = this.#parts;
    const source = (response as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    try {
      for (;;) {
        const most = idleMs();
        const cancel = clock.after(most, () => {
          this.close(new NetworkError('timeout', `no byte for ${String(most)} ms`, 'IDLE'));
        });
        const next = await source.next().finally(cancel);
        if (abort.signal.aborted) throw reasonOf(abort.signal);
        if (next.done === true) return;
        yield next.value;
      }
    } catch (thrown) {
      throw abort.signal.aborted ? reasonOf(abort.signal) : networkError(thrown);
    } finally {
      this.close();
    }
  }
}
