/**
 * How a pattern is read. `name`: a `*` stands for any run of characters, everything else for itself. `wildcard`: also `?` for one character. `path`:
 * as that, but a `*` stops at a slash, and `**` does not.
 */
type Dialect = 'name' | 'wildcard' | 'path';

type Token = { readonly any: 'all' | 'segment' | 'one' } | string;

const SIGNS = /\*\*|[^]/gu;

function tokensOf(glob: string, dialect: Dialect): readonly Token[] {
  return (glob.match(SIGNS) ?? []).map((sign): Token => {
    if (sign === '*' && dialect === 'path') return { any: 'segment' };
    if (sign === '*' || sign === '**') return { any: 'all' };
    return sign === '?' && dialect !== 'name' ? { any: 'one' } : sign;
  });
}

/** Where a star stands in the pattern, and how far into the text it reaches by now. */
interface Star {
  readonly place: number;
  end: number;
}

/**
 * Whether a text fits a pattern. Each star takes as little as it can, and more of the text only where what follows does not fit: of several stars that
 * is for the last one to do, but that one that stops at a slash hands it on to the last that does not.
 */
export function fitsGlob(text: string, glob: string, dialect: Dialect): boolean {
  if (!/[*?]/.test(glob)) return text === glob;
  const [tokens, characters] = [tokensOf(glob, dialect), Array.from(text)];
  let [place, at] = [0, 0];
  let segment: Star | undefined;
  let all: Star | undefined;
  while (at < characters.length) {
    const token = tokens[place];
    if (isStar(token)) {
      const star = { place, end: at };
      [segment, all] = token.any === 'segment' ? [star, all] : [undefined, star];
      place += 1;
    } else if (token !== undefined && (typeof token === 'object' || token === characters[at])) {
      place += 1;
      at += 1;
    } else {
      if (segment !== undefined && characters[segment.end] === '/') segment = undefined;
      const star = segment ?? all;
      if (star === undefined) return false;
      star.end += 1;
      [place, at] = [star.place + 1, star.end];
    }
  }
  return tokens.slice(place).every(isStar);
}

function isStar(token: Token | undefined): token is { readonly any: 'all' | 'segment' } {
  return typeof token === 'object' && token.any !== 'one';
}
