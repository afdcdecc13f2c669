/** A scan of manifests as every output format is given it, without a process. */
import { CHECKS } from '#checks/index.ts';
import { FORMATS, type FormatName } from '#report/formats/index.ts';
import type { Scan } from '#report/formats/scan.ts';
import { fingerprint } from '#cli/scan/baseline.ts';
import { Intake } from '#cli/input/intake.ts';
import { fileSources } from '#cli/input/spots.ts';
import { judgeManifests } from '#cli/scan/objects.ts';
import { resultOf, scoreOfAll } from '#cli/scan/result.ts';
import { selectedChecks } from '#cli/scan/select.ts';
import { DEFAULT_PARAMETERS, NEWEST_MINOR } from '#model/parameters.ts';
import { configuredChecks } from '#settings/checks.ts';
import type { DeclaredControl } from '#settings/controls.ts';
import { TRAITS } from '#traits/index.ts';

export const OUTPUTS = Object.keys(FORMATS) as readonly FormatName[];

/** Judges a text that came in over stdin, with what is declared of checks; `change` is laid over the scan. */
export function scanOf(
  text: string,
  checks: readonly string[],
  change: Partial<Scan> = {},
  declaredControls: Readonly<Record<string, DeclaredControl>> = {},
): Scan {
  const intake = new Intake();
  intake.addText('-', text);
  const settings = { checks: { disable: [], severity: {} }, controlPlane: { declaredControls } };
  const chosen = selectedChecks(checks, configuredChecks(CHECKS, settings));
  const how = { checks: chosen, traits: TRAITS, minor: NEWEST_MINOR, parameters: DEFAULT_PARAMETERS };
  const judged = judgeManifests(intake, how);
  const { count, foreign, errors } = intake;
  const told = { objects: count, foreign, errors, scope: 'cluster' } as const;
  return {
    result: resultOf(judged, told),
    score: scoreOfAll(judged, told),
    checks: chosen,
    sources: fileSources({ originOf: (kind, key) => intake.originOf(kind, key), stdin: text }),
    counts: ({ status }) => status === 'fail',
    fingerprint,
    hasBaseline: false,
    version: '0.0.0',
    look: { width: 80, paint: (word) => word },
    ...change,
  };
}

/** The whole text of an output. */
export function printed(format: FormatName, scan: Scan): string {
  return [...FORMATS[format](scan)].join('');
}
