import { expect } from 'chai';
import { CHECKS } from '#checks/index.ts';
import { aContainer, aPod, aService, aServiceAccount, ago } from '#checks/samples.ts';
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

describe('[checks] that rest on a table', () => {
  const pinned = `@sha256:${'ab'.repeat(32)}`;
  const clean = aPod();
  const flawed = aPod({ container: aContainer({ image: `ghcr.io/kyverno/kyverno:v1.8.4${pinned}` }) });
  const service = aService();

  /** What is known of each subject now, and a second before and at the end of half a year. */
  function told(manifests: readonly Manifest[], componentAdvisoriesDate: string): readonly string[] {
    const checks = CHECKS.filter(({ id }) => id === 'KP-IMG-008');
    const world = new World(manifests, checks, { parameters: { componentAdvisoriesDate } });
    const state = (): string =>
      world
        .ofObjects()
        .map(({ findings, notEvaluated, passed }) =>
          [...findings.map(({ severity }) => severity), ...notEvaluated.map(() => 'unknown'), passed].join(' '),
        )
        .join(', ');
    const now = state();
    world.wait(183 * DAY - DAY / 2 - 1);
    const before = state();
    world.wait(1);
    return [now, before, state()];
  }

  for (const [name, manifests, date, expected] of [
    [
      'proves nothing once it is half a year old',
      [clean, service],
      '2026-06-01',
      ['1, 1', '1, 1', 'unknown 0, unknown 0'],
    ],
    ['that is old proves what it finds', [flawed], '2026-06-01', ['high 0', 'high 0', 'high unknown 0']],
    ['of old does not know today either', [clean], '2025-11-30', ['unknown 0', 'unknown 0', 'unknown 0']],
    ['without a day does not age', [clean], '', ['1', '1', '1']],
  ] as const)
    it(name, () => {
      expect(told(manifests, date)).to.deep.equal(expected);
    });

  it('names the table and its day', () => {
    const checks = CHECKS.filter(({ id }) => id === 'KP-IMG-008');
    const [verdict] = new World([clean], checks, { parameters: { componentAdvisoriesDate: '2025-01-01' } }).ofObjects();
    expect(verdict?.notEvaluated.map(({ reason }) => reason)).to.deep.equal([
      'the table componentAdvisories is of 2025-01-01: it is half a year old or more, and does not know what has become known since',
    ]);
  });
});

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
