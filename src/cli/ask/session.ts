import type { Store } from '#inventory/store.ts';
import { KINDS, isKind, type Kind } from '#model/kinds.ts';
import type { Ref } from '#model/ref.ts';
import type { InputError } from '#report/formats/scan.ts';
import { Intake } from '../input/intake.ts';
import {
  AskError,
  isRecord,
  optionalListAt,
  optionalTextAt,
  recordAt,
  textAt,
  type Asked,
  type Question,
} from './question.ts';
import { answered } from './questions.ts';

/** What a step says: an answer for each question, and what of its objects could not be taken in. */
interface StepTold {
  readonly answers: readonly object[];
  readonly errors?: readonly InputError[];
}

/** One case: a state that its steps change one after the other. The engines follow each change; nothing is computed from scratch. */
export class Session {
  readonly #asked: Asked;

  constructor(store: Store, assume: Question = {}) {
    this.#asked = { store, assume };
  }

  /** Takes in objects; answers what could not be read, with its place. */
  apply(objects: readonly unknown[], where: string): readonly InputError[] {
    const intake = new Intake();
    for (const [index, object] of objects.entries()) intake.addObject(`${where}[${String(index)}]`, 0, object);
    return this.take(intake);
  }

  take(intake: Intake): readonly InputError[] {
    for (const object of intake.objects) this.#asked.store.put(object);
    return intake.errors;
  }

  step(step: unknown): StepTold {
    if (!isRecord(step)) throw new AskError('steps: a step must be an object');
    const errors = [
      ...this.apply(optionalListAt(step, 'apply') ?? [], 'apply'),
      ...this.#delete(optionalListAt(step, 'delete') ?? []),
    ];
    const answers = this.answer(optionalListAt(step, 'questions') ?? []);
    return errors.length === 0 ? { answers } : { answers, errors };
  }

  answer(questions: readonly unknown[]): readonly object[] {
    return questions.map((question) => answered(question, this.#asked));
  }

  #delete(objects: readonly unknown[]): readonly InputError[] {
    return objects.flatMap((object, index) => {
      const at = { file: `delete[${String(index)}]`, line: 0 };
      try {
        const changes = this.#asked.store.remove(refOf(object));
        return changes.length === 0 ? [{ ...at, message: 'there is no such object' }] : [];
      } catch (error) {
        if (error instanceof AskError) return [{ ...at, message: error.message }];
        throw error;
      }
    });
  }
}

/** `{kind, namespace, name}`, or an object with metadata. A namespaced object without a namespace is in `default`. */
function refOf(value: unknown): Ref {
  if (!isRecord(value)) throw new AskError('must be an object');
  const kind = textAt(value, 'kind');
  if (!isKind(kind)) throw new AskError(`kind: "${kind}" is not known`);
  const at = 'metadata' in value ? recordAt(value, 'metadata') : value;
  return { kind, namespace: namespaceOf(kind, at), name: textAt(at, 'name') };
}

function namespaceOf(kind: Kind, at: Question): string {
  return KINDS[kind].namespaced ? (optionalTextAt(at, 'namespace') ?? 'default') : '';
}
