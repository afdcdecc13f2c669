import { metadata } from './metadata.ts';
import { list, or, parsed, struct, text } from './shape.ts';

/** Members are let through before RBAC is asked. */
const MASTERS = 'system:masters';

const SEQUENCE = 0x30;
const SET = 0x31;
const OBJECT_ID = 0x06;
const BMP_STRING = 0x1e;
/** 2.5.4.10, organizationName: a group to the API server. */
const ORGANIZATION = '\x55\x04\x0a';

/** One element of DER: where its contents begin and end. */
interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Whether a certificate request is for a member of system:masters; undefined where it cannot be read. Reads of PKCS #10 (RFC 2986) the subject alone,
 * from base64 of PEM as `spec.request` has it: a parser of certificates would be five packages for one name, in a room that takes none.
 */
export function asksForMasters(request: string): boolean | undefined {
  const pem = decoded(request) ?? '';
  const [, body] = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END/.exec(pem) ?? [];
  const der = body === undefined ? undefined : decoded(body);
  const names = der === undefined ? undefined : organizationsIn(der);
  return names?.includes(MASTERS);
}

function decoded(base64: string): string | undefined {
  try {
    return atob(base64);
  } catch {
    return undefined;
  }
}

function organizationsIn(der: string): readonly string[] | undefined {
  const request = elementAt(der, 0, der.length, SEQUENCE);
  const info = request && elementAt(der, request.start, request.end, SEQUENCE);
  const version = info && elementAt(der, info.start, info.end);
  const subject = info && version && elementAt(der, version.end, info.end, SEQUENCE);
  if (subject === undefined) return undefined;
  const sets = elementsIn(der, subject).filter(({ tag }) => tag === SET);
  return sets.flatMap((set) => elementsIn(der, set)).flatMap((attribute) => organizationOf(der, attribute) ?? []);
}

function organizationOf(der: string, attribute: Element): string | undefined {
  const [type, value] = elementsIn(der, attribute);
  if (type?.tag !== OBJECT_ID || value === undefined || contentsOf(der, type) !== ORGANIZATION) return undefined;
  const contents = contentsOf(der, value);
  // Two bytes a letter, of which the first is zero where it could be ours.
  return value.tag === BMP_STRING ? contents.replaceAll('\0', '') : contents;
}

function contentsOf(der: string, { start, end }: Element): string {
  return der.slice(start, end);
}

function elementsIn(der: string, { start, end }: Element): readonly Element[] {
  const elements: Element[] = [];
  for (let at = start; at < end;) {
    const element = elementAt(der, at, end);
    if (element === undefined) break;
    elements.push(element);
    at = element.end;
  }
  return elements;
}

/** The element that begins at a place and ends within a limit; of one tag where it is said. */
function elementAt(der: string, at: number, limit: number, wanted?: number): Element | undefined {
  const tag = der.charCodeAt(at);
  const first = der.charCodeAt(at + 1);
  const more = first < 0x80 ? 0 : first & 0x7f;
  const start = at + 2 + more;
  // No length at all, or one beyond four bytes, is no DER of this size.
  if (Number.isNaN(first) || first === 0x80 || more > 4 || start > limit) return undefined;
  let length = more === 0 ? first : 0;
  for (let index = at + 2; index < start; index += 1) length = length * 256 + der.charCodeAt(index);
  const end = start + length;
  return end > limit || (wanted !== undefined && tag !== wanted) ? undefined : { tag, start, end };
}

/** Of a certificate request stays what it comes to, never the request. */
export const certificateSigningRequest = struct({
  metadata,
  spec: or(struct({ request: parsed('base64 of a certificate request', asksForMasters) }), {}),
  status: struct({ conditions: list(struct({ type: or(text, '') })) }),
});
