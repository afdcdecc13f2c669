/** The demo as its users run it: a process of its own that writes to a terminal and is ended by Ctrl-C. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '../../support/wait.ts';

export class DemoProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  readonly #folder = mkdtempSync(join(tmpdir(), 'kubeposture-test-'));
  #output = '';
  #complaint = '';

  constructor(...flags: readonly string[]) {
    this.#child = spawn(process.execPath, ['src/main.ts', 'demo', ...flags], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // What it leaves behind is all that is left there.
      env: { ...process.env, TMPDIR: this.#folder },
    });
    this.#ended = once(this.#child, 'close').then(([code]) => code as number | null);
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#complaint += text));
  }

  get output(): string {
    return this.#output;
  }

  get complaint(): string {
    return this.#complaint;
  }

  /** Resolves with the first match when it has said it. */
  async says(what: RegExp, deadlineMs = 30_000): Promise<RegExpExecArray> {
    return waitFor(`${String(what)} in the output`, () => what.exec(this.#output), { deadlineMs });
  }

  /** Resolves with the kubeconfig when everything is told and it waits for changes. */
  async ready(): Promise<string> {
    await this.says(/Ctrl-C/);
    return (await this.says(/^kubeconfig +(\S+)$/m))[1]!;
  }

  /** The exit status of one that ends by itself, or after a signal. */
  async end(
    ...signals: readonly NodeJS.Signals[]
  ): Promise<{ readonly status: number | null; readonly tookMs: number }> {
    const since = performance.now();
    for (const signal of signals) this.#child.kill(signal);
    const status = await this.#ended;
    return { status, tookMs: performance.now() - since };
  }

  /** Files that it left behind. */
  leftovers(): readonly string[] {
    return readdirSync(this.#folder);
  }

  /** Ends it whatever it does. */
  async dispose(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
