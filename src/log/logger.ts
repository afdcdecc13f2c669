/** Logs: a constant message and facts as fields, one line each, on stderr. The only file that knows winston. */
import winston from 'winston';

export type Level = 'debug' | 'info' | 'warn' | 'error';
export type Fields = Readonly<Record<string, unknown>>;

/** What every room sees of logging. Never pass a secret or a whole object as a field. */
export interface Logger {
  readonly debug: (message: string, fields?: Fields) => void;
  readonly info: (message: string, fields?: Fields) => void;
  readonly warn: (message: string, fields?: Fields) => void;
  readonly error: (message: string, fields?: Fields) => void;
  /** A logger whose lines all carry these fields too. */
  readonly child: (fields: Fields) => Logger;
}

export interface LoggerOptions {
  readonly format: 'json' | 'text';
  readonly level: Level;
  /** Where lines go; stderr when absent. */
  readonly stream?: NodeJS.WritableStream;
}

const RESERVED = new Set(['time', 'level', 'message']);
const DEEPEST = 5;
// C0 and C1 controls, line separators and bidirectional overrides: whatever could move a cursor, colour a terminal or forge a line.
const HOSTILE = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** The text with every character that a terminal would obey written as `\u001b`. */
export function escapeControls(text: string): string {
  return text.replace(HOSTILE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A field value that JSON can write: errors become message and code, never a stack; rings end at a fixed depth. */
function plain(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  return plainObject(value, depth);
}

function plainObject(value: object, depth: number): unknown {
  if (value instanceof Error) return plainError(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (depth >= DEEPEST) return '…';
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, depth + 1)]));
}

function plainError(error: Error): unknown {
  const code = (error as { readonly code?: unknown }).code;
  const known = typeof code === 'string' || typeof code === 'number';
  return known ? { message: error.message, code } : { message: error.message };
}

function textValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return escapeControls(/^[^\s"=]+$/.test(text) ? text : JSON.stringify(text));
}

interface Line {
  readonly time: string;
  readonly level: string;
  readonly message: string;
  readonly fields: Fields;
}

function jsonLine({ time, level, message, fields }: Line): string {
  const safe = Object.entries(fields).map(([key, value]) => [RESERVED.has(key) ? `_${key}` : key, value] as const);
  return JSON.stringify({ time, level, message, ...Object.fromEntries(safe) });
}

function textLine({ time, level, message, fields }: Line): string {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${escapeControls(key)}=${textValue(value)}`);
  return `${time} ${level.toUpperCase().padEnd(5)} ${escapeControls(message)}${pairs.join('')}`;
}

function wrap(sink: winston.Logger, bound: Fields): Logger {
  const at =
    (level: Level) =>
    (message: string, fields: Fields = {}): void => {
      if (sink.isLevelEnabled(level)) sink.log({ level, message, fields: plain({ ...bound, ...fields }) });
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => wrap(sink, { ...bound, ...fields }),
  };
}

/** A logger that writes lines of `format` from `level` upwards. */
export function createLogger({ format, level, stream = process.stderr }: LoggerOptions): Logger {
  const write = format === 'json' ? jsonLine : textLine;
  const layout = winston.format.printf(({ level: at, message, ['fields']: fields }) =>
    write({ time: new Date().toISOString(), level: at, message: String(message), fields: fields as Fields }),
  );
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- winston types its own transports as strangers
  const transport: winston.transport = new winston.transports.Stream({ stream, eol: '\n' });
  return wrap(winston.createLogger({ level, format: layout, transports: [transport] }), {});
}

const ignore = (): void => undefined;

/** Says nothing: for tests and for callers that report by other means. */
export const silentLogger: Logger = {
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
  child: () => silentLogger,
};
