/** Programs in processes of their own: nobody's garbage or compiled code is another's advantage. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { endWithUs } from './end-with-us.ts';

/** The flags with which the image starts Node. */
export function shippedFlags(): readonly string[] {
  const [, entry = '[]'] = /^ENTRYPOINT (.*)$/m.exec(readFileSync('Dockerfile', 'utf8')) ?? [];
  return (JSON.parse(entry) as readonly string[]).filter((word) => word.startsWith('--'));
}

/** What is shipped is compiled: a run takes what an earlier one has compiled, and needs no memory for stripping types. */
const CACHE = 'node_modules/.cache/kubeposture-bench';

/** The environment of a measured run. */
export function measuredEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, NODE_COMPILE_CACHE: CACHE };
}

function started(
  command: string,
  args: readonly string[],
): { readonly child: ChildProcess; readonly ended: Promise<number | null> } {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env: measuredEnvironment() });
  endWithUs(child);
  const ended = once(child, 'close').then(([status]: readonly (number | null)[]) => status ?? null);
  return { child, ended };
}

/** Runs a program as it is shipped to its end and answers the JSON that it prints. It may call `gc()`. Rejects when it fails. */
export function measured<T>(program: string, ...args: readonly string[]): Promise<T> {
  return outputOf<T>(process.execPath, ['--expose-gc', ...shippedFlags(), program, ...args]);
}

export async function outputOf<T>(command: string, args: readonly string[]): Promise<T> {
  const { child, ended } = started(command, args);
  const [output, status] = await Promise.all([text(child.stdout!), ended]);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ended with ${String(status)}`);
  return JSON.parse(output) as T;
}

export interface Helper {
  /** What it printed when it was ready. */
  readonly line: string;
  readonly stop: () => Promise<void>;
}

/** Starts a program that stays, and waits for its first line. */
export async function helper(program: string, ...args: readonly string[]): Promise<Helper> {
  const { child, ended } = started(process.execPath, [program, ...args]);
  const first = once(createInterface(child.stdout!), 'line') as Promise<[string]>;
  const line = await Promise.race([first.then(([line]) => line), ended.then(() => undefined)]);
  if (line === undefined) throw new Error(`${program} ended before it was ready`);
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
  };
  return { line, stop };
}
