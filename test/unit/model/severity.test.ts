import { expect } from 'chai';
import { SEVERITIES, atLeast, isSeverity, rankOf, worse } from '#model/severity.ts';

describe('[unit] severity', () => {
  it('ranks from info to critical', () => {
    expect(SEVERITIES.map(rankOf)).to.deep.equal([4, 3, 2, 1, 0]);
  });

  it('the worse of two does not depend on their order', () => {
    expect([worse('low', 'high'), worse('high', 'low'), worse('info', 'info')]).to.deep.equal(['high', 'high', 'info']);
  });

  it('a threshold holds itself and what is worse', () => {
    expect(SEVERITIES.filter((severity) => atLeast(severity, 'medium'))).to.deep.equal(['critical', 'high', 'medium']);
  });

  it('a word of the language itself is no severity', () => {
    expect(['high', 'High', '', 'constructor', '__proto__'].map(isSeverity)).to.deep.equal([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});
