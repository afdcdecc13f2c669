import type { Context, Doubt, Until } from '#model/check.ts';
import { momentOf } from '#model/moment.ts';

/** How long a table of what is known of products can be relied on: half a year, in seconds. */
const GOOD_FOR = 183 * 24 * 3600;

/**
 * For a judgement that rests on a table of a certain day (`2026-11-21`; empty for one that does not age): what it does not find there proves
 * nothing once the table is old.
 */
export function* ageOf(table: string, date: string, { now }: Pick<Context, 'now'>): Iterable<Doubt | Until> {
  const written = momentOf(`${date}T00:00:00Z`);
  if (written === undefined || now === undefined) return;
  const end = written + GOOD_FOR;
  if (now() < end) yield { until: end };
  else
    yield {
      unknown: `the table ${table} is of ${date}: it is half a year old or more, and does not know what has become known since`,
    };
}
