import type { Severity } from '#model/severity.ts';
import { UsageError } from '../exit.ts';
import { answerCases, type Case, type CaseAnswer } from '../input/cases.ts';
import { Intake } from '../input/intake.ts';
import { exitStatus, type ScanPlan } from './plan.ts';
import { judgeManifests } from './objects.ts';
import { resultOf } from './result.ts';
import { minorOf } from './select.ts';

/** `scan --batch`: each case is scanned by itself. */
export function scanBatch(plan: ScanPlan, threshold: Severity | undefined): Promise<number> {
  return answerCases((posed) => scanned(posed, plan, threshold));
}

function scanned({ fields }: Case, plan: ScanPlan, threshold: Severity | undefined): CaseAnswer {
  const { objects, kubernetesVersion } = fields;
  if (!Array.isArray(objects)) throw new UsageError('objects: must be a list');
  if (kubernetesVersion !== undefined && typeof kubernetesVersion !== 'string')
    throw new UsageError('kubernetesVersion: must be a string, such as "1.34"');
  const intake = new Intake();
  for (const [index, object] of objects.entries()) intake.addObject(`objects[${String(index)}]`, 0, object);
  const minor = kubernetesVersion === undefined ? plan.minor : minorOf(kubernetesVersion);
  const judged = judgeManifests(intake, { ...plan, minor });
  const { count, foreign, errors, hasUnread } = intake;
  const { scope, isPart, unread } = plan;
  const result = resultOf(judged, { objects: count, foreign, errors: [...errors, ...unread], scope, isPart });
  return { told: result, status: exitStatus(result, hasUnread || unread.length > 0, threshold) };
}
