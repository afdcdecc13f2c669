/**
 * `npm test`: the cluster suite and every other test side by side, for the one waits for its servers most of the time. The output of the
 * cluster suite follows that of the others, and the last line is the sum of both. With arguments it is one mocha that has them:
 * `npm test -- --grep W14`, `npm test -- test/unit/model/ref.test.ts`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { endWithUs } from './support/end-with-us.ts';
import { closingLines, type Counts } from './support/reporter.ts';

const MOCHA = 'node_modules/mocha/bin/mocha.js';
const ALL = 'test/**/*.test.ts';
const CLUSTER = 'test/cluster/**/*.test.ts';

const args = process.argv.slice(2);
process.exitCode = args.length === 0 ? await bothSuites() : await mocha(withFiles(args), 'inherit').ended;

/** Mocha takes what a configuration names beside what the command line names: who names files wants these alone. */
function withFiles(args: readonly string[]): readonly string[] {
  return args.some((arg) => arg.endsWith('.test.ts')) ? args : [...args, ALL];
}

async function bothSuites(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'kubeposture-tests-'));
  process.once('exit', () => {
    rmSync(folder, { recursive: true });
  });
  const [others, cluster] = [join(folder, 'others.json'), join(folder, 'cluster.json')];
  const clusterRun = mocha([CLUSTER], 'pipe', cluster);
  const output = buffer(clusterRun.child.stdout!);
  const othersStatus = await mocha([ALL, '--ignore', CLUSTER], 'inherit', others).ended;
  process.stdout.write(await output);
  const clusterStatus = await clusterRun.ended;
  const counts = [others, cluster].filter(existsSync).map((file) => JSON.parse(readFileSync(file, 'utf8')) as Counts);
  if (counts.length < 2) process.stderr.write('test: a suite broke off before its end\n');
  process.stdout.write(closingLines(counts.reduce(sum)));
  return counts.length < 2 ? 1 : Math.max(othersStatus, clusterStatus);
}

function sum(a: Counts, b: Counts): Counts {
  return {
    floors: { ...a.floors, ...b.floors },
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

/** `counts`: the file for the sums of a run that is one of several. */
function mocha(args: readonly string[], stdout: 'inherit' | 'pipe', counts?: string) {
  const env = { ...process.env, ...(counts === undefined ? {} : { KP_COUNTS: counts }) };
  const child = spawn(process.execPath, [MOCHA, ...args], { stdio: ['inherit', stdout, 'inherit'], env });
  endWithUs(child, () => void child.kill('SIGTERM'));
  const ended = once(child, 'close').then(([status]: readonly (number | null)[]) => status ?? 1);
  return { child, ended };
}
