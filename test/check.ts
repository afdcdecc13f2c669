/**
 * The one gate: `npm run check`. Each step is a command that one can run alone; all run, and any that fails fails the gate.
 * `--skip NAME`, as often as wanted, leaves a step out.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** A file without which there is nothing to check yet. */
  readonly needs?: string;
  /** Looks at what that step left behind: it goes where that goes. */
  readonly after?: string;
}

const bin = (name: string): string => `node_modules/.bin/${name}`;

const STEPS: readonly Step[] = [
  { name: 'types', command: [bin('tsc'), '-p', '.'] },
  { name: 'lint', command: [bin('eslint'), '--max-warnings', '0', 'src', 'test'] },
  { name: 'format', command: [bin('prettier'), '--check', '--log-level', 'warn', '.'] },
  { name: 'doors', command: [bin('depcruise'), 'src', '--config', '.dependency-cruiser.mjs'] },
  { name: 'dead code', command: [bin('knip')] },
  { name: 'generated files', command: [process.execPath, 'src/main.ts', 'gen', '--check'], needs: 'src/main.ts' },
  {
    name: 'tests',
    command: [bin('c8'), '--check-coverage', '--lines', '75', process.execPath, 'test/run.ts'],
  },
  {
    // The room that outlives every fault: a line of it that no test runs is a fault that nobody has tried.
    name: 'coverage of kube',
    command: [bin('c8'), 'check-coverage', '--include', 'src/kube/**', '--lines', '98'],
    after: 'tests',
  },
];

const skipped = parseArgs({ options: { skip: { type: 'string', multiple: true, default: [] } } }).values.skip;
const strange = skipped.filter((name) => !STEPS.some((step) => step.name === name));
if (strange.length > 0) {
  console.error(`check: no step ${strange.join(', ')}; there are: ${STEPS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const failed: string[] = [];
for (const { name, command, needs, after = name } of STEPS) {
  if (skipped.includes(name) || skipped.includes(after)) continue;
  console.log(`\n== ${name}: ${command.join(' ').replace(process.execPath, 'node')}`);
  if (needs !== undefined && !existsSync(needs)) {
    console.log(`left out: there is no ${needs}`);
    continue;
  }
  const [program = '', ...args] = command;
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  if (status !== 0) failed.push(name);
}
console.log(failed.length === 0 ? '\ncheck: all passed' : `\ncheck: failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
