import { expect } from 'chai';
import fc from 'fast-check';
import { podLevel } from '#checks/pod-level.ts';
import { aPod, confined } from '#checks/samples.ts';
import { shrink, type Raw } from '#inventory/shrink.ts';
import type { Manifest } from '#model/check.ts';
import { judged } from '../support/pod-security.ts';
import { somePod } from '../support/pod-security-pods.ts';

function levelOf(pod: Manifest, minor: number): string {
  return podLevel(shrink('Pod', JSON.parse(JSON.stringify(pod)) as Raw), minor);
}

describe('[checks] Pod Security level', () => {
  it('of a pod is what all its findings together say', () => {
    fc.assert(
      fc.property(somePod, fc.integer({ min: 24, max: 37 }), (pod, minor) => {
        expect(levelOf(pod, minor)).to.equal(judged(pod, minor).level);
      }),
      { numRuns: 500 },
    );
  });

  for (const [what, pod, since] of [
    ['to drop capabilities', aPod({ container: confined({ capabilities: undefined }) }), 22],
    ['to ask for no user 0', aPod({ container: confined({ runAsUser: 0 }) }), 23],
    ['to ask for a syscall filter', aPod({ spec: { securityContext: { runAsNonRoot: true } } }), 19],
  ] as const)
    it(`asks nobody ${what} by rules older than 1.${String(since)}`, () => {
      expect([levelOf(pod, since - 1), levelOf(pod, since)]).to.deep.equal(['restricted', 'baseline']);
    });
});
