import {
  isProblem,
  type Check,
  type Context,
  type Doubt,
  type Judge,
  type Outcome,
  type Problem,
} from '#model/check.ts';
import type { Inventory } from '#model/inventory.ts';
import type { AnyObject } from '#model/objects.ts';
import { refOf, subjectText } from '#model/ref.ts';
import type { Relation } from '#model/relation.ts';

/** What a judgement sees beside its object. */
export interface Surroundings {
  readonly context: Context;
  readonly inventory: Inventory;
  /** What was asked of this object already, where checks and traits share it: nothing changes while a subject is judged. */
  readonly asked?: Map<Relation, Related>;
}

/** What a relation leads to from one object. */
class Related {
  readonly found: readonly unknown[];
  #unread: readonly string[] | undefined;

  constructor(found: readonly unknown[]) {
    this.found = found;
  }

  /** What could not be read in it. */
  get unread(): readonly string[] {
    if (this.#unread === undefined) {
      const notes: string[] = [];
      noteUnread(this.found, notes);
      this.#unread = notes.length === 0 ? NONE : notes;
    }
    return this.#unread;
  }
}

type Given = Readonly<Record<string, readonly unknown[] | undefined>>;

/**
 * Runs one judgement on one object. Law: it never throws, and a check that throws is an `error`, never a pass; evidence out of reach is
 * `unknown`, never a pass; one proven problem is enough for `fail`.
 */
export function evaluate(judge: Judge, object: AnyObject, surroundings: Surroundings): Outcome {
  try {
    if (!judge.applies(object, surroundings.context)) return NOT_APPLICABLE;
    const missing = missingInputs(judge, surroundings.inventory);
    if (missing.length > 0) return { status: 'unknown', missing: missing.map((unknown) => ({ unknown })) };
    const outcome = collect(judge, object, surroundings);
    return object.kind === 'Cluster' && !surroundings.context.complete ? inFiles(outcome) : outcome;
  } catch (error) {
    return { status: 'error', message: error instanceof Error ? error.message : String(error) };
  }
}

/** A set of files is no cluster: whatever it shows or lacks, a cluster may have more. */
function inFiles(outcome: Outcome): Outcome {
  return outcome.status === 'pass' || outcome.status === 'fail'
    ? { status: 'unknown', missing: [NO_CLUSTER] }
    : outcome;
}

const NO_CLUSTER: Doubt = { unknown: 'files do not tell what else is in the cluster' };
const NONE: readonly never[] = [];

function missingInputs({ inputs }: Judge, inventory: Inventory): readonly string[] {
  let reasons: Set<string> | undefined;
  for (const { relation, optional } of inputs) {
    if (optional) continue;
    for (const kind of relation.reads) {
      const reason = inventory.missing(kind);
      if (reason !== undefined) (reasons ??= new Set()).add(reason);
    }
  }
  return reasons === undefined ? NONE : [...reasons].sort();
}

/** The inputs of an object, `undefined` for those that may be out of reach and are. */
export function relatedTo({ inputs }: Pick<Judge, 'inputs'>, object: AnyObject, surroundings: Surroundings): Given {
  return givenOf(inputs, inputsOf(inputs, object, surroundings));
}

/** The same in the order of the inputs. */
function inputsOf(
  inputs: Judge['inputs'],
  object: AnyObject,
  { context, inventory, asked }: Surroundings,
): readonly (Related | undefined)[] {
  if (inputs.length === 0) return NONE;
  return inputs.map(({ relation, optional }) => {
    const isKnown = !optional || relation.reads.every((kind) => inventory.missing(kind) === undefined);
    if (!isKnown) return undefined;
    const known = asked?.get(relation);
    if (known !== undefined) return known;
    const related = new Related(relation.related(object, inventory, context));
    asked?.set(relation, related);
    return related;
  });
}

function givenOf(inputs: Judge['inputs'], related: readonly (Related | undefined)[]): Given {
  if (inputs.length === 0) return NOTHING;
  const given: Record<string, readonly unknown[] | undefined> = {};
  inputs.forEach(({ name }, index) => {
    given[name] = related[index]?.found;
  });
  return given;
}

const NOTHING: Given = Object.freeze({});

function collect(judge: Judge, object: AnyObject, surroundings: Surroundings): Outcome {
  const { context, inventory } = surroundings;
  const related = inputsOf(judge.inputs, object, surroundings);
  const problems: Problem[] = [];
  const doubts = doubtsBefore(object, related, inventory);
  let until = Infinity;
  for (const word of judge.evaluate(object, givenOf(judge.inputs, related), context)) {
    if ('notApplicable' in word) return NOT_APPLICABLE;
    if (isProblem(word)) problems.push(word);
    else if ('unknown' in word) doubts.push(word);
    else until = Math.min(until, word.until);
  }
  const holds = until === Infinity ? undefined : { until };
  if (problems.length > 0) return { status: 'fail', problems, missing: doubts, ...holds };
  if (doubts.length > 0) return { status: 'unknown', missing: doubts, ...holds };
  return holds === undefined ? PASS : { status: 'pass', ...holds };
}

/** What is in doubt whatever the judgement says. */
function doubtsBefore(object: AnyObject, related: readonly (Related | undefined)[], inventory: Inventory): Doubt[] {
  const doubts: Doubt[] = [];
  for (const unknown of object.malformed ?? NONE) doubts.push({ unknown });
  for (const each of related) for (const unknown of each?.unread ?? NONE) doubts.push({ unknown });
  const ownKind = inventory.missing(object.kind);
  if (ownKind !== undefined) doubts.push({ unknown: ownKind });
  return doubts;
}

const PASS: Outcome = { status: 'pass' };
const NOT_APPLICABLE: Outcome = { status: 'notApplicable' };
const DEEPEST = 2;

/**
 * Notes what could not be read in the objects that a judgement rests on, the way relations hand them: one by one, or some levels down in a
 * record. They may say more than was understood.
 */
function noteUnread(value: unknown, notes: string[], depth = 0): void {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return;
  if (Array.isArray(value)) for (const each of value) noteUnread(each, notes, depth + 1);
  else if (!isHeld(value)) for (const each of Object.values(value)) noteUnread(each, notes, depth + 1);
  else for (const note of value.malformed ?? NONE) notes.push(`${subjectText(refOf(value))}: ${note}`);
}

function isHeld(value: object): value is AnyObject {
  return 'kind' in value && 'metadata' in value;
}

/** Which judgement of a check is for a kind of object. */
export function judgeFor(check: Check, kind: string): Judge | undefined {
  return check.judges.find(({ subject }) => subject === kind);
}
