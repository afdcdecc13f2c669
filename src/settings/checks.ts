import { withWords, type Check, type Context } from '#model/check.ts';
import { fitsAny } from '#model/pattern.ts';
import type { Severity } from '#model/severity.ts';
import { SettingsError, type ChecksSettings, type NamespaceScope } from './types.ts';

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

/** Which namespaces are judged: what has none always is. */
export function scopeOfNamespaces({ include, exclude }: NamespaceScope): Pick<Context, 'inScope'> {
  if (include.length === 0 && exclude.length === 0) return {};
  const isIncluded = (name: string): boolean => include.length === 0 || fitsAny(name, include);
  return { inScope: (name) => name === '' || (isIncluded(name) && !fitsAny(name, exclude)) };
}
