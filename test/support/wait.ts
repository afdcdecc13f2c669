import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';

type Absent = false | null | undefined;

/**
 * Asks `condition` again and again until it answers something, and returns that. A throw counts as "not yet".
 * Rejects after `deadlineMs` milliseconds with what was waited for and the last answer.
 */
export async function waitFor<T>(
  description: string,
  condition: () => Promise<T | Absent> | T | Absent,
  { deadlineMs = 10_000, everyMs = 25 }: { readonly deadlineMs?: number; readonly everyMs?: number } = {},
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const last = await attempt(condition);
    if ('value' in last && isThere(last.value)) return last.value;
    if (performance.now() >= deadline) {
      const seen = 'value' in last ? inspect(last.value) : String(last.error);
      const cause = 'error' in last ? last.error : undefined;
      throw new Error(`waited ${String(deadlineMs)} ms for ${description}; last: ${seen}`, { cause });
    }
    await pause(everyMs);
  }
}

function isThere<T>(value: T | Absent): value is T {
  return value !== undefined && value !== null && value !== false;
}

type Attempt<T> = { readonly value: T } | { readonly error: unknown };

async function attempt<T>(condition: () => Promise<T> | T): Promise<Attempt<T>> {
  try {
    return { value: await condition() };
  } catch (error) {
    return { error };
  }
}
