/** The informer that operators written in Go use: built when it is first asked for, and kept outside the checkout. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const SOURCE = 'test/bench/client-go-informer';

/** Where test/envtest/get keeps what it builds. */
function cacheFolder(): string {
  const { KUBEPOSTURE_ENVTEST_CACHE, XDG_CACHE_HOME = join(homedir(), '.cache') } = process.env;
  return KUBEPOSTURE_ENVTEST_CACHE ?? join(XDG_CACHE_HOME, 'kubeposture-envtest');
}

function isThere(command: string): boolean {
  return spawnSync(command, ['version'], { stdio: 'ignore' }).status === 0;
}

/** Path of the program, or why there is none. Throws what Go says when it does not compile. */
export function clientGoInformer(): { readonly path: string } | { readonly missing: string } {
  const hash = createHash('sha256');
  for (const name of ['main.go', 'go.mod', 'go.sum']) hash.update(readFileSync(join(SOURCE, name)));
  const folder = join(cacheFolder(), 'client-go-informer');
  const path = join(folder, hash.digest('hex').slice(0, 16));
  if (existsSync(path)) return { path };
  if (!isThere('go')) return { missing: 'client-go left out: needs Go on PATH' };
  mkdirSync(folder, { recursive: true });
  const part = `${path}.part`;
  console.log('building the client-go informer (first time only)');
  const args = ['build', '-mod=readonly', '-trimpath', '-buildvcs=false', '-o', part, '.'];
  const { status, stderr } = spawnSync('go', args, {
    cwd: SOURCE,
    encoding: 'utf8',
    env: { ...process.env, CGO_ENABLED: '0' },
  });
  if (status !== 0) throw new Error(stderr);
  renameSync(part, path);
  return { path };
}
