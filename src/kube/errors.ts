/** What can go wrong between us and the API server, as two types: it answered no, or it did not answer. */

export interface Cause {
  readonly reason: string;
  readonly field: string;
  readonly message: string;
}

interface ApiErrorFacts {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
  readonly causes?: readonly Cause[];
  readonly kind?: string;
  readonly objectName?: string;
  readonly isStatus?: boolean;
}

/** The API server answered, and the answer was an error. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status. */
  readonly code: number;
  /** `NotFound`, `AlreadyExists`, …; empty when the body was no Status. */
  readonly reason: string;
  /** How long the server asked us to wait. */
  readonly retryAfterMs: number | undefined;
  readonly causes: readonly Cause[];
  /** What the error is about, as the Status spells it: the plural in lower case. */
  readonly kind: string;
  readonly objectName: string;
  /** False for plain text: the server does not know the path at all, or something else answered. */
  readonly isStatus: boolean;

  constructor(facts: ApiErrorFacts) {
    super(facts.message);
    this.code = facts.code;
    this.reason = facts.reason;
    this.retryAfterMs = facts.retryAfterMs;
    this.causes = facts.causes ?? [];
    this.kind = facts.kind ?? '';
    this.objectName = facts.objectName ?? '';
    this.isStatus = facts.isStatus ?? true;
  }

  /** W19: the resource version or the continue token is too old to go on from. */
  get expired(): boolean {
    return this.code === 410 || this.reason === 'Expired' || this.reason === 'Gone';
  }

  /** W21: the server has not reached the resource version that we asked for. */
  get tooLargeResourceVersion(): boolean {
    return (
      this.causes.some(({ reason }) => reason === 'ResourceVersionTooLarge') ||
      (this.code === 504 && this.message.includes('Too large resource version'))
    );
  }
}

export type Failure = 'refused' | 'reset' | 'timeout' | 'dns' | 'tls' | 'aborted' | 'other';

/** No (whole) answer came. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
  readonly failure: Failure;
  /** The system's own code, when there is one: `ECONNREFUSED`. */
  readonly code: string;

  constructor(failure: Failure, message: string, code = '') {
    super(message);
    this.failure = failure;
    this.code = code;
  }
}

const BY_CODE: Readonly<Record<string, Failure>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
  ERR_STREAM_PREMATURE_CLOSE: 'reset',
  ETIMEDOUT: 'timeout',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EPROTO: 'tls',
  ABORT_ERR: 'aborted',
};
const TLS = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_MISMATCH)/;

/** The network error that a thrown value of Node's stands for. */
export function networkError(thrown: unknown): NetworkError {
  if (thrown instanceof NetworkError) return thrown;
  const { code, message } = thrown as { readonly code?: unknown; readonly message?: unknown };
  const known = typeof code === 'string' ? code : '';
  const failure = BY_CODE[known] ?? (TLS.test(known) ? 'tls' : 'other');
  return new NetworkError(failure, typeof message === 'string' && message !== '' ? message : known, known);
}

type Json = Readonly<Record<string, unknown>>;

const record = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const string = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A server that asks for hours is misread or hostile: nobody waits longer than this. */
const LONGEST_WAIT_MS = 300_000;
const LONGEST_MESSAGE = 1000;

function milliseconds(seconds: unknown): number | undefined {
  const value = typeof seconds === 'string' && seconds.trim() !== '' ? Number(seconds) : seconds;
  if (typeof value !== 'number' || !(value >= 0)) return undefined;
  return Math.min(LONGEST_WAIT_MS, value * 1000);
}

function causesOf(details: Json): readonly Cause[] {
  if (!Array.isArray(details['causes'])) return [];
  return details['causes'].map(record).map((cause) => ({
    reason: string(cause['reason']),
    field: string(cause['field']),
    message: string(cause['message']),
  }));
}

/** The error in a Status object: an error body, or the object of an ERROR event (W22). `code` stands in for a missing one. */
export function statusError(status: unknown, code: number, retryAfter?: string): ApiError {
  const { code: stated, reason, message, details: rawDetails } = record(status);
  const details = record(rawDetails);
  return new ApiError({
    code: typeof stated === 'number' ? stated : code,
    reason: string(reason),
    message: string(message).slice(0, LONGEST_MESSAGE) || `HTTP ${String(code)}`,
    retryAfterMs: milliseconds(retryAfter) ?? milliseconds(details['retryAfterSeconds']),
    causes: causesOf(details),
    kind: string(details['kind']),
    objectName: string(details['name']),
  });
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

export interface ErrorReply {
  readonly code: number;
  readonly body: Buffer;
  readonly retryAfter?: string | undefined;
}

/** The error of a reply with an error status: a Status body, or the plain text of a proxy or of an unknown path. */
export function replyError({ code, body, retryAfter }: ErrorReply, read: (body: Buffer) => unknown = parsed): ApiError {
  const status = read(body);
  if (record(status)['kind'] === 'Status') return statusError(status, code, retryAfter);
  const message = body.toString('utf8').trim().slice(0, LONGEST_MESSAGE) || `HTTP ${String(code)}`;
  return new ApiError({ code, reason: '', message, retryAfterMs: milliseconds(retryAfter), isStatus: false });
}

/** An error in a word, for counters: `410`, `refused`. */
export function causeOf(error: unknown): string {
  if (error instanceof ApiError) return String(error.code);
  if (error instanceof NetworkError) return error.failure;
  return error instanceof Error ? error.name : 'unknown';
}
