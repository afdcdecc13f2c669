import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { OperatorProcess } from '../support/operator-process.ts';
import { needControlPlane } from '../support/shared-control-plane.ts';
import { waitFor } from '../support/wait.ts';

const README = 'README.md';
/** So long the same, and the operator has said all. */
const STILL_MS = 5000;

/** The tables of kubectl in README.md, each with the word that begins it. */
const TABLES: readonly (readonly [head: string, apply: string, ...get: readonly string[]])[] = [
  ['NAMESPACE', 'docs/examples/shop', '-A'],
  ['NAME ', 'docs/examples/default-deny.yaml', '-n', 'shop'],
];

function shownUnder(head: string): string {
  const found = new RegExp(`^\`\`\`text\\n(${head}.*?)^\`\`\`$`, 'ms').exec(readFileSync(README, 'utf8'));
  return found?.[1] ?? '';
}

/** The rows without their ages. */
function rowsOf(table: string): readonly string[] {
  return table
    .trimEnd()
    .split('\n')
    .map((row) => row.split(/ {2,}/).slice(0, -1).join(' '));
}

describe('[cluster] README', function () {
  this.timeout(90_000);
  let plane: ControlPlane;
  let operator: OperatorProcess | undefined;
  let stop = (): Promise<void> => Promise.resolve();

  before(async function () {
    needControlPlane(this, { controllerManager: true });
    plane = await startControlPlane({ controllerManager: true });
    stop = plane.stop;
    await plane.kubectl('apply', '-f', 'crds');
    operator = new OperatorProcess(['--kubeconfig', plane.kubeconfig, '--leader-elect=false']);
    await operator.says('publishing reports');
  });

  after(async () => {
    await operator?.stop();
    await stop();
  });

  const still = (...get: readonly string[]): Promise<string> => {
    let last = '';
    let since = performance.now();
    return waitFor(
      'the reports to stand still',
      async () => {
        const now = await plane.kubectl('get', 'securityreports', ...get);
        if (rowsOf(now).join() !== rowsOf(last).join()) since = performance.now();
        last = now;
        return performance.now() - since > STILL_MS ? now : undefined;
      },
      { deadlineMs: 60_000, everyMs: 250 },
    );
  };

  for (const [head, apply, ...get] of TABLES) {
    it(`shows what kubectl get securityreports ${get.join(' ')} says after ${apply}; UPDATE_GOLDEN=1 writes it anew`, async () => {
      await plane.kubectl('apply', '-f', apply);
      const table = await still(...get);
      const shown = shownUnder(head);
      if (process.env['UPDATE_GOLDEN'] === '1')
        writeFileSync(
          README,
          readFileSync(README, 'utf8').replace(shown, () => table),
        );
      else expect(rowsOf(table)).to.deep.equal(rowsOf(shown));
    });
  }
});
