import { createInterface } from 'node:readline';
import type { Severity } from '#model/severity.ts';
import { EXIT, UsageError } from '../exit.ts';
import { withoutNeedlessEscapes } from '../input/escapes.ts';
import { Intake } from '../input/intake.ts';
import { outputClosed, print } from '../output/terminal.ts';
import { exitStatus, type ScanPlan } from './plan.ts';
import { judgeManifests } from './objects.ts';
import { resultOf } from './result.ts';
import { minorOf } from './select.ts';

interface Answer {
  readonly line: object;
  readonly status: number;
}

/** The worst of several statuses, by what they say. */
const WORST_LAST: readonly number[] = [EXIT.done, EXIT.findings, EXIT.input];

/**
 * `scan --batch`: a JSON line in, a JSON line out, in order. A line that cannot be used is answered with an error and the rest goes on; the next
 * line is read when the answer to the last one has been taken.
 */
export async function scanBatch(plan: ScanPlan, threshold: Severity | undefined): Promise<number> {
  let worst = 0;
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (line.trim() === '') continue;
    const { line: answer, status } = answerTo(line, plan, threshold);
    worst = Math.max(worst, WORST_LAST.indexOf(status));
    await print(`${JSON.stringify(answer)}\n`);
    if (outputClosed()) break;
  }
  return WORST_LAST[worst] ?? EXIT.done;
}

function answerTo(text: string, plan: ScanPlan, threshold: Severity | undefined): Answer {
  let id: unknown = null;
  try {
    const posed = caseOf(text);
    id = posed.id;
    return scanned(posed, plan, threshold);
  } catch (error) {
    if (error instanceof CaseError) id = error.id;
    return { line: { id, error: error instanceof Error ? error.message : String(error) }, status: EXIT.input };
  }
}

interface Case {
  readonly id: unknown;
  readonly objects: readonly unknown[];
  readonly kubernetesVersion: string | undefined;
}

class CaseError extends UsageError {
  readonly id: unknown;

  constructor(message: string, id: unknown) {
    super(message);
    this.id = id;
  }
}

function caseOf(text: string): Case {
  let value: unknown;
  try {
    value = JSON.parse(withoutNeedlessEscapes(text));
  } catch (error) {
    throw new CaseError(`not JSON: ${(error as Error).message}`, null);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new CaseError('not an object', null);
  const { id = null, objects, kubernetesVersion } = value as Readonly<Record<string, unknown>>;
  if (!Array.isArray(objects)) throw new CaseError('objects: must be a list', id);
  if (kubernetesVersion !== undefined && typeof kubernetesVersion !== 'string')
    throw new CaseError('kubernetesVersion: must be a string, such as "1.34"', id);
  return { id, objects, kubernetesVersion };
}

function scanned({ id, objects, kubernetesVersion }: Case, plan: ScanPlan, threshold: Severity | undefined): Answer {
  const intake = new Intake();
  for (const [index, object] of objects.entries()) intake.addObject(`objects[${String(index)}]`, 0, object);
  const minor = kubernetesVersion === undefined ? plan.minor : minorOf(kubernetesVersion);
  const judged = judgeManifests(intake, { ...plan, minor });
  const { count, foreign, errors, hasUnread } = intake;
  const result = resultOf(judged, { objects: count, foreign, errors, scope: plan.scope });
  return { line: { id, ...result }, status: exitStatus(result, hasUnread, threshold) };
}
