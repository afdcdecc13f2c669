import type { ExceptionRules } from '#model/exception.ts';
import { KINDS, isKind } from '#model/kinds.ts';
import { momentText } from '#model/moment.ts';
import { fitsGlob } from '#model/glob.ts';
import type { Subject } from '#model/ref.ts';
import type { AnyException } from '#model/standing.ts';
import type { Finding, NamedException } from '#model/verdict.ts';
import { scopeOf } from './scope.ts';

/** Stands for every check that may be suppressed. */
const EVERY_CHECK = '*';
const DAY = 24 * 3600;

/** A check as an exception may name it. */
type Known = ExceptionRules['catalogue'][number];

/**
 * Why an exception cannot be honoured, or undefined. It is honoured whole or not at all: half of what somebody accepted is not what they
 * accepted. `now` in seconds since 1970.
 */
export function faultOf(exception: AnyException, rules: ExceptionRules, now: number): string | undefined {
  const { malformed = [], spec } = exception;
  const [note] = malformed;
  if (note !== undefined) return note;
  if (spec.reason.trim() === '') return 'spec.reason: nobody says why';
  if (spec.checks.length === 0) return 'spec.checks: no check is named';
  if (spec.checks.includes(EVERY_CHECK) && spec.expires === undefined)
    return 'spec.expires: every check is named, so an end must be';
  return faultOfEnd(exception, rules, now) ?? faultOfScope(exception) ?? faultOfChecks(spec.checks, rules);
}

function faultOfEnd({ spec, metadata }: AnyException, { maxDays }: ExceptionRules, now: number): string | undefined {
  if (maxDays === 0) return undefined;
  const allowed = `exceptions.maxDays allows ${String(maxDays)} days`;
  if (spec.expires === undefined) return `spec.expires: must be said, ${allowed}`;
  // A manifest was not created yet.
  const latest = (metadata.creationTimestamp ?? now) + maxDays * DAY;
  return spec.expires > latest ? `spec.expires: later than ${momentText(latest)}, ${allowed}` : undefined;
}

function faultOfScope({ kind, spec }: AnyException): string | undefined {
  if (kind === 'ClusterSecurityException') return undefined;
  const { kinds = [], namespaces } = spec.subjects;
  if (namespaces !== undefined) return 'spec.subjects.namespaces: only a ClusterSecurityException has it';
  const strange = kinds.find((each) => isKind(each) && !KINDS[each].namespaced);
  return strange === undefined
    ? undefined
    : `spec.subjects.kinds: ${strange} is in no namespace, which takes a ClusterSecurityException`;
}

function faultOfChecks(words: readonly string[], { catalogue, nonSuppressible }: ExceptionRules): string | undefined {
  for (const word of words.filter((each) => each !== EVERY_CHECK)) {
    const [name, aspect] = partsOf(word);
    const check = checkNamed(name, catalogue);
    if (check === undefined) return `spec.checks: there is no check ${name}`;
    if (aspect !== undefined && !Object.hasOwn(check.aspects ?? {}, aspect))
      return `spec.checks: ${check.id} has no aspect ${aspect}`;
    if (nonSuppressible.includes(check.id)) return `spec.checks: ${check.id} is not to be suppressed here`;
  }
  return undefined;
}

function checkNamed(word: string, catalogue: ExceptionRules['catalogue']): Known | undefined {
  return catalogue.find(({ id, name }) => id === word || name === word);
}

function partsOf(word: string): readonly [name: string, aspect?: string] {
  const slash = word.indexOf('/');
  return slash < 0 ? [word] : [word.slice(0, slash), word.slice(slash + 1)];
}

/** Whether an exception speaks of a subject, but for its labels: what it may cover. */
export function speaksOf({ kind, metadata, spec }: AnyException, subject: Subject): boolean {
  const { kinds = [], names = [], namespaces = [] } = spec.subjects;
  // The namespaced kind covers what is in its own namespace alone: nothing cluster-scoped, not even that namespace.
  const isWithin =
    kind === 'SecurityException'
      ? subject.namespace === metadata.namespace
      : namespaces.length === 0 || fitsOne(scopeOf(subject), namespaces);
  return (
    isWithin &&
    (kinds.length === 0 || kinds.includes(subject.kind)) &&
    (names.length === 0 || fitsOne(subject.name, names))
  );
}

/** Whether the labels of a subject's own object are those that an exception asks for. */
export function wantsLabels({ spec }: AnyException, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(spec.subjects.matchLabels).every(
    ([key, value]) => Object.hasOwn(labels, key) && labels[key] === value,
  );
}

function fitsOne(name: string, globs: readonly string[]): boolean {
  return globs.some((glob) => fitsGlob(name, glob, 'name'));
}

/** What an exception says of findings, wherever they are; undefined where it is not honoured. */
export function findingsUnder(
  { spec }: AnyException,
  { nonSuppressible }: ExceptionRules,
): (finding: Finding) => boolean {
  const words = new Set(spec.checks);
  const { containers = [] } = spec.subjects;
  return ({ check, name, aspect, container }) => {
    if (nonSuppressible.includes(check)) return false;
    const names = aspect === undefined ? [check, name] : [check, name, `${check}/${aspect}`, `${name}/${aspect}`];
    if (![EVERY_CHECK, ...names].some((word) => words.has(word))) return false;
    return containers.length === 0 || (container !== undefined && fitsOne(container, containers));
  };
}

/** As findings name it. */
export function namedBy({ kind, metadata, spec }: AnyException): NamedException {
  return {
    ...(kind === 'ClusterSecurityException' ? { kind } : {}),
    name: metadata.name,
    reason: spec.reason,
    ...(spec.expires === undefined ? {} : { expires: momentText(spec.expires) }),
  };
}
