import { harmless, shortened } from '#model/text.ts';

/** The longest texts that the schema takes: sentences, words such as kinds and namespaces, names of objects. */
const TEXT_LIMIT = 512;
export const WORD_LIMIT = 63;
export const NAME_LIMIT = 253;

/** Text of the cluster as a report may hold it. */
export function tidy(text: string, limit = TEXT_LIMIT): string {
  return shortened(harmless(text), limit);
}
