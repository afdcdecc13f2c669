import { harmless } from '#model/text.ts';

/** East Asian wide characters and emoji take two columns of a terminal. */
const WIDE =
  /[\u1100-\u115f\u231a\u231b\u2329\u232a\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f004}\u{1f0cf}\u{1f18e}\u{1f191}-\u{1f19a}\u{1f200}-\u{1f2ff}\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}\u{1fa70}-\u{1faff}\u{20000}-\u{3fffd}]/u;
/** Marks that stand on the letter before them, and characters that show nothing. */
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;
const PLAIN = /^[\u0020-\u007e]*$/;

/** How many columns of a terminal a text takes. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += columnsOf(character);
  return width;
}

function columnsOf(character: string): number {
  if (character <= '~') return 1;
  if (NO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Text of the cluster on one line, without anything that a terminal obeys and without what it does not show. */
export function shown(text: string): string {
  return PLAIN.test(text) ? text : harmless(text).replace(/\p{Cf}|\p{Me}|\p{Mn}{3,}/gu, '\ufffd');
}

export function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** The text in so many columns, with an ellipsis where it is cut. */
export function fitted(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  return `${head(text, width - 1)}…`;
}

/** The lines of a text broken between words, and inside a word that is longer than a line. */
export function wrapped(text: string, width: number): readonly string[] {
  return widthOf(text) <= width && !text.startsWith(' ') ? [text] : joined(text.split(' '), ' ', width);
}

/** The lines of a field path, broken before its dots. */
export function wrappedPath(path: string, width: number): readonly string[] {
  return widthOf(path) <= width ? [path] : joined(path.split(/(?=\.)/), '', width);
}

/** The lines of a name or a list of names, broken behind slashes and spaces; behind colons and hyphens what is still too long. */
export function wrappedNames(text: string, width: number): readonly string[] {
  if (widthOf(text) <= width) return [text];
  const words = text
    .split(/(?<=[/ ])/)
    .flatMap((word) => (widthOf(word.trimEnd()) <= width ? [word] : word.split(/(?<=[:-])/)));
  return joined(words, '', width).map((line) => line.trimEnd());
}

function joined(words: readonly string[], between: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    const longer = line === '' ? word : line + between + word;
    if (widthOf(longer) <= width) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    let rest = word;
    while (widthOf(rest) > width) {
      const part = head(rest, width);
      lines.push(part);
      rest = rest.slice(part.length);
    }
    line = rest;
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

/** As many characters as fit, at least one. */
function head(text: string, width: number): string {
  if (PLAIN.test(text)) return text.slice(0, Math.max(1, width));
  let taken = '';
  let columns = 0;
  for (const character of text) {
    columns += columnsOf(character);
    if (columns > width && taken !== '') break;
    taken += character;
  }
  return taken;
}
