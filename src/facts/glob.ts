type Token = { readonly any: 'all' | 'segment' } | string;

const STARS = /\*\*|[^]/gu;

function tokensOf(glob: string, isBySegment: boolean): readonly Token[] {
  return (glob.match(STARS) ?? []).map((part): Token => {
    if (part === '**') return { any: 'all' };
    return part === '*' ? { any: isBySegment ? 'segment' : 'all' } : part;
  });
}

/**
 * Whether a text fits a pattern: `*` stands for any run of characters, `?` for one. By segment a `*` stops at a slash, and `**` does not. No
 * pattern takes longer than its length times that of the text.
 */
export function fitsGlob(text: string, glob: string, isBySegment = false): boolean {
  const tokens = tokensOf(glob, isBySegment);
  let places = reached([0], tokens);
  for (const character of text) {
    const next = places.flatMap((place) => after(place, tokens, character));
    places = reached(next, tokens);
    if (places.length === 0) return false;
  }
  return places.includes(tokens.length);
}

function after(place: number, tokens: readonly Token[], character: string): readonly number[] {
  const token = tokens[place];
  if (token === undefined) return [];
  if (typeof token === 'string') return token === '?' || token === character ? [place + 1] : [];
  return token.any === 'all' || character !== '/' ? [place] : [];
}

/** The places, each once, and those behind a star, which may stand for nothing. */
function reached(places: readonly number[], tokens: readonly Token[]): readonly number[] {
  const found = new Set<number>();
  for (const place of places)
    for (let at = place; !found.has(at); at += 1) {
      found.add(at);
      if (typeof tokens[at] !== 'object') break;
    }
  return [...found];
}
