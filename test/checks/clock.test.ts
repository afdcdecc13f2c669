import { expect } from 'chai';
import { CHECKS } from '#checks/index.ts';
import { aServiceAccount, ago } from '#checks/samples.ts';
import { aTokenSecret } from '#checks/token-samples.ts';
import type { CheckId, Manifest } from '#model/check.ts';
import { World } from '../support/world.ts';

const DAY = 24 * 3600;

function account(days: number): Manifest {
  return aServiceAccount({ metadata: { name: 'idle', namespace: 'shop', creationTimestamp: ago(days * DAY) } });
}

function token(days: number): Manifest {
  return aTokenSecret('idle', { 'kubernetes.io/legacy-token-last-used': ago(days * DAY).slice(0, 10) });
}

/** What is found of a check now, and after each time that goes by; nothing else happens. Examples are judged at noon: a day that is named began twelve hours before. */
const CASES: readonly {
  readonly name: string;
  readonly check: CheckId;
  readonly given: readonly Manifest[];
  readonly first: readonly string[];
  readonly then: readonly (readonly [seconds: number, found: readonly string[]])[];
}[] = [
  {
    name: 'an account that nobody uses is named when it is a week old',
    check: 'KP-SA-007',
    given: [account(6)],
    first: [],
    then: [
      [DAY - 1, []],
      [1, ['info unused']],
    ],
  },
  {
    name: 'an account whose token was used is named when that is a month ago',
    check: 'KP-SA-007',
    given: [account(60), token(29)],
    first: [],
    then: [
      [DAY / 2 - 1, []],
      [1, ['low unused']],
    ],
  },
  {
    name: 'a token that was used outside is named for a month',
    check: 'KP-SA-006',
    given: [token(29)],
    first: ['medium'],
    then: [
      [DAY / 2 - 1, ['medium']],
      [1, []],
    ],
  },
];

describe('[checks] that go by the time', () => {
  for (const { name, check, given, first, then } of CASES)
    it(name, () => {
      const world = new World(given, CHECKS, { complete: true });
      const found = (): readonly string[] =>
        world.findingsOf(check).map(({ severity, aspect }) => [severity, aspect ?? []].flat().join(' '));
      expect(found()).to.deep.equal(first);
      for (const [seconds, expected] of then) {
        world.wait(seconds);
        expect(found(), `${String(seconds)} s later`).to.deep.equal(expected);
      }
    });
});
