import type { Raw } from './json.ts';

/** What clients may send and ask for. */
export const SERVED_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** One complaint about one field, as `details.causes` lists them. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** Which object a Status speaks of: `kind` is a kind or a plural, as the real server mixes them. */
export interface About {
  readonly group?: string;
  readonly kind: string;
  readonly name?: string;
}

interface Extra {
  readonly details?: Raw;
  readonly retryAfterSeconds?: number;
}

/** An answer that is no success: thrown anywhere, written as a Status by the server. */
export class ApiError extends Error {
  readonly code: number;
  readonly body: Raw;

  constructor(code: number, reason: string, message: string, extra: Extra = {}) {
    super(message);
    this.code = code;
    this.body = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason === '' ? {} : { reason }),
      ...(extra.details === undefined ? {} : { details: extra.details }),
      code,
    };
  }

  /** The same answer with something in its list metadata: how to go on. */
  withMetadata(metadata: Raw): ApiError {
    const copy = new ApiError(this.code, '', this.message);
    return Object.assign(copy, { body: { ...this.body, metadata } });
  }
}

function detailsOf({ name, group, kind }: About, causes?: readonly Cause[]): Raw {
  return {
    ...(name === undefined || name === '' ? {} : { name }),
    ...(group === undefined || group === '' ? {} : { group }),
    kind,
    ...(causes === undefined ? {} : { causes: causes.map(tidy) }),
  };
}

const tidy = ({ reason, message, field }: Cause): Raw => ({ reason, message, ...(field === '' ? {} : { field }) });

const dotted = ({ kind, group }: About): string => (group === undefined || group === '' ? kind : `${kind}.${group}`);

export function notFound(about: About): ApiError {
  const message = `${dotted(about)} "${about.name ?? ''}" not found`;
  return new ApiError(404, 'NotFound', message, { details: detailsOf(about) });
}

/** The path names nothing that is served. */
export function noSuchResource(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', { details: {} });
}

export function alreadyExists(about: About): ApiError {
  const message = `${dotted(about)} "${about.name ?? ''}" already exists`;
  return new ApiError(409, 'AlreadyExists', message, { details: detailsOf(about) });
}

export function conflict(about: About, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${dotted(about)} "${about.name ?? ''}": ${why}`;
  return new ApiError(409, 'Conflict', message, { details: detailsOf(about) });
}

export const STALE = 'the object has been modified; please apply your changes to the latest version and try again';

export function invalid(about: About, causes: readonly Cause[]): ApiError {
  const lines = [...new Set(causes.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)))];
  const all = lines.length === 1 ? (lines[0] ?? '') : `[${lines.join(', ')}]`;
  const message = `${dotted(about)} "${about.name ?? ''}" is invalid${all === '' ? '' : `: ${all}`}`;
  return new ApiError(422, 'Invalid', message, { details: detailsOf(about, causes) });
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

export function forbidden(about: About, why: string): ApiError {
  const named = about.name === undefined || about.name === '' ? '' : ` "${about.name}"`;
  return new ApiError(403, 'Forbidden', `${dotted(about)}${named} is forbidden: ${why}`, { details: detailsOf(about) });
}

export function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized', 'Unauthorized');
}

export function methodNotAllowed(): ApiError {
  const message = 'the server does not allow this method on the requested resource';
  return new ApiError(405, 'MethodNotAllowed', message, { details: {} });
}

export function unsupportedMediaType(message: string): ApiError {
  return new ApiError(415, 'UnsupportedMediaType', message);
}

export function notAcceptable(): ApiError {
  const streams = SERVED_TYPES.filter((type) => !type.endsWith('yaml')).map((type) => `${type};stream=watch`);
  const message = `406: Not Acceptable\n\nAvailable representations: ${[...SERVED_TYPES, ...streams].join(', ')}`;
  return new ApiError(406, 'NotAcceptable', message, { details: {} });
}

export function expired(message: string): ApiError {
  return new ApiError(410, 'Expired', message);
}

export function tooLarge(): ApiError {
  return new ApiError(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728');
}

export function internal(message: string): ApiError {
  return new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, {
    details: { causes: [{ message }] },
  });
}

/** What the sandbox knows to exist on a real server but does not do. */
export function notImplemented(what: string): ApiError {
  return new ApiError(501, 'NotImplemented', `the sandbox does not serve ${what}`);
}

/** A list at a version that is not there yet. */
export function notYet(asked: number, current: number): ApiError {
  const message = `Timeout: Too large resource version: ${String(asked)}, current: ${String(current)}`;
  return new ApiError(504, 'Timeout', message, {
    details: {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  });
}
