import type { Check, Context } from '#model/check.ts';
import { isInForce, type Declaration } from '#model/declaration.ts';
import { isRecommendation } from '#model/frameworks.ts';
import { momentOf, momentText } from '#model/moment.ts';
import { worse, type Severity } from '#model/severity.ts';
import type { Controls, DeclaredControl } from './controls.ts';
import { SettingsError } from './types.ts';

const WHERE = 'controlPlane.declaredControls';

/** The checks with what is declared of them. Throws SettingsError on what there is not, and on what is declared twice. */
export function withControls(checks: readonly Check[], controls: Controls): readonly Check[] {
  const entries = Object.entries(controls).map(([word, control]) => entryOf(word, control, checks));
  return checks.map((check) => {
    const own = entries.filter((entry) => entry.check === check);
    const twice = own.find(({ aspect }, index) => own.slice(0, index).some((each) => each.aspect === aspect));
    if (twice !== undefined) throw new SettingsError(`${WHERE}: "${twice.word}" is declared twice`);
    const declared = [...own.map((entry) => declarationOf(check, entry)), ...byRecommendations(check, entries)];
    return declared.length === 0 ? check : { ...check, declared };
  });
}

/** What is declared of recommendations, by how checks refer to them. Those that do not exist are refused by `withControls`. */
export function declaredOf(controls: Controls): NonNullable<Context['declared']> {
  return new Map(
    Object.entries(controls).map(([word, { status, expires }]) => {
      const end = expires === undefined ? undefined : momentOf(expires);
      return [`CIS:${word.replace('CIS:', '')}`, { status, ...(end === undefined ? {} : { expires: end }) }];
    }),
  );
}

/** What of it does not count any more at a time, in seconds since 1970: each as it is written, with its end. */
export function endedControls(controls: Controls, now: number): readonly string[] {
  return Object.entries(controls).flatMap(([word, { expires }]) => {
    const end = expires === undefined ? undefined : momentOf(expires);
    return end === undefined || isInForce({ expires: end }, { now: () => now }) ? [] : [`${word} (${momentText(end)})`];
  });
}

interface Entry {
  readonly word: string;
  readonly control: DeclaredControl;
  readonly check?: Check;
  readonly aspect?: string;
  /** As checks refer to it. */
  readonly recommendation?: string;
}

function entryOf(word: string, control: DeclaredControl, checks: readonly Check[]): Entry {
  if (control.expires !== undefined && momentOf(control.expires) === undefined)
    throw new SettingsError(`${WHERE}.${word}.expires: "${control.expires}" is no time that there is`);
  const number = word.replace('CIS:', '');
  if (isRecommendation(number)) return { word, control, recommendation: `CIS:${number}` };
  const [named = '', aspect] = word.split('/');
  const check = checks.find(({ id, name }) => id === named || name === named);
  if (check === undefined) {
    const what = /^\d/.test(number) ? `recommendation ${number} in CIS 1.12` : `check ${named}`;
    throw new SettingsError(`${WHERE}: there is no ${what}`);
  }
  if (aspect === undefined) return { word, control, check };
  const known = Object.keys(check.aspects ?? {});
  if (known.includes(aspect)) return { word, control, check, aspect };
  const there = known.length === 0 ? 'it has none' : `it has: ${known.join(', ')}`;
  throw new SettingsError(`${WHERE}: ${check.id} has no aspect "${aspect}"; ${there}`);
}

function declarationOf(check: Check, { aspect, control }: Pick<Entry, 'aspect' | 'control'>): Declaration {
  const { status, reason, expires } = control;
  const end = expires === undefined ? undefined : momentOf(expires);
  return {
    ...(aspect === undefined ? {} : { aspect }),
    status,
    reason,
    ...(end === undefined ? {} : { expires: end }),
    severity: aspect === undefined ? check.severity : severityOf(check, aspect),
  };
}

/** How bad an aspect is: as the examples of the check show it. */
function severityOf(check: Check, aspect: string): Severity {
  const shown = check.examples().bad.flatMap(({ finds }) => finds.filter((each) => each.aspect === aspect));
  return shown.map(({ severity = check.severity }) => severity).reduce(worse, 'info');
}

/** What the recommendations that a check is about declare of it: each that fails, then all together where all are declared. */
function byRecommendations(check: Check, entries: readonly Entry[]): readonly Declaration[] {
  const wanted = check.refs.filter((ref) => ref.startsWith('CIS:'));
  const own = entries.filter(({ recommendation = '' }) => wanted.includes(recommendation));
  const failing = own.filter(({ control }) => control.status === 'fail').map((entry) => declarationOf(check, entry));
  const rest = own.filter(({ control }) => control.status !== 'fail').map(({ control }) => control);
  if (rest.length === 0 || rest.length < wanted.length) return failing;
  const ends = rest.flatMap(({ expires }) => expires ?? []).sort((a, b) => (momentOf(a) ?? 0) - (momentOf(b) ?? 0));
  const together: DeclaredControl = {
    status: rest.some(({ status }) => status === 'pass') ? 'pass' : 'notApplicable',
    reason: [...new Set(rest.map(({ reason }) => reason))].join('; '),
    ...(ends[0] === undefined ? {} : { expires: ends[0] }),
  };
  return [declarationOf(check, { control: together })];
}
