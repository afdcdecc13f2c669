import { nearest } from '#model/nearest.ts';
import { AskError, isRecord, textAt, type Answer, type Answerer, type Asked } from './question.ts';
import { NETWORK_QUESTIONS } from './network.ts';
import { RBAC_QUESTIONS } from './rbac.ts';

/** Every kind of question; each engine brings its own. */
const QUESTIONS: Readonly<Record<string, Answerer>> = { ...RBAC_QUESTIONS, ...NETWORK_QUESTIONS };

/** The line that answers a question, whatever it is: it never throws. */
export function answered(
  question: unknown,
  asked: Asked,
): { readonly id: unknown } & (Answer | { readonly error: string }) {
  const id = isRecord(question) ? (question['id'] ?? null) : null;
  try {
    if (!isRecord(question)) throw new AskError('a question must be an object');
    return { id, ...answererOf(textAt(question, 'kind'))(question, asked) };
  } catch (error) {
    return { id, error: error instanceof Error ? error.message : String(error) };
  }
}

function answererOf(kind: string): Answerer {
  const answerer = Object.hasOwn(QUESTIONS, kind) ? QUESTIONS[kind] : undefined;
  if (answerer !== undefined) return answerer;
  const near = nearest(kind, Object.keys(QUESTIONS));
  throw new AskError(`there is no question "${kind}"${near === undefined ? '' : `; did you mean ${near}?`}`);
}
