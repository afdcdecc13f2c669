/** Measurements in processes of their own: nobody's garbage or compiled code is another's advantage. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const MOST_OUTPUT = 1 << 24;

/** The flags with which the image starts Node. */
function shippedFlags(): readonly string[] {
  const [, entry = '[]'] = /^ENTRYPOINT (.*)$/m.exec(readFileSync('Dockerfile', 'utf8')) ?? [];
  return (JSON.parse(entry) as readonly string[]).filter((word) => word.startsWith('--'));
}

/** What is shipped is compiled: a run takes what an earlier one has compiled, and needs no memory for stripping types. */
const CACHE = 'node_modules/.cache/kubeposture-bench';

/** Runs a program to its end and answers the JSON that it prints. Throws what it says on its standard error. */
export function measured<T>(program: string, ...args: readonly string[]): T {
  return outputOf<T>(process.execPath, ['--expose-gc', ...shippedFlags(), program, ...args]);
}

export function outputOf<T>(command: string, args: readonly string[]): T {
  const env = { ...process.env, NODE_COMPILE_CACHE: CACHE };
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: MOST_OUTPUT, env });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return JSON.parse(stdout) as T;
}

export interface Helper {
  /** What it printed when it was ready. */
  readonly line: string;
  readonly stop: () => Promise<void>;
}

/** Starts a program that stays, and waits for its first line. */
export async function helper(program: string, ...args: readonly string[]): Promise<Helper> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const end = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', end);
  const ended = once(child, 'exit');
  const lines = createInterface(child.stdout);
  const first = await Promise.race([once(lines, 'line'), ended.then(() => undefined)]);
  if (first === undefined) throw new Error(`${program} ended before it was ready`);
  const stop = async (): Promise<void> => {
    process.off('exit', end);
    child.kill('SIGTERM');
    await ended;
  };
  return { line: String(first[0]), stop };
}
