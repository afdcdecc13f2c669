import { CHECKS } from '#checks/index.ts';
import { shrink } from '#inventory/shrink.ts';
import { Store } from '#inventory/store.ts';
import type { Check, Context } from '#model/check.ts';
import type { AnyObject } from '#model/objects.ts';
import { DEFAULT_PARAMETERS, type Parameters } from '#model/parameters.ts';
import type { Trait } from '#model/trait.ts';
import { TRAITS } from '#traits/index.ts';
import { Intake } from '../input/intake.ts';
import { exceptionRules, wallClock } from '#settings/checks.ts';
import { CONFIGURATION } from '#settings/description.ts';
import { filled } from '#settings/field.ts';
import type { ScanResult } from '#report/formats/scan.ts';
import { judge, resultOf, type Judged, type Judgement } from './result.ts';
import { minorOf, selectedChecks } from './select.ts';

/** How manifests are judged. */
export interface ScanOptions {
  /** `1.34`; the newest known when absent. */
  readonly kubernetesVersion?: string;
  /** Ids or names; all when absent. */
  readonly checks?: readonly string[];
  /** Judges this namespace only; the other objects are still looked at. */
  readonly namespace?: string;
  readonly parameters?: Partial<Parameters>;
}

/**
 * Judges objects as a manifest or `kubectl get -o json` gives them; lists may hold further lists. What cannot be read is among the `errors`, with
 * `objects[i]` for a file. Throws on an option that means nothing.
 */
export function scanObjects(objects: readonly unknown[], options: ScanOptions = {}): ScanResult {
  const intake = new Intake();
  for (const [index, object] of objects.entries()) intake.addObject(`objects[${String(index)}]`, 0, object);
  const { namespace } = options;
  const judged = judgeManifests(intake, {
    checks: selectedChecks(options.checks ?? [], CHECKS),
    traits: (options.checks ?? []).length === 0 ? TRAITS : [],
    minor: minorOf(options.kubernetesVersion),
    parameters: { ...DEFAULT_PARAMETERS, ...options.parameters },
    ...(namespace === undefined ? {} : onlyIn(namespace)),
  });
  return resultOf(judged, {
    objects: intake.count,
    foreign: intake.foreign,
    errors: intake.errors,
    scope: namespace === undefined ? 'cluster' : 'namespace',
    isPart: namespace !== undefined || (options.checks ?? []).length > 0,
  });
}

/** One namespace alone is judged, whatever is said of namespaces elsewhere, and nothing that has none. */
export function onlyIn(namespace: string, { inScope }: Pick<Context, 'inScope'> = {}): Pick<Context, 'inScope'> {
  return { inScope: (name, kind) => name === namespace && inScope?.('', kind) !== false };
}

/** How objects are judged, wherever they come from. */
export interface How extends Pick<Context, 'minor' | 'parameters' | 'inScope' | 'exceptions' | 'declared'> {
  readonly checks: readonly Check[];
  readonly traits?: readonly Trait[];
  /** Exceptions beside those among the objects; where both have one of a name, these count. */
  readonly beside?: readonly AnyObject[];
}

/** In files every kind is known, and what they do not hold is not there: for certain only where they are a dump of a whole cluster. */
export function judgeManifests(
  intake: Intake,
  { checks, traits = [], beside = [], ...how }: How,
  progress?: Judgement['progress'],
): Judged {
  const store = new Store();
  for (const object of [...intake.objects, ...assumedNamespaces(intake.objects), ...beside]) store.put(object);
  const context = contextOf(how, how.parameters.inputIsComplete);
  return judge({ inventory: store, checks, traits, context, ...(progress === undefined ? {} : { progress }) });
}

/** The Namespaces that objects are in and that nobody stated. Nobody knows what such a one says of itself, but it is there. */
function assumedNamespaces(objects: Iterable<AnyObject>): readonly AnyObject[] {
  const all = [...objects];
  const stated = new Set(all.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name));
  const used = new Set(
    all.map(({ metadata }) => metadata.namespace).filter((name) => name !== '' && !stated.has(name)),
  );
  return [...used].map((name) => ({
    ...shrink('Namespace', { metadata: { name } }),
    assumed: true,
  }));
}

/** What is true of a whole scan. `complete` as Context has it. */
export function contextOf(how: Omit<How, 'checks' | 'traits' | 'beside'>, complete: boolean): Context {
  const { minor, parameters, inScope, exceptions = ALL_EXCEPTIONS, declared } = how;
  return {
    complete,
    minor,
    parameters,
    now: wallClock,
    exceptions,
    ...(inScope === undefined ? {} : { inScope }),
    ...(declared === undefined ? {} : { declared }),
  };
}

const ALL_EXCEPTIONS = exceptionRules(CHECKS, filled(CONFIGURATION.fields.exceptions, {}));
