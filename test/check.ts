/** The one gate: `npm run check`. Each step is a command that one can run alone; all run, and any that fails fails the gate. */
import { spawnSync } from 'node:child_process';

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

const bin = (name: string): string => `node_modules/.bin/${name}`;

const STEPS: readonly Step[] = [
  { name: 'types', command: [bin('tsc'), '-p', '.'] },
  { name: 'lint', command: [bin('eslint'), '--max-warnings', '0', 'src', 'test'] },
  { name: 'format', command: [bin('prettier'), '--check', '--log-level', 'warn', '.'] },
  { name: 'doors', command: [bin('depcruise'), 'src', '--config', '.dependency-cruiser.mjs'] },
  { name: 'dead code', command: [bin('knip')] },
  { name: 'generated files', command: [process.execPath, 'src/main.ts', 'gen', '--check'] },
  {
    name: 'tests',
    command: [bin('c8'), '--check-coverage', '--lines', '90', process.execPath, 'node_modules/mocha/bin/mocha.js'],
  },
];

const failed: string[] = [];
for (const { name, command } of STEPS) {
  console.log(`\n== ${name}: ${command.join(' ').replace(process.execPath, 'node')}`);
  const [program = '', ...args] = command;
  const { status } = spawnSync(program, args, { stdio: 'inherit' });
  if (status !== 0) failed.push(name);
}
console.log(failed.length === 0 ? '\ncheck: all passed' : `\ncheck: failed: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
