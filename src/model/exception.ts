import { labels, metadata } from './metadata.ts';
import { list, moment, number, or, pathText, struct, text, type Reader, type Shaped } from './shape.ts';

type Fields = Readonly<Record<string, Reader<unknown>>>;

/** A struct in which a field that it does not name is a fault: a selector with a slip in its name must not select everything. */
function closed<const F extends Fields>(fields: F): Reader<Shaped<ReturnType<typeof struct<F>>> | undefined> {
  const read = struct(fields);
  return (raw, trail) => {
    const stated = typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? Object.keys(raw) : [];
    for (const key of stated.filter((name) => !Object.hasOwn(fields, name)))
      trail.notes.push(`${pathText([...trail.path, key])}: there is no such field`);
    return read(raw, trail);
  };
}

/** Whatever is not said selects all. */
const subjects = closed({
  kinds: list(text),
  /** Of a ClusterSecurityException alone. */
  namespaces: list(text),
  names: list(text),
  matchLabels: labels,
  containers: list(text),
});

const spec = closed({
  checks: or(list(text), []),
  subjects: or(subjects, { matchLabels: {} }),
  reason: or(text, ''),
  owner: text,
  expires: moment,
});

const condition = struct({
  type: or(text, ''),
  status: or(text, ''),
  reason: or(text, ''),
  message: or(text, ''),
  observedGeneration: number,
  lastTransitionTime: text,
});

export type Condition = Shaped<typeof condition>;

const status = struct({
  state: text,
  message: text,
  matchedFindings: number,
  lastMatched: text,
  observedGeneration: number,
  conditions: list(condition),
});

export type ExceptionStatus = Shaped<typeof status>;

/** A SecurityException or a ClusterSecurityException: what somebody has accepted, why, and until when. */
export const exception = struct({
  metadata,
  spec: or(spec, { checks: [], subjects: { matchLabels: {} }, reason: '' }),
  status,
});

/** What an exception comes to. Active, NeverMatched and Overbroad are in effect. */
export const EXCEPTION_STATES = ['Active', 'NeverMatched', 'Expired', 'Invalid', 'Overbroad'] as const;
export type ExceptionState = (typeof EXCEPTION_STATES)[number];

/** What exceptions may ask for. */
export interface ExceptionRules {
  /** Every check that an exception may name, whether or not it runs. */
  readonly catalogue: readonly {
    readonly id: string;
    readonly name: string;
    readonly aspects?: Readonly<Record<string, string>>;
  }[];
  /** How many days an exception may last from its creation on; 0 is for ever. */
  readonly maxDays: number;
  /** Ids of checks that no exception covers. */
  readonly nonSuppressible: readonly string[];
  /** On how many objects one may have findings before it counts as Overbroad. */
  readonly broadAbove: number;
}
