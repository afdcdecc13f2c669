/**
 * Half of an object on the wire is `managedFields`, which nobody here reads: it is cut from the bytes before they are
 * parsed. Only where the place of every byte is certain; otherwise nothing is cut.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
/** What each byte outside strings does to the depth. */
const DEEPER = new Int8Array(256);
for (const open of Buffer.from('{[')) DEEPER[open] = 1;
for (const close of Buffer.from('}]')) DEEPER[close] = -1;
/** No string can hold these bytes: its quotes would be escaped. */
const KEY = Buffer.from(',"managedFields":[');
const PATH = ['"object":', '"metadata":'].map((key) => Buffer.from(key));

/** Behind the string that begins at `start`; -1 when it does not end. */
function endOfString(line: Buffer, start: number): number {
  for (let at = start + 1; at < line.length; at += 1) {
    const byte = line[at];
    if (byte === BACKSLASH) at += 1;
    else if (byte === QUOTE) return at + 1;
  }
  return -1;
}

function endsWith(line: Buffer, end: number, key: Buffer | undefined): boolean {
  return key !== undefined && end >= key.length && line.compare(key, 0, key.length, end - key.length, end) === 0;
}

/** Whether `until` lies in `{…"object":{…"metadata":{…`, between two members of the last. */
function isInMetadata(line: Buffer, until: number): boolean {
  let depth = 0;
  /** Steps of the path that the open brackets have taken, from the outermost on. */
  let taken = 0;
  let at = 0;
  while (at < until) {
    const byte = line[at] ?? 0;
    if (byte === QUOTE) {
      at = endOfString(line, at);
      if (at < 0) return false;
      continue;
    }
    if (byte === OPEN_OBJECT && depth === taken + 1 && endsWith(line, at, PATH[taken])) taken += 1;
    depth += DEEPER[byte] ?? 0;
    taken = Math.max(0, Math.min(taken, depth - 1));
    at += 1;
  }
  return at === until && taken === PATH.length && depth === taken + 1;
}

/** Behind the list whose bracket is before `start`; -1 when it does not end. */
function endOfList(line: Buffer, start: number): number {
  let depth = 1;
  let at = start;
  while (at >= 0 && at < line.length) {
    const byte = line[at] ?? 0;
    if (byte === QUOTE) {
      at = endOfString(line, at);
      continue;
    }
    depth += DEEPER[byte] ?? 0;
    at += 1;
    if (depth === 0) return at;
  }
  return -1;
}

/** The event without its `managedFields`; the same buffer when they cannot be cut. The bytes that it is given are used up. */
export function withoutManagedFields(line: Buffer): Buffer {
  const from = line.indexOf(KEY);
  if (from < 0 || !isInMetadata(line, from)) return line;
  const to = endOfList(line, from + KEY.length);
  if (to < 0) return line;
  // What is before it is mostly the shorter part to move.
  line.copyWithin(to - from, 0, from);
  return line.subarray(to - from);
}
