import { expect } from 'chai';
import { scanObjects } from '../../../src/index.ts';
import { cleanCluster } from '#checks/clean-cluster.ts';
import { aPod, confined } from '#checks/samples.ts';
import { UsageError } from '#cli/exit.ts';

const bad = aPod({ container: confined({ privileged: true }) });

describe('[unit] scanObjects', () => {
  it('finds nothing in a clean cluster', () => {
    const { score, grade, findings, errors, objects } = scanObjects(cleanCluster());
    expect({ score, grade, findings, errors, objects }).to.deep.equal({
      score: 100,
      grade: 'A',
      findings: [],
      errors: [],
      objects: cleanCluster().length,
    });
  });

  it('judges by checks, namespace and version', () => {
    expect(scanObjects([bad], { checks: ['KP-POD-001'] }).findings).to.have.length(1);
    expect(scanObjects([bad], { checks: ['KP-POD-001'], namespace: 'other' }).findings).to.deep.equal([]);
    expect(() => scanObjects([], { kubernetesVersion: 'new' })).to.throw(UsageError);
  });

  for (const [name, value] of [
    ['a number', 3],
    ['nothing', null],
    ['a list', []],
    ['an object of nothing', {}],
  ] as const)
    it(`${name} is an error and no end`, () => {
      const { errors, findings } = scanObjects([value, bad], { checks: ['KP-POD-001'] });
      expect(errors.map(({ file }) => file)).to.deep.equal(['objects[0]']);
      expect(findings).to.have.length(1);
    });

  it('changes nothing outside, whatever keys an object has', () => {
    const object = JSON.parse(
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","labels":{"__proto__":{"polluted":true}}},"__proto__":{"polluted":true}}',
    ) as unknown;
    scanObjects([object]);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });
});
