/** The line, counted from 1, of an offset in a text. */
export type Lines = (offset: number) => number;

/** Counts lines when first asked: most texts are never asked about. Asking in rising order costs one pass. */
export function lineCounter(text: string): Lines {
  let at = 0;
  let line = 1;
  return (offset) => {
    if (offset < at) [at, line] = [0, 1];
    for (let next = text.indexOf('\n', at); next >= 0 && next < offset; next = text.indexOf('\n', at)) {
      at = next + 1;
      line += 1;
    }
    return line;
  };
}
