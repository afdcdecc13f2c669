/** Answers without what differs from server to server: identities, versions, moments, addresses. */
import type { Reply } from './sandbox-client.ts';

type Json = Readonly<Record<string, unknown>>;

const HIDDEN = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'time',
  'lastTransitionTime',
  'continue',
  'controller-uid',
  'batch.kubernetes.io/controller-uid',
  'remainingItemCount',
  'storageVersionHash',
]);

const REPLACED: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>'],
  [/\b10\.0\.\d+\.\d+\b/g, '<ip>'],
  [/^\d+(s|m\d*s?|h\d*m?|d\d*h?)$/g, '<age>'],
  [/^gen-[a-z0-9]{5}$/g, 'gen-<suffix>'],
  [/(resource version|current): \d+( \(\d+\))?/g, '$1: <version>'],
  [/(continue key is not valid): .*/g, '$1'],
  [/\(\d+\) does not match the ResourceVersion in record \(\d+\)/g, '(…) does not match'],
  [/(ResourceVersion in (precondition|object meta)): \d+/g, '$1: <version>'],
];

const text = (value: string): string => REPLACED.reduce((result, [pattern, by]) => result.replace(pattern, by), value);

/** Causes come in the order of a Go map: any. Their text is in the message as well. */
function ordered(body: unknown): unknown {
  const status = body as { readonly message?: string; readonly details?: { readonly causes?: readonly Json[] } } | null;
  const causes = status?.details?.causes;
  if (causes === undefined || causes.length < 2) return body;
  const sorted = causes.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const message = (status?.message ?? '')
    .split(/[[\],:\n]| - /)
    .map((part) => part.trim())
    .sort()
    .join('|');
  return { ...status, message, details: { ...status?.details, causes: sorted } };
}

export function normal(value: unknown): unknown {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value !== 'object' || value === null) return value;
  // The order goes by the second in which each was written, and two servers cross it at their own time.
  const owners = (value as Json)['managedFields'];
  if (Array.isArray(owners)) {
    const sorted = owners.map(normal).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    return { ...(normal({ ...value, managedFields: undefined }) as Json), managedFields: sorted };
  }
  const entries = Object.entries(value as Json).map(
    ([key, inner]) => [text(key), HIDDEN.has(key) && typeof inner !== 'object' ? `<${key}>` : normal(inner)] as const,
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a step says about its comparison. */
interface Rule {
  readonly lines?: number;
  readonly codeOnly?: true;
  readonly part?: (json: unknown) => unknown;
}

function eventsOf(text: string, lines: number | undefined): readonly unknown[] {
  const events = text.split('\n').filter((line) => line !== '');
  return events.slice(0, lines).map((line) => normal(JSON.parse(line)));
}

/** A reply as it is compared: code, type, warnings, body; a watch line by line. */
export function comparable(reply: Reply, { lines, codeOnly, part }: Rule): unknown {
  const { code, json, headers } = reply;
  if (codeOnly === true) return { code };
  if (lines !== undefined) return { code, events: eventsOf(reply.text, lines) };
  const whole = code < 300 ? (part?.(json) ?? json) : ordered(json);
  return {
    code,
    type: headers['content-type'],
    warning: headers['warning'],
    body: json === undefined ? text(reply.text) : normal(whole),
  };
}
