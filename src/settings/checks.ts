import { withWords, type Check } from '#model/check.ts';
import type { Severity } from '#model/severity.ts';
import { SettingsError, type ChecksSettings } from './types.ts';

/**
 * The checks as they are set: without the disabled ones, with the severities that were given. A given severity holds for every problem of its
 * check but those that are info. Throws SettingsError on an id that no check has.
 */
export function configuredChecks(checks: readonly Check[], settings: ChecksSettings): readonly Check[] {
  const known = new Set<string>(checks.map(({ id }) => id));
  const { disable, severity } = settings;
  const strange = [...disable, ...Object.keys(severity)].find((id) => !known.has(id));
  if (strange !== undefined) throw new SettingsError(`checks: there is no check ${strange}`);
  return checks
    .filter(({ id }) => !disable.includes(id))
    .map((check) => {
      const given = severity[check.id];
      return given === undefined ? check : withSeverity(check, given);
    });
}

function withSeverity(check: Check, severity: Severity): Check {
  const reweighed = withWords(check, (word) =>
    'unknown' in word || word.severity === 'info' ? word : { ...word, severity },
  );
  return { ...reweighed, severity };
}

/** Whether a name fits one of the patterns; a trailing `*` stands for any rest. */
export function fitsAny(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
}
