import { filled, isZero, list, map, present, quantity, slots, struct, text, type Reader } from './shape.ts';
import { metadata } from './metadata.ts';

/** Of an amount of cpu or memory no check reads how much it is, but zero is none. */
export type Amount = 'none' | 'some';

const amount: Reader<Amount | undefined> = (raw, trail) => {
  const read = quantity(raw, trail);
  if (read === undefined) return undefined;
  return isZero(read) ? 'none' : 'some';
};

export const amounts = filled(struct({ cpu: amount, memory: amount, 'ephemeral-storage': amount }));

const limit = struct({ type: text, default: amounts, defaultRequest: amounts, max: amounts });

export const limitRange = struct({ metadata, spec: struct({ limits: slots(limit, {}) }) });

/** A quota with scopes counts for some pods only. */
export const resourceQuota = struct({
  metadata,
  spec: struct({ hard: map(present), scopes: list(text), scopeSelector: present }),
});
