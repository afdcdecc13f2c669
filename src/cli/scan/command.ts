import { buffer as bytesOf } from 'node:stream/consumers';
import type { Severity } from '#model/severity.ts';
import { FORMATS, isFormat, type FormatName } from '#report/formats/index.ts';
import type { Scan } from '#report/formats/scan.ts';
import { wallClock } from '#settings/checks.ts';
import { endedControls } from '#settings/declared.ts';
import { UsageError } from '../exit.ts';
import { parsedAhead } from '../input/ahead.ts';
import { decoded } from '../input/files.ts';
import { Intake } from '../input/intake.ts';
import { fileSources } from '../input/spots.ts';
import { complainOf } from '../input/start.ts';
import { complain, lookOf, printAll, progressLine } from '../output/terminal.ts';
import { version } from '../package.ts';
import { compared, fingerprint, readBaseline } from './baseline.ts';
import { judgeManifests } from './objects.ts';
import { youngSpaceKeeper } from './memory.ts';
import { exitStatus, isOver, planOf, type ScanFlags, type ScanPlan, type Scanned } from './plan.ts';
import { resultOf, scoreOfAll } from './result.ts';
import { severityNamed } from './select.ts';

/** `kubeposture scan`. Answers the exit status. */
export async function scan(paths: readonly string[], flags: ScanFlags): Promise<number> {
  const { output, failOn } = flags;
  if (!isFormat(output)) throw new UsageError(`--output: "${output}" is not one of ${Object.keys(FORMATS).join(', ')}`);
  if (flags.exclude.length > 0 && paths.length === 0) throw new UsageError('--exclude is for folders: name one');
  const threshold = failOn === undefined ? undefined : severityNamed(failOn);
  const plan = planOf(flags);
  for (const control of endedControls(plan.settings.controlPlane.declaredControls, wallClock()))
    complain(`kubeposture: controlPlane.declaredControls: ${control} has ended`);
  if (flags.batch === true) {
    if (paths.length > 0) throw new UsageError('--batch reads cases from stdin and takes no paths');
    const { scanBatch } = await import('./batch.ts');
    return scanBatch(plan, threshold);
  }
  const baseline = flags.baseline === undefined ? undefined : readBaseline(flags.baseline);
  const scanned = paths.length === 0 ? await scanLive(flags, plan) : await scanFiles(paths, flags, plan);
  const found = resultOf(scanned.judged, scanned.told);
  const result = baseline === undefined ? found : compared(found, baseline);
  await report(output, {
    result,
    score: scoreOfAll(scanned.judged, scanned.told),
    checks: plan.checks,
    sources: scanned.sources,
    counts: countsFrom(threshold),
    fingerprint,
    hasBaseline: baseline !== undefined,
    version: version(),
    look: lookOf(process.stdout),
  });
  return exitStatus(result, scanned.isPartial, threshold);
}

/** Without a threshold everything that is open counts, but not what is only said. */
function countsFrom(threshold: Severity = 'low'): Scan['counts'] {
  return (finding) => isOver(finding, threshold);
}

async function scanFiles(paths: readonly string[], { exclude }: ScanFlags, plan: ScanPlan): Promise<Scanned> {
  const intake = new Intake();
  const stdin = paths.includes('-') ? decoded(await bytesOf(process.stdin)) : '';
  if (paths.includes('-')) intake.addText('-', stdin);
  const reading = progressLine('reading: documents');
  const spare = youngSpaceKeeper();
  for await (const read of parsedAhead(
    paths.filter((path) => path !== '-'),
    exclude,
  )) {
    intake.addFile(read);
    reading.at(intake.documents);
    spare();
  }
  reading.end();
  const judging = progressLine('judging: subjects');
  const judged = judgeManifests(intake, plan, judging.at);
  judging.end();
  const { count, foreign, errors, hasUnread } = intake;
  return {
    judged,
    told: { objects: count, foreign, errors: [...errors, ...plan.unread], scope: plan.scope, isPart: plan.isPart },
    sources: fileSources({ originOf: (kind, key) => intake.originOf(kind, key), stdin }),
    isPartial: hasUnread || plan.unread.length > 0,
  };
}

async function scanLive(flags: ScanFlags, plan: ScanPlan): Promise<Scanned> {
  const { scanCluster } = await import('../cluster.ts');
  return scanCluster(plan, flags.kubernetesVersion !== undefined);
}

/** Formats that do not list what could not be read: it is said beside them. */
const SILENT_ON_ERRORS: readonly FormatName[] = ['table', 'wide'];

async function report(output: FormatName, printed: Scan): Promise<void> {
  await printAll(FORMATS[output](printed));
  if (SILENT_ON_ERRORS.includes(output)) complainOf(printed.result.errors);
}
