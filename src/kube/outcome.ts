/** What the server's answer to a write means for the write: a table, so that it can be read and tested as one. */
import { ApiError, NetworkError } from './errors.ts';

export type Outcome =
  | {
      readonly status: 'written';
      readonly uid: string;
      readonly resourceVersion: string;
      /** Counts the changes of what is not metadata; 0 where the server says none. */
      readonly generation: number;
    }
  /** There was nothing to write any more. */
  | { readonly status: 'skipped' }
  /** The place of the object is gone: its namespace, or the object of a patch. */
  | { readonly status: 'dropped'; readonly reason: string }
  /** Comes again by itself. */
  | { readonly status: 'retrying'; readonly reason: string; readonly delayMs: number }
  /** The server does not know the kind: every write of it waits. */
  | { readonly status: 'paused'; readonly reason: string; readonly delayMs: number }
  /** Refused for its content; not tried again until it is submitted again. */
  | { readonly status: 'rejected'; readonly reason: string }
  /** Too large to store; to be cut harder and submitted again. */
  | { readonly status: 'tooLarge'; readonly reason: string };

export interface Verdict {
  readonly act: 'drop' | 'retry' | 'retryLate' | 'pause' | 'reject' | 'tooLarge';
  readonly reason: string;
  /** The server has too much to do. */
  readonly overloaded: boolean;
  readonly retryAfterMs: number;
}

type Act = Verdict['act'];

const terminating = (error: ApiError): boolean =>
  error.causes.some(({ reason }) => reason === 'NamespaceTerminating') || error.message.includes('being terminated');

/** The fields of the top that the served schema does not have: server-side apply answers 500 for these, and will again. */
export function undeclaredFields(reason: string): readonly string[] {
  return [...reason.matchAll(/(?:^|\s)\.(\w+): field not declared in schema/g)].map(([, name = '']) => name);
}

function notFound(error: ApiError): Act {
  // Neither a namespace nor an object is named: it is the kind that is missing.
  return error.kind === '' || error.objectName === '' ? 'pause' : 'drop';
}

const BY_CODE: Readonly<Record<number, Act | ((error: ApiError) => Act)>> = {
  401: 'retry',
  403: (error) => (terminating(error) ? 'drop' : 'retryLate'),
  404: notFound,
  408: 'retry',
  409: 'retry',
  413: 'tooLarge',
  422: 'reject',
  429: 'retry',
};

function actOf(error: ApiError): Act {
  if (error.message.includes('request is too large')) return 'tooLarge';
  if (error.message.includes('field not declared in schema')) return 'reject';
  const act = BY_CODE[error.code];
  if (act !== undefined) return typeof act === 'string' ? act : act(error);
  return error.code >= 500 ? 'retry' : 'reject';
}

/** Applying is idempotent, so whatever is unknown may be repeated. */
export function verdictOf(error: unknown): Verdict {
  if (error instanceof ApiError) {
    return {
      act: actOf(error),
      reason: `${String(error.code)} ${error.message}`,
      overloaded: error.code === 429 || error.code === 503 || error.code === 504,
      retryAfterMs: error.retryAfterMs ?? 0,
    };
  }
  const reason = error instanceof Error ? error.message : 'unknown failure';
  const overloaded = error instanceof NetworkError && error.failure === 'timeout';
  return { act: 'retry', reason, overloaded, retryAfterMs: 0 };
}
