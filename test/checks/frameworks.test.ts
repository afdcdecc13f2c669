import { expect } from 'chai';
import { CHECKS } from '#checks/index.ts';
import { Compliance } from '#engine/compliance.ts';
import { FRAMEWORKS, type Control, type Framework } from '#model/frameworks.ts';

const COMPLIANCE = new Compliance(CHECKS);

describe('[checks] frameworks', () => {
  it('have as many controls as are published', () => {
    expect(FRAMEWORKS.map(({ id, controls }) => [id, controls.length])).to.deep.equal([
      ['cis-1.12', 131],
      ['pss-baseline', 12],
      ['pss-restricted', 15],
      ['nsa-1.2', 28],
      ['owasp-2022', 10],
      ['owasp-2025', 10],
      ['mitre', 49],
    ]);
  });

  for (const framework of FRAMEWORKS as readonly Framework[])
    describe(framework.id, () => {
      const { controls } = framework;
      const odd = (isOdd: (control: Control) => boolean): readonly string[] =>
        controls.filter(isOdd).map(({ id }) => id);

      it('names each control once', () => {
        expect(new Set(controls.map(({ id }) => id)).size).to.equal(controls.length);
      });

      it('says of each control on what it rests, or why on nothing', () => {
        const rests = (control: Control): boolean =>
          COMPLIANCE.checksOf(framework, control).length > 0 || control.awaits !== undefined;
        expect(odd((control) => rests(control) === (control.coverage === 'none'))).to.deep.equal([]);
        expect(odd(({ coverage, reason }) => (coverage === undefined) !== (reason === undefined))).to.deep.equal([]);
        expect(odd(({ coverage = 'partly' }) => !['partly', 'none'].includes(coverage))).to.deep.equal([]);
      });

      it('awaits no check that is there', () => {
        const there = new Set<string>(CHECKS.map(({ id }) => id));
        expect(odd(({ awaits = [] }) => awaits.some((id) => there.has(id)))).to.deep.equal([]);
      });
    });
});
