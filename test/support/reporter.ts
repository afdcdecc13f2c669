/** The spec reporter, closed by a line for each floor and one that any log reader can count. */
import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

export interface Counts {
  /** How many tests ran on each floor. */
  readonly floors: Readonly<Record<string, number>>;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

// eslint-disable-next-line no-restricted-syntax -- mocha takes the default of the file that it is given
export default class Reporter extends Mocha.reporters.Spec {
  readonly #floors: Record<string, number> = {};

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const count = (test: Mocha.Test): void => {
      const floor = floorOf(test);
      this.#floors[floor] = (this.#floors[floor] ?? 0) + 1;
    };
    runner.on('pass', count);
    runner.on('fail', count);
  }

  /** Where this is one run of several (test/run.ts), its counts are for who sums them up. */
  override epilogue(): void {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    const counts = { floors: this.#floors, passed: passes, failed: failures, skipped: pending };
    const file = process.env['KP_COUNTS'];
    if (file === undefined) process.stdout.write(closingLines(counts));
    else writeFileSync(file, JSON.stringify(counts));
  }
}

/** `cluster` for a test under `describe('[cluster] …')`. */
function floorOf(test: Mocha.Test): string {
  return /^\[(\w+)\]/.exec(test.titlePath()[0] ?? '')?.[1] ?? 'other';
}

export function closingLines({ floors, passed, failed, skipped }: Counts): string {
  const ran = Object.entries(floors).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...ran.map(([floor, count]) => `${floor} suite: ${String(count)} tests ran\n`),
    `${String(passed)} passed, ${String(failed)} failed, ${String(skipped)} skipped\n`,
  ].join('');
}
