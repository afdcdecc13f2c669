import type { Check } from '#model/check.ts';
import { NEWEST_MINOR } from '#model/parameters.ts';
import { SEVERITIES, isSeverity, type Severity } from '#model/severity.ts';
import { UsageError } from '../exit.ts';
import { nearest } from '../suggest.ts';

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

/** The checks that were asked for by id or name, in the order of the catalogue; all when none was. */
export function selectedChecks(words: readonly string[], checks: readonly Check[]): readonly Check[] {
  if (words.length === 0) return checks;
  const wanted = new Set(words.map((word) => checkNamed(word, checks).id));
  return checks.filter(({ id }) => wanted.has(id));
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
