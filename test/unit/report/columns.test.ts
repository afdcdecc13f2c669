import { expect } from 'chai';
import { fitted, padded, shown, widthOf, wrapped, wrappedNames, wrappedPath } from '#report/formats/columns.ts';

describe('[unit] columns', () => {
  const widths: readonly (readonly [string, number])[] = [
    ['', 0],
    ['plain', 5],
    ['漢字', 4],
    ['한글', 4],
    ['e\u0301', 1],
    ['👩‍💻', 4],
    ['é', 1],
    ['…', 1],
    ['ｆｕｌｌ', 8],
  ];
  for (const [text, width] of widths)
    it(`${JSON.stringify(text)} takes ${String(width)}`, () => {
      expect(widthOf(text)).to.equal(width);
    });

  it('pads and cuts by columns', () => {
    expect(padded('漢', 4)).to.equal('漢  ');
    expect(fitted('漢字漢字', 5)).to.equal('漢字…');
    expect(fitted('short', 5)).to.equal('short');
  });

  it('wraps between words, and inside one that is too long', () => {
    expect(wrapped('one two three', 7)).to.deep.equal(['one two', 'three']);
    expect(wrapped('abcdefghij k', 4)).to.deep.equal(['abcd', 'efgh', 'ij k']);
    expect(wrapped('漢字漢字', 5)).to.deep.equal(['漢字', '漢字']);
    expect(wrapped('', 5)).to.deep.equal(['']);
    expect(wrapped('👍👍', 1)).to.deep.equal(['👍', '👍']);
  });

  it('breaks paths before their dots', () => {
    expect(wrappedPath('spec.template.spec', 14)).to.deep.equal(['spec.template', '.spec']);
  });

  it('breaks names behind slashes, colons and hyphens where they are too long', () => {
    expect(wrappedNames('ServiceAccount:kube-system/garbage-collector', 22)).to.deep.equal([
      'ServiceAccount:kube-',
      'system/',
      'garbage-collector',
    ]);
    expect(wrappedNames('User:alice', 22)).to.deep.equal(['User:alice']);
  });

  it('makes hostile text harmless', () => {
    expect(shown('a\u001b[2J\r\n\u202e\u200b\u200d b')).to.equal('a\ufffd[2J\ufffd\ufffd\ufffd\ufffd\ufffd b');
    expect(shown('Zürich 漢字')).to.equal('Zürich 漢字');
    expect(widthOf(shown(`a${'\u0301'.repeat(1000)}`))).to.equal(2);
  });
});
