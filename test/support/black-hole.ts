/** Two network namespaces joined by a cable in which packets can vanish without anybody being told. Needs root and iproute2. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const NEAR = '10.199.7.1';
export const FAR = '10.199.7.2';

export interface Running {
  readonly lines: string[];
}

export interface BlackHole {
  /** Runs a script of ours with Node at one end of the cable. */
  readonly run: (end: 'near' | 'far', ...args: readonly string[]) => Running;
  /** From now on nothing arrives at the near end. */
  readonly open: () => void;
  readonly close: () => void;
  readonly end: () => Promise<void>;
}

const ip = (...args: readonly string[]): void => {
  execFileSync('ip', args, { stdio: 'pipe' });
};

/** Why there can be none here; or one. */
export function blackHole(): BlackHole | string {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs root on Linux';
  const id = randomBytes(3).toString('hex');
  const names = { near: `kp-${id}-a`, far: `kp-${id}-b` } as const;
  const links = { near: `a-${id}`, far: `b-${id}` } as const;
  const children: ChildProcess[] = [];
  const remove = (): void => {
    for (const name of Object.values(names)) {
      try {
        ip('netns', 'del', name);
      } catch {
        // It was never made.
      }
    }
  };
  try {
    for (const name of Object.values(names)) ip('netns', 'add', name);
    ip('link', 'add', links.near, 'netns', names.near, 'type', 'veth', 'peer', 'name', links.far, 'netns', names.far);
    ip('-n', names.near, 'addr', 'add', `${NEAR}/30`, 'dev', links.near);
    ip('-n', names.far, 'addr', 'add', `${FAR}/30`, 'dev', links.far);
    for (const end of ['near', 'far'] as const) ip('-n', names[end], 'link', 'set', links[end], 'up');
  } catch (error) {
    remove();
    return `no network namespaces: ${error instanceof Error ? error.message : String(error)}`;
  }
  const route = (verb: 'add' | 'del'): void => {
    ip('-n', names.far, 'route', verb, 'blackhole', `${NEAR}/32`);
  };
  return {
    run: (end, ...args) => {
      const child = spawn('ip', ['netns', 'exec', names[end], process.execPath, ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      const lines: string[] = [];
      createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
      return { lines };
    },
    open: () => {
      route('add');
    },
    close: () => {
      route('del');
    },
    end: async () => {
      await Promise.all(
        children.map(async (child) => {
          const gone = once(child, 'exit');
          child.kill('SIGKILL');
          await gone;
        }),
      );
      remove();
    },
  };
}
