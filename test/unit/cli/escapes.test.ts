import { expect } from 'chai';
import fc from 'fast-check';
import { withoutNeedlessEscapes } from '#cli/input/escapes.ts';

describe('[unit] escapes in JSON', () => {
  const cases: Readonly<Record<string, readonly [written: string, plain: string]>> = {
    'a letter': [String.raw`{"\u0070rivileged":true}`, '{"privileged":true}'],
    'a slash': [String.raw`{"a\/b":1}`, '{"a/b":1}'],
    'a quote and a backslash stay': [String.raw`"\u0022\u005C\"\\"`, String.raw`"\u0022\u005C\"\\"`],
    'an escaped backslash before a u': [String.raw`"\\u0070"`, String.raw`"\\u0070"`],
    'control and other letters stay': [
      String.raw`"\n\u0000\u007f\u00e9\ud83d"`,
      String.raw`"\n\u0000\u007f\u00e9\ud83d"`,
    ],
  };
  for (const [name, [written, plain]] of Object.entries(cases)) {
    it(name, () => {
      expect(withoutNeedlessEscapes(written)).to.equal(plain);
    });
  }

  it('a field written with escapes is read as itself, whatever was read before', () => {
    JSON.parse(String.raw`{"name":1,"\\u0070riv":2}`);
    const text = String.raw`{"name":1,"\u0070rivileged":true}`;
    expect(JSON.parse(withoutNeedlessEscapes(text))).to.deep.equal({ name: 1, privileged: true });
  });

  it('says the same as before', () => {
    const letter = fc.nat({ max: 0xff }).chain((code) => {
      const escaped = `\\u00${code.toString(16).padStart(2, '0')}`;
      return fc.constantFrom(escaped, JSON.stringify(String.fromCharCode(code)).slice(1, -1));
    });
    const anyWay = fc.array(letter).map((letters) => `"${letters.join('')}"`);
    fc.assert(
      fc.property(anyWay, (text) => {
        expect(JSON.parse(withoutNeedlessEscapes(text))).to.equal(JSON.parse(text));
      }),
    );
  });
});
