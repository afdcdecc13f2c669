import { readFileSync } from 'node:fs';
import { connectsByGet } from '#facts/pod-connect.ts';
import { Store } from '#inventory/store.ts';
import { safeJson } from '#report/formats/json.ts';
import { EXIT, InputFailure, UsageError } from '../exit.ts';
import { withoutNeedlessEscapes } from '../input/escapes.ts';
import { answerCases, type Case, type CaseAnswer } from '../input/cases.ts';
import { manifestsOf } from '../input/manifests.ts';
import { complainOf, copyOf, startOf, type Start, type StartFlags } from '../input/start.ts';
import { print } from '../output/terminal.ts';
import { isRecord, optionalListAt, recordAt, type Question } from './question.ts';
import { Session } from './session.ts';

/** The flags of `ask`, as they were typed. */
export interface AskFlags extends StartFlags {
  readonly batch?: true;
  readonly apply: readonly string[];
}

/** `kubeposture ask`. Answers the exit status. */
export async function ask(files: readonly string[], flags: AskFlags): Promise<number> {
  if (flags.batch === true) {
    if (files.length > 0 || flags.apply.length > 0)
      throw new UsageError('--batch reads cases from stdin and takes neither questions nor --apply');
    return askBatch(flags);
  }
  if (files.length === 0) throw new UsageError('ask wants the file of a question, or --batch');
  const asked = files.map(read).flatMap(questionsOf);
  const start = await startOf(flags, 'ask');
  const { status } = start;
  const session = new Session(start.store, assumedOf(start));
  const steps: object[] = [session.step({ questions: asked })];
  const change = manifestsOf(flags.apply);
  if (flags.apply.length > 0) {
    complainOf(session.take(change));
    steps.push(session.step({ questions: asked }));
  }
  await print(`${safeJson({ steps }, 2)}\n`);
  return change.hasUnread ? EXIT.input : status;
}

/** What is known of the start and no object says. */
function assumedOf(start: Start): Question {
  return { execRequiresCreate: !connectsByGet(start), ...(start.isLive ? {} : { shippedRoles: true }) };
}

function read(file: string): unknown {
  try {
    return JSON.parse(withoutNeedlessEscapes(readFileSync(file === '-' ? 0 : file, 'utf8')));
  } catch (error) {
    throw new InputFailure(`${file}: ${(error as Error).message}`);
  }
}

/** A question, a list of them, or an object that holds such a list. */
function questionsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isRecord(value) && Array.isArray(value['questions']) ? value['questions'] : [value];
}

/** Each case is a state of its own, changed by its steps. Without `objects` it begins as the cluster is, which is read once. */
async function askBatch(flags: AskFlags): Promise<number> {
  let start: Promise<Start> | undefined;
  const begin = async (assume: Question): Promise<Session> => {
    const begun = await (start ??= startOf(flags, 'ask'));
    return new Session(copyOf(begun.store), { ...assumedOf(begun), ...assume });
  };
  return answerCases((posed) => answered(posed, begin));
}

async function answered({ fields }: Case, begin: (assume: Question) => Promise<Session>): Promise<CaseAnswer> {
  const objects = optionalListAt(fields, 'objects');
  const steps = optionalListAt(fields, 'steps') ?? [];
  const assume: Question = 'assume' in fields ? recordAt(fields, 'assume') : {};
  const session = objects === undefined ? await begin(assume) : new Session(new Store(), assume);
  const errors = session.apply(objects ?? [], 'objects');
  const told = steps.map((step) => session.step(step));
  const isPartial = errors.length > 0 || told.some((step) => step.errors !== undefined);
  return {
    told: { steps: told, ...(errors.length === 0 ? {} : { errors }) },
    status: isPartial ? EXIT.input : EXIT.done,
  };
}
