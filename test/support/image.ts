/** The Dockerfile, really built: with buildah, on a stand-in for the public base image. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { endWithUs } from './end-with-us.ts';

const BASE = 'localhost/node:24-bookworm-slim';
const TAG = 'localhost/kubeposture:test';
/** Makes the stand-in. */
const MAKE_BASE = '../shared/image/make-base';
const ENVIRONMENT = { ...process.env, BUILDAH_ISOLATION: 'chroot', STORAGE_DRIVER: 'vfs' };
const SYNC = { encoding: 'utf8', env: ENVIRONMENT, maxBuffer: 1 << 26 } as const;

function buildah(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('buildah', args, SYNC);
  if (status !== 0) throw new Error(`buildah ${args.join(' ')}: ${stderr.slice(-4000)}`);
  return stdout.trim();
}

function hasBase(): boolean {
  return spawnSync('buildah', ['inspect', '--type', 'image', BASE], SYNC).status === 0;
}

/** Why no image can be built here, or nothing when one can. */
export function imageMissing(): string | undefined {
  if (process.env['KP_SLOW'] === undefined) return 'takes a minute; KP_SLOW=1 runs it';
  if (process.getuid?.() !== 0) return 'building an image needs root here';
  if (spawnSync('buildah', ['--version'], SYNC).status !== 0) return 'there is no buildah';
  if (hasBase()) return undefined;
  return existsSync(MAKE_BASE) ? undefined : `there is no image ${BASE} to build on`;
}

interface Config {
  readonly User: string;
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
}

/** A container of the freshly built image. */
export class Image {
  readonly #container: string;
  /** Where its files can be seen. */
  readonly root: string;
  readonly config: Config;

  constructor() {
    if (!hasBase()) spawnSync(MAKE_BASE, [], { ...SYNC, stdio: 'ignore' });
    buildah('bud', '--pull-never', '--build-arg', `BASE=${BASE}`, '--build-arg', 'REVISION=abc', '--tag', TAG, '.');
    this.config = (
      JSON.parse(buildah('inspect', '--type', 'image', TAG)) as { readonly OCIv1: { readonly config: Config } }
    ).OCIv1.config;
    this.#container = buildah('from', '--pull-never', TAG);
    this.root = buildah('mount', this.#container);
  }

  /** Starts its own command as its own user, as a kubelet would. `volumes` are host paths by where they are seen, read-only. */
  start(environment: Readonly<Record<string, string>>, volumes: Readonly<Record<string, string>>): Running {
    const { User, Entrypoint, Cmd } = this.config;
    const args = [
      ...['run', '--user', User],
      ...Object.entries(volumes).flatMap(([inside, outside]) => ['--volume', `${outside}:${inside}:ro`]),
      ...Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      ...[this.#container, '--', ...Entrypoint, ...Cmd],
    ];
    return new Running(
      spawn('buildah', args, { stdio: ['ignore', 'ignore', 'pipe'], env: ENVIRONMENT, detached: true }),
    );
  }

  remove(): void {
    buildah('umount', this.#container);
    buildah('rm', this.#container);
    buildah('rmi', TAG);
  }
}

export class Running {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = once(child, 'exit');
    createInterface({ input: child.stderr! }).on('line', (line) => this.lines.push(line));
    endWithUs(child, () => {
      this.#kill('SIGKILL');
    });
  }

  /** Ends buildah and what it runs: they are one process group. */
  async stop(): Promise<void> {
    this.#kill('SIGTERM');
    await this.#exited;
  }

  #kill(signal: NodeJS.Signals): void {
    if (this.#child.pid !== undefined && this.#child.exitCode === null) process.kill(-this.#child.pid, signal);
  }
}
