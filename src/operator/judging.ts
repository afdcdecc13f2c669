import { validate } from 'node-cron';
import { CHECKS } from '#checks/index.ts';
import type { Check, Context } from '#model/check.ts';
import { blaming } from '#settings/blame.ts';
import { configuredChecks, exceptionRules, judgedScope, wallClock } from '#settings/checks.ts';
import { declaredOf } from '#settings/declared.ts';
import { SettingsError, type Settings } from '#settings/types.ts';

/** By what everything is judged. */
export interface Judging {
  readonly checks: readonly Check[];
  readonly context: Context;
}

/** What settings mean for a live cluster of a minor version. Throws SettingsError where they ask for what there is not. */
export function judgingBy(settings: Settings, minor: number): Judging {
  return blaming(settings, () => judging(settings, minor));
}

function judging({ checks, controlPlane, exceptions, scope, schedule }: Settings, minor: number): Judging {
  if (!validate(schedule.sweep))
    throw new SettingsError(`schedule.sweep: "${schedule.sweep}" is no cron expression, such as "17 3 * * *"`);
  return {
    checks: configuredChecks(CHECKS, { checks, controlPlane }),
    context: {
      minor,
      complete: true,
      parameters: checks.parameters,
      now: wallClock,
      exceptions: exceptionRules(CHECKS, exceptions),
      declared: declaredOf(controlPlane.declaredControls),
      ...judgedScope(scope),
    },
  };
}
