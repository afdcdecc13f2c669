import type { Check, CheckId } from '#model/check.ts';
import type { Declaration } from '#model/declaration.ts';
import type { Control, Framework } from '#model/frameworks.ts';
import { rankOf, type Severity } from '#model/severity.ts';
import type { Tally } from './tally.ts';

/** `manual`: nothing of it shows in the API, so a person has to look. */
export const CONTROL_STATUSES = ['pass', 'fail', 'unknown', 'manual'] as const;
type ControlStatus = (typeof CONTROL_STATUSES)[number];
export type ControlCounts = Readonly<Record<ControlStatus, number>>;

/** Findings of this severity and above fail a control. */
const LEAST: Severity = 'low';

/** What the sums of the findings say of the controls of frameworks. */
export class Compliance {
  readonly #checks: ReadonlyMap<string, readonly CheckId[]>;

  /** `catalogue`: every check that there is, whether it runs or not. */
  constructor(catalogue: readonly Check[]) {
    const refs = catalogue.flatMap(({ id, refs }) => refs.map((ref) => ({ id, ref })));
    const byRef = Map.groupBy(refs, ({ ref }) => ref);
    this.#checks = new Map([...byRef].map(([ref, of]) => [ref, of.map(({ id }) => id)]));
  }

  /** The checks that a control rests on, in the order of the catalogue. */
  checksOf({ refs }: Framework, { id }: Control): readonly CheckId[] {
    return this.#checks.get(refs + id) ?? [];
  }

  /** The state of a control. `running`: the checks that are not switched off. */
  statusOf(framework: Framework, control: Control, tally: Tally, running: ReadonlySet<CheckId>): ControlStatus {
    const { coverage, awaits } = control;
    if (coverage === 'none') return 'manual';
    const checks = this.checksOf(framework, control);
    if (checks.some((id) => isFailing(id, framework, tally))) return 'fail';
    // A check that is switched off, or still to be written, has not looked.
    const haveLooked = awaits === undefined && checks.every((id) => running.has(id) && !tally.unknown.has(id));
    return haveLooked && coverage === undefined ? 'pass' : 'unknown';
  }

  /** How many controls of a framework are of each status. What is declared of one, by its reference, counts where nothing else tells. */
  counts(
    framework: Framework,
    tally: Tally,
    running: ReadonlySet<CheckId>,
    declared: (ref: string) => Declaration['status'] | undefined = () => undefined,
  ): ControlCounts {
    const counts = { pass: 0, fail: 0, unknown: 0, manual: 0 };
    for (const control of framework.controls) {
      const seen = this.statusOf(framework, control, tally, running);
      const word = seen === 'unknown' || seen === 'manual' ? declared(framework.refs + control.id) : undefined;
      counts[word === undefined ? seen : word === 'fail' ? 'fail' : 'pass'] += 1;
    }
    return counts;
  }
}

/**
 * The part of the controls that passes, 0 to 1, of those that a program can assess. What is unknown does not pass: missing data never raises it.
 * 0 where there is no such control.
 */
export function complianceRatio({ pass, fail, unknown }: ControlCounts): number {
  return pass / Math.max(1, pass + fail + unknown);
}

function isFailing(id: CheckId, { levels }: Framework, tally: Tally): boolean {
  if (levels !== undefined) return levels.some((level) => (tally.levels.get(id)?.[level] ?? 0) > 0);
  return (tally.findings.get(id) ?? []).some((count, rank) => count > 0 && rank >= rankOf(LEAST));
}
