/**
 * JSON.parse of V8 (13.6 at least) compares the bytes of a key as they are written with the key that it expects, escapes not undone: behind an
 * object with the key `\\u0070riv`, which is no mistake, the key `"\u0070rivileged"` of the next is read as that one. So nobody may hide a field
 * from us by writing it with escapes: those that JSON does not ask for are undone before it parses.
 */
const ESCAPE = /\\(?:u00([2-7][0-9a-f])|.)/gi;

/** The same JSON text, its printable ASCII as itself. */
export function withoutNeedlessEscapes(text: string): string {
  if (!/\\[u/]/.test(text)) return text;
  return text.replace(ESCAPE, (escape: string, code?: string) => {
    const letter = code === undefined ? escape.slice(1) : String.fromCharCode(parseInt(code, 16));
    if (code === undefined) return letter === '/' ? letter : escape;
    return /[\\"\x7f]/.test(letter) ? escape : letter;
  });
}
