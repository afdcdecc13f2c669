/** Control characters, line and paragraph separators, marks that turn the direction of text, and lone surrogates. */
export const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Text from the cluster made harmless for terminals, tables and reports: what could steer them becomes `�`. */
export function harmless(text: string): string {
  return text.replace(UNSAFE, '\ufffd');
}

/** The order of words by their code units: no locale changes it. */
export function byWord(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The first of some words, and how many more there are: `a, b and 3 more`. */
export function listed(words: readonly string[], atMost: number): string {
  const more = words.length - atMost;
  return more <= 0 ? words.join(', ') : `${words.slice(0, atMost).join(', ')} and ${String(more)} more`;
}

/** At most `limit` UTF-16 units; what is cut is said by an ellipsis. Never cuts a character in two. */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const cut = text.slice(0, limit - 1);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
