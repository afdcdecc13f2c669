import { wantsNoColor } from '#settings/settings.ts';
import type { Look, Paint } from '#report/formats/look.ts';

const CODES: Readonly<Record<Paint, string>> = {
  critical: '1;35',
  high: '31',
  medium: '33',
  low: '36',
  info: '2',
  bold: '1',
  dim: '2',
};

const NARROWEST = 40;
const DEFAULT_WIDTH = 80;

/** 80 columns and no colour where the stream is no terminal. */
export function lookOf(stream: NodeJS.WriteStream): Look {
  const width = stream.isTTY ? Math.max(NARROWEST, stream.columns) : DEFAULT_WIDTH;
  const colours = stream.isTTY && !wantsNoColor();
  return { width, paint: (text, as) => (colours ? `\u001b[${CODES[as]}m${text}\u001b[0m` : text) };
}

let isClosed = false;

/** Whether the reader of the output has gone: there is no one left to write for. */
export function outputClosed(): boolean {
  return isClosed;
}

/** A reader that leaves early (`| head`) is no error of ours. */
export function surviveClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      if (stream === process.stdout) isClosed = true;
    });
}

/** Writes to stdout and waits until it is taken: output never piles up in memory. */
export async function print(text: string): Promise<void> {
  if (isClosed) return;
  await new Promise<void>((resolve) => {
    process.stdout.write(text, (error) => {
      if (error !== null && error !== undefined) isClosed = true;
      resolve();
    });
  });
}

/** How much text is written at once, in UTF-16 units: a write a line would cost more than all else. */
const PIECE = 65_536;

/** Prints text as it is made, piece by piece, until it ends or nobody reads any more. */
export async function printAll(texts: Iterable<string>): Promise<void> {
  let piece: string[] = [];
  let size = 0;
  for (const text of texts) {
    piece.push(text);
    size += text.length;
    if (size < PIECE) continue;
    await print(piece.join(''));
    if (isClosed) return;
    [piece, size] = [[], 0];
  }
  await print(piece.join(''));
}

export function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}

const PATIENCE_MS = 1000;
const BETWEEN_MS = 100;

/** One moving line on stderr, on a terminal only and for work of more than a second. */
export function progressLine(what: string): {
  readonly at: (done: number, of?: number) => void;
  readonly end: () => void;
} {
  let next = Date.now() + PATIENCE_MS;
  let isShown = false;
  return {
    at: (done, of) => {
      if (!process.stderr.isTTY || Date.now() < next) return;
      next = Date.now() + BETWEEN_MS;
      isShown = true;
      process.stderr.write(`\r${what} ${String(done)}${of === undefined ? '' : ` of ${String(of)}`}\u001b[K`);
    },
    end: () => {
      if (isShown) process.stderr.write('\r\u001b[K');
    },
  };
}
