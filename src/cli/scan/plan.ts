import { CHECKS } from '#checks/index.ts';
import type { Check } from '#model/check.ts';
import { atLeast, type Severity } from '#model/severity.ts';
import type { InputError, ScanFinding, ScanResult, Sources } from '#report/formats/scan.ts';
import { blaming } from '#settings/blame.ts';
import { configuredChecks, exceptionRules, judgedScope } from '#settings/checks.ts';
import { declaredOf } from '#settings/declared.ts';
import { loadSettings } from '#settings/settings.ts';
import type { Settings } from '#settings/types.ts';
import { TRAITS } from '#traits/index.ts';
import { EXIT } from '../exit.ts';
import { exceptionsIn } from './exceptions.ts';
import { onlyIn, type How } from './objects.ts';
import type { Judged, Told } from './result.ts';
import { checksOf, frameworkNamed, minorOf, selectedChecks } from './select.ts';

/** The flags of `scan`, as they were typed. */
export interface ScanFlags {
  readonly output: string;
  readonly failOn?: string;
  readonly batch?: true;
  readonly check: readonly string[];
  readonly framework?: string;
  readonly baseline?: string;
  readonly exceptions: readonly string[];
  readonly exclude: readonly string[];
  readonly namespace?: string;
  readonly kubernetesVersion?: string;
  readonly config?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** What a scan looked at, judged. */
export interface Scanned {
  readonly judged: Judged;
  readonly told: Told;
  readonly sources: Sources;
  /** Something could not be read. */
  readonly isPartial: boolean;
}

export interface ScanPlan extends How {
  readonly settings: Settings;
  /** One namespace is scored by its own measure. */
  readonly scope: 'namespace' | 'cluster';
  /** Not all is judged, or not by all checks. */
  readonly isPart: boolean;
  /** What could not be read of the exceptions that the flags name. */
  readonly unread: readonly InputError[];
}

/** What the flags and the settings ask for. Throws UsageError and SettingsError. */
export function planOf(flags: ScanFlags): ScanPlan {
  const settings = loadSettings(flags);
  const { namespace } = flags;
  const scope = blaming(settings, () => judgedScope(settings.scope));
  // Who asks for some checks wants nothing else.
  const isOfSome = flags.check.length > 0 || flags.framework !== undefined;
  return blaming(settings, () => ({
    settings,
    checks: checksFor(flags, configuredChecks(CHECKS, settings)),
    traits: isOfSome ? [] : TRAITS,
    exceptions: exceptionRules(CHECKS, settings.exceptions),
    declared: declaredOf(settings.controlPlane.declaredControls),
    isPart: isOfSome || namespace !== undefined,
    ...exceptionsIn(flags.exceptions),
    minor: minorOf(flags.kubernetesVersion),
    parameters: settings.checks.parameters,
    scope: namespace === undefined ? 'cluster' : 'namespace',
    ...(namespace === undefined ? scope : onlyIn(namespace, scope)),
  }));
}

function checksFor({ check, framework }: ScanFlags, checks: readonly Check[]): readonly Check[] {
  return selectedChecks(check, framework === undefined ? checks : checksOf(frameworkNamed(framework), checks));
}

/** Whether a finding is as bad as `--fail-on` and no baseline knows it. */
export function isOver({ status, severity, known }: ScanFinding, threshold: Severity): boolean {
  return status === 'fail' && known !== true && atLeast(severity, threshold);
}

/** What could not be read weighs more than what was found: the findings are not all. */
export function exitStatus(result: ScanResult, isPartial: boolean, threshold: Severity | undefined): number {
  if (isPartial) return EXIT.input;
  const fails = threshold !== undefined && result.findings.some((finding) => isOver(finding, threshold));
  return fails ? EXIT.findings : EXIT.done;
}
