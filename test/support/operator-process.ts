/** The operator as its users run it: a process of its own, told by flags, read by its logs, metrics and exit status. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { endWithUs } from './end-with-us.ts';
import { waitFor } from './wait.ts';

export interface Logged {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

export class OperatorProcess {
  readonly logs: Logged[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | null>;

  constructor(flags: readonly string[], environment: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(
      process.execPath,
      ['src/main.ts', 'operator', '--listen', '127.0.0.1:0', '--log-format', 'json', ...flags],
      { stdio: ['ignore', 'ignore', 'pipe'], env: { ...withoutCluster(), ...environment } },
    );
    endWithUs(this.#child);
    this.#exited = once(this.#child, 'exit').then(([code]) => code as number | null);
    createInterface({ input: this.#child.stderr! }).on('line', (line) => {
      this.logs.push(parsed(line));
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  logged(message: string): Logged | undefined {
    return this.logs.find((line) => line.message === message);
  }

  /** Resolves with the log line when it comes. */
  async says(message: string, deadlineMs = 20_000): Promise<Logged> {
    return waitFor(`the log line "${message}"`, () => this.logged(message), { deadlineMs });
  }

  async url(): Promise<string> {
    const { url } = await this.says('listening');
    return String(url);
  }

  /** Status and text of a path that it serves. */
  async get(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const response = await fetch(`${await this.url()}${path}`);
    return { status: response.status, text: await response.text() };
  }

  /** Resolves when it is ready and has nothing left to write. */
  async ready(deadlineMs = 20_000): Promise<void> {
    await waitFor('readiness', async () => (await this.get('/readyz')).status === 200, { deadlineMs });
  }

  /** The value of the first series of a metric whose line holds all the words; undefined when there is none. */
  async metric(name: string, ...words: readonly string[]): Promise<number | undefined> {
    const { text } = await this.get('/metrics');
    const line = text
      .split('\n')
      .find((row) => new RegExp(`^${name}[{ ]`).test(row) && words.every((word) => row.includes(word)));
    return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1));
  }

  /** Sends a signal and resolves with the exit status and how long the end took, in milliseconds. */
  async stop(
    signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL' = 'SIGTERM',
  ): Promise<{ readonly code: number | null; readonly tookMs: number }> {
    const since = performance.now();
    this.#child.kill(signal);
    const code = await this.#exited;
    return { code, tookMs: performance.now() - since };
  }

  /** The exit status of a process that ends by itself. */
  async ended(deadlineMs = 20_000): Promise<number | null> {
    return waitFor(
      'the end of the operator',
      async () => {
        const code = await Promise.race([this.#exited, Promise.resolve('running' as const)]);
        return code === 'running' ? undefined : { code };
      },
      { deadlineMs },
    ).then(({ code }) => code);
  }
}

function parsed(line: string): Logged {
  try {
    return JSON.parse(line) as Logged;
  } catch {
    return { level: 'raw', message: line };
  }
}

/** The environment without what would name a cluster by itself. */
function withoutCluster(): NodeJS.ProcessEnv {
  const { KUBECONFIG: _kubeconfig, KUBERNETES_SERVICE_HOST: _host, ...rest } = process.env;
  return { ...rest, HOME: '/nonexistent' };
}
