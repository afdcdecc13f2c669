import type { ChildProcess } from 'node:child_process';

/** A test that fails before its end stops nothing: what it started must not outlive the run. */
export function endWithUs(child: ChildProcess, kill: () => void = () => void child.kill('SIGKILL')): void {
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
}
