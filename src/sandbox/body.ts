import type { IncomingMessage } from 'node:http';
import { load } from 'js-yaml';
import { decodeProtobuf, PROTOBUF } from './protobuf.ts';
import { schemaNameFor } from './resource.ts';
import { isList, isRecord, type Raw } from './json.ts';
import { badRequest, SERVED_TYPES, tooLarge, unsupportedMediaType, type ApiError } from './status.ts';

/** The limit of the real server for a body, in bytes. */
const LIMIT = 3 * 1024 * 1024;

/** The bytes of a request; a body beyond the limit is read to its end, so that the client can read the answer, but not kept. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= LIMIT) parts.push(part);
    else parts.length = 0;
  }
  if (size > LIMIT) throw tooLarge();
  return Buffer.concat(parts);
}

/** What Node's parser complains of, in the words of Go's. */
const COMPLAINTS: readonly (readonly [RegExp, string])[] = [
  [/Expected property name/, 'looking for beginning of object key string'],
  [/Expected double-quoted property name/, 'looking for beginning of object key string'],
  [/Expected ',' or '}'/, 'after object key:value pair'],
  [/Expected ',' or ']'/, 'after array element'],
  [/Expected ':'/, 'after object key'],
  [/after JSON/, 'after top-level value'],
  [/control character/, 'in string literal'],
];

function goMessage(error: Error, text: string): string {
  if (/end of JSON|Unterminated/.test(error.message) || text.trim() === '') return 'unexpected end of JSON input';
  const position = /position (\d+)/.exec(error.message)?.[1];
  const token = /Unexpected token '(.)'/u.exec(error.message)?.[1];
  const character = token ?? (position === undefined ? '' : text.charAt(Number(position)));
  if (character === '') return 'unexpected end of JSON input';
  const place = COMPLAINTS.find(([pattern]) => pattern.test(error.message))?.[1] ?? 'looking for beginning of value';
  return `invalid character '${character}' ${place}`;
}

function parseJson(text: string, refuse: (message: string) => ApiError): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw refuse(goMessage(error as Error, text));
  }
}

function parseYaml(text: string, refuse: (message: string) => ApiError): unknown {
  try {
    return text.trimStart().startsWith('{') ? (JSON.parse(text) as unknown) : load(text);
  } catch {
    try {
      return load(text);
    } catch (error) {
      throw refuse(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
    }
  }
}

const mediaType = (contentType: string | undefined): string => (contentType ?? '').split(';')[0]?.trim() ?? '';

const SUMMARY = 30;

/** The beginning of a body that nobody could read, as the real server shows it. */
function summary(text: string): string {
  if (text === '') return '<empty>';
  const more = text.length > SUMMARY ? ' ...' : '';
  const start = text.slice(0, SUMMARY);
  return `${text.startsWith('{') ? start : Buffer.from(start).toString('hex')}${more}`;
}

/** The refusal of a body that says no kind. */
export function unrecognized(kind: string, why: string, text: string): ApiError {
  return badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${summary(text)})`);
}

const NO_STRUCT =
  'Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

function parseProtobuf(body: Buffer, kind: string): Raw {
  try {
    return decodeProtobuf(body, schemaNameFor);
  } catch (error) {
    throw unrecognized(kind, error instanceof Error ? error.message : String(error), body.toString('latin1'));
  }
}

/** The object in the body of POST and PUT. */
export function parseObject(body: Buffer, contentType: string | undefined, kind: string): Raw {
  const type = mediaType(contentType);
  if (type === PROTOBUF) return parseProtobuf(body, kind);
  const text = body.toString();
  if (type !== '' && !SERVED_TYPES.includes(type))
    throw unsupportedMediaType(
      `the body of the request was in an unknown format - accepted media types include: ${SERVED_TYPES.join(', ')}`,
    );
  const yaml = type === 'application/yaml';
  const refuse = (message: string): ApiError =>
    unrecognized(kind, `couldn't get version/kind; ${yaml ? 'yaml' : 'json'} parse error: ${message}`, text);
  const parsed = yaml ? parseYaml(text, refuse) : parseJson(text, refuse);
  if (isRecord(parsed)) return parsed;
  throw refuse(`json: cannot unmarshal ${isList(parsed) ? 'array' : typeof parsed} into ${NO_STRUCT}`);
}

/** The patch in the body of PATCH. */
export function parsePatch(body: Buffer, contentType: string | undefined): unknown {
  const text = body.toString();
  if (mediaType(contentType) === 'application/apply-patch+yaml')
    return parseYaml(text, (message) => badRequest(`error decoding YAML: ${message}`));
  return parseJson(text, (message) => badRequest(`error decoding patch: ${message}`));
}

/** The options in the body of DELETE, if there is one. */
export function parseOptions(body: Buffer, contentType: string | undefined): Raw {
  return body.length === 0 ? {} : parseObject(body, contentType, 'DeleteOptions');
}
