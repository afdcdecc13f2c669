import { expect } from 'chai';
import { undeclaredFields } from '#kube/outcome.ts';

const CASES: readonly (readonly [reason: string, ...fields: readonly string[]])[] = [
  ['500 failed to create typed patch object (a/b; x/v1, Kind=Y): .network: field not declared in schema', 'network'],
  [
    '500 failed to create typed patch object (a/b; x/v1, Kind=Y): errors:\n  .network: field not declared in schema\n  .access: field not declared in schema',
    ...['network', 'access'],
  ],
  ['500 failed to create typed patch object (a/b; x/v1, Kind=Y): .findings[0].x: field not declared in schema'],
  ['422 invalid'],
];

describe('[unit] outcome of a write', () => {
  for (const [reason, ...fields] of CASES) {
    it(`${reason}: ${fields.join(', ')}`, () => {
      expect(undeclaredFields(reason)).to.deep.equal(fields);
    });
  }
});
