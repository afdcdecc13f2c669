import { expect } from 'chai';
import { harmless, shortened } from '#model/text.ts';

const HARMLESS: readonly { readonly name: string; readonly given: string; readonly expected: string }[] = [
  { name: 'plain text stays', given: 'container app, 100 % – größer', expected: 'container app, 100 % – größer' },
  { name: 'a character outside the basic plane stays', given: 'a\u{1f512}b', expected: 'a\u{1f512}b' },
  { name: 'escape sequences of terminals', given: '\u001b[31mred\u009b0m', expected: '\ufffd[31mred\ufffd0m' },
  { name: 'line breaks and tabs', given: 'a\nb\r\nc\td', expected: 'a\ufffdb\ufffd\ufffdc\ufffdd' },
  { name: 'line and paragraph separators', given: 'a\u2028b\u2029c', expected: 'a\ufffdb\ufffdc' },
  {
    name: 'marks that turn the direction',
    given: 'a\u202eb\u2066c\u200fd\u061ce',
    expected: 'a\ufffdb\ufffdc\ufffdd\ufffde',
  },
  { name: 'halves of characters', given: '\ud83da\udd12', expected: '\ufffda\ufffd' },
  { name: 'a half before a whole character', given: '\ud83d\ud83d\udd12', expected: '\ufffd\u{1f512}' },
];

const SHORTENED: readonly { readonly name: string; readonly given: string; readonly expected: string }[] = [
  { name: 'what fits stays', given: 'abcdef', expected: 'abcdef' },
  { name: 'what does not fit ends in an ellipsis', given: 'abcdefg', expected: 'abcde…' },
  { name: 'a pair at the edge goes as a whole', given: 'abcd\u{1f512}gh', expected: 'abcd…' },
  { name: 'a pair before the edge stays', given: 'abc\u{1f512}gh', expected: 'abc\u{1f512}…' },
];

describe('[unit] text of the cluster', () => {
  for (const { name, given, expected } of HARMLESS) {
    it(`made harmless: ${name}`, () => {
      expect(harmless(given)).to.equal(expected);
    });
  }

  for (const { name, given, expected } of SHORTENED) {
    it(`shortened to six: ${name}`, () => {
      expect(shortened(given, 6)).to.equal(expected);
    });
  }
});
