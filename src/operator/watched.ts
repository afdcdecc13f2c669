import { CHECKS } from '#checks/index.ts';
import { readKinds } from '#engine/reads.ts';
import { TRAITS } from '#traits/index.ts';

/** The kinds that the operator watches: of the whole catalogue, so that a check which is turned on later finds its inputs. */
export const WATCHED = readKinds([...CHECKS, ...TRAITS]);
