import { wantsNoColor } from '#settings/settings.ts';
import type { Severity } from '#model/severity.ts';

/** How a stream wants its text: how wide, and whether in colour. */
export interface Look {
  readonly width: number;
  readonly paint: (text: string, as: Paint) => string;
}

type Paint = Severity | 'bold' | 'dim';

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
