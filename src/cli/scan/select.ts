import { ofAspects, withProblems, type Check } from '#model/check.ts';
import { FRAMEWORKS, type Framework } from '#model/frameworks.ts';
import { NEWEST_MINOR } from '#model/parameters.ts';
import { SEVERITIES, isSeverity, type Severity } from '#model/severity.ts';
import { UsageError } from '../exit.ts';
import { nearest } from '#model/nearest.ts';

/** The check of an id or a name. Throws UsageError with the nearest one. */
export function checkNamed(word: string, checks: readonly Check[]): Check {
  const wanted = word.toLowerCase();
  const found = checks.find(({ id, name }) => id.toLowerCase() === wanted || name === wanted);
  if (found !== undefined) return found;
  const near = nearest(
    word,
    checks.flatMap(({ id, name }) => [id, name]),
  );
  throw new UsageError(`there is no check "${word}"${near === undefined ? '' : `; did you mean ${near}?`}`);
}

/**
 * The checks that were asked for as `id`, `name`, `id/aspect` or `name/aspect`, in the order of the catalogue; all when none was. Of a check
 * with an aspect only that part of it is left.
 */
export function selectedChecks(words: readonly string[], checks: readonly Check[]): readonly Check[] {
  if (words.length === 0) return checks;
  const wanted = Map.groupBy(
    words.map((word) => aspectNamed(word, checks)),
    ({ check }) => check,
  );
  return checks.flatMap((check) => {
    const asked = wanted.get(check);
    if (asked === undefined) return [];
    const aspects = asked.flatMap(({ aspect }) => aspect ?? []);
    return [aspects.length < asked.length ? check : ofAspects(check, aspects)];
  });
}

function aspectNamed(word: string, checks: readonly Check[]): { readonly check: Check; readonly aspect?: string } {
  const slash = word.indexOf('/');
  if (slash < 0) return { check: checkNamed(word, checks) };
  const check = checkNamed(word.slice(0, slash), checks);
  const aspect = word.slice(slash + 1);
  const known = Object.keys(check.aspects ?? {});
  if (known.includes(aspect)) return { check, aspect };
  const there = known.length === 0 ? 'it has none' : `it has: ${known.join(', ')}`;
  throw new UsageError(`${check.id} has no aspect "${aspect}"; ${there}`);
}

export function frameworkNamed(word: string): Framework {
  const found = FRAMEWORKS.find(({ id }) => id === word.toLowerCase());
  if (found !== undefined) return found;
  throw new UsageError(`there is no framework "${word}"; there are: ${FRAMEWORKS.map(({ id }) => id).join(', ')}`);
}

/** Whether a check is about a control of a framework. */
export function isAbout({ refs, controls }: Framework): (check: Check) => boolean {
  const own = new Set(controls.map(({ id }) => refs + id));
  return (check) => check.refs.some((ref) => own.has(ref));
}

/** The checks that the controls of a framework rest on. Of those of the Pod Security Standards only the problems that break their level. */
export function checksOf(framework: Framework, checks: readonly Check[]): readonly Check[] {
  const own = checks.filter(isAbout(framework));
  const { levels } = framework;
  if (levels === undefined) return own;
  return own.map((check) => withProblems(check, (problem) => (isOneOf(problem.pss, levels) ? problem : undefined)));
}

function isOneOf<T>(word: T | undefined, words: readonly T[]): boolean {
  return word !== undefined && words.includes(word);
}

/** The minor of `1.34`, `v1.34` or `1.34.2`; the newest known when no version is given. */
export function minorOf(version: string | undefined): number {
  if (version === undefined) return NEWEST_MINOR;
  const minor = /^v?1\.(\d{1,3})(?:[.+-].*)?$/.exec(version)?.[1];
  if (minor === undefined) throw new UsageError(`"${version}" is no version of Kubernetes, such as 1.34`);
  return Number(minor);
}

export function severityNamed(word: string): Severity {
  if (!isSeverity(word)) throw new UsageError(`"${word}" is no severity; there are: ${SEVERITIES.join(', ')}`);
  return word;
}
