import type { IncomingMessage } from 'node:http';
import { load } from 'js-yaml';
import { badRequest, tooLarge, unsupportedMediaType, type ApiError } from './status.ts';

/** The limit of the real server for a body, in bytes. */
const LIMIT = 3 * 1024 * 1024;

/** The bytes of a request; a body beyond the limit is read to its end, so that the client can read the answer, but not kept. */
export async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= LIMIT) parts.push(part);
    else parts.length = 0;
  }
  if (size > LIMIT) throw tooLarge();
  return Buffer.concat(parts).toString();
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

/** The object in the body of POST and PUT. */
export function parseObject(text: string, contentType: string | undefined): unknown {
  const type = mediaType(contentType);
  if (type === '' || type === 'application/json')
    return parseJson(text, (message) => badRequest(`couldn't get version/kind; json parse error: ${message}`));
  if (type === 'application/yaml')
    return parseYaml(text, (message) => badRequest(`couldn't get version/kind; yaml parse error: ${message}`));
  throw unsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml`,
  );
}

/** The patch in the body of PATCH. */
export function parsePatch(text: string, contentType: string | undefined): unknown {
  if (mediaType(contentType) === 'application/apply-patch+yaml')
    return parseYaml(text, (message) => badRequest(`error decoding YAML: ${message}`));
  return parseJson(text, (message) => badRequest(`error decoding patch: ${message}`));
}

/** The options in the body of DELETE, if there is one. */
export function parseOptions(text: string, contentType: string | undefined): unknown {
  return text.trim() === '' ? {} : parseObject(text, contentType);
}
