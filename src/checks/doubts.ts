import type { Known } from '#analysis/rbac/engine.ts';
import type { Doubt } from '#model/check.ts';

/** What is not seen of an answer that may be another one. */
export function doubts(known: Known<unknown> | undefined): readonly Doubt[] {
  return (known?.unseen ?? []).map((unknown) => ({ unknown }));
}
