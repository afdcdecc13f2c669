// The spec reporter, closed by a line for each floor and one that any log reader can count.
import Mocha from 'mocha';

/** `cluster` for a test under `describe('[cluster] …')`. */
const floorOf = (test) => /^\[(\w+)\]/.exec(test.titlePath()[0] ?? '')?.[1] ?? 'other';

export default class Reporter extends Mocha.reporters.Spec {
  #ran = new Map();

  constructor(runner, options) {
    super(runner, options);
    const count = (test) => this.#ran.set(floorOf(test), (this.#ran.get(floorOf(test)) ?? 0) + 1);
    runner.on('pass', count);
    runner.on('fail', count);
  }

  epilogue() {
    super.epilogue();
    for (const [floor, ran] of [...this.#ran].sort()) process.stdout.write(`${floor} suite: ${ran} tests ran\n`);
    const { passes, failures, pending } = this.stats;
    process.stdout.write(`${passes} passed, ${failures} failed, ${pending} skipped\n`);
  }
}
