import { expect } from 'chai';
import { decoded } from '#cli/input/files.ts';

const TEXT = 'name: größer 你好';

function swapped(bytes: Buffer): Buffer {
  return Buffer.from(bytes).swap16();
}

describe('[unit] texts of files', () => {
  const cases: Readonly<Record<string, readonly [bytes: Buffer, text: string]>> = {
    'UTF-8': [Buffer.from(TEXT), TEXT],
    'UTF-8 with a mark, which the readers of YAML and JSON know': [Buffer.from(`\uFEFF${TEXT}`), `\uFEFF${TEXT}`],
    'UTF-16, the low byte first': [Buffer.from(`\uFEFF${TEXT}`, 'utf16le'), TEXT],
    'UTF-16, the high byte first': [swapped(Buffer.from(`\uFEFF${TEXT}`, 'utf16le')), TEXT],
    nothing: [Buffer.alloc(0), ''],
    'a mark alone': [Buffer.from('fffe', 'hex'), ''],
    'half a character': [Buffer.from('fffe61', 'hex'), '\uFFFD'],
  };
  for (const [name, [bytes, text]] of Object.entries(cases))
    it(`are read: ${name}`, () => {
      expect(decoded(bytes)).to.equal(text);
    });
});
