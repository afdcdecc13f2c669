import { createInterface } from 'node:readline';
import { safeJson } from '#report/formats/json.ts';
import { EXIT, UsageError } from '../exit.ts';
import { outputClosed, print } from '../output/terminal.ts';
import { withoutNeedlessEscapes } from './escapes.ts';

/** One line of a batch: an object, whose `id` is given back with its answer. */
export interface Case {
  readonly id: unknown;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** What is said of a case beside its id, and the exit status that follows from it. */
export interface CaseAnswer {
  readonly told: object;
  readonly status: number;
}

/** The worst of several statuses, by what they say. */
const WORST_LAST: readonly number[] = [EXIT.done, EXIT.findings, EXIT.input];

/**
 * A JSON line in, a JSON line out, in order. A line that cannot be used is answered with an error and the rest goes on; the next line is read when
 * the answer to the last one has been taken. Answers the exit status.
 */
export async function answerCases(answer: (posed: Case) => CaseAnswer | Promise<CaseAnswer>): Promise<number> {
  let worst = 0;
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (line.trim() === '') continue;
    const { told, status, id } = await answerTo(line, answer);
    worst = Math.max(worst, WORST_LAST.indexOf(status));
    await print(`${safeJson({ id, ...told })}\n`);
    if (outputClosed()) break;
  }
  return WORST_LAST[worst] ?? EXIT.done;
}

async function answerTo(
  line: string,
  answer: (posed: Case) => CaseAnswer | Promise<CaseAnswer>,
): Promise<CaseAnswer & { readonly id: unknown }> {
  let id: unknown = null;
  try {
    const fields = fieldsOf(line);
    id = fields['id'] ?? null;
    return { id, ...(await answer({ id, fields })) };
  } catch (error) {
    return { id, told: { error: error instanceof Error ? error.message : String(error) }, status: EXIT.input };
  }
}

function fieldsOf(line: string): Case['fields'] {
  let value: unknown;
  try {
    value = JSON.parse(withoutNeedlessEscapes(line));
  } catch (error) {
    throw new UsageError(`not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UsageError('not an object');
  return value as Case['fields'];
}
