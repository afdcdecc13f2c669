import { text as textOf } from 'node:stream/consumers';
import { UsageError } from '../exit.ts';
import { sourcesOf } from '../input/files.ts';
import { Intake } from '../input/intake.ts';
import { complainOf } from '../input/start.ts';
import { lookOf, outputClosed, print, progressLine } from '../output/terminal.ts';
import { judgeManifests } from './objects.ts';
import { exitStatus, planOf, type ScanFlags, type ScanPlan, type Scanned } from './plan.ts';
import { resultOf, scoreOfAll, type ScanResult } from './result.ts';
import { severityNamed } from './select.ts';

const OUTPUTS = ['table', 'json'];

/** `kubeposture scan`. Answers the exit status. */
export async function scan(paths: readonly string[], flags: ScanFlags): Promise<number> {
  if (!OUTPUTS.includes(flags.output))
    throw new UsageError(`--output: "${flags.output}" is not one of ${OUTPUTS.join(', ')}`);
  const threshold = flags.failOn === undefined ? undefined : severityNamed(flags.failOn);
  const plan = planOf(flags);
  if (flags.batch === true) {
    if (paths.length > 0) throw new UsageError('--batch reads cases from stdin and takes no paths');
    const { scanBatch } = await import('./batch.ts');
    return scanBatch(plan, threshold);
  }
  const { judged, told, isPartial } = paths.length === 0 ? await scanLive(flags, plan) : await scanFiles(paths, plan);
  const result = resultOf(judged, told);
  await report(result, { judged, told, isPartial }, plan, flags.output);
  return exitStatus(result, isPartial, threshold);
}

async function scanFiles(paths: readonly string[], plan: ScanPlan): Promise<Scanned> {
  const intake = new Intake();
  if (paths.includes('-')) intake.addText('-', await textOf(process.stdin));
  const reading = progressLine('reading: documents');
  for (const source of sourcesOf(paths.filter((path) => path !== '-'))) {
    if ('problem' in source) intake.fail(source.file, 0, source.problem);
    else intake.addText(source.file, source.text);
    reading.at(intake.documents);
  }
  reading.end();
  const judging = progressLine('judging: subjects');
  const judged = judgeManifests(intake, plan, judging.at);
  judging.end();
  const { count, foreign, errors, hasUnread } = intake;
  return { judged, told: { objects: count, foreign, errors, scope: plan.scope }, isPartial: hasUnread };
}

async function scanLive(flags: ScanFlags, plan: ScanPlan): Promise<Scanned> {
  const { scanCluster } = await import('../cluster.ts');
  return scanCluster(plan, flags.kubernetesVersion !== undefined);
}

async function report(result: ScanResult, { judged, told }: Scanned, plan: ScanPlan, output: string): Promise<void> {
  if (output === 'json') {
    await print(`${JSON.stringify(result, undefined, 2)}\n`);
    return;
  }
  const { tableOf } = await import('./table.ts');
  for (const lines of tableOf(result, scoreOfAll(judged, told), plan.checks, lookOf(process.stdout))) {
    if (outputClosed()) break;
    await print(lines);
  }
  complainOf(result.errors);
}
