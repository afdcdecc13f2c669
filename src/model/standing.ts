import type { ExceptionState } from './exception.ts';
import type { ExceptionKind } from './kinds.ts';
import type { ObjectOf } from './objects.ts';

/** Either kind of exception, as we hold it. */
export type AnyException = ObjectOf<ExceptionKind>;

/** How an exception stands. */
export interface Standing {
  readonly exception: AnyException;
  readonly state: ExceptionState;
  /** Why it is not in effect, or is not as it should be. */
  readonly fault?: string;
  /** How many findings are under it, and on how many objects; none where it is not in effect. */
  readonly findings: number;
  readonly objects: number;
}
