import lodash from 'lodash';

/** The line, counted from 1, of an offset in a text. */
export type Lines = (offset: number) => number;

/** Counts lines when first asked: most texts are never asked about. */
export function lineCounter(text: string): Lines {
  let starts: readonly number[] | undefined;
  return (offset) => lodash.sortedLastIndex((starts ??= startsOf(text)), offset);
}

function startsOf(text: string): readonly number[] {
  const starts = [0];
  for (let next = text.indexOf('\n'); next >= 0; next = text.indexOf('\n', next + 1)) starts.push(next + 1);
  return starts;
}
