import type { Condition, ExceptionState, ExceptionStatus } from '#model/exception.ts';
import { momentText } from '#model/moment.ts';
import type { Standing } from '#model/standing.ts';
import { tidy } from './tidy.ts';

/** How long before its end an exception counts as ending soon: seconds. */
export const SOON = 7 * 24 * 3600;

const IN_EFFECT: readonly ExceptionState[] = ['Active', 'NeverMatched', 'Overbroad'];

export function isInEffect({ state }: Pick<Standing, 'state'>): boolean {
  return IN_EFFECT.includes(state);
}

/** Whether an exception that is in effect ends within a week of `now`, in seconds since 1970. */
export function endsSoon({ exception, state }: Standing, now: number): boolean {
  return isInEffect({ state }) && (exception.spec.expires ?? Infinity) - SOON <= now;
}

/** When an exception stands otherwise though nothing changes: seconds since 1970, Infinity for never. */
export function nextTurn({ exception, state }: Standing, now: number): number {
  const end = isInEffect({ state }) ? (exception.spec.expires ?? Infinity) : Infinity;
  return end - SOON > now ? end - SOON : end;
}

/** Whether two statuses say the same, whenever they were written. */
export function saysTheSame(a: ExceptionStatus | undefined, b: ExceptionStatus | undefined): boolean {
  return JSON.stringify(timeless(a)) === JSON.stringify(timeless(b));
}

function timeless(status: ExceptionStatus | undefined): unknown {
  const { state, message = '', matchedFindings, observedGeneration, conditions = [] } = status ?? {};
  const sides = conditions.map(({ type, status: is, reason, message: why, observedGeneration: of }) => {
    return [type, is, reason, why, of];
  });
  return [state, message, matchedFindings, observedGeneration, sides];
}

/**
 * The status of an exception at `now`, in seconds since 1970, after the one it has. No time in it moves unless something else does: what says
 * the same (`saysTheSame`) is not to be written.
 */
export function statusOf(standing: Standing, now: number): ExceptionStatus {
  const { exception, state, fault, findings } = standing;
  const { metadata, status: before } = exception;
  const lastMatched = lastMatchedOf(standing, now);
  const generation = metadata.generation === undefined ? {} : { observedGeneration: metadata.generation };
  const since = (condition: Omit<Condition, 'lastTransitionTime'>): Condition => {
    const known = before?.conditions?.find(({ type }) => type === condition.type);
    const lastTransitionTime = known?.status === condition.status ? known.lastTransitionTime : undefined;
    return { ...condition, ...generation, lastTransitionTime: lastTransitionTime ?? momentText(now) };
  };
  return {
    state,
    message: tidy(fault ?? ''),
    matchedFindings: findings,
    ...(lastMatched === undefined ? {} : { lastMatched }),
    ...generation,
    conditions: [since(effective(standing)), since(expiring(standing, now))],
  };
}

/** While findings are under it that is now; when the last of them goes it is the moment in which that was seen. Of another spec it says nothing. */
function lastMatchedOf({ exception, findings }: Standing, now: number): string | undefined {
  const { status: before, metadata } = exception;
  const isOfThisSpec = before?.observedGeneration === metadata.generation;
  if (findings > 0 || (isOfThisSpec && (before?.matchedFindings ?? 0) > 0)) return momentText(now);
  return isOfThisSpec ? before?.lastMatched : undefined;
}

function effective({ state, fault = '', exception }: Standing): Omit<Condition, 'lastTransitionTime'> {
  const is = isInEffect({ state });
  const { expires } = exception.spec;
  const ended = state === 'Expired' && expires !== undefined ? `it ended at ${momentText(expires)}` : fault;
  return { type: 'Effective', status: is ? 'True' : 'False', reason: state, message: tidy(ended) };
}

function expiring(standing: Standing, now: number): Omit<Condition, 'lastTransitionTime'> {
  const { expires } = standing.exception.spec;
  const soon = endsSoon(standing, now) && expires !== undefined;
  return {
    type: 'Expiring',
    status: soon ? 'True' : 'False',
    reason: soon ? 'EndsSoon' : 'NotSoon',
    message: soon ? `what it covers is open again at ${momentText(expires)}` : '',
  };
}
