import { withProblems, type Check, type Context } from '#model/check.ts';
import type { ExceptionRules } from '#model/exception.ts';
import { ALL_KINDS, KINDS, type Kind } from '#model/kinds.ts';
import { nearest } from '#model/nearest.ts';
import { fitsAny } from '#model/pattern.ts';
import type { Severity } from '#model/severity.ts';
import { withControls } from './declared.ts';
import { SettingsError, type Configured } from './types.ts';

/** What is said of the checks themselves. */
type Chosen = Pick<Configured, 'controlPlane'> & {
  readonly checks: Pick<Configured['checks'], 'disable' | 'severity'>;
};

/**
 * The checks as they are set: without the disabled ones, with the severities that were given, and with what is declared of them. A given severity
 * holds for every problem of its check but those that are info. Throws SettingsError on an id that no check has.
 */
export function configuredChecks(
  checks: readonly Check[],
  { checks: settings, controlPlane }: Chosen,
): readonly Check[] {
  const known = new Set<string>(checks.map(({ id }) => id));
  const { disable, severity } = settings;
  for (const [field, ids] of Object.entries({ disable, severity: Object.keys(severity) })) {
    const strange = ids.find((id) => !known.has(id));
    if (strange !== undefined) throw new SettingsError(`checks.${field}: there is no check ${strange}`);
  }
  return withControls(checks, controlPlane.declaredControls)
    .filter(({ id }) => !disable.includes(id))
    .map((check) => {
      const given = severity[check.id];
      return given === undefined ? check : withSeverity(check, given);
    });
}

function withSeverity(check: Check, severity: Severity): Check {
  const given = <T extends { readonly severity?: Severity }>(found: T): T =>
    found.severity === 'info' ? found : { ...found, severity };
  const { declared, ...reweighed } = withProblems(check, given);
  return { ...reweighed, severity, ...(declared === undefined ? {} : { declared: declared.map(given) }) };
}

/** What exceptions may ask for, as it is set. Throws SettingsError on an id that no check has. */
export function exceptionRules(checks: readonly Check[], settings: Configured['exceptions']): ExceptionRules {
  const strange = settings.nonSuppressible.find((id) => checks.every((check) => check.id !== id));
  if (strange !== undefined) throw new SettingsError(`exceptions.nonSuppressible: there is no check ${strange}`);
  return { catalogue: checks, ...settings };
}

/** The time that judgements on live clusters and in files go by: seconds since 1970. */
export const wallClock = (): number => Math.floor(Date.now() / 1000);

/** The kinds that are not asked for, as it is set, with what is said of them. */
export function unaskedKinds({ secrets }: Pick<Configured, 'secrets'>): ReadonlyMap<Kind, string> {
  return new Map(secrets.mode === 'off' ? [['Secret', 'list secrets: switched off (secrets.mode)']] : []);
}

type Choice = Configured['scope']['namespaces'];

/**
 * Which subjects are judged: what is in no namespace is in the scope of every choice of namespaces. Throws SettingsError on a kind that looks like
 * another one mistyped; it may be one of an extension, whose objects are at the top of pods.
 */
export function judgedScope({ namespaces, kinds }: Configured['scope']): Pick<Context, 'inScope'> {
  for (const [side, words] of Object.entries(kinds))
    for (const word of words) {
      const meant = meantKind(word);
      if (meant !== undefined)
        throw new SettingsError(`scope.kinds.${side}: there is no kind ${word}; did you mean ${meant}?`);
    }
  if ([namespaces, kinds].every(({ include, exclude }) => include.length === 0 && exclude.length === 0)) return {};
  const inScope: Context['inScope'] = (namespace, kind) =>
    (namespace === '' || isChosen(namespace, namespaces)) && (kind === undefined || isChosen(kind, kinds));
  return { inScope };
}

const KIND_NAMES: readonly string[] = ALL_KINDS;

function meantKind(word: string): string | undefined {
  if (KIND_NAMES.includes(word) || word.endsWith('*')) return undefined;
  return ALL_KINDS.find((kind) => KINDS[kind].plural === word.toLowerCase()) ?? nearest(word, KIND_NAMES, 2);
}

function isChosen(name: string, { include, exclude }: Choice): boolean {
  return (include.length === 0 || fitsAny(name, include)) && !fitsAny(name, exclude);
}
