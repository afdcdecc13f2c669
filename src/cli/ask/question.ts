import type { Store } from '#inventory/store.ts';

/** A question as it was asked: `kind` says which, the other fields depend on it (docs/cli.md). */
export type Question = Readonly<Record<string, unknown>>;

/** What is answered: something, or that it cannot be known and why. */
export type Answer = { readonly answer: unknown; readonly because?: readonly unknown[] } | { readonly unknown: string };

/** The state that a question is asked about. */
export interface Asked {
  readonly store: Store;
  /** Engine parameters of the case. */
  readonly assume: Question;
}

/** Answers the questions of one kind. Throws AskError where the question means nothing. */
export type Answerer = (question: Question, asked: Asked) => Answer;

/** A question that cannot be understood: it is answered with these words, and the rest goes on. */
export class AskError extends Error {
  override readonly name = 'AskError';
}

export function isRecord(value: unknown): value is Question {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field that must be a string. */
export function textAt(question: Question, field: string): string {
  const value = optionalTextAt(question, field);
  if (value === undefined) throw new AskError(`${field}: is missing`);
  return value;
}

export function optionalTextAt(question: Question, field: string): string | undefined {
  const value = valueAt(question, field);
  if (value === undefined || typeof value === 'string') return value;
  throw new AskError(`${field}: must be a string`);
}

export function optionalFlagAt(question: Question, field: string): boolean | undefined {
  const value = valueAt(question, field);
  if (value === undefined || typeof value === 'boolean') return value;
  throw new AskError(`${field}: must be true or false`);
}

/** A field that must be an object. */
export function recordAt(question: Question, field: string): Question {
  const value = valueAt(question, field);
  if (value === undefined) throw new AskError(`${field}: is missing`);
  if (!isRecord(value)) throw new AskError(`${field}: must be an object`);
  return value;
}

export function optionalListAt(question: Question, field: string): readonly unknown[] | undefined {
  const value = valueAt(question, field);
  if (value === undefined || Array.isArray(value)) return value as readonly unknown[] | undefined;
  throw new AskError(`${field}: must be a list`);
}

export function textsAt(question: Question, field: string): readonly string[] {
  const list = optionalListAt(question, field) ?? [];
  if (list.every((item) => typeof item === 'string')) return list;
  throw new AskError(`${field}: must be a list of strings`);
}

/** The parts of `ns/name`. */
export function placeAt(question: Question, field: string): { readonly namespace: string; readonly name: string } {
  const [namespace = '', name = '', ...rest] = textAt(question, field).split('/');
  if (namespace === '' || name === '' || rest.length > 0) throw new AskError(`${field}: must be namespace/name`);
  return { namespace, name };
}

/** Null is absent, as the API server reads it. */
function valueAt(question: Question, field: string): unknown {
  return Object.hasOwn(question, field) ? (question[field] ?? undefined) : undefined;
}
